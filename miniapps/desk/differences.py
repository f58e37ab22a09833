"""What a version changes against the last one that reviewers approved."""

from __future__ import annotations

from dataclasses import dataclass, field

from miniapps.models import Submission, Version, VersionFile
from miniapps.pages.asked import Wish, asked

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"


@dataclass(frozen=True)
class FileChange:
    """One path: what became of it, its size now and before."""

    path: str
    mark: str
    size_bytes: int | None
    size_before_bytes: int | None
    media_type: str


@dataclass(frozen=True)
class WishChange:
    """One thing asked for now or before; ``reason_before`` when only the reason changed."""

    wish: Wish
    mark: str
    reason_before: str = ""


@dataclass
class Differences:
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


def last_approved(version: Version) -> Version | None:
    """Return the newest other version of the app that reviewers approved."""
    case = (
        Submission.objects.filter(app=version.app_id, state=Submission.State.APPROVED)
        .exclude(version=version)
        .select_related("version")
        .order_by("-decided_at", "-pk")
        .first()
    )
    return None if case is None else case.version


def differences(version: Version) -> Differences:
    """Compare a version with the last approved one, in four queries."""
    base = last_approved(version)
    now = {one.path: one for one in version.files.all()}
    before = {} if base is None else {one.path: one for one in base.files.all()}
    files = [_file(path, now.get(path), before.get(path)) for path in sorted({*now, *before})]
    return Differences(base, files, _wishes(version, base))


def _file(path: str, now: VersionFile | None, before: VersionFile | None) -> FileChange:
    if now is None:
        mark = REMOVED
    elif before is None:
        mark = ADDED
    else:
        mark = SAME if now.sha256 == before.sha256 else CHANGED
    known = now or before
    assert known is not None
    return FileChange(
        path,
        mark,
        None if now is None else now.size_bytes,
        None if before is None else before.size_bytes,
        known.media_type,
    )


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
