"""The numbers of a shop: from looking to paying, day by day, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import COUNT_GROUP_MIN
from core.templatetags.ui import jalali
from storefront.shops import numbers, quiet
from storefront.shops.models import Staff
from storefront.shops.numbers import Day, Top
from storefront.shops.pages.frame import page, show

SPANS = (7, 30, 90)
DEFAULT = 30
FULL = 100  # a bar's whole length
COLUMN = 10  # a day's width in the chart of days


@page("numbers")
def shown(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/numbers/?days=30``: three queries; ``form=csv`` gives the file."""
    span = _span(request)
    last = timezone.localtime(timezone.now(), quiet.TEHRAN).date()
    days = numbers.days_of(member.shop, last=last, count=span)
    if request.GET.get("form") == "csv":
        return _file(days, member.shop.slug)
    top = numbers.top_of(member.shop, last=last, count=span)
    context = {
        "tab": "numbers",
        "span": span,
        "spans": SPANS,
        "least": COUNT_GROUP_MIN,
        "funnel": _funnel(days),
        "rials": sum(one.rials for one in days),
        "days": _bars(days),
        "top": _top_bars(top),
        "width": len(days) * COLUMN,
        "first_day": days[-1].day,
        "last_day": days[0].day,
        "is_empty": not any(one.orders or one.rials or one.visitors != 0 for one in days),
        "hides": any(one.visitors is None for one in days),
    }
    return show(request, "numbers.html", member, context)


def _span(request: HttpRequest) -> int:
    typed = request.GET.get("days", "")
    return int(typed) if typed in {str(one) for one in SPANS} else DEFAULT


def _funnel(days: list[Day]) -> list[dict[str, Any]]:
    steps = [
        (_("Views of products"), _sum(one.views for one in days), "eye"),
        (_("Put into carts"), _sum(one.carts for one in days), "shopping-cart"),
        (_("Orders"), sum(one.orders for one in days), "package"),
    ]
    longest = max([1, *(n for _name, n, _icon in steps)])
    return [
        {"name": name, "icon": icon, "n": n, "length": round(n * FULL / longest)}
        for name, n, icon in steps
    ]


def _sum(found: Iterable[int | None]) -> int:
    return sum(one or 0 for one in found)


def _bars(days: list[Day]) -> list[dict[str, Any]]:
    longest = max([1, *(one.rials for one in days)])
    found = []
    for place, one in enumerate(days):
        length = round(one.rials * FULL / longest)
        x = (len(days) - 1 - place) * COLUMN  # the oldest stands at the start
        found.append({"at": one, "length": length, "top": FULL - length, "x": x})
    return found


def _top_bars(top: list[Top]) -> list[dict[str, Any]]:
    longest = max([1, *(one.rials for one in top)])
    return [{"at": one, "length": round(one.rials * FULL / longest)} for one in top]


def _file(days: list[Day], slug: str) -> HttpResponse:
    """Return the days as CSV; an empty cell stands where too few people were there."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([
        _("Day (Jalali)"), _("Day (ISO)"), _("Visitors"), _("Views of products"),
        _("Put into carts"), _("Orders"), _("Sales in rials"),
    ])  # fmt: skip
    for one in days:
        seen = ["" if n is None else n for n in (one.visitors, one.views, one.carts)]
        rows.writerow([jalali(one.day), one.day.isoformat(), *seen, one.orders, one.rials])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}-numbers.csv"'
    return answer
