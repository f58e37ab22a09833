"""Compile the translations: every .po under a floor's locale folder becomes the .mo beside it.

Run as `python -m config.catalogues`. GNU gettext is not needed; .mo files are never committed.
"""

import os
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("core", "identity", "messenger", "wallet", "miniapps", "storefront", "host", "config")


def compile_all(root: Path = ROOT) -> list[Path]:
    """Compile each catalogue that is newer than its .mo; return those that were compiled.

    Raises ValueError, naming the file, for a catalogue that cannot be read.
    """
    compiled = []
    for floor in FLOORS:
        for source in sorted((root / floor).glob("**/locale/*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
                continue
            _compile(source, target)
            compiled.append(source)
    return compiled


def _compile(source: Path, target: Path) -> None:
    # The time before reading: an edit made meanwhile is then compiled the next time.
    written_ns = source.stat().st_mtime_ns
    try:
        catalogue = polib.pofile(str(source))
    except OSError as error:  # what polib raises for a fault of syntax
        raise ValueError(f"{source} is not a readable catalogue: {error}") from error
    fresh = target.with_suffix(f".{os.getpid()}.new")
    catalogue.save_as_mofile(str(fresh))
    os.utime(fresh, ns=(written_ns, written_ns))
    fresh.replace(target)


if __name__ == "__main__":
    for path in compile_all():
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
