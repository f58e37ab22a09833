"""From what was typed to plain digits, and the root of the refusals. Pure.

    BadIdentifier (ValueError)
    ├── BadCard          not-digits length checksum unassigned
    ├── BadSheba         not-digits length country checksum
    ├── BadNationalCode  not-digits length checksum repeated
    ├── BadLegalId       not-digits length checksum
    ├── BadMobile        not-digits length not-mobile
    └── BadBill          not-digits length kind bill-checksum payment-checksum pair-checksum

No refusal repeats the identifier: texts of exceptions end in logs.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from core.text import latin_digits

TYPED_CHARS_MAX: Final = 64  # characters of an identifier with all its separators
# Spaces, dashes of all lengths, half-spaces, and the marks of direction that copying brings along.
_SEPARATORS = re.compile(
    r"[\s\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\-\u2010-\u2015\u2212]+"
)
_DIGITS = re.compile(r"[0-9]+")


class BadIdentifier(ValueError):
    """The text is no identifier of its kind. ``reason`` is stable, for programs."""

    kind: ClassVar[str] = "identifier"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{self.kind}: {reason}")


def bare(text: str, refusal: type[BadIdentifier]) -> str:
    """Return the text without separators and with Latin digits; raise ``refusal`` if too long."""
    if len(text) > TYPED_CHARS_MAX:
        raise refusal("length")
    return _SEPARATORS.sub("", latin_digits(text))


def digits(text: str, refusal: type[BadIdentifier]) -> str:
    """Return the bare text if it is digits only; raise ``refusal`` else.

    Only 0-9, ۰-۹ and ٠-٩ count: Python's own ``isdigit`` takes superscripts too.
    """
    plain = bare(text, refusal)
    if not _DIGITS.fullmatch(plain):
        raise refusal("not-digits")
    return plain
