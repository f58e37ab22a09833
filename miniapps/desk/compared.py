"""``review.differences`` as a reviewer reads it: files and wishes with marks and words."""

from __future__ import annotations

from dataclasses import dataclass, field

from miniapps import review
from miniapps.models import Version, VersionFile
from miniapps.pages.asked import Wish, asked

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"


@dataclass(frozen=True)
class FileChange:
    """One path: what became of it, and its size; for one that is gone, the size it had."""

    path: str
    mark: str
    size_bytes: int


@dataclass(frozen=True)
class WishChange:
    """One thing asked for now or before; ``reason_before`` when only the reason changed."""

    wish: Wish
    mark: str
    reason_before: str = ""


@dataclass
class Compared:
    """Everything that differs. Without ``base`` all of it is new."""

    base: Version | None
    files: list[FileChange] = field(default_factory=list)
    wishes: list[WishChange] = field(default_factory=list)

    @property
    def changed_files(self) -> list[FileChange]:
        """The files that are not as they were."""
        return [one for one in self.files if one.mark != SAME]

    @property
    def same_files(self) -> list[FileChange]:
        """The files that nobody need read again."""
        return [one for one in self.files if one.mark == SAME]

    @property
    def counts(self) -> dict[str, int]:
        """How many files were added, removed, changed, left."""
        marks = [one.mark for one in self.files]
        return {mark: marks.count(mark) for mark in (ADDED, REMOVED, CHANGED, SAME)}

    @property
    def new_wishes(self) -> list[WishChange]:
        """What was not asked for before: the first thing a reviewer reads."""
        return [one for one in self.wishes if one.mark in (ADDED, CHANGED)]


def compared(version: Version) -> Compared:
    """Compare a version with the last approved one; the number of queries does not grow."""
    told = review.differences(version)
    marks = (
        dict.fromkeys(told.added, ADDED)
        | dict.fromkeys(told.removed, REMOVED)
        | dict.fromkeys(told.changed, CHANGED)
    )
    sizes = _sizes(told.base) | _sizes(version)
    files = [FileChange(path, marks.get(path, SAME), sizes[path]) for path in sorted(sizes)]
    return Compared(told.base, files, _wishes(version, told.base))


def _sizes(version: Version | None) -> dict[str, int]:
    if version is None:
        return {}
    rows = VersionFile.objects.filter(version=version)
    return dict(rows.values_list("path", "size_bytes"))


def _wishes(version: Version, base: Version | None) -> list[WishChange]:
    now = {(one.kind, one.key): one for one in asked(version).all}
    before = {} if base is None else {(one.kind, one.key): one for one in asked(base).all}
    found = []
    for key, wish in now.items():
        old = before.get(key)
        if old is None:
            found.append(WishChange(wish, ADDED))
        elif old.reason != wish.reason:
            found.append(WishChange(wish, CHANGED, old.reason))
        else:
            found.append(WishChange(wish, SAME))
    gone = [WishChange(wish, REMOVED) for key, wish in before.items() if key not in now]
    return sorted(found, key=lambda one: one.mark == SAME) + gone
