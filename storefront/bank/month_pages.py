"""The page of a month: what came, what went, on what, and how that was the month before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.problems import NotFound
from core.templatetags.ui import percent
from identity.pages import person_of
from storefront.bank import insight, months
from storefront.bank.categories import ICONS, Category
from storefront.bank.pages import accounts_of, page
from storefront.calendar import Month, month_of, read_month

CLOSED = "bank_closed"  # in the session: months whose card was closed
CLOSED_MAX = 24
FULL = 100  # a bar's whole length
MARK = 1  # the width of the mark of the month before


@page
def month(request: HttpRequest, month_code: str = "") -> HttpResponse:
    """``/wallet/months/<1405-09>/``: a month in sums; without a code, this month.

    Raises NotFound for what is no month, or has not begun.
    """
    person, this = person_of(request), month_of(timezone.now())
    wanted = read_month(month_code) if month_code else this
    if wanted is None or wanted > this:
        raise NotFound
    live, _test = accounts_of(person)
    found = months.Compared(wanted, months.Sums(), months.Sums())
    if live is not None:
        found = months.compared(live, person, wanted)
    context = {
        "month": wanted,
        "after": wanted.after if wanted < this else None,
        "insight": _insight(request, found, is_over=wanted < this),
        "figures": _figures(found),
        "went": _bars(found.now.went, found.before.went),
        "came": _bars(found.now.came, found.before.came),
    }
    return render(request, "storefront/bank_month.html", context)


def _insight(
    request: HttpRequest, found: months.Compared, *, is_over: bool
) -> dict[str, Any] | None:
    """Return the one card of a month, unless it was closed or there is nothing to say."""
    if found.month.code in request.session.get(CLOSED, []):
        return None
    one = insight.of_month(found, is_over=is_over)
    if one is None:
        return None
    return {
        "category": Category(one.category).label,
        "icon": ICONS[one.category],
        "rose": one.percent > 0,
        "percent": abs(one.percent),
        "now": one.now,
        "before": one.before,
    }


@never_cache
@login_required
@require_POST
def close(request: HttpRequest, month_code: str) -> HttpResponse:
    """Close the card of a month on this device; twice is as good as once."""
    closing = read_month(month_code)
    if closing is None:
        raise NotFound
    closed = [one for one in request.session.get(CLOSED, []) if one != closing.code]
    request.session[CLOSED] = [*closed, closing.code][-CLOSED_MAX:]
    answer = HttpResponseRedirect(reverse("wallet_month", args=[closing.code]))
    answer.status_code = 303
    return answer


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
