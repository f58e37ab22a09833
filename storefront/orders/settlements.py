"""What a shop got for its orders: lines of the ledger by month, their sums, and the payouts.

Nothing is kept here a second time. A line is a transfer into or out of the wallet of the shop's
maker that belongs to an escrow of this shop's orders: money that was paid out, or taken back after
a return. So the sum of the lines is, by construction, what the shop added to that wallet. What was
given back before the payout never reached it and stands beside the line it made smaller.

A maker's wallet is one, for all his shops and apps. Money leaves it in the order in which it came:
the payout that took a line along is the first one by which as much had left as had come with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat

from core.ids import is_id
from core.limits import (
    EXPORT_BATCH_ROWS,
    PAYOUTS_LOOKED_AT_MAX,
    RECONCILE_SLACK,
    SETTLEMENTS_PAGE,
)
from storefront.calendar import Month
from storefront.shops.models import Shop
from wallet.models import Payout, Posting

NEWEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of the wallet for one order, in rials; a return's are below zero.

    ``given_back_rials`` is what went back out of escrow, before anything was paid out.
    """

    transfer: str
    at: datetime
    order: str
    is_return: bool
    total_rials: int
    given_back_rials: int
    gross_rials: int
    commission_rials: int
    net_rials: int
    came_rials: int  # all that had come into this row of the wallet when it was booked
    in_slot: bool  # a wallet that is split does not say in which order money leaves it


@dataclass(frozen=True, slots=True)
class Sums:
    """A month in rials, whole, and what lies in the maker's wallet now."""

    orders: int
    paid_rials: int  # gross, before the commission
    returned_rials: int
    commission_rials: int  # less what of it came back with returns
    net_rials: int
    given_back_rials: int
    wallet_rials: int


@dataclass(frozen=True, slots=True)
class Batch:
    """A payout of the maker's wallet, and how much had left the wallet with it."""

    payout: Payout
    left_rials: int


@dataclass(frozen=True)
class Statement:
    """A page of a month: its sums, its newest lines below ``before``, and whether more follow."""

    sums: Sums
    lines: list[Line]
    older: str


# A share that is nothing is not booked: of an order that was refunded almost whole, say.
_LINES: Final = """
with purse as (
  select id, cardinality(slots) > 0 or slot > 0 as in_slot,
         credits_posted - debits_posted - debits_pending as free
    from wallet_account where maker_id = %(maker)s and book = 'live'
), moved as materialized (
  select t.id, t.public_id, t.key, t.reference, t.created_at, t.reason = 'refund' as is_return,
         t.amount_rials, p.credits_posted, purse.in_slot
    from purse
    join wallet_posting p on p.account_id = purse.id
     and p.seq >= storefront_seq_since(purse.id, %(since)s)
     and p.seq < storefront_seq_since(purse.id, %(until)s)
    join wallet_transfer t on t.id = p.transfer_id
     and t.reason = case when p.is_debit then 'refund' else 'settlement' end
   where t.created_at >= %(begins)s and t.created_at < %(ends)s
), lines as materialized (
  select moved.*, o.public_id as order_id, o.total_rials, escrow.given_back_rials,
         coalesce(fee.amount_rials, 0) as fee,
         case when is_return then -1 else 1 end as way
    from moved
    join wallet_escrow escrow on escrow.public_id = moved.reference
    join orders_order o on o.escrow_id = escrow.id and o.shop_id = %(shop)s
    left join wallet_transfer fee on fee.key = regexp_replace(moved.key, '[^:]+$',
         case when is_return then 'fee_refund' else 'fee' end)
)
"""
_PAGE: Final = f"""{_LINES}, sums as (
  select count(*) filter (where not is_return),
         coalesce(sum(amount_rials + fee) filter (where not is_return), 0)::bigint,
         coalesce(sum(amount_rials + fee) filter (where is_return), 0)::bigint,
         coalesce(sum(way * fee), 0)::bigint, coalesce(sum(way * amount_rials), 0)::bigint,
         coalesce(sum(given_back_rials) filter (where not is_return), 0)::bigint,
         (select coalesce(sum(free), 0)::bigint from purse)
    from lines
), shown as (
  select * from lines
   where id < coalesce((select id from wallet_transfer where public_id = %(before)s), %(newest)s)
   order by id desc limit %(rows)s
)
select sums.*, shown.public_id, shown.created_at, shown.order_id, shown.is_return,
       shown.total_rials, shown.given_back_rials, way * (amount_rials + fee), way * fee,
       way * amount_rials, shown.credits_posted, shown.in_slot
  from sums left join shown on true order by shown.id desc
"""  # noqa: S608  (put together from our own texts; what is asked for are its parameters)
_SUMS_WIDE: Final = 7


def page_of(
    shop: Shop, month: Month, *, before: str = "", rows: int = SETTLEMENTS_PAGE
) -> Statement:
    """Return a page of the shop's month, the newest first, below the line ``before``: one query.

    A ``before`` that is no line begins at the top.
    """
    asked: dict[str, str | int | datetime] = {
        "maker": shop.maker_id,
        "shop": shop.pk,
        "begins": month.begins,
        "ends": month.ends,
        "since": month.begins - RECONCILE_SLACK,
        "until": month.ends + RECONCILE_SLACK,
        "before": before if is_id(before, "trf") else "",
        "newest": NEWEST,
        "rows": rows + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    lines = [Line(*row[_SUMS_WIDE:]) for row in found if row[_SUMS_WIDE] is not None]
    shown = lines[:rows]
    older = shown[-1].transfer if len(lines) > rows else ""
    return Statement(Sums(*found[0][:_SUMS_WIDE]), shown, older)


def lines_of(shop: Shop, month: Month) -> Iterator[Line]:
    """Return every line of a month, the newest first; so many at a time."""
    before = ""
    while True:
        page = page_of(shop, month, before=before, rows=EXPORT_BATCH_ROWS)
        yield from page.lines
        before = page.older
        if not before:
            return


def batches_of(shop: Shop, month: Month) -> list[Batch]:
    """Return the payouts of the maker's wallet since a month began, the oldest first: one query."""
    went = Posting.objects.filter(
        transfer__key=Concat(OuterRef("public_id"), Value(":payout")), is_debit=True
    )
    rows = (
        Payout.objects.filter(
            Q(created_at__gte=month.begins) | Q(closed_at__gte=month.begins), maker=shop.maker_id
        )
        .annotate(left_rials=Subquery(went.values("debits_posted")[:1]))
        .order_by("pk")[:PAYOUTS_LOOKED_AT_MAX]
    )
    return [Batch(one, one.left_rials) for one in rows]


def batch_of(line: Line, batches: Sequence[Batch]) -> Batch | None:
    """Return the payout that took a line along; None while it lies in the wallet, or for a return.

    A payout that failed took nothing: what it carried came back, and goes with a later one.
    """
    if line.is_return or line.in_slot:
        return None
    came, failed = line.came_rials, 0
    for one in batches:
        row = one.payout
        if row.state != Payout.State.FAILED:
            continue
        if row.closed_at is not None and row.closed_at <= line.at:
            came -= row.amount_rials
    for one in batches:
        if one.payout.state == Payout.State.FAILED:
            failed += one.payout.amount_rials
        elif one.left_rials - failed >= came:
            return one
    return None
