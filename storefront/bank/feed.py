"""The statement as a feed: every movement with the one it was with, newest first, by key.

One query a page. The rows of the ledger are taken first, a bounded number of them by the posting's
number; what explains them (payment, top-up, payout) is joined to these few.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core.limits import STATEMENT_ROWS
from identity.models import Person
from wallet.models import Account
from wallet.money import Rials

NEWEST: Final = 2**63 - 1

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
# are looked at only where they are this person's own.
EXPLAINED: Final = """
select moved.*,
       coalesce(pay.public_id, '') as payment, coalesce(invoice.title, '') as title,
       coalesce(maker.public_id, '') as merchant, coalesce(maker.name, '') as merchant_name,
       maker.verified_at is not null as verified,
       coalesce(top.public_id, '') as top_up, coalesce(top.gateway, '') as gateway,
       coalesce(top.card_masked, '') as card,
       coalesce(payout.public_id, '') as payout, coalesce(payout.sheba, '') as sheba,
       coalesce(payout.holder, '') as holder
  from moved
  left join wallet_payment pay on pay.public_id = moved.reference and pay.payer_id = %(person)s
  left join wallet_invoice invoice on invoice.id = pay.invoice_id
  left join identity_maker maker on maker.id = pay.maker_id
  left join wallet_topup top on top.public_id = moved.reference and top.person_id = %(person)s
  left join wallet_payout payout
    on payout.public_id = moved.reference and payout.person_id = %(person)s
"""
_PAGE: Final = f"""
with moved as materialized (
  {MOVED} and p.seq < %(before)s order by p.seq desc limit %(rows)s
)
{EXPLAINED} order by moved.seq desc
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
    top_up: str = ""
    gateway: str = ""
    card: str = ""
    payout: str = ""
    sheba: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the feed; ``before`` asks for the next one, None after the last."""

    entries: list[Entry]
    before: int | None


def page_of(account: Account, person: Person, *, before: int | None = None) -> Page:
    """Return the newest movements of an account, or those before a posting's number."""
    asked = {
        "account": account.pk,
        "person": person.pk,
        "before": NEWEST if before is None else before,
        "rows": STATEMENT_ROWS + 1,
    }
    found = [_entry(row) for row in _rows(_PAGE, asked)]
    shown = found[:STATEMENT_ROWS]
    more = len(found) > STATEMENT_ROWS
    return Page(shown, shown[-1].seq if more else None)


def _rows(sql: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__slots__})
