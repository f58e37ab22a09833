"""Mobile numbers of Iran, as gateways and top-ups want them. Pure; ``operators.json`` is the table.

Numbers can be carried from one operator to another, so the operator here is a first guess that the
person may correct.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path

from wallet.identifiers.reading import BadIdentifier, bare

_SHAPE = re.compile(r"(?:\+98|0098|98|0)?(9[0-9]{9})")
_NUMERALS = re.compile(r"\+?[0-9]+")
LENGTHS = range(10, 15)  # from 9… to 00989…


class BadMobile(BadIdentifier):
    """The text is no mobile number of Iran."""

    kind = "mobile"


@dataclass(frozen=True)
class Operator:
    """A mobile network."""

    key: str
    fa: str
    en: str


@dataclass(frozen=True)
class Mobile:
    """A well-formed mobile number. ``subscriber`` is the part that never changes: 9121234567."""

    subscriber: str
    operator: Operator | None

    @property
    def international(self) -> str:
        """E.164, as the identity floor stores phones: ``+989121234567``."""
        return f"+98{self.subscriber}"

    @property
    def national(self) -> str:
        """As people in Iran write it: ``09121234567``."""
        return f"0{self.subscriber}"


def read_mobile(text: str) -> Mobile:
    """Read a mobile number in any usual spelling.

    Raises BadMobile: not-digits, length, not-mobile.
    """
    plain = bare(text, BadMobile)
    if not _NUMERALS.fullmatch(plain):
        raise BadMobile("not-digits")
    if len(plain) not in LENGTHS:
        raise BadMobile("length")
    match = _SHAPE.fullmatch(plain)
    if match is None:
        raise BadMobile("not-mobile")
    return Mobile(match[1], _operator(match[1]))


def _operator(subscriber: str) -> Operator | None:
    """Return the network of the longest prefix that fits."""
    table = _table()
    for length in sorted({len(prefix) for prefix in table}, reverse=True):
        if found := table.get(subscriber[:length]):
            return found
    return None


@functools.cache
def _table() -> dict[str, Operator]:
    rows = json.loads(Path(__file__).with_name("operators.json").read_text(encoding="utf-8"))
    return {
        prefix: Operator(row["key"], row["fa"], row["en"])
        for row in rows
        for prefix in row["prefixes"]
    }
