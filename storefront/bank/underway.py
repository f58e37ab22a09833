"""What is under way: money set aside for payments, and transfers that wait for a bank.

None of it is a movement yet, so none of it stands in the feed: it stands above it, until it ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from core.limits import BANK_UNDER_WAY_ROWS_MAX, BANK_UNDER_WAY_SINCE
from identity.models import Person
from storefront.bank.feed import rows_of
from wallet.money import Rials

Kind = Literal["payment", "escrow", "topup", "payout"]

# Each part goes along an index of its own by person and time, however much the person ever paid.
_UNDER_WAY: Final = """
select * from (
  select 'payment' as kind, pay.public_id as ref, maker.name, invoice.title, pay.amount_rials,
         pay.created_at as at, pay.hold_ends_at as ends_at
    from wallet_payment pay
    join wallet_invoice invoice on invoice.id = pay.invoice_id
    join identity_maker maker on maker.id = pay.maker_id
   where pay.payer_id = %(person)s and pay.book = 'live' and pay.state = 'held'
     and pay.created_at >= %(since)s
  union all
  select 'escrow', escrow.public_id, maker.name, escrow.title, escrow.amount_rials,
         escrow.created_at, escrow.hold_ends_at
    from wallet_escrow escrow join identity_maker maker on maker.id = escrow.maker_id
   where escrow.payer_id = %(person)s and escrow.book = 'live' and escrow.state = 'held'
     and escrow.created_at >= %(since)s
  union all
  select 'topup', top.public_id, top.gateway, '', top.amount_rials, top.created_at, null
    from wallet_topup top
   where top.person_id = %(person)s and top.state = 'open' and top.created_at >= %(since)s
  union all
  select 'payout', payout.public_id, payout.holder, payout.sheba, payout.amount_rials,
         payout.created_at, null
    from wallet_payout payout
   where payout.person_id = %(person)s and payout.state in ('asked', 'sent')
     and payout.created_at >= %(since)s
) under_way order by at desc, ref desc limit %(rows)s
"""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One thing under way. ``name``: the seller, the gateway or the account's holder."""

    kind: Kind
    ref: str
    name: str
    title: str
    amount_rials: Rials
    at: datetime
    ends_at: datetime | None


def of_person(person: Person, *, now: datetime) -> list[UnderWay]:
    """Return what is under way for a person, the newest first: one query, a bounded list."""
    asked = {
        "person": person.pk,
        "since": now - BANK_UNDER_WAY_SINCE,
        "rows": BANK_UNDER_WAY_ROWS_MAX,
    }
    return [UnderWay(**row) for row in rows_of(_UNDER_WAY, asked)]
