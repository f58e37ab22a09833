"""Telling servers what happens to orders, through the webhooks of the apps of the shop's maker.

What happened stands in the events of the order, written with the step itself; a job that leaves
after the commit tells those that were not told yet, in their order. Nothing about a person is
told: an address may belong to people who do not work in the shop.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from miniapps.webhooks import events
from miniapps.webhooks.kinds import Kind
from storefront.orders.models import Order, OrderEvent
from wallet.documents import instant

KINDS: Final[dict[str, Kind]] = {
    "order.placed": Kind(_("An order came in"), is_of_maker=True),
    "order.accepted": Kind(_("An order was accepted"), is_of_maker=True),
    "order.rejected": Kind(_("An order was not taken"), is_of_maker=True),
    "order.expired": Kind(_("An order got no answer in time"), is_of_maker=True),
    "order.cancelled": Kind(_("An order was cancelled"), is_of_maker=True),
    "order.packed": Kind(_("An order is packed"), is_of_maker=True),
    "order.part_shipped": Kind(_("A part of an order was sent"), is_of_maker=True),
    "order.shipped": Kind(_("An order was sent"), is_of_maker=True),
    "order.delivered": Kind(_("An order has arrived"), is_of_maker=True),
    "order.received": Kind(_("An order was received"), is_of_maker=True),
    "order.returned": Kind(_("A return was approved"), is_of_maker=True),
    "order.disputed": Kind(_("A problem with an order was reported"), is_of_maker=True),
    "order.undisputed": Kind(_("A problem with an order was solved"), is_of_maker=True),
    "order.refunded": Kind(_("An order was given back by an operator"), is_of_maker=True),
    "order.settled": Kind(_("An order was paid out"), is_of_maker=True),
}
# What an event of the order is told as; what is not here is the shop's own doing or asking.
OF_EVENT: Final[dict[str, str]] = {
    "place": "order.placed",
    "accept": "order.accepted",
    "reject": "order.rejected",
    "expire": "order.expired",
    "cancel": "order.cancelled",
    "late": "order.cancelled",
    "pack": "order.packed",
    "ship_part": "order.part_shipped",
    "ship": "order.shipped",
    "late_part": "order.shipped",
    "arrive": "order.delivered",
    "confirm": "order.received",
    "assume": "order.received",
    "return_yes": "order.returned",
    "dispute": "order.disputed",
    "withdraw": "order.undisputed",
    "give_back": "order.refunded",
    "pay_out": "order.settled",
    "split": "order.settled",
    "settle": "order.settled",
}


@transaction.atomic
def tell(*, order: Order) -> int:
    """Write down for the maker's servers what they were not told yet; return how many events.

    Doing it twice tells nothing twice. Locks the order, then the webhooks of one object.
    """
    locked = (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("shop__maker")
        .get(pk=order.pk)
    )
    fresh = list(locked.events.filter(seq__gt=locked.told_seq).order_by("seq"))
    for event in fresh:
        _tell(locked, event)
    if fresh:
        locked.told_seq = fresh[-1].seq
        locked.save(update_fields=["told_seq"])
    return len(fresh)


def _tell(order: Order, event: OrderEvent) -> None:
    kind = OF_EVENT.get(event.event)
    if kind is None:
        return
    for app in events.apps_that_listen(order.shop.maker.public_id, kind, test=False):
        events.record(
            app=app,
            kind=kind,
            object_id=order.public_id,
            test=False,
            payload=document_of(order, event),
            occurred_at=event.at,
            dedupe=f"{order.public_id}#{event.seq}",
        )


def document_of(order: Order, event: OrderEvent) -> dict[str, Any]:
    """Return what is said of an event: what happened, and how to ask for the rest."""
    return {
        "id": order.public_id,
        "shop": order.shop.public_id,
        "state": event.to_state,
        "event": event.event,
        "seq": event.seq,
        "by": event.side,
        "payment": order.payment,
        "total_rials": order.total_rials,
        "at": instant(event.at),
    }
