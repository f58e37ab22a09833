"""The page of a month: what came, what went, on what, and how that was the month before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from core.problems import NotFound
from core.templatetags.ui import percent
from identity.pages import person_of
from storefront.bank import months
from storefront.bank.calendar import Month, month_of, read_month
from storefront.bank.categories import ICONS, Category
from storefront.bank.pages import accounts_of, page

FULL = 100  # a bar's whole length
MARK = 1  # the width of the mark of the month before


@page
def month(request: HttpRequest, code: str = "") -> HttpResponse:
    """``/wallet/months/<1405-09>/``: a month in sums; without a code, this month.

    Raises NotFound for what is no month, or has not begun.
    """
    person, this = person_of(request), month_of(timezone.now())
    wanted = read_month(code) if code else this
    if wanted is None or wanted > this:
        raise NotFound
    live, _test = accounts_of(person)
    found = months.Compared(wanted, months.Sums(), months.Sums())
    if live is not None:
        found = months.compared(live, person, wanted)
    context = {
        "month": wanted,
        "after": wanted.after if wanted < this else None,
        "now": found.now,
        "figures": _figures(found),
        "went": _bars(found.now.went, found.before.went),
        "came": _bars(found.now.came, found.before.came),
    }
    return render(request, "storefront/bank_month.html", context)


def _figures(found: months.Compared) -> list[dict[str, Any]]:
    now, before = found.now, found.before
    return [
        {"name": _("Came in"), "rials": now.came_rials,
         "change": change(now.came_rials, before.came_rials, found.month.before)},
        {"name": _("Went out"), "rials": -now.went_rials,
         "change": change(now.went_rials, before.went_rials, found.month.before)},
        {"name": _("Left over"), "rials": now.net_rials, "change": ""},
    ]  # fmt: skip


def change(now: int, before: int, month_before: Month) -> str:
    """Say how much more or less it is than the month before; nothing where there was nothing."""
    if not before:
        return ""
    share = (now - before) * FULL / before
    said = {"share": percent(abs(share)), "month": month_before.name}
    if round(share) == 0:
        return _("as in %(month)s") % said
    if share > 0:
        return _("%(share)s more than in %(month)s") % said
    return _("%(share)s less than in %(month)s") % said


def _bars(now: dict[str, int], before: dict[str, int]) -> list[dict[str, Any]]:
    """Return a bar for each category, the longest first, with a mark where it was before."""
    longest = max([1, *now.values(), *before.values()])
    names = sorted(now.keys() | before.keys(), key=lambda name: -now.get(name, 0))
    return [
        {
            "category": Category(name),
            "icon": ICONS[name],
            "rials": now.get(name, 0),
            "before_rials": before.get(name, 0),
            "length": round(now.get(name, 0) * FULL / longest),
            "mark": min(FULL - MARK, round(before.get(name, 0) * FULL / longest)),
        }
        for name in names
    ]
