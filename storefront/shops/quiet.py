"""The hours of Tehran in which nobody is told anything, wherever the server stands. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.limits import QUIET_FROM_HOUR, QUIET_UNTIL_HOUR

TEHRAN = ZoneInfo("Asia/Tehran")


def is_quiet(moment: datetime) -> bool:
    """Tell whether people sleep at this moment."""
    hour = moment.astimezone(TEHRAN).hour
    return hour >= QUIET_FROM_HOUR or hour < QUIET_UNTIL_HOUR


def heard_at(moment: datetime) -> datetime:
    """Return the moment itself, or the morning after it."""
    if not is_quiet(moment):
        return moment
    local = moment.astimezone(TEHRAN)
    morning = local.replace(hour=QUIET_UNTIL_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning >= local else morning + timedelta(days=1)


def day_of(moment: datetime) -> datetime:
    """Return the first instant of the day of Tehran in which a moment lies."""
    return moment.astimezone(TEHRAN).replace(hour=0, minute=0, second=0, microsecond=0)
