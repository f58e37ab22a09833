"""Which bank a card or a Sheba belongs to. Pure; the table is ``banks.json``.

A merged bank keeps its name, because that is what stands on the card; ``operating`` names the bank
that answers for it today. The table is data: an operator may correct it without touching code.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CARD_PREFIX_DIGITS: Final = 6


@dataclass(frozen=True)
class Bank:
    """A bank or credit institution. ``operating`` is its own key unless it was merged."""

    key: str
    fa: str
    en: str
    operating: str

    @property
    def is_merged(self) -> bool:
        """Tell whether another bank answers for it now."""
        return self.operating != self.key


def bank_of_card(prefix: str) -> Bank | None:
    """Return the bank of a card's first six digits, or None for one that is not in the table."""
    return _tables()["cards"].get(prefix)


def bank_of_sheba(code: str) -> Bank | None:
    """Return the bank of a Sheba's three digits, or None for one that is not in the table."""
    return _tables()["sheba"].get(code)


def by_sheba() -> Mapping[str, Bank]:
    """Return every bank by the three digits of its Shebas."""
    return _tables()["sheba"]


def by_card() -> Mapping[str, Bank]:
    """Return every bank by the first six digits of its cards."""
    return _tables()["cards"]


def bank(key: str) -> Bank:
    """Return the bank with this key; KeyError when there is none."""
    return _tables()["key"][key]


@functools.cache
def _tables() -> dict[str, dict[str, Bank]]:
    tables: dict[str, dict[str, Bank]] = {"key": {}, "cards": {}, "sheba": {}}
    rows: list[dict[str, Any]] = json.loads(
        Path(__file__).with_name("banks.json").read_text(encoding="utf-8")
    )
    for row in rows:
        one = Bank(row["key"], row["fa"], row["en"], row["operating"] or row["key"])
        tables["key"][one.key] = one
        for column in ("cards", "sheba"):
            tables[column].update(dict.fromkeys(row[column], one))
    return tables
