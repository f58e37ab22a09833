"""The worker's door of the messenger."""

from __future__ import annotations

from core.jobs import task


@task("messenger.fold_members", quick=True)
def fold_members() -> int:
    """Bring the numbers of followers up to date."""
    from messenger import headcount

    return headcount.fold()
