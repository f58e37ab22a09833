"""Giving a version to people: to some of them first, then to all, and back again.

Upload, review and release are three things; approval only permits a release. The dev and preview
channels need no review and reach nobody but the maker's team and reviewers.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from miniapps import access, actors, locking, routing
from miniapps.actors import Actor
from miniapps.errors import NotApproved, NothingToRollBackTo, ReleaseForTeamIsWhole
from miniapps.models import App, Release, Submission, Version
from miniapps.states import APP, RELEASE, VERSION

Channel, State = Release.Channel, Release.State
WHOLE = 100  # percent


@transaction.atomic
def release(
    *, app: App, version: Version, channel: str, actor: Actor, now: datetime, percent: int = WHOLE
) -> Release:
    """Give a version to ``percent`` of the people of a channel; 100 ends what was before it.

    Giving what is given already changes nothing. Raises, the first that applies: InvalidInput,
    ReleaseForTeamIsWhole, AppStateForbids, VersionStateForbids, NotApproved.
    """
    _refuse_bad_percent(percent)
    if channel not in Channel.values:
        raise InvalidInput([Fault("#/channel", "must be dev, preview or production", "choice")])
    if channel != Channel.PRODUCTION and percent != WHOLE:
        raise ReleaseForTeamIsWhole
    held, version = locking.version(version.pk)
    if held.pk != app.pk:
        raise NotFound
    public = channel == Channel.PRODUCTION
    status = APP.after("release" if public else "release_to_team", held.status)
    VERSION.after("release", version.state)
    if public and not is_approved(version):
        raise NotApproved
    same = _current(held, channel).filter(version=version).first()
    if same is not None and (same.state == State.FULL or same.percent == percent):
        return same
    _make_way(held, channel, whole=percent == WHOLE, now=now)
    made = Release.objects.create(
        app=held,
        version=version,
        channel=channel,
        state=State.FULL if percent == WHOLE else State.ROLLING,
        percent=percent,
        released_by=actors.person_of(actor),
    )
    if status != held.status:
        held.status = status
        held.save(update_fields=["status"])
    actors.record(
        "miniapps.release.made", by=actor, of=made,
        version=version.public_id, channel=channel, percent=percent,
    )  # fmt: skip
    routing.write_routes(held, now=now)
    return made


@transaction.atomic
def set_percent(*, release: Release, percent: int, actor: Actor, now: datetime) -> Release:
    """Give a rolling release to more people or to fewer; 100 gives it to everyone.

    Raises InvalidInput, ReleaseStateForbids, VersionStateForbids.
    """
    _refuse_bad_percent(percent)
    app, held = locking.release(release.pk)
    APP.after("release", app.status)
    if held.state == State.FULL and percent == WHOLE:
        return held
    RELEASE.after("set_percent", held.state)
    VERSION.after("release", held.version.state)
    before = held.percent
    if percent == WHOLE:
        _end(_current(app, held.channel).exclude(pk=held.pk), State.SUPERSEDED, now=now)
        held.state = RELEASE.after("finish", held.state)
    held.percent = percent
    held.save(update_fields=["state", "percent"])
    actors.record("miniapps.release.percent_set", by=actor, of=held, percent=percent, before=before)
    routing.write_routes(app, now=now)
    return held


def pause(*, release: Release, actor: Actor, now: datetime) -> Release:
    """Give a rolling release to nobody for the time being; its open pages go on."""
    return _move(release, "pause", "miniapps.release.paused", actor=actor, now=now)


def resume(*, release: Release, actor: Actor, now: datetime) -> Release:
    """Let a paused release go on with the people it had."""
    return _move(release, "resume", "miniapps.release.resumed", actor=actor, now=now)


@transaction.atomic
def roll_back(*, app: App, channel: str, actor: Actor, now: datetime) -> Release:
    """Return to the last good version: drop what is rolling, or what is full.

    Returns the release that people get from now on. Raises AppStateForbids, NothingToRollBackTo.
    """
    held = locking.app(app.pk)
    APP.after("release" if channel == Channel.PRODUCTION else "release_to_team", held.status)
    current = {found.state: found for found in _current(held, channel).select_related("version")}
    bad = current.get(State.ROLLING) or current.get(State.PAUSED) or current.get(State.FULL)
    if bad is None:
        raise NothingToRollBackTo
    full = current.get(State.FULL)
    if bad is full or full is None:
        full = _last_good(held, channel, actor=actor, now=now, instead_of=bad)
    else:
        _leave(bad, "roll_back", now=now)
    actors.record(
        "miniapps.release.rolled_back", by=actor, of=bad, to=full.version.public_id, channel=channel
    )
    routing.write_routes(held, now=now)
    return full


def halt(*, app: App, version: Version, actor: Actor, now: datetime) -> None:
    """Take a version out of every channel; where it was full, the last good one returns.

    For versions that are blocked or withdrawn; the caller holds the app and writes the routes.
    """
    given = Release.objects.filter(app=app, version=version, state__in=routing.IN_USE)
    for bad in given.select_for_update():
        was_full = bad.state == State.FULL
        _leave(bad, "halt", now=now)
        actors.record("miniapps.release.halted", by=actor, of=bad, channel=bad.channel)
        if was_full:
            good = _find_last_good(app, bad.channel, version)
            if good is not None:
                _give_again(app, bad.channel, good, actor=actor)


def chosen_version(app: App, person: Person, channel: str) -> Version | None:
    """Return the version this person gets on a channel now, or None if there is none for him.

    Sticky: while a release rolls, a person who has it keeps it, also when the percentage grows.
    """
    if channel != Channel.PRODUCTION and not access.may_preview(person, app):
        return None
    found = {
        given.state: given
        for given in _current(app, channel)
        .filter(state__in=[State.FULL, State.ROLLING], version__state=Version.State.READY)
        .select_related("version")
    }
    rolling, full = found.get(State.ROLLING), found.get(State.FULL)
    if rolling is not None and bucket(app, rolling, person) < rolling.percent:
        return rolling.version
    return None if full is None else full.version


def bucket(app: App, given: Release, person: Person) -> int:
    """Return the person's place from 0 to 99 in one release: the same each time, even over all."""
    text = f"{app.public_id}:{given.public_id}:{person.public_id}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % WHOLE


def is_approved(version: Version) -> bool:
    """Tell whether reviewers have approved exactly these bytes."""
    return version.submissions.filter(state=Submission.State.APPROVED).exists()


def _current(app: App, channel: str) -> QuerySet[Release]:
    return Release.objects.filter(app=app, channel=channel, state__in=routing.IN_USE)


def _make_way(app: App, channel: str, *, whole: bool, now: datetime) -> None:
    rows = _current(app, channel)
    _end(rows if whole else rows.exclude(state=State.FULL), State.SUPERSEDED, now=now)


def _end(rows: QuerySet[Release], state: str, *, now: datetime) -> None:
    for row in rows.select_for_update():
        RELEASE.after("supersede", row.state)
    rows.update(state=state, ended_at=now)


def _leave(bad: Release, action: str, *, now: datetime) -> None:
    bad.state = RELEASE.after(action, bad.state)
    bad.ended_at = now
    bad.save(update_fields=["state", "ended_at"])


def _last_good(
    app: App, channel: str, *, actor: Actor, now: datetime, instead_of: Release
) -> Release:
    good = _find_last_good(app, channel, instead_of.version)
    if good is None:
        raise NothingToRollBackTo
    _leave(instead_of, "roll_back", now=now)
    return _give_again(app, channel, good, actor=actor)


def _find_last_good(app: App, channel: str, bad: Version) -> Version | None:
    """Return the newest version that once was given to everyone and is still in order."""
    earlier = Release.objects.filter(
        app=app,
        channel=channel,
        state=State.SUPERSEDED,
        percent=WHOLE,
        version__state=Version.State.READY,
    ).exclude(version=bad)
    last = earlier.select_related("version").order_by("-ended_at", "-pk").first()
    return None if last is None else last.version


def _give_again(app: App, channel: str, version: Version, *, actor: Actor) -> Release:
    made = Release.objects.create(
        app=app,
        version=version,
        channel=channel,
        state=State.FULL,
        percent=WHOLE,
        released_by=actors.person_of(actor),
    )
    actors.record(
        "miniapps.release.made", by=actor, of=made,
        version=version.public_id, channel=channel, percent=WHOLE,
    )  # fmt: skip
    return made


@transaction.atomic
def _move(release: Release, action: str, event: str, *, actor: Actor, now: datetime) -> Release:
    app, held = locking.release(release.pk)
    held.state = RELEASE.after(action, held.state)
    held.save(update_fields=["state"])
    actors.record(event, by=actor, of=held)
    routing.write_routes(app, now=now)
    return held


def _refuse_bad_percent(percent: int) -> None:
    if not 1 <= percent <= WHOLE:
        raise InvalidInput([Fault("#/percent", "must be a number from 1 to 100", "range")])
