"""Card numbers (PAN): sixteen digits and Luhn's sum. Pure.

The whole number is for asking a bank about it, never for storing: rows and pages keep ``masked``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from wallet.identifiers.banks import CARD_PREFIX_DIGITS, Bank, bank_of_card
from wallet.identifiers.reading import BadIdentifier, digits

CARD_DIGITS: Final = 16
SHOWN_AT_END: Final = 4
LARGEST_DIGIT: Final = 9


class BadCard(BadIdentifier):
    """The text is no card number."""

    kind = "card"


@dataclass(frozen=True)
class Card:
    """A well-formed card number. ``bank`` is None where the prefix is not in our table."""

    number: str = field(repr=False)
    bank: Bank | None

    @property
    def masked(self) -> str:
        """First six and last four digits, as receipts show them: ``603799******7893``."""
        hidden = "*" * (CARD_DIGITS - CARD_PREFIX_DIGITS - SHOWN_AT_END)
        return f"{self.number[:CARD_PREFIX_DIGITS]}{hidden}{self.number[-SHOWN_AT_END:]}"


def read_card(text: str) -> Card:
    """Read a card number. Raises BadCard: not-digits, length, unassigned, checksum."""
    number = digits(text, BadCard)
    if len(number) != CARD_DIGITS:
        raise BadCard("length")
    if int(number[1:10]) == 0 or int(number[10:]) == 0:
        raise BadCard("unassigned")  # no bank issues such numbers, though their sum may be right
    if _luhn(number) % 10:
        raise BadCard("checksum")
    return Card(number, bank_of_card(number[:CARD_PREFIX_DIGITS]))


def _luhn(number: str) -> int:
    """Return Luhn's sum; of sixteen digits those with an even index are doubled."""
    total = 0
    for index, digit in enumerate(map(int, number)):
        value = digit * (1 if index % 2 else 2)
        total += value - LARGEST_DIGIT if value > LARGEST_DIGIT else value
    return total
