"""What a person may spend: limits by level, in one transaction, one day, one Jalali month.

Days and months are those of Tehran and of the Persian calendar, whatever the server's clock zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from persiantools.jdatetime import JalaliDate

from identity.models import Person
from wallet.errors import LimitExceeded
from wallet.models import Spender, SpendingLimit
from wallet.money import Rials

TEHRAN: Final = ZoneInfo("Asia/Tehran")
# What a new installation begins with: rials in one transaction, one day, one Jalali month.
FIRST_LIMITS: Final[dict[str, tuple[int, int, int]]] = {
    "phone": (20_000_000, 50_000_000, 300_000_000),
    "national_code": (100_000_000, 200_000_000, 1_000_000_000),
    "full": (500_000_000, 1_000_000_000, 5_000_000_000),
}

# The limits of a level, and what left a wallet or is set aside to leave it: payments, escrow,
# cash-outs. Real money only.
_SPENT: Final = """
select level.transaction_rials, level.day_rials, level.month_rials, spent.month, spent.day
  from wallet_spendinglimit level, (select coalesce(sum(rials), 0) as month,
    coalesce(sum(rials) filter (where at >= %(day)s), 0) as day from (
  select amount_rials, created_at from wallet_payment
   where payer_id = %(person)s and book = 'live' and state in ('held', 'captured')
     and created_at >= %(month)s
  union all
  select amount_rials, created_at from wallet_escrow
   where payer_id = %(person)s and book = 'live' and state in ('held', 'captured')
     and created_at >= %(month)s
  union all
  select amount_rials, created_at from wallet_payout
   where person_id = %(person)s and state <> 'failed' and created_at >= %(month)s
) moved (rials, at)) spent
 where level.level = %(level)s
"""


@dataclass(frozen=True)
class Allowance:
    """One limit of a person now."""

    period: str
    limit_rials: Rials
    spent_rials: Rials
    frees_at: datetime | None


def enter_first_limits(**_kwargs: Any) -> None:
    """Give each level its limits, unless it has some; after every migration."""
    for level, (transaction, day, month) in FIRST_LIMITS.items():
        SpendingLimit.objects.get_or_create(
            level=level,
            defaults={"transaction_rials": transaction, "day_rials": day, "month_rials": month},
        )


def spender_of(person: Person) -> Spender:
    """Return the person as a spender, made now if it is the first time."""
    return Spender.objects.get_or_create(person=person)[0]


def locked_spender(person: Person) -> Spender:
    """Return the person as a spender, locked until the caller's transaction ends."""
    return Spender.objects.select_for_update().get_or_create(person=person)[0]


def check(spender: Spender, amount: Rials, *, now: datetime) -> None:
    """Refuse an amount that is above a limit of the person's level; real money only.

    The caller holds the lock of the spender's row, so that two payments cannot both be the last.
    Raises LimitExceeded for the first of transaction, day, month.
    """
    for allowance in allowances(spender, now=now):
        if allowance.spent_rials + amount > allowance.limit_rials:
            frees_at = allowance.frees_at
            raise LimitExceeded(
                period=allowance.period,
                limit_rials=allowance.limit_rials,
                spent_rials=allowance.spent_rials,
                frees_at=None if frees_at is None else frees_at.isoformat(timespec="seconds"),
            )


def allowances(spender: Spender, *, now: datetime) -> list[Allowance]:
    """Return the three limits of a person with what is used of each: one query."""
    day, next_day, month, next_month = periods(now)
    with connection.cursor() as cursor:
        values: dict[str, str | int | datetime] = {
            "person": spender.person_id, "level": spender.level, "month": month, "day": day,
        }  # fmt: skip
        cursor.execute(_SPENT, values)
        once, a_day, a_month, this_month, today = map(int, cursor.fetchone())
    return [
        Allowance("transaction", Rials(once), Rials(0), None),
        Allowance("day", Rials(a_day), Rials(today), next_day),
        Allowance("month", Rials(a_month), Rials(this_month), next_month),
    ]


def periods(now: datetime) -> tuple[datetime, datetime, datetime, datetime]:
    """Return when the day and the Jalali month of an instant begin, and when the next ones do."""
    today = now.astimezone(TEHRAN).date()
    shamsi = JalaliDate(today)  # type: ignore[no-untyped-call]  # it types its results only
    month = today - timedelta(days=shamsi.day - 1)
    following = month + timedelta(days=JalaliDate.days_in_month(shamsi.month, shamsi.year))
    days = today, today + timedelta(days=1), month, following
    first, second, third, fourth = (datetime.combine(day, time.min, TEHRAN) for day in days)
    return first, second, third, fourth
