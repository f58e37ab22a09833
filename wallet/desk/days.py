"""A day as people type it, in either calendar; and the filter that asks for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from persiantools.jdatetime import JalaliDate

from core.templatetags.ui import jalali, jalali_short
from core.text import latin_digits
from wallet import timeline

SHAPE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
JALALI_YEARS_END = 1700  # no year of both calendars is in use at once


def day_of(text: str) -> date | None:
    """Return the day that «۱۴۰۵/۹/۴» or "2026-11-25" names, or None."""
    parts = SHAPE.fullmatch(latin_digits(text).strip())
    if parts is None:
        return None
    year, month, day = (int(part) for part in parts.groups())
    try:
        if year < JALALI_YEARS_END:
            named: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]  # its own types end here
            return named
        return date(year, month, day)
    except ValueError:
        return None


class DayFilter(admin.SimpleListFilter):
    """The transfers of one day, found by their ids: a day may be years back."""

    title = _("day")
    parameter_name = "day"
    template = "admin/wallet/day_filter.html"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.day = day_of(self.value() or "")
        self.span = None if self.day is None else timeline.span_of(self.day)
        self.typed = jalali_short(self.day) if self.day else (self.value() or "")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return today and yesterday; any other day is typed."""
        del request, model_admin
        today = timezone.localdate()
        yesterday = today - timedelta(days=1)
        return [(today.isoformat(), _("Today")), (yesterday.isoformat(), _("Yesterday"))]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # the stubs want a private type
        """Return the choices as links, and what else the form has to carry."""
        yield {
            "selected": not self.value(),
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Any day"),
            "carried": {
                name: value for name, value in changelist.params.items()
                if name != self.parameter_name
            },
            "typed": self.typed,
            "misread": bool(self.value()) and self.day is None,
            "shown": jalali(self.day) if self.day else "",
        }  # fmt: skip
        for value, title in self.lookup_choices:
            yield {
                "selected": self.day is not None and value == self.day.isoformat(),
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the day; none where nobody can read which day is meant."""
        del request
        if not self.value():
            return queryset
        if self.day is None:
            return queryset.none()
        begins, ends = timeline.hours_of(self.day)
        return queryset.filter(created_at__gte=begins, created_at__lt=ends)
