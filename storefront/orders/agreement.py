"""What must be true between orders, stock and escrow; each difference is a row. Repairs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Difference:
    """Something that does not agree: of what, what is there, what should be."""

    code: str
    subject: str
    found: int
    should_be: int


# Pieces that are reserved are those of orders that have not left the shop.
_RESERVED = """
with owed as (
  select line.variant_id, sum(line.quantity - coalesce(sent.quantity, 0)) as pieces
    from orders_orderline line
    join orders_order o on o.id = line.order_id and o.state in ('placed', 'accepted', 'packed')
    left join (select line_id, sum(quantity) as quantity from orders_parcelline group by line_id)
      sent on sent.line_id = line.id
   group by line.variant_id)
select 'stock-differs', variant.public_id, coalesce(stock.reserved, 0), coalesce(owed.pieces, 0)
  from shops_stock stock full join owed using (variant_id)
  join shops_variant variant on variant.id = variant_id
 where coalesce(stock.reserved, 0) <> coalesce(owed.pieces, 0)
"""
# The money of an order is where its state says.
_ESCROW = """
select 'escrow-differs', o.public_id, escrow.inside, o.total_rials
  from orders_order o, lateral (
    select state, amount_rials, case when state = 'captured'
        then amount_rials - paid_out_rials - given_back_rials else 0 end as inside
      from wallet_escrow where id = o.escrow_id) escrow
 where escrow.amount_rials <> o.total_rials or not case
   when o.state = 'placed' then escrow.state in ('held', 'expired')
   when o.state in ('expired', 'rejected') then escrow.state in ('released', 'expired')
   when o.state in ('cancelled') then escrow.state <> 'held' and escrow.inside = 0
   when o.state in ('settled', 'refunded') then escrow.state = 'captured' and escrow.inside = 0
   else escrow.state = 'captured' end
"""


def differences() -> list[Difference]:
    """Return everything that does not agree now: two queries."""
    found = []
    with connection.cursor() as cursor:
        for sql in (_RESERVED, _ESCROW):
            cursor.execute(sql)
            found += [Difference(*row) for row in cursor.fetchall()]
    return found
