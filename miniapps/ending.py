"""Ending many launches at once: the pages are told and close within seconds."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from core import live
from miniapps.models import App, Version

END = """
update miniapps_launch set ended_at = %s, end_reason = %s
where ended_at is null and {which} returning public_id
"""


def end_of_app(app: App, *, reason: str, now: datetime) -> int:
    """End every open launch of the app; return how many there were."""
    return _end("app_id = %s", [app.pk], reason=reason, now=now)


def end_of_version(version: Version, *, reason: str, now: datetime) -> int:
    """End every open launch of the version; return how many there were."""
    which = "app_id = %s and version_id = %s"
    return _end(which, [version.app_id, version.pk], reason=reason, now=now)


def end_expired(*, now: datetime) -> int:
    """End the launches whose time is over; return how many there were."""
    return _end("expires_at <= %s", [now], reason="expired", now=now)


def _end(which: str, values: list[int | datetime], *, reason: str, now: datetime) -> int:
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(END.format(which=which), [now, reason, *values])
        ended = [public_id for (public_id,) in cursor.fetchall()]
    for launch in ended:
        news = {"launch": launch, "reason": reason}
        live.publish_on_commit(f"launch.{launch}", "launch.ended", news)
    return len(ended)
