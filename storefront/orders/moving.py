"""The one writer of an order's state: a step, its effects and its event in one transaction.

Locks: the order, then money (``wallet.escrows``), then stock, rows in order of their keys. A step
that was taken before by the same side changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from core import audit, jobs
from core.limits import ORDER_REASON_CHARS_MAX, TRACKING_CHARS_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person
from messenger import wording
from storefront.orders import coupons, machine, money, tally
from storefront.orders.errors import OrderStateForbids, ReasonNeeded
from storefront.orders.machine import Side
from storefront.orders.models import Order, OrderEvent, OrderLine, Parcel, ParcelLine

# The other side reads why.
NEED_REASON = frozenset({"reject", "dispute", "give_back", "pay_out", "split"})
ENDS_UNSOLD = frozenset({"cancelled", "rejected", "expired"})
ALL_WENT_BACK = ENDS_UNSOLD | {"refunded"}


@dataclass(frozen=True)
class Asked:
    """A step that somebody wants. ``refund_rials``: what a split gives back to the buyer."""

    event: str
    side: Side
    actor: Person | None = None
    reason: str = ""
    refund_rials: int = 0


@transaction.atomic
def step(*, order: Order, asked: Asked, now: datetime) -> Order:
    """Take an order one step further. Twice by the same side changes nothing.

    Raises, the first that applies: OrderStateForbids(state, event, permitted_in), InvalidInput,
    ReasonNeeded, SplitRefused, EscrowClosed, AccountFrozen, LedgerBusy.
    """
    locked = locked_order(order)
    if _is_repeated(locked, asked):
        return locked
    found = machine.step_of(locked.state, asked.event)
    if found is None or asked.side not in found.by:
        raise _refusal(locked, asked)
    if asked.event in {"cancel", "late"} and locked.parcels.exists():
        raise _refusal(locked, asked)  # a part is on its way: it comes back by a return
    reason = _reason(asked)
    lines = _lines_of(locked)
    before = locked.state
    _enter(locked, found.to, asked, reason, now)
    money.carry_out(found.effect, locked, lines, refund_rials=asked.refund_rials, now=now)
    if found.to in ALL_WENT_BACK:
        tally.take_all(locked, lines)
    elif found.effect == "split":
        tally.take_share(locked, lines, refund_rials=asked.refund_rials)
    if found.to in ENDS_UNSOLD and locked.coupon_id is not None:
        coupons.give_back(locked.coupon_id, locked.pk)
    if before in machine.RESERVING and found.to not in machine.RESERVING:
        left = left_of(lines)  # what has not left by now does not leave any more
        _change_stock(lines, [(-left[line.pk], 0) for line in lines])
    if asked.side == "operator":
        audit.record(
            f"orders.order.{asked.event}", by=asked.actor, of=locked, was=before, reason=reason,
            refund_rials=asked.refund_rials,
        )  # fmt: skip
    return locked


@transaction.atomic
def ship(
    *,
    order: Order,
    actor: Person,
    quantities: dict[int, int] | None = None,
    carrier: str = "",
    tracking: str = "",
    now: datetime,
) -> Parcel:
    """Send a parcel: all that has not left yet, or ``quantities`` of lines by their keys.

    The last parcel makes the order shipped. Raises OrderStateForbids, InvalidInput.
    """
    locked = locked_order(order)
    lines = _lines_of(locked)
    left = left_of(lines)
    sent = dict(left if quantities is None else quantities)
    sent = {key: number for key, number in sent.items() if number}
    if not sent or any(not 0 < number <= left.get(key, 0) for key, number in sent.items()):
        if machine.step_of(locked.state, "ship") is None:
            raise _refusal(locked, Asked("ship", "shop"))
        raise InvalidInput([Fault("#/quantities", "must be pieces that have not left", "range")])
    event = "ship" if sent == {key: n for key, n in left.items() if n} else "ship_part"
    found = machine.step_of(locked.state, event)
    if found is None:
        raise _refusal(locked, Asked(event, "shop"))
    parcel = Parcel.objects.create(
        order=locked,
        carrier=_line(carrier, "#/carrier", 40),
        tracking=_line(tracking, "#/tracking", TRACKING_CHARS_MAX),
        shipped_at=now,
    )
    ParcelLine.objects.bulk_create(
        ParcelLine(parcel=parcel, line_id=key, quantity=number) for key, number in sent.items()
    )
    _enter(locked, found.to, Asked(event, "shop", actor), parcel.tracking, now)
    moved = [sent.get(line.pk, 0) for line in lines]
    _change_stock(lines, [(-number, -number) for number in moved])
    return parcel


@transaction.atomic
def give_up_rest(*, order: Order, now: datetime) -> Order:
    """End what was not sent in time of an order of which a part was: its money goes back.

    The clock's. Raises OrderStateForbids, AccountFrozen, LedgerBusy.
    """
    locked = locked_order(order)
    found = machine.step_of(locked.state, "late_part")
    if found is None or not locked.parcels.exists():
        raise _refusal(locked, Asked("late_part", "clock"))
    lines = _lines_of(locked)
    left = left_of(lines)
    back = 0
    for line in lines:
        after = line.returned + left[line.pk]
        rials = line.paid_rials * after // line.quantity - line.refunded_rials
        line.returned, line.refunded_rials = after, line.refunded_rials + rials
        line.save(update_fields=["returned", "refunded_rials"])
        tally.take_pieces(locked, line, pieces=left[line.pk], rials=rials)
        back += rials
    _enter(locked, found.to, Asked("late_part", "clock"), "", now)
    money.give_back(locked, back, now=now)
    _change_stock(lines, [(-left[line.pk], 0) for line in lines])
    return locked


def left_of(lines: Sequence[OrderLine]) -> dict[int, int]:
    """Return how many pieces of each line have not left the shop, by the line's key."""
    sent: dict[int, int] = {}
    rows = ParcelLine.objects.filter(line__in=[line.pk for line in lines])
    for key, number in rows.values_list("line_id", "quantity"):
        sent[key] = sent.get(key, 0) + number
    return {line.pk: line.quantity - sent.get(line.pk, 0) for line in lines}


def locked_order(order: Order) -> Order:
    """Return the order locked until the caller's transaction ends: the first lock of all."""
    return (
        Order.objects.select_for_update(of=("self",), no_key=True)
        .select_related("shop", "buyer", "escrow")
        .get(pk=order.pk)
    )


def tell(order: Order) -> None:
    """Have the order's card drawn anew after the commit."""
    jobs.enqueue_on_commit("orders.post_card", order_id=order.public_id)


def _lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("variant").order_by("variant_id"))


def _enter(order: Order, to: str, asked: Asked, reason: str, now: datetime) -> None:
    before, order.state = order.state, to
    order.seq += 1
    after = machine.goes_on_after(to, order.shop.level)
    if to != before or after is None:
        order.due_at = None if after is None else now + after
    order.changed_at = now
    order.save(update_fields=["state", "seq", "due_at", "changed_at"])
    OrderEvent.objects.create(
        order=order,
        seq=order.seq,
        event=asked.event,
        from_state=before,
        to_state=to,
        actor=asked.actor,
        side=asked.side,
        reason=reason,
        at=now,
    )
    tell(order)


def _is_repeated(order: Order, asked: Asked) -> bool:
    last = order.events.order_by("-seq").first()
    return last is not None and (last.event, last.side) == (asked.event, asked.side)


def _refusal(order: Order, asked: Asked) -> OrderStateForbids:
    return OrderStateForbids(
        state=order.state, event=asked.event, permitted_in=machine.permitted_in(asked.event)
    )


def _reason(asked: Asked) -> str:
    reason = _line(asked.reason, "#/reason", ORDER_REASON_CHARS_MAX)
    if not reason and asked.event in NEED_REASON:
        raise ReasonNeeded
    return reason


def _line(text: str, pointer: str, most: int) -> str:
    return wording.one_line(text, pointer=pointer, most=most, needed=False)


_STOCK = """
with wanted as (
  select * from unnest(%(variants)s::bigint[], %(reserved)s::int[], %(on_hand)s::int[])
    as wanted (variant, reserved, on_hand)
), locked as (
  select stock.variant_id from shops_stock stock join wanted on wanted.variant = stock.variant_id
   order by stock.variant_id for update of stock
)
update shops_stock stock
   set reserved = stock.reserved + wanted.reserved, on_hand = stock.on_hand + wanted.on_hand
  from wanted, locked
 where stock.variant_id = wanted.variant and locked.variant_id = wanted.variant
"""


def _change_stock(lines: Sequence[OrderLine], changes: Sequence[tuple[int, int]]) -> None:
    """Change reserved and on hand of the lines' variants; the last statement of a step."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STOCK,
            {
                "variants": [line.variant_id for line in lines],
                "reserved": [reserved for reserved, _on_hand in changes],
                "on_hand": [on_hand for _reserved, on_hand in changes],
            },
        )
