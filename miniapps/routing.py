"""What the assets process is told: for each origin label, which versions it serves.

Route rows are written here and nowhere else, in the transaction that changes what they say.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core.limits import OLD_VERSION_GRACE, PREVIEW_VERSIONS_MAX
from miniapps.models import App, Release, Route, Submission, Version

DIGEST_CHARS = 16  # characters of a digest in an address
LABEL_RANDOM_CHARS = 8
RETIRE_LOOKBACK = timedelta(days=2)  # a worker that slept longer finds old versions still routed
IN_USE = (Release.State.FULL, Release.State.ROLLING, Release.State.PAUSED)
SERVED = (Version.State.READY, Version.State.BLOCKED_SOFT)
OPEN_TO_TEAM = (App.Status.DRAFT, App.Status.IN_REVIEW, App.Status.LIVE, App.Status.UNLISTED)


def label_of(app: App, channel: str) -> str:
    """Return the origin label of a channel: the app's own, or one that cannot be guessed."""
    if channel == Release.Channel.PRODUCTION:
        return app.label
    seal = hmac.digest(
        settings.SECRET_KEY.encode(), f"route:{app.public_id}:{channel}".encode(), hashlib.sha256
    )
    return (
        f"{app.label}--{channel[0]}{base64.b32encode(seal).decode().lower()[:LABEL_RANDOM_CHARS]}"
    )


def preview_label(version: Version) -> str:
    """Return the label of the origin on which the version can be seen before its release."""
    return label_of(version.app, Release.Channel.PREVIEW)


def write_routes(app: App, *, now: datetime) -> None:
    """Write what is served of the app on each channel; the caller holds the app's row."""
    _write(app, Release.Channel.PRODUCTION, _production(app, now))
    team = _served_to_team(app)
    for channel in (Release.Channel.DEV, Release.Channel.PREVIEW):
        _write(app, channel, _for_team(app, channel, team))


def _write(app: App, channel: str, record: dict[str, Any]) -> None:
    """Write one row, unless it says the same already: each write makes every poller look."""
    label = label_of(app, channel)
    if Route.objects.filter(label=label, record=record).exists():
        return
    Route.objects.update_or_create(label=label, defaults={"app": app, "record": record})


def _record(app: App, status: str) -> dict[str, Any]:
    return {"app": app.public_id, "status": status, "versions": {}, "default": None}


def _production(app: App, now: datetime) -> dict[str, Any]:
    record = _record(app, App.Status.LIVE if app.can_be_launched else app.status)
    if not app.can_be_launched:
        return record
    releases = (
        Release.objects.filter(app=app, channel=Release.Channel.PRODUCTION)
        .filter(Q(state__in=IN_USE) | Q(ended_at__gt=now - OLD_VERSION_GRACE))
        .filter(version__state__in=SERVED)
        .select_related("version")
        .order_by("pk")
    )
    for release in sorted(releases, key=lambda found: found.state in IN_USE):
        until = None if release.state in IN_USE else _grace_end(release)
        _enter(record, release.version, until)
    for state in (Release.State.PAUSED, Release.State.ROLLING, Release.State.FULL):
        for release in releases:
            if release.state == state and release.version.state == Version.State.READY:
                record["default"] = _short(release.version)
    return record


def _for_team(app: App, channel: str, versions: list[Version]) -> dict[str, Any]:
    record = _record(app, App.Status.LIVE if app.status in OPEN_TO_TEAM else app.status)
    if app.status not in OPEN_TO_TEAM:
        return record
    for version in versions:
        _enter(record, version, None)
    given = Release.objects.filter(app=app, channel=channel, state=Release.State.FULL)
    release = given.select_related("version").first()
    if release is not None and release.version.state == Version.State.READY:
        _enter(record, release.version, None)
        record["default"] = _short(release.version)
    return record


def _served_to_team(app: App) -> list[Version]:
    """Return the newest ready versions and the one that is in review."""
    ready = Version.objects.filter(app=app, state=Version.State.READY, digest__isnull=False)
    newest = list(ready.order_by("-number")[:PREVIEW_VERSIONS_MAX])
    in_review = ready.filter(
        submissions__state__in=[Submission.State.QUEUED, Submission.State.CLAIMED]
    )
    return [*newest, *(version for version in in_review if version not in newest)]


def _enter(record: dict[str, Any], version: Version, until: str | None) -> None:
    assert version.digest is not None
    record["versions"][_short(version)] = {"digest": version.digest, "until": until}


def _grace_end(release: Release) -> str:
    assert release.ended_at is not None
    return (release.ended_at + OLD_VERSION_GRACE).isoformat()


def _short(version: Version) -> str:
    assert version.digest is not None
    return version.digest[:DIGEST_CHARS]


def retire_old_versions(*, now: datetime) -> int:
    """Write the routes of apps anew whose superseded versions have had their time.

    Returns how many apps there were. One app a transaction, so that nobody waits for all.
    """
    over = Release.objects.filter(
        channel=Release.Channel.PRODUCTION,
        ended_at__lte=now - OLD_VERSION_GRACE,
        ended_at__gt=now - OLD_VERSION_GRACE - RETIRE_LOOKBACK,
    )
    keys = sorted(set(over.values_list("app_id", flat=True)))
    for key in keys:
        with transaction.atomic():
            write_routes(App.objects.select_for_update().get(pk=key), now=now)
    return len(keys)
