"""The card of an order in the chat of buyer and seller: one, drawn anew with every step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.problems import Fault, InvalidInput
from messenger import chats, messages
from messenger.cards import CardKind
from storefront.orders import machine
from storefront.orders.models import Order
from wallet.documents import instant

LINES_SHOWN = 5
_MEMBERS: dict[str, type] = {
    "order": str, "shop": str, "shop_title": str, "state": str, "payment": str, "buyer": str,
    "lines": list, "more": int, "pieces": int, "total_rials": int, "tracking": str, "due_at": str,
    "reason": str, "buyer_may": list, "shop_may": list,
}  # fmt: skip
# What a button of the card does at once; steps that ask for words are done on the order's page.
AT_ONCE = frozenset({"accept", "pack", "arrive", "confirm", "withdraw"})


def validate(payload: dict[str, Any]) -> dict[str, Any]:
    """Return the card as it is kept. Raises InvalidInput with every fault."""
    faults = [
        Fault(f"#/card/payload/{name}", "is not known", "unknown")
        for name in payload.keys() - _MEMBERS.keys()
    ]
    faults += [
        Fault(f"#/card/payload/{name}", f"must be a {kind.__name__}", "type")
        for name, kind in _MEMBERS.items()
        if type(payload.get(name)) is not kind
    ]
    if faults:
        raise InvalidInput(faults)
    return payload


ORDER = CardKind(name="order", version=1, validate=validate)


def post(*, order: Order, now: datetime) -> None:
    """Write the order's card into the chat of buyer and shop, or bring it up to date.

    The chat is the direct one of the buyer and the founder of the shop's maker. Doing it twice
    changes nothing that is seen; a job that was late writes what is true now.
    """
    if order.card is not None:
        messages.update_card(
            message_id=order.card, version=ORDER.version, payload=payload_of(order), now=now
        )
        return
    seller = order.shop.maker.founder
    chat = chats.open_direct(person=order.buyer, other=seller)
    written = messages.post_notice(
        chat=chat,
        sender=order.buyer,
        kind=ORDER.name,
        version=ORDER.version,
        payload=payload_of(order),
        client_id=f"order-{order.public_id}",
        now=now,
    )
    Order.objects.filter(pk=order.pk).update(card=written.pk)


def payload_of(order: Order) -> dict[str, Any]:
    """Return what the card says now: three queries."""
    lines = list(order.lines.order_by("pk"))
    last = order.events.order_by("-seq").first()
    parcel = order.parcels.order_by("-pk").first()
    return {
        "order": order.public_id,
        "shop": order.shop.slug,
        "shop_title": order.shop.title,
        "state": order.state,
        "payment": order.payment,
        "buyer": order.buyer.public_id,
        "lines": [
            {"title": line.title, "quantity": line.quantity, "rials": line.paid_rials}
            for line in lines[:LINES_SHOWN]
        ],
        "more": max(0, len(lines) - LINES_SHOWN),
        "pieces": sum(line.quantity for line in lines),
        "total_rials": order.total_rials,
        "tracking": parcel.tracking if parcel else "",
        "due_at": instant(order.due_at) or "",
        "reason": last.reason if last and order.state in {"rejected", "cancelled"} else "",
        "buyer_may": machine.events_for(order.state, "buyer"),
        "shop_may": machine.events_for(order.state, "shop"),
    }
