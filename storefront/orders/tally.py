"""What an order adds to the numbers of its shop, and what is taken from them again.

Sales are the goods that were ordered and neither cancelled nor given back: less the coupon,
without shipping. What comes to nothing is taken from the day on which it was ordered, so that the
sums of a day say what became of its orders. Sums only: nothing is kept of an order or a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from storefront.orders.models import Order, OrderLine
from storefront.orders.shares import shared
from storefront.shops import counting


def add(order: Order, sold: Sequence[tuple[int, int, int]]) -> None:
    """Add a new order: of each line the product's key, the pieces and the rials paid for them."""
    counting.count_of(order.shop_id, "orders", 1, order.created_at)
    counting.count_of(order.shop_id, "revenue", sum(one[2] for one in sold), order.created_at)
    for product_key, pieces, rials in sold:
        _count_sold(order, product_key, pieces, rials)


def take_pieces(order: Order, line: OrderLine, *, pieces: int, rials: int) -> None:
    """Take pieces of one line away, whose money went back."""
    counting.count_of(order.shop_id, "revenue", -rials, order.created_at)
    _count_sold(order, line.variant.product_id, -pieces, -rials)


def take_share(order: Order, lines: Sequence[OrderLine], *, refund_rials: int) -> None:
    """Take the goods' share of what an operator gave back; no piece comes back with it."""
    left = [line.paid_rials - line.refunded_rials for line in lines]
    whole = sum(left) + order.shipping_rials
    for line, rials in zip(lines, shared(refund_rials * sum(left) // whole, left), strict=True):
        take_pieces(order, line, pieces=0, rials=rials)


def take_all(order: Order, lines: Sequence[OrderLine]) -> None:
    """Take an order away that came to nothing, less what was taken of it before."""
    counting.count_of(order.shop_id, "orders", -1, order.created_at)
    for line in lines:
        pieces, rials = line.quantity - line.returned, line.paid_rials - line.refunded_rials
        take_pieces(order, line, pieces=pieces, rials=rials)


def _count_sold(order: Order, product_key: int, pieces: int, rials: int) -> None:
    counting.count_sold(
        order.shop_id, product_key, pieces=pieces, rials=rials, now=order.created_at
    )
