"""National codes of persons and legal ids of companies. Pure.

Both checks find any single wrong digit, with one gap each: a national code whose check digit is 1
(the remainders 1 and 10 share it) and a legal id whose check digit is 0 (the remainders 0 and 10).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from wallet.identifiers.reading import BadIdentifier, digits

CODE_DIGITS: Final = 10
LEGAL_DIGITS: Final = 11
MODULUS: Final = 11
_LEGAL_WEIGHTS = (29, 27, 23, 19, 17) * 2


class BadNationalCode(BadIdentifier):
    """The text is no national code."""

    kind = "national-code"


class BadLegalId(BadIdentifier):
    """The text is no legal id."""

    kind = "legal-id"


@dataclass(frozen=True)
class NationalCode:
    """A well-formed national code (کد ملی)."""

    number: str = field(repr=False)

    @property
    def masked(self) -> str:
        """The first three and the last two digits: ``001*****79``."""
        return f"{self.number[:3]}*****{self.number[-2:]}"


@dataclass(frozen=True)
class LegalId:
    """A well-formed legal id (شناسهٔ ملی)."""

    number: str


def read_national_code(text: str) -> NationalCode:
    """Read a national code of exactly ten digits; leading zeros are part of it.

    Raises BadNationalCode: not-digits, length, repeated, checksum.
    """
    number = digits(text, BadNationalCode)
    if len(number) != CODE_DIGITS:
        raise BadNationalCode("length")
    if len(set(number)) == 1:
        raise BadNationalCode("repeated")  # their sum is right, but nobody has them
    total = sum(int(number[i]) * (CODE_DIGITS - i) for i in range(CODE_DIGITS - 1))
    rest = total % MODULUS
    if int(number[-1]) != (rest if rest < 2 else MODULUS - rest):  # noqa: PLR2004  # two digits' worth
        raise BadNationalCode("checksum")
    return NationalCode(number)


def read_legal_id(text: str) -> LegalId:
    """Read a legal id of eleven digits. Raises BadLegalId: not-digits, length, checksum."""
    number = digits(text, BadLegalId)
    if len(number) != LEGAL_DIGITS:
        raise BadLegalId("length")
    shift = int(number[9]) + 2
    weighed = zip(number[:10], _LEGAL_WEIGHTS, strict=True)
    total = sum((int(digit) + shift) * weight for digit, weight in weighed)
    if total % MODULUS % 10 != int(number[10]):  # ten becomes zero
        raise BadLegalId("checksum")
    return LegalId(number)
