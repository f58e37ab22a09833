"""What the platform may do to an app or a version, each with a reason and at once.

New launches stop with the commit; open ones are ended by news to their pages; the routes change in
the same transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core import audit
from core.problems import NotAllowed
from identity.models import Person
from miniapps import ending, locking, releasing, routing
from miniapps.errors import ReasonsMissing
from miniapps.models import App, Submission, Version
from miniapps.states import APP, BEFORE, SUBMISSION, VERSION

PERMISSION = "miniapps.suspend_app"
OPEN_CASE = (
    Submission.State.QUEUED,
    Submission.State.CLAIMED,
    Submission.State.CHANGES_REQUESTED,
)


@transaction.atomic
def suspend(*, app: App, actor: Person, reason: str, now: datetime) -> App:
    """Take the app from everybody until ``restore``.

    Raises NotAllowed, ReasonsMissing, AppStateForbids.
    """
    _require(actor, reason)
    held = locking.app(app.pk)
    before, held.status = held.status, APP.after("suspend", held.status)
    held.status_before = before
    held.save(update_fields=["status", "status_before"])
    return _closed(held, "miniapps.app.suspended", actor=actor, reason=reason, now=now)


@transaction.atomic
def restore(*, app: App, actor: Person, reason: str, now: datetime) -> App:
    """Give a suspended app back as it was. Raises NotAllowed, ReasonsMissing, AppStateForbids."""
    _require(actor, reason)
    held = locking.app(app.pk)
    after = APP.after("restore", held.status)
    held.status = held.status_before if after == BEFORE else after
    held.status_before = ""
    held.save(update_fields=["status", "status_before"])
    audit.record("miniapps.app.restored", by=actor, of=held, reason=reason, status=held.status)
    routing.write_routes(held, now=now)
    return held


@transaction.atomic
def ban(*, app: App, actor: Person, reason: str, now: datetime) -> App:
    """Take the app away for good; its open case is closed. Raises as ``suspend``."""
    _require(actor, reason)
    held = locking.app(app.pk)
    held.status = APP.after("ban", held.status)
    held.save(update_fields=["status"])
    withdraw_open_case(held)
    return _closed(held, "miniapps.app.banned", actor=actor, reason=reason, now=now)


@transaction.atomic
def block_version(
    *, version: Version, actor: Person, reason: str, hard: bool, now: datetime
) -> Version:
    """Stop new launches of a version; ``hard`` also ends the open ones and serves no byte more.

    Where it was given to everyone, the last good version returns. Raises NotAllowed,
    ReasonsMissing, VersionStateForbids.
    """
    _require(actor, reason)
    app, held = locking.version(version.pk)
    held.state = VERSION.after("block_hard" if hard else "block_soft", held.state)
    held.save(update_fields=["state"])
    withdraw_open_case(app, only=held)
    releasing.halt(app=app, version=held, actor=actor, now=now)
    ended = ending.end_of_version(held, reason="version-blocked", now=now) if hard else 0
    audit.record(
        "miniapps.version.blocked", by=actor, of=held, reason=reason, hard=hard, launches=ended
    )
    routing.write_routes(app, now=now)
    return held


@transaction.atomic
def unblock_version(*, version: Version, actor: Person, reason: str, now: datetime) -> Version:
    """Lift a soft block; the maker may release the version again. Raises as ``block_version``."""
    _require(actor, reason)
    app, held = locking.version(version.pk)
    held.state = VERSION.after("unblock", held.state)
    held.save(update_fields=["state"])
    audit.record("miniapps.version.unblocked", by=actor, of=held, reason=reason)
    routing.write_routes(app, now=now)
    return held


def withdraw_open_case(app: App, *, only: Version | None = None) -> None:
    """Close the app's open case, or only the one about a version; the caller holds the app."""
    case = Submission.objects.select_for_update().filter(app=app, state__in=OPEN_CASE).first()
    if case is not None and (only is None or case.version_id == only.pk):
        case.state = SUBMISSION.after("withdraw", case.state)
        case.claimed_by = case.claimed_until = None
        case.save(update_fields=["state", "claimed_by", "claimed_until"])


def _closed(app: App, event: str, *, actor: Person, reason: str, now: datetime) -> App:
    ended = ending.end_of_app(app, reason=f"app-{app.status}", now=now)
    audit.record(event, by=actor, of=app, reason=reason, launches=ended)
    routing.write_routes(app, now=now)
    return app


def _require(actor: Person, reason: str) -> None:
    if not actor.has_perm(PERMISSION):
        raise NotAllowed
    if not reason.strip():
        raise ReasonsMissing
