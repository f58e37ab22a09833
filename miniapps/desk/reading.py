"""Files of a version as text to read: numbered lines, and what changed in them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from django.conf import settings

from core.limits import DESK_DIFF_LINES_MAX, DESK_LINE_CHARS_MAX, DESK_TEXT_BYTES_MAX
from core.problems import NotFound
from miniapps.models import Version, VersionFile
from miniapps.storage import Store

TEXT = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
CONTEXT_LINES = 4
KINDS = {"+": "added", "-": "removed", "@": "place"}


@dataclass(frozen=True)
class Line:
    """One line to show. ``number`` is None where a line has none."""

    text: str
    number: int | None = None
    kind: str = ""


@dataclass
class Reading:
    """A file for the eyes: its lines, or why there are none."""

    path: str
    media_type: str
    size_bytes: int
    lines: list[Line] = field(default_factory=list)
    changes: list[Line] = field(default_factory=list)
    is_text: bool = True
    is_cut: bool = False
    is_too_long_to_compare: bool = False


def read(version: Version, base: Version | None, path: str) -> Reading:
    """Return a file of the version, compared with the base's. Raises NotFound."""
    now = version.files.filter(path=path).first()
    before = None if base is None else base.files.filter(path=path).first()
    known = now or before
    if known is None:
        raise NotFound
    found = Reading(path, known.media_type, known.size_bytes)
    if not known.media_type.startswith(TEXT):
        found.is_text = False
        return found
    new, new_cut = _lines(now)
    old, old_cut = _lines(before)
    found.is_cut = new_cut if now is not None else old_cut
    shown = new if now is not None else old
    found.lines = [Line(_short(text), number) for number, text in enumerate(shown, start=1)]
    if base is not None and new != old:
        found.changes, found.is_too_long_to_compare = _changes(old, new)
    return found


def _lines(file: VersionFile | None) -> tuple[list[str], bool]:
    """Return the lines of a file's first DESK_TEXT_BYTES_MAX bytes, and whether more follow."""
    if file is None:
        return [], False
    with Store(settings.STORE).open(file.sha256) as stream:
        content = stream.read(DESK_TEXT_BYTES_MAX)
    text = content.decode("utf-8", errors="replace")
    return text.splitlines(), file.size_bytes > DESK_TEXT_BYTES_MAX


def _changes(old: list[str], new: list[str]) -> tuple[list[Line], bool]:
    """Return a unified difference, and whether the files are too long for one."""
    if len(old) + len(new) > DESK_DIFF_LINES_MAX:
        return [], True
    told = difflib.unified_diff(old, new, lineterm="", n=CONTEXT_LINES)
    lines = []
    for place, text in enumerate(told):
        if place < 2:  # noqa: PLR2004  # the two lines that name the files
            continue
        lines.append(Line(_short(text), kind=KINDS.get(text[:1], "")))
    return lines, False


def _short(text: str) -> str:
    return text if len(text) <= DESK_LINE_CHARS_MAX else text[:DESK_LINE_CHARS_MAX] + " …"
