"""What a maker may take back: hide the app, archive or delete it, withdraw a version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from miniapps import actors, ending, governing, locking, releasing, routing
from miniapps.actors import Actor
from miniapps.models import App, Version
from miniapps.states import APP, VERSION
from miniapps.webhooks import endpoints


@transaction.atomic
def set_listed(*, app: App, actor: Actor, listed: bool, now: datetime) -> App:
    """Show the app or hide it; saying what is true already changes nothing.

    Raises AppStateForbids for an app that is not live.
    """
    held = locking.app(app.pk)
    if held.status == (App.Status.LIVE if listed else App.Status.UNLISTED):
        return held
    return (relist if listed else unlist)(app=held, actor=actor, now=now)


def unlist(*, app: App, actor: Actor, now: datetime) -> App:
    """Keep the app open for those who have its link, and show it nowhere."""
    return _move(app, "unlist", "miniapps.app.unlisted", actor=actor, now=now)


def relist(*, app: App, actor: Actor, now: datetime) -> App:
    """Show the app again."""
    return _move(app, "relist", "miniapps.app.relisted", actor=actor, now=now)


@transaction.atomic
def archive(*, app: App, actor: Actor, now: datetime) -> App:
    """Close the app for good and keep it for reading."""
    return _close(app, "archive", "miniapps.app.archived", actor=actor, now=now)


@transaction.atomic
def delete(*, app: App, actor: Actor, now: datetime) -> App:
    """Delete the app; its id, its slug and its origin are never given to another."""
    held = _close(app, "delete", "miniapps.app.deleted", actor=actor, now=now)
    endpoints.remove_all(app=held, now=now)
    return held


@transaction.atomic
def withdraw_version(*, version: Version, actor: Actor, now: datetime) -> Version:
    """Take a version back: no new launch, open ones end, the last good version returns."""
    app, held = locking.version(version.pk)
    held.state = VERSION.after("withdraw", held.state)
    held.save(update_fields=["state"])
    governing.withdraw_open_case(app, only=held)
    releasing.halt(app=app, version=held, actor=actor, now=now)
    ended = ending.end_of_version(held, reason="version-withdrawn", now=now)
    actors.record("miniapps.version.withdrawn", by=actor, of=held, launches=ended)
    routing.write_routes(app, now=now)
    return held


@transaction.atomic
def _move(app: App, action: str, event: str, *, actor: Actor, now: datetime) -> App:
    held = locking.app(app.pk)
    held.status = APP.after(action, held.status)
    held.save(update_fields=["status"])
    actors.record(event, by=actor, of=held)
    routing.write_routes(held, now=now)
    return held


def _close(app: App, action: str, event: str, *, actor: Actor, now: datetime) -> App:
    held = locking.app(app.pk)
    held.status = APP.after(action, held.status)
    held.save(update_fields=["status"])
    governing.withdraw_open_case(held)
    ended = ending.end_of_app(held, reason=f"app-{held.status}", now=now)
    actors.record(event, by=actor, of=held, launches=ended)
    routing.write_routes(held, now=now)
    return held
