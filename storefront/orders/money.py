"""What a step does to the money of an order. Only orders paid from the wallet have any here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storefront.orders.errors import SplitRefused
from storefront.orders.machine import Effect
from storefront.orders.models import Order, OrderLine
from wallet import escrows
from wallet.models import Escrow
from wallet.money import Rials


def carry_out(
    effect: Effect, order: Order, lines: Sequence[OrderLine], *, refund_rials: int, now: datetime
) -> None:
    """Do what a step of a locked order does to its money. Keys come from the order's own number.

    Raises SplitRefused, EscrowClosed, AccountFrozen, LedgerBusy.
    """
    escrow = order.escrow
    if escrow is None or not effect:
        return
    if effect == "capture":
        escrows.capture(escrow=escrow)
    elif effect == "release":
        escrows.release(escrow=escrow, now=now)
    elif effect == "refund":
        _give_back(order, escrow, inside(escrow), now)
    elif effect == "settle":
        _settle(order, escrow, lines, now)
    elif effect == "split":
        if not 0 < refund_rials < inside(escrow):
            raise SplitRefused(inside_rials=inside(escrow))
        _give_back(order, escrow, refund_rials, now)
        _settle(order, escrow, lines, now)


def give_back(order: Order, rials: int, *, now: datetime) -> None:
    """Give so much of what lies in escrow for a locked order back to its buyer."""
    if order.escrow is not None:
        _give_back(order, order.escrow, rials, now)


def inside(escrow: Escrow) -> int:
    """Return what lies in escrow now, in rials: read anew."""
    escrow.refresh_from_db()
    return escrow.inside_rials


def _give_back(order: Order, escrow: Escrow, rials: int, now: datetime) -> None:
    if rials:
        escrows.give_back(escrow=escrow, amount=Rials(rials), key=f"{order.seq}", now=now)


def _settle(order: Order, escrow: Escrow, lines: Sequence[OrderLine], now: datetime) -> None:
    """Pay out what is left, less the commission on what was not given back."""
    rest = inside(escrow)
    if not rest:
        return
    fee = min(rest, commission_of(order, lines, rest))
    escrows.pay_out(escrow=escrow, amount=Rials(rest), fee=Rials(fee), key=f"{order.seq}", now=now)


def commission_of(order: Order, lines: Sequence[OrderLine], rest_rials: int) -> int:
    """Return the house's share: of each line in proportion to what was not refunded of it.

    What an operator's split gave back belongs to no line: the share falls in proportion.
    """
    due = sum(
        line.commission_rials * (line.paid_rials - line.refunded_rials) // line.paid_rials
        for line in lines
        if line.paid_rials
    )
    kept = order.total_rials - sum(line.refunded_rials for line in lines)
    return due if rest_rials >= kept or kept <= 0 else due * rest_rials // kept
