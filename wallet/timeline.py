"""Where in the ledger a moment is: times are not indexed, ids are, and both only grow."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from core.limits import RECONCILE_SLACK

# Halves the span of ids until one is left, each time by one look at the primary key. Ids that were
# given but never booked leave gaps, so the row that is looked at may be a later one than asked for.
_FIRST_SINCE = """
with recursive span (low, high) as (
  select coalesce(min(id), 1), coalesce(max(id), 0) + 1 from wallet_transfer
  union all
  select case when seen.created_at < %(moment)s then seen.id + 1 else span.low end,
         case when seen.created_at < %(moment)s then span.high else (span.low + span.high) / 2 end
    from span, lateral (
      select id, created_at from wallet_transfer
       where id >= (span.low + span.high) / 2 order by id limit 1) seen
   where span.low < span.high
)
select max(low) from span
"""


def first_since(moment: datetime) -> int:
    """Return the id from which on transfers were booked at ``moment`` or later: one query.

    A transfer's id and its time are taken one after the other by many connections, so near the
    moment it is only about right: leave RECONCILE_SLACK.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FIRST_SINCE, {"moment": moment})
        return int(cursor.fetchone()[0])


def hours_of(day: date) -> tuple[datetime, datetime]:
    """Return the instants between which it is this day in the time zone in force."""
    zone = timezone.get_current_timezone()
    begins = datetime.combine(day, time.min, tzinfo=zone)
    return begins, datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)


def span_of(day: date) -> tuple[int, int]:
    """Return ids between which every transfer of this day stands: from the first up to the last."""
    begins, ends = hours_of(day)
    return first_since(begins - RECONCILE_SLACK), first_since(ends + RECONCILE_SLACK)
