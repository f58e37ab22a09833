"""Receipts: a card in the payer's own chat with the house, one for each payment.

A receipt is private: the chat in which an app was opened may have many readers. The card is written
by a job after the capture and written anew when money goes back, so it tells what is true now.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.problems import Fault, InvalidInput
from identity.models import Person
from messenger import chats, messages
from messenger.cards import CardKind
from messenger.models import Message
from wallet.documents import instant
from wallet.models import Payment

HOUSE_PHONE = "+9990000001"  # of no country: nobody can sign in as the house
HOUSE_NAME = "کیف پول"
_MEMBERS: dict[str, type] = {
    "payment": str, "title": str, "maker": str, "verified": bool, "app": str, "amount_rials": int,
    "refunded_rials": int, "order_ref": str, "paid_at": str, "test": bool,
}  # fmt: skip


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


RECEIPT = CardKind(name="receipt", version=1, validate=validate)


def post(*, payment: Payment, now: datetime) -> Message:
    """Write the receipt of a captured payment, or bring it up to date."""
    house = the_house()
    chat = chats.open_direct(person=payment.payer, other=house)
    client_id = f"receipt-{payment.public_id}"
    written = Message.objects.filter(chat=chat, sender=house, client_id=client_id).first()
    if written is None:
        return messages.post_notice(
            chat=chat,
            sender=house,
            kind=RECEIPT.name,
            version=RECEIPT.version,
            payload=_card(payment),
            client_id=client_id,
            now=now,
        )
    return messages.update_card(
        message_id=written.pk, version=RECEIPT.version, payload=_card(payment), now=now
    )


def the_house() -> Person:
    """Return the account that writes receipts; it cannot sign in."""
    found = Person.objects.filter(phone=HOUSE_PHONE).first()
    if found is not None:
        return found
    return Person.objects.get_or_create(
        phone=HOUSE_PHONE, defaults={"first_name": HOUSE_NAME, "is_active": False}
    )[0]


def _card(payment: Payment) -> dict[str, Any]:
    return {
        "payment": payment.public_id,
        "title": payment.invoice.title,
        "maker": payment.maker.name,
        "verified": payment.maker.verified_at is not None,
        "app": payment.audience,
        "amount_rials": payment.amount_rials,
        "refunded_rials": payment.refunded_rials,
        "order_ref": payment.invoice.order_ref,
        "paid_at": instant(payment.closed_at) or "",
        "test": payment.is_test,
    }
