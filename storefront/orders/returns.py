"""Returns of single lines: the buyer asks, the shop decides, the money of those pieces goes back.

Before the settlement it comes out of escrow; after it from the shop's wallet and our share from us.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core.limits import ORDER_REASON_CHARS_MAX, ORDER_RETURN_WITHIN
from identity.models import Person
from messenger import wording
from storefront.orders import moving, tally
from storefront.orders.errors import ReturnRefused
from storefront.orders.models import Order, OrderEvent, OrderLine, Return
from wallet import escrows
from wallet.money import Rials

POSSIBLE_IN = frozenset({"shipped", "delivered", "completed", "settled"})


@transaction.atomic
def ask(*, order: Order, line: OrderLine, quantity: int, reason: str, now: datetime) -> Return:
    """Ask to give pieces of a line back. Raises ReturnRefused(reason), InvalidInput."""
    locked = moving.locked_order(order)
    why = wording.one_line(reason, pointer="#/reason", most=ORDER_REASON_CHARS_MAX)
    if locked.state not in POSSIBLE_IN:
        raise ReturnRefused(reason="state")
    received = _received_at(locked)
    if received is not None and received + ORDER_RETURN_WITHIN < now:
        raise ReturnRefused(reason="too-late")
    fresh = OrderLine.objects.get(pk=line.pk, order=locked)
    if not 0 < quantity <= fresh.quantity - fresh.returned:
        raise ReturnRefused(reason="quantity")
    try:
        with transaction.atomic():
            made = Return.objects.create(line=fresh, quantity=quantity, reason=why, asked_at=now)
    except IntegrityError:
        raise ReturnRefused(reason="open") from None
    moving.tell(locked)
    return made


@transaction.atomic
def decide(
    *, order: Order, wish: Return, approve: bool, answer: str, actor: Person, now: datetime
) -> Return:
    """Say yes (the money goes back at once) or no. Deciding the same again changes nothing.

    Raises ReturnRefused(decided), InsufficientFunds (the shop's wallet), AccountFrozen.
    """
    locked = moving.locked_order(order)
    rows = Return.objects.select_related("line__variant")
    held = rows.get(pk=wish.pk, line__order=locked)
    target = Return.State.APPROVED if approve else Return.State.REFUSED
    if held.state != Return.State.ASKED:
        if held.state == target:
            return held
        raise ReturnRefused(reason="decided")
    held.state, held.decided_at = target, now
    held.answer = wording.one_line(
        answer, pointer="#/answer", most=ORDER_REASON_CHARS_MAX, needed=not approve
    )
    if approve:
        if locked.state not in POSSIBLE_IN:
            raise ReturnRefused(reason="state")
        held.refund_rials = _refund(locked, held, now)
    held.save(update_fields=["state", "decided_at", "answer", "refund_rials"])
    locked.seq += 1
    locked.changed_at = now
    locked.save(update_fields=["seq", "changed_at"])
    OrderEvent.objects.create(
        order=locked,
        seq=locked.seq,
        event="return_yes" if approve else "return_no",
        from_state=locked.state,
        to_state=locked.state,
        actor=actor,
        side="shop",
        reason=held.answer or held.reason,
        at=now,
    )
    moving.tell(locked)
    return held


def _refund(order: Order, held: Return, now: datetime) -> int:
    """Give the money of the pieces back; return how many rials."""
    line = held.line
    after = line.returned + held.quantity
    rials = line.paid_rials * after // line.quantity - line.refunded_rials
    fee_before = _fee_on(line)
    line.returned, line.refunded_rials = after, line.refunded_rials + rials
    line.save(update_fields=["returned", "refunded_rials"])
    tally.take_pieces(order, line, pieces=held.quantity, rials=rials)
    escrow = order.escrow
    if escrow is None or not rials:
        return rials
    escrow.refresh_from_db()
    if escrow.inside_rials >= rials:
        escrows.give_back(escrow=escrow, amount=Rials(rials), key=held.public_id, now=now)
    else:
        fee = min(fee_before - _fee_on(line), escrow.fee_rials - escrow.fee_taken_back_rials)
        escrows.take_back(
            escrow=escrow, amount=Rials(rials), fee=Rials(max(0, fee)),
            key=held.public_id,
        )  # fmt: skip
    return rials


def _fee_on(line: OrderLine) -> int:
    """Return the commission on what is not refunded of a line."""
    if not line.paid_rials:
        return 0
    return line.commission_rials * (line.paid_rials - line.refunded_rials) // line.paid_rials


def _received_at(order: Order) -> datetime | None:
    rows = OrderEvent.objects.filter(order=order, to_state="completed").exclude(
        from_state="completed"
    )
    return rows.values_list("at", flat=True).order_by("seq").first()
