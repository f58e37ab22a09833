"""Write all generated reference pages: ``python -m config.reference``."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    """Write what has changed and name it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from config.reference.pages import FOLDER, PAGES

    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        text, file = make(), FOLDER / name
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
