"""Months of the Persian calendar, by which money is counted, in the zone in force."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Final, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from persiantools.jdatetime import JalaliDate

from core.templatetags.ui import digits

MONTHS: Final = 12
FIRST_YEAR, LAST_YEAR = 1380, 1499  # between them the calendar is asked
NAMES: Final[tuple[Promise, ...]] = (
    _("Farvardin"), _("Ordibehesht"), _("Khordad"), _("Tir"), _("Mordad"), _("Shahrivar"),
    _("Mehr"), _("Aban"), _("Azar"), _("Dey"), _("Bahman"), _("Esfand"),
)  # fmt: skip
_SHAPE: Final = re.compile(r"([0-9]{4})-([0-9]{2})")


class Month(NamedTuple):
    """One month of the Persian calendar."""

    year: int
    month: int

    @property
    def code(self) -> str:
        """As it stands in an address: 1405-09."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def name(self) -> str:
        """As people say it: «آذر ۱۴۰۵» or "Azar 1405"."""
        return f"{NAMES[self.month - 1]} {digits(self.year)}"

    @property
    def before(self) -> Month:
        """The month before."""
        return Month(self.year, self.month - 1) if self.month > 1 else Month(self.year - 1, MONTHS)

    @property
    def after(self) -> Month:
        """The month after."""
        return Month(self.year, self.month + 1) if self.month < MONTHS else Month(self.year + 1, 1)

    @property
    def begins(self) -> datetime:
        """The first instant of the month in the time zone in force."""
        return midnight(self._first_day)

    @property
    def ends(self) -> datetime:
        """The first instant that is the next month's."""
        return self.after.begins

    @property
    def _first_day(self) -> date:
        day: date = JalaliDate(self.year, self.month, 1).to_gregorian()  # type: ignore[no-untyped-call]  # it types its results only
        return day


def midnight(day: date) -> datetime:
    """Return the first instant of a day in the time zone in force."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def month_of(moment: datetime) -> Month:
    """Return the month in which an instant lies."""
    day = JalaliDate(timezone.localtime(moment).date())  # type: ignore[no-untyped-call]  # see above
    return Month(day.year, day.month)


def read_month(text: str) -> Month | None:
    """Return the month that a code names, or None where it names none."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    month = Month(int(found[1]), int(found[2]))
    good = FIRST_YEAR <= month.year <= LAST_YEAR and 1 <= month.month <= MONTHS
    return month if good else None


def latest(now: datetime, count: int) -> list[Month]:
    """Return this month and those before it."""
    months = [month_of(now)]
    while len(months) < count:
        months.append(months[-1].before)
    return months
