"""Amounts and shares as people type them: in any digits, with or without separators."""

from __future__ import annotations

import re
from typing import Final

from core.templatetags.ui import RIALS_PER_TOMAN
from core.text import latin_digits
from wallet.money import AMOUNT_RIALS_MAX, Rials

TYPED_CHARS_MAX: Final = 40  # characters of an amount with its separators and unit
_MARKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_UNIT = re.compile(r"(تومان|تومن|toman)$", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}([,٬،'.][0-9]{3})+")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.٫/]([0-9]{1,2}))?[%٪]?")
_PLAIN = re.compile(r"[0-9]{1,15}")


class BadAmount(ValueError):
    """The text is no amount. ``reason`` is stable: required, not-digits or range."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"amount: {reason}")


def read_toman(text: str) -> Rials:
    """Return the rials of an amount typed in toman. Raises BadAmount.

    Separators are taken only where they stand between groups of three, so that «۱۲.۵» is refused
    and not read as ۱۲۵.
    """
    if len(text) > TYPED_CHARS_MAX:
        raise BadAmount("range")
    bare = _UNIT.sub("", _MARKS.sub("", latin_digits(text)))
    if not bare:
        raise BadAmount("required")
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"[^0-9]", "", bare)
    if not _PLAIN.fullmatch(bare):
        raise BadAmount("not-digits")
    amount = int(bare) * RIALS_PER_TOMAN
    if not 1 <= amount <= AMOUNT_RIALS_MAX:
        raise BadAmount("range")
    return Rials(amount)


def read_percent(text: str) -> int:
    """Return the basis points of a share typed in percent: «۰٫۷۵٪» is 75. Raises BadAmount."""
    if len(text) > TYPED_CHARS_MAX:
        raise BadAmount("range")
    bare = _MARKS.sub("", latin_digits(text))
    if not bare:
        raise BadAmount("required")
    match = _PERCENT.fullmatch(bare)
    if match is None:
        raise BadAmount("not-digits")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
