"""Packs an example into the zip that a maker would upload.

``python -m examples.build quiz quiz.zip --connect http://localhost:8090``

The same sources give the same bytes: names are sorted, times fixed, and nothing of the machine
gets in. With ``--connect`` the manifest declares that one network origin and ``backend.js`` tells
it to the app; without it an app that has a backend works from cloud storage alone.
"""

from __future__ import annotations

import argparse
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = ("cafe", "dong", "quiz")
#: Not part of the app: the drawing behind the icons and the server side.
LEFT_OUT_FOLDERS = {"art", "__pycache__"}
LEFT_OUT_SUFFIXES = {".py", ".pyc"}
#: The earliest time a zip can hold (its clock starts in 1980).
EPOCH = (1980, 1, 1, 0, 0, 0)


def _tree(folder: Path, prefix: str) -> dict[str, bytes]:
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if (
            not path.is_file()
            or LEFT_OUT_FOLDERS.intersection(inside.parts)
            or path.suffix in LEFT_OUT_SUFFIXES
            or path.name.startswith(".")
        ):
            continue
        found[prefix + inside.as_posix()] = path.read_bytes()
    return found


def files_of(
    name: str, *, connect: str = "", members: Mapping[str, object] | None = None
) -> dict[str, bytes]:
    """Return path -> bytes of the example, the shared ``kit/`` included.

    ``connect`` is the origin of the app's own backend (``https://api.example.ir``); ``members`` are
    laid over those of the manifest.
    Raises ValueError for an unknown name, or for an origin given to an app without a backend.
    """
    if name not in NAMES:
        raise ValueError(f"No example named {name!r}; there are {', '.join(NAMES)}.")
    files = {**_tree(HERE / name, ""), **_tree(HERE / "kit", "kit/")}
    if connect:
        if "backend.js" not in files:
            raise ValueError(f"{name} has no backend to connect to.")
        manifest = json.loads(files["manifest.json"])
        manifest.setdefault("barnamak", {})["network"] = {"connect": [connect]}
        files["manifest.json"] = _json(manifest)
        files["backend.js"] = f"export const BACKEND = {json.dumps(connect)};\n".encode()
    if members:
        files["manifest.json"] = _json(json.loads(files["manifest.json"]) | dict(members))
    return files


def _json(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def build(
    name: str,
    destination: Path,
    *,
    connect: str = "",
    members: Mapping[str, object] | None = None,
) -> Path:
    """Write the example as a zip to ``destination`` and return it; see ``files_of``."""
    with zipfile.ZipFile(destination, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, content in sorted(files_of(name, connect=connect, members=members).items()):
            entry = zipfile.ZipInfo(path, date_time=EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return destination


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Pack an example mini-app into a zip.")
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("destination", type=Path)
    parser.add_argument("--connect", default="", help="origin of the app's own backend")
    given = parser.parse_args()
    print(build(given.name, given.destination, connect=given.connect))


if __name__ == "__main__":
    main()
