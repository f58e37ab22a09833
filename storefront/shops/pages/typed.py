"""What people type into the forms of a shop: prices in toman, counts, days, lists of words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from persiantools.jdatetime import JalaliDate

from core.problems import Fault, InvalidInput
from core.text import latin_digits
from wallet.typed import BadAmount, read_toman

COUNT = re.compile(r"[0-9]{1,12}")
DAY = re.compile(r"([0-9]{4})[/\-.]([0-9]{1,2})[/\-.]([0-9]{1,2})")
GREGORIAN_FROM = 1700  # a year above is of the Gregorian calendar
_COMMAS = re.compile(r"[,،؛;\n]")
_CLUTTER = re.compile(r"[\s٬,\u200c\u2066-\u2069]+")


class Reading:
    """Fields of a form, read one by one; what cannot be read is kept as faults."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form = form
        self.faults: list[Fault] = []

    def refuse(self) -> None:
        """Raise InvalidInput when something could not be read."""
        if self.faults:
            raise InvalidInput(self.faults)

    def text(self, name: str) -> str:
        """Return a field without blanks at its ends."""
        return str(self._form.get(name, "")).strip()

    def toman(self, name: str, pointer: str) -> int:
        """Return the rials of an amount in toman; 0 and a fault when it is none."""
        try:
            return read_toman(self.text(name))
        except BadAmount as bad:
            code = "range" if bad.reason == "range" else "amount"
            self.faults.append(Fault(pointer, "is no amount in toman", code))
            return 0

    def toman_or_none(self, name: str, pointer: str) -> int | None:
        """Return the rials of an amount that may be left empty."""
        return self.toman(name, pointer) if self.text(name) else None

    def count(self, name: str, pointer: str) -> int:
        """Return a whole number; an empty field is 0."""
        bare = _CLUTTER.sub("", latin_digits(self.text(name)))
        if not bare:
            return 0
        if not COUNT.fullmatch(bare):
            self.faults.append(Fault(pointer, "is no number", "number"))
            return 0
        return int(bare)

    def day(self, name: str, pointer: str) -> date | None:
        """Return a day of the Persian or the Gregorian calendar; None for an empty field."""
        typed = latin_digits(self.text(name))
        if not typed:
            return None
        match = DAY.fullmatch(typed)
        try:
            year, month, day = map(int, match.groups() if match else ())
            if year > GREGORIAN_FROM:
                return date(year, month, day)
            return JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
        except ValueError:
            self.faults.append(Fault(pointer, "is no day", "day"))
            return None

    def words(self, name: str) -> list[str]:
        """Return what commas of either kind, or lines, divide."""
        return words_in(self.text(name))


def words_in(text: str) -> list[str]:
    """Return the parts between commas or lines, without empty ones."""
    return [part for one in _COMMAS.split(text) if (part := one.strip())]
