"""The statement as a feed: every movement with the one it was with, newest first, by key.

One query a page. The rows of the ledger are taken first, a bounded number of them by the posting's
number; what explains them (payment, top-up, payout) and what the person said of them is joined to
these few. A category is the one of the movement itself, else the person's habit with this
counterparty, else a guess by rule.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection

from core.ids import is_id
from core.limits import BANK_SCAN_ROWS, EXPORT_BATCH_ROWS, RECONCILE_SLACK, STATEMENT_ROWS
from core.problems import NotFound
from identity.models import Person
from storefront.bank.categories import BY_REASON, BY_SHELF
from storefront.bank.wanted import Wanted
from wallet.models import Account
from wallet.money import Rials

NEWEST: Final = 2**63 - 1
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)

# A movement is a posting whose transfer moved something: a hold and its release move nothing.
MOVED: Final = """
select p.seq, t.id as transfer_id, t.public_id as transfer, t.created_at as at, t.reason,
       t.reference,
       case when p.is_debit then -t.amount_rials else t.amount_rials end as amount_rials,
       p.credits_posted - p.debits_posted as balance_rials
  from wallet_posting p join wallet_transfer t on t.id = p.transfer_id
 where p.account_id = %(account)s and t.kind in ('posted', 'post')
"""
# What a movement was for. A reference alone opens nothing: the payment, the top-up and the payout
# are looked at only where they are this person's own. Each is looked up by its id, row by row: no
# plan may read all payments of everybody for the sake of these few.
EXPLAINED: Final = """
select moved.*,
       coalesce(pay.payment, '') as payment, coalesce(pay.title, '') as title,
       coalesce(pay.merchant, '') as merchant, coalesce(pay.merchant_name, '') as merchant_name,
       pay.verified is true as verified, coalesce(pay.back_rials, 0) as back_rials,
       coalesce(top.public_id, '') as top_up, coalesce(top.gateway, '') as gateway,
       coalesce(top.card_masked, '') as card,
       coalesce(payout.public_id, '') as payout, coalesce(payout.sheba, '') as sheba,
       coalesce(payout.holder, '') as holder,
       case when pay.payment is not null then 'maker:' || pay.merchant
            when top.public_id is not null then 'gateway:' || top.gateway
            when payout.public_id is not null then 'sheba:' || payout.sheba
            else 'house:' || moved.reason end as counterparty,
       case when pay.payment is not null then coalesce(%(by_shelf)s::jsonb ->> pay.shelf, 'other')
            else coalesce(%(by_reason)s::jsonb ->> moved.reason, 'other') end as guess
  from moved
  left join lateral (
    select pay.public_id as payment, invoice.title, maker.public_id as merchant,
           maker.name as merchant_name, maker.verified_at is not null as verified,
           app.category as shelf, pay.refunded_rials as back_rials
      from wallet_payment pay
      join wallet_invoice invoice on invoice.id = pay.invoice_id
      join identity_maker maker on maker.id = pay.maker_id
      left join miniapps_app app on app.public_id = pay.audience
     where pay.public_id = moved.reference and pay.payer_id = %(person)s
    union all
    select '', escrow.title, maker.public_id, maker.name, maker.verified_at is not null, null,
           escrow.given_back_rials + escrow.taken_back_rials
      from wallet_escrow escrow
      join identity_maker maker on maker.id = escrow.maker_id
     where escrow.public_id = moved.reference and escrow.payer_id = %(person)s
     limit 1) pay on true
  left join lateral (
    select top.public_id, top.gateway, top.card_masked from wallet_topup top
     where top.public_id = moved.reference and top.person_id = %(person)s limit 1) top on true
  left join lateral (
    select payout.public_id, payout.sheba, payout.holder from wallet_payout payout
     where payout.public_id = moved.reference and payout.person_id = %(person)s limit 1
  ) payout on true
"""
SORTED: Final = """
select explained.*,
       coalesce(nullif(remark.category, ''), habit.category, explained.guess) as category,
       coalesce(remark.category, '') as own_category, coalesce(habit.category, '') as habit,
       coalesce(remark.note, '') as note,
       (select jsonb_agg(jsonb_build_array(part.category, part.amount_rials) order by part.id)
          from storefront_part part where part.remark_id = remark.id) as parts
  from explained
  left join storefront_remark remark
    on remark.account_id = %(account)s and remark.seq = explained.seq
  left join storefront_habit habit
    on habit.account_id = %(account)s and habit.counterparty = explained.counterparty
"""
_PAGE: Final = f"""
with moved as materialized (
  {MOVED} and p.seq < %(before)s order by p.seq desc limit %(rows)s
), explained as ({EXPLAINED})
{SORTED} order by seq desc
"""
# Looks through a bounded number of rows and says how far it came, also where nothing fits.
_WANTED: Final = f"""
with moved as materialized (
  {MOVED} and p.seq < %(before)s
     and p.seq >= storefront_seq_since(%(account)s, %(since)s)
     and p.seq < storefront_seq_since(%(account)s, %(until)s)
   order by p.seq desc limit %(scan)s
), explained as ({EXPLAINED}), sorted as ({SORTED}), shown as (
  select * from sorted
   where (%(way)s = '' or (amount_rials > 0) = (%(way)s = 'in'))
     and (%(category)s = '' or (parts is null and category = %(category)s)
          or exists (select from jsonb_array_elements(parts) part
                      where part ->> 0 = %(category)s))
     and at >= %(begins)s and at < %(ends)s
     and (%(words)s = '' or strpos(core_tight(concat_ws(' ', merchant_name, title, note, holder,
           sheba, card, %(names)s::jsonb ->> gateway, %(names)s::jsonb ->> reason,
           %(names)s::jsonb ->> ('sheba' || substr(sheba, 5, 3)),
           %(names)s::jsonb ->> ('card' || left(card, 6)))), %(words)s) > 0)
   order by seq desc limit %(rows)s
)
select span.low, span.looked, shown.*
  from (select min(seq) as low, count(*) as looked from moved) span left join shown on true
 order by shown.seq desc
"""  # noqa: S608  (put together from our own texts; what is asked for are its parameters)
_MOST: Final = """
select storefront_seq_since(%(account)s, %(until)s)
       - storefront_seq_since(%(account)s, %(since)s) as most
"""
_ONE: Final = f"""
with moved as materialized (
  {MOVED} and t.public_id = %(transfer)s
), explained as ({EXPLAINED})
{SORTED}
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement as its owner sees it: ``amount_rials`` is negative for what left."""

    seq: int
    transfer: str
    at: datetime
    reason: str
    amount_rials: int
    balance_rials: Rials
    payment: str = ""
    title: str = ""
    merchant: str = ""
    merchant_name: str = ""
    verified: bool = False
    back_rials: int = 0  # of this payment, refunded until now
    top_up: str = ""
    gateway: str = ""
    card: str = ""
    payout: str = ""
    sheba: str = ""
    holder: str = ""
    counterparty: str = ""
    guess: str = ""
    category: str = ""
    own_category: str = ""
    habit: str = ""
    note: str = ""
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the feed; ``before`` asks for the next one, None after the last.

    ``looked``: how many movements a search looked through that has not come to the end.
    """

    entries: list[Entry]
    before: int | None
    looked: int = 0


def page_of(account: Account, person: Person, *, before: int | None = None) -> Page:
    """Return the newest movements of an account, or those before a posting's number."""
    asked = asked_of(account, person) | {
        "before": NEWEST if before is None else before,
        "rows": STATEMENT_ROWS + 1,
    }
    found = [_entry(row) for row in rows_of(_PAGE, asked)]
    shown = found[:STATEMENT_ROWS]
    more = len(found) > STATEMENT_ROWS
    return Page(shown, shown[-1].seq if more else None)


def search(
    account: Account,
    person: Person,
    wanted: Wanted,
    *,
    names: dict[str, str],
    before: int | None = None,
) -> Page:
    """Return the newest movements that fit; ``names`` are what gateways and reasons are called.

    A page looks through BANK_SCAN_ROWS movements at most, however rare what is wanted is.
    """
    begins = wanted.month.begins if wanted.month else EARLIEST
    ends = wanted.month.ends if wanted.month else LATEST
    asked = _wanted_of(account, person, wanted, begins, ends) | {
        "before": NEWEST if before is None else before,
        "scan": BANK_SCAN_ROWS,
        "names": json.dumps(names),
        "rows": STATEMENT_ROWS + 1,
    }
    rows = rows_of(_WANTED, asked)
    found = [_entry(row) for row in rows if row["seq"] is not None]
    if len(found) > STATEMENT_ROWS:
        return Page(found[:STATEMENT_ROWS], found[STATEMENT_ROWS - 1].seq)
    looked = rows[0]["looked"]
    if looked == BANK_SCAN_ROWS:
        return Page(found, rows[0]["low"], looked)
    return Page(found, None)


def between(account: Account, person: Person, begins: datetime, ends: datetime) -> Iterator[Entry]:
    """Give every movement from one instant up to another, the newest first, few at a time."""
    before: int | None = NEWEST
    while before is not None:
        asked = _wanted_of(account, person, Wanted(), begins, ends) | {
            "before": before,
            "names": "{}",
            "scan": EXPORT_BATCH_ROWS,
            "rows": EXPORT_BATCH_ROWS,
        }
        rows = rows_of(_WANTED, asked)
        yield from (_entry(row) for row in rows if row["seq"] is not None)
        before = rows[0]["low"] if rows[0]["looked"] == EXPORT_BATCH_ROWS else None


def most_between(account: Account, begins: datetime, ends: datetime) -> int:
    """Return how many postings lie between two instants, or a few more, without reading them."""
    asked = {
        "account": account.pk, "since": begins - RECONCILE_SLACK, "until": ends + RECONCILE_SLACK,
    }  # fmt: skip
    return int(rows_of(_MOST, asked)[0]["most"])


def entry_of(account: Account, person: Person, transfer_id: str) -> Entry:
    """Return one movement of this account. Raises NotFound."""
    asked = asked_of(account, person) | {"transfer": transfer_id}
    found = rows_of(_ONE, asked) if is_id(transfer_id, "trf") else []
    if not found:
        raise NotFound
    return _entry(found[0])


def _wanted_of(
    account: Account, person: Person, wanted: Wanted, begins: datetime, ends: datetime
) -> dict[str, Any]:
    return asked_of(account, person) | {
        "since": begins - RECONCILE_SLACK,
        "until": ends + RECONCILE_SLACK,
        "begins": begins,
        "ends": ends,
        "way": wanted.way,
        "category": wanted.category,
        "words": wanted.key,
    }


def asked_of(account: Account, person: Person) -> dict[str, Any]:
    """Return what EXPLAINED and SORTED ask for."""
    return {
        "account": account.pk,
        "person": person.pk,
        "by_shelf": json.dumps(BY_SHELF),
        "by_reason": json.dumps(BY_REASON),
    }


def rows_of(sql: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a query of ours answers, by column."""
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _entry(row: dict[str, Any]) -> Entry:
    parts = tuple((name, amount) for name, amount in json.loads(row["parts"] or "[]"))
    return Entry(**{name: row[name] for name in Entry.__slots__} | {"parts": parts})
