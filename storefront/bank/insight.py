"""At most one thing worth saying of a month, with what it was computed from; else nothing. Pure.

Only what went, only categories with enough movements and money in both months, and only a change
that is large. A month that is not over is said of when it has passed the whole month before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from storefront.bank.categories import NOT_SPENT
from storefront.bank.months import Compared, Spent

MOVES_MIN: Final = 3  # in each of the two months
RIALS_MIN: Final = 1_000_000  # in the month before
PERCENT_MIN: Final = 25
FULL: Final = 100


@dataclass(frozen=True)
class Insight:
    """By how many percent a category rose (or fell, below zero), and both sums."""

    category: str
    percent: int
    now: Spent
    before: Spent


def of_month(found: Compared, *, is_over: bool) -> Insight | None:
    """Return the largest change in rials that is worth saying, or None."""
    told = [
        Insight(category, _percent(now, before), now, before)
        for category, now in found.now.spent.items()
        if category != NOT_SPENT and (before := found.before.spent.get(category)) is not None
        and min(now.moves, before.moves) >= MOVES_MIN and before.rials >= RIALS_MIN
    ]  # fmt: skip
    large = [
        one
        for one in told
        if one.percent >= PERCENT_MIN or (is_over and one.percent <= -PERCENT_MIN)
    ]
    return max(large, key=lambda one: abs(one.now.rials - one.before.rials), default=None)


def _percent(now: Spent, before: Spent) -> int:
    """Return the change in whole percent, never more than there is."""
    change = (now.rials - before.rials) * FULL
    return change // before.rials if change >= 0 else -(-change // before.rials)
