"""The worker's doors of orders."""

from __future__ import annotations

import structlog
from django.utils import timezone

from core.jobs import task

log = structlog.get_logger(__name__)


@task("orders.post_card", quick=True)
def post_card(order_id: str) -> None:
    """Tell servers what happened to an order, and write its card in the chat anew."""
    from storefront.orders import card, telling
    from storefront.orders.models import Order

    rows = Order.objects.select_related("shop__maker__founder", "buyer")
    order = rows.get(public_id=order_id)
    telling.tell(order=order)
    card.post(order=order, now=timezone.now())


@task("orders.go_on")
def go_on() -> int:
    """Take the clock's steps: answers that did not come, receipts that are assumed, payouts."""
    from storefront.orders import timers

    return timers.go_on(now=timezone.now())


@task("orders.compare")
def compare() -> int:
    """Say loudly where orders, stock and escrow do not agree."""
    from storefront.orders import agreement

    found = agreement.differences()
    for one in found:
        log.error(
            "orders.differ", code=one.code, subject=one.subject, found=one.found,
            should_be=one.should_be,
        )  # fmt: skip
    return len(found)
