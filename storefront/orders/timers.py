"""The clock's steps: they stand in the database, so that no restart forgets one."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from core.limits import ORDER_CLOCK_AGAIN_AFTER, SWEEP_ROWS
from storefront.orders import machine, moving
from storefront.orders.errors import OrderStateForbids
from storefront.orders.models import Order
from wallet.errors import AccountFrozen, EscrowClosed, LedgerBusy

log = structlog.get_logger(__name__)


def go_on(*, now: datetime) -> int:
    """Take the clock's step of every order whose time has come; return how many were taken.

    Many workers may do it at once: each takes rows that nobody holds. An order whose money cannot
    move now (a frozen account) is looked at again later and holds up no other.
    """
    taken = 0
    due = Order.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)
    for key in list(due[:SWEEP_ROWS]):
        try:
            with transaction.atomic():
                taken += _one(key, now)
        except (OrderStateForbids, EscrowClosed, LedgerBusy, AccountFrozen) as refusal:
            log.warning("orders.clock_waits", order=key, reason=refusal.code)
            again = now + ORDER_CLOCK_AGAIN_AFTER
            Order.objects.filter(pk=key, due_at__lte=now).update(due_at=again)
    return taken


def _one(key: int, now: datetime) -> bool:
    order = (
        Order.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .filter(pk=key, due_at__lte=now)
        .first()
    )
    if order is None or order.state not in machine.CLOCK:
        return False
    event, _after = machine.CLOCK[order.state]
    if order.state == Order.State.PACKED and order.parcels.exists():
        moving.give_up_rest(order=order, now=now)
        return True
    moving.step(order=order, asked=moving.Asked(event, "clock"), now=now)
    return True
