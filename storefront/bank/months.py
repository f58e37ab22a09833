"""A month of the Persian calendar in sums, beside the month before.

One query, whatever the length of the history: where the two months begin in the account's postings
is found by halving, and only their rows are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from core.limits import RECONCILE_SLACK
from identity.models import Person
from storefront.bank.feed import EXPLAINED, MOVED, SORTED, asked_of, rows_of
from storefront.calendar import Month
from wallet.models import Account

# A split movement counts with each of its parts where it belongs.
_SUMS: Final = f"""
with moved as materialized (
  {MOVED} and p.seq >= storefront_seq_since(%(account)s, %(since)s)
     and p.seq < storefront_seq_since(%(account)s, %(until)s)
     and t.created_at >= %(before)s and t.created_at < %(ends)s
), explained as ({EXPLAINED}), sorted as ({SORTED})
select at >= %(begins)s as this, coalesce(part ->> 0, sorted.category) as category,
       amount_rials > 0 as came, count(*) as moves,
       sum(coalesce((part ->> 1)::bigint, abs(amount_rials)))::bigint as rials
  from sorted left join lateral jsonb_array_elements(sorted.parts) part on true
 group by 1, 2, 3
"""  # noqa: S608  (put together from our own texts; what is asked for are its parameters)


class Spent(NamedTuple):
    """How much went for one category, and in how many movements."""

    rials: int
    moves: int  # a split movement counts once for each part


@dataclass
class Sums:
    """What came and what went, in rials, by category."""

    came: dict[str, int] = field(default_factory=dict)
    spent: dict[str, Spent] = field(default_factory=dict)

    @property
    def went(self) -> dict[str, int]:
        """What went, without the counts."""
        return {category: one.rials for category, one in self.spent.items()}

    @property
    def came_rials(self) -> int:
        """All that came."""
        return sum(self.came.values())

    @property
    def went_rials(self) -> int:
        """All that went."""
        return sum(self.went.values())

    @property
    def net_rials(self) -> int:
        """By how much the balance grew."""
        return self.came_rials - self.went_rials


@dataclass(frozen=True)
class Compared:
    """A month and the one before it."""

    month: Month
    now: Sums
    before: Sums


def compared(account: Account, person: Person, month: Month) -> Compared:
    """Return the sums of a month and of the month before."""
    begins_before = month.before.begins
    asked = asked_of(account, person) | {
        "since": begins_before - RECONCILE_SLACK,
        "until": month.ends + RECONCILE_SLACK,
        "before": begins_before,
        "begins": month.begins,
        "ends": month.ends,
    }
    found = Compared(month, Sums(), Sums())
    for row in rows_of(_SUMS, asked):
        sums = found.now if row["this"] else found.before
        if row["came"]:
            sums.came[row["category"]] = row["rials"]
        else:
            sums.spent[row["category"]] = Spent(row["rials"], row["moves"])
    return found
