"""What a person looks for in his statement. A filter that means nothing is no filter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from core.limits import BANK_SEARCH_CHARS_MAX
from core.text import tight
from storefront.bank.categories import Category
from storefront.calendar import Month, read_month

Way = Literal["", "in", "out"]
WAYS: Final[dict[str, Way]] = {"in": "in", "out": "out"}


@dataclass(frozen=True)
class Wanted:
    """Which movements: in or out, of a category, of a month, with these words."""

    way: Way = ""
    category: str = ""
    month: Month | None = None
    words: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Wanted:
        """Return what an address asks for."""
        category = given.get("category", "")
        return cls(
            way=WAYS.get(given.get("way", ""), ""),
            category=category if category in Category.values else "",
            month=read_month(given.get("month", "")),
            words=given.get("q", "").strip()[:BANK_SEARCH_CHARS_MAX],
        )

    @property
    def key(self) -> str:
        """The words as they are compared: without what two spellings differ by."""
        return tight(self.words)

    @property
    def query(self) -> str:
        """The address of the same wish; empty for no wish at all."""
        asked = {
            "q": self.words,
            "way": self.way,
            "category": self.category,
            "month": self.month.code if self.month else "",
        }
        return urlencode({name: value for name, value in asked.items() if value})

    def __bool__(self) -> bool:
        """Tell whether anything is looked for."""
        return bool(self.query)
