"""Sheba numbers (Iran's IBAN): ``IR``, two check digits, bank, account. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from wallet.identifiers.banks import Bank, bank_of_sheba
from wallet.identifiers.reading import BadIdentifier, bare

SHEBA_DIGITS: Final = 24  # behind IR
BANK_DIGITS: Final = 3
_COUNTRY = "IR"
_COUNTRY_AS_DIGITS = "1827"  # I = 18, R = 27
_SHAPE = re.compile(r"([A-Z]{2})?([0-9]+)")


class BadSheba(BadIdentifier):
    """The text is no Sheba."""

    kind = "sheba"


@dataclass(frozen=True)
class Sheba:
    """A well-formed Sheba. ``bank`` is None where the bank's code is not in our table."""

    number: str
    bank: Bank | None

    @property
    def bank_code(self) -> str:
        """The bank's three digits."""
        return self.number[4 : 4 + BANK_DIGITS]

    @property
    def account(self) -> str:
        """The account's part without its leading zeros."""
        return self.number[4 + BANK_DIGITS :].lstrip("0") or "0"

    @property
    def grouped(self) -> str:
        """The number in groups of four, as cheque books print it."""
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))

    @property
    def masked(self) -> str:
        """Bank and the last four digits: ``IR05054***************9002``."""
        return masked(self.number)


def masked(number: str) -> str:
    """Return a Sheba with its middle hidden: bank and the last four digits stay."""
    shown = 4 + BANK_DIGITS
    return f"{number[:shown]}{'*' * (len(number) - shown - 4)}{number[-4:]}"


def read_sheba(text: str) -> Sheba:
    """Read a Sheba, with or without ``IR`` before it.

    Raises BadSheba: not-digits, country, length, checksum.
    """
    match = _SHAPE.fullmatch(bare(text, BadSheba).upper())
    if match is None:
        raise BadSheba("not-digits")
    country, numerals = match.groups()
    if country not in (None, _COUNTRY):
        raise BadSheba("country")
    if len(numerals) != SHEBA_DIGITS:
        raise BadSheba("length")
    if numerals[:2] != check_digits(numerals[2:]):
        raise BadSheba("checksum")
    return Sheba(_COUNTRY + numerals, bank_of_sheba(numerals[2 : 2 + BANK_DIGITS]))


def check_digits(rest: str) -> str:
    """Return the two digits that belong before bank and account (ISO 7064, mod 97-10).

    They are computed and compared, not only divided: 00, 01 and 99 leave the same remainders as 97,
    98 and 02 but are never issued.
    """
    return f"{98 - int(rest + _COUNTRY_AS_DIGITS + '00') % 97:02d}"
