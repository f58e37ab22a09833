"""Which names an entry may have.

A name is only a key here: nothing is ever written under it. It still must mean one and the same
file on every system, in every URL and to every eye.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from miniapps.bundle.limits import Limits
from miniapps.bundle.report import Findings

FORBIDDEN = frozenset('\\:*?"<>|%')
INVISIBLE = {"Cf", "Co", "Cn", "Cs", "Zl", "Zp"}  # format, private, unassigned, surrogate, breaks
CONTROL = "Cc"
DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"]
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
RESERVED_PREFIX = "~"  # the platform's own files live under /~b/ and /~v/
SYSTEM_FOLDERS = frozenset({"__macosx", ".git", ".svn", ".hg", ".idea", ".vscode"})
DROPPED_FOLDERS = frozenset({"__macosx"})
DROPPED_FILES = frozenset(
    {".ds_store", "thumbs.db", "desktop.ini", ".gitkeep", ".nojekyll", ".htaccess"}
    | {"_redirects", "_headers", "cname", "web.config"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """An entry's place in the bundle: its path in NFC, without the slash that ends a folder."""

    path: str
    is_folder: bool


def is_dropped(name: str) -> bool:
    """Whether systems or other hosts put this file there and no mini-app needs it."""
    segments = name.rstrip("/").casefold().split("/")
    last = segments[-1]
    return (
        bool(DROPPED_FOLDERS.intersection(segments))
        or last in DROPPED_FILES
        or last.startswith("._")
    )


def check_name(name: str, limits: Limits, findings: Findings) -> str | None:
    """Give the path in NFC, or None after findings. Folders end in a slash."""
    # `tar` and bestzip write "./" before every name; it means nothing.
    name = name.removeprefix("./") or name
    rules = list(_faults(name, limits))
    for rule, facts in rules:
        findings.add(rule, name, None, **facts)
    if rules:
        return None
    path = unicodedata.normalize("NFC", name)
    if path != name:
        findings.add("name-normalised", path)
    return path.rstrip("/")


def _faults(name: str, limits: Limits) -> Iterable[tuple[str, dict[str, str | int]]]:
    categories = {unicodedata.category(char): char for char in name}
    if CONTROL in categories:
        yield "name-control-character", {}
    invisible = INVISIBLE.intersection(categories)
    if invisible:
        yield "name-invisible-character", {"code": f"U+{ord(categories[invisible.pop()]):04X}"}
    if name.startswith("/") or (name[1:2] == ":" and name[:1].isalpha()) or name[:2] == "\\\\":
        yield "name-absolute", {}
    if "\\" in name:
        yield "name-backslash", {}
    found = sorted(FORBIDDEN.intersection(name) - {"\\"})
    if found:
        yield "name-forbidden-character", {"characters": " ".join(found)}
    if len(name.encode("utf-8", "surrogatepass")) > limits.path_bytes_max:
        yield "name-too-long", {"limit": limits.path_bytes_max}
    body = name.removesuffix("/").replace("\\", "/")
    segments = body.removeprefix("/").split("/")
    if len(segments) > limits.path_depth_max:
        yield "name-too-deep", {"limit": limits.path_depth_max}
    if not {"", ".", ".."}.isdisjoint(segments):
        yield "name-traversal", {}
    yield from _segment_faults([part for part in segments if part not in ("", ".", "..")])


def _segment_faults(segments: list[str]) -> Iterable[tuple[str, dict[str, str | int]]]:
    if any(part.startswith(".") for part in segments):
        yield "name-dot-file", {}
    if any(part[-1] in ". " or part[0] == " " for part in segments):
        yield "name-trailing-dot", {}
    if any(part.split(".")[0].rstrip().casefold() in DEVICES for part in segments):
        yield "name-device", {}
    if segments and unicodedata.normalize("NFKC", segments[0]).startswith(RESERVED_PREFIX):
        yield "name-reserved", {"prefix": RESERVED_PREFIX}


def check_together(named: Iterable[Named], findings: Findings) -> set[str]:
    """Give the paths that clash: equal, equal but for case or form, or file and folder at once.

    Adds a finding for each.
    """
    spelling: dict[str, str] = {}
    kinds: dict[str, bool] = {}
    files: set[str] = set()
    clashing: set[str] = set()
    for entry in named:
        if not entry.is_folder:
            if entry.path in files:
                findings.add("name-duplicate", entry.path)
                clashing.add(entry.path)
                continue
            files.add(entry.path)
        segments = entry.path.split("/")
        for depth in range(1, len(segments) + 1):
            part = "/".join(segments[:depth])
            key = collision_key(part)
            is_folder = entry.is_folder or depth < len(segments)
            if spelling.setdefault(key, part) != part:
                findings.add("name-collision", entry.path, other=spelling[key])
                clashing.add(entry.path)
                break
            if kinds.setdefault(key, is_folder) != is_folder:
                findings.add("name-file-and-folder", entry.path, other=part)
                clashing.add(entry.path)
                break
    return clashing


def collision_key(path: str) -> str:
    """Give what two paths share when some system or reader would take them for the same."""
    folded = unicodedata.normalize("NFKC", path).casefold()
    return unicodedata.normalize("NFKC", folded)


def common_folder(paths: Iterable[str]) -> str:
    """Give the one top folder that all paths are in, with its slash, or nothing."""
    tops = {path.split("/", 1)[0] if "/" in path else "" for path in paths}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""
