"""Refusals of the wallet in whole sentences, with the facts of the case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.problems import Problem
from core.templatetags.ui import clock, digits, jalali_time, toman


def explained(problem: Problem, *, now: datetime) -> str:
    """Return what happened and what to do, with the facts of this case, in whole sentences."""
    tell = _TOLD.get(problem.code)
    return tell(problem.members, now) if tell else f"{problem.title}. {problem.remedy}"


def until(now: datetime, seconds: int) -> str:
    """Return the minute at which a wait is surely over."""
    end = now + timedelta(seconds=seconds + 59)
    same_day = timezone.localdate(end) == timezone.localdate(now)
    return clock(end) if same_day else jalali_time(end)


def _limit(facts: Mapping[str, Any], _now: datetime) -> str:
    limit = toman(facts["limit_rials"])
    if facts["period"] == "transaction":
        return _("At your level one payment may be %(limit)s at most.") % {"limit": limit}
    words = (
        _("You may pay %(limit)s in a day and have paid %(spent)s. It frees at %(time)s.")
        if facts["period"] == "day"
        else _("You may pay %(limit)s in a month and have paid %(spent)s. It frees at %(time)s.")
    )
    frees_at = parse_datetime(facts["frees_at"] or "")
    return words % {
        "limit": limit,
        "spent": toman(facts["spent_rials"]),
        "time": jalali_time(frees_at),
    }


def _wrong(facts: Mapping[str, Any], _now: datetime) -> str:
    left = facts["tries_left"]
    if not left:
        return _("The PIN was not right.")
    words = ngettext(
        "The PIN was not right. You can try %(n)s more time.",
        "The PIN was not right. You can try %(n)s more times.",
        left,
    )
    return words % {"n": digits(left)}


def _locked(facts: Mapping[str, Any], now: datetime) -> str:
    words = _("Too many wrong PINs. You can try again at %(time)s.")
    return words % {"time": until(now, facts["retry_after_s"])}


def _missing(facts: Mapping[str, Any], _now: datetime) -> str:
    if "missing_rials" not in facts:
        return _("There is not enough money in your wallet.")
    return _("%(amount)s is missing in your wallet.") % {"amount": toman(facts["missing_rials"])}


_TOLD: dict[str, Callable[[Mapping[str, Any], datetime], str]] = {
    "limit-exceeded": _limit,
    "pin-wrong": _wrong,
    "pin-locked": _locked,
    "insufficient-funds": _missing,
}
