"""The states of an order and every step between them: one table. Pure.

    placed ─accept→ accepted ─pack→ packed ─ship→ shipped ─arrive→ delivered ─confirm→ completed
      ├─reject→ rejected   └─cancel→ cancelled       └─dispute→ disputed             settle ↓
      │                                                           └→ refunded | settled ←──┘
      ├─expire→ expired
      └─cancel→ cancelled

Nobody writes a state but ``orders.moving.step``, which asks this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from core import limits

Side = Literal["buyer", "shop", "clock", "operator"]
# What a step does to money and stock besides; ``orders.effects`` carries it out.
Effect = Literal["", "capture", "release", "refund", "settle", "split"]
STATES: Final = (
    "placed", "accepted", "packed", "shipped", "delivered", "completed", "settled", "disputed",
    "refunded", "cancelled", "rejected", "expired",
)  # fmt: skip
ENDS: Final = frozenset({"settled", "refunded", "cancelled", "rejected", "expired"})
# In these states pieces that have not left the shop are reserved for the order.
RESERVING: Final = frozenset({"placed", "accepted", "packed"})


@dataclass(frozen=True)
class Step:
    """One event from one state. ``after``: when the clock goes on from the state it leads to."""

    to: str
    by: frozenset[Side]
    effect: Effect = ""


def _by(*sides: Side) -> frozenset[Side]:
    return frozenset(sides)


TABLE: Final[dict[tuple[str, str], Step]] = {
    ("placed", "accept"): Step("accepted", _by("shop"), "capture"),
    ("placed", "reject"): Step("rejected", _by("shop"), "release"),
    ("placed", "cancel"): Step("cancelled", _by("buyer"), "release"),
    ("placed", "expire"): Step("expired", _by("clock"), "release"),
    ("accepted", "pack"): Step("packed", _by("shop")),
    ("accepted", "cancel"): Step("cancelled", _by("buyer", "shop"), "refund"),
    ("accepted", "ship_part"): Step("packed", _by("shop")),
    ("accepted", "ship"): Step("shipped", _by("shop")),
    ("accepted", "late"): Step("cancelled", _by("clock"), "refund"),
    ("packed", "late"): Step("cancelled", _by("clock"), "refund"),
    ("packed", "late_part"): Step("shipped", _by("clock")),
    ("packed", "cancel"): Step("cancelled", _by("shop"), "refund"),
    ("packed", "ship_part"): Step("packed", _by("shop")),
    ("packed", "ship"): Step("shipped", _by("shop")),
    ("packed", "dispute"): Step("disputed", _by("buyer")),  # it, or the rest of it, never leaves
    ("shipped", "arrive"): Step("delivered", _by("shop")),
    ("shipped", "confirm"): Step("completed", _by("buyer")),
    ("shipped", "assume"): Step("completed", _by("clock")),
    ("shipped", "dispute"): Step("disputed", _by("buyer")),
    ("delivered", "confirm"): Step("completed", _by("buyer")),
    ("delivered", "assume"): Step("completed", _by("clock")),
    ("delivered", "dispute"): Step("disputed", _by("buyer")),
    ("completed", "dispute"): Step("disputed", _by("buyer")),
    ("completed", "settle"): Step("settled", _by("clock"), "settle"),
    ("disputed", "give_back"): Step("refunded", _by("operator"), "refund"),
    ("disputed", "pay_out"): Step("settled", _by("operator"), "settle"),
    ("disputed", "split"): Step("settled", _by("operator"), "split"),
    ("disputed", "withdraw"): Step("completed", _by("buyer")),
}
# What the clock does in a state, and how long after the state began.
CLOCK: Final[dict[str, tuple[str, timedelta]]] = {
    "placed": ("expire", limits.ORDER_ACCEPT_WITHIN),
    "accepted": ("late", limits.ORDER_SHIP_WITHIN),
    "packed": ("late", limits.ORDER_SHIP_WITHIN),
    "shipped": ("assume", limits.ORDER_ASSUMED_AFTER_SHIPPING),
    "delivered": ("assume", limits.ORDER_ASSUMED_AFTER_DELIVERY),
    "completed": ("settle", limits.SHOP_PAYOUT_DELAYS[0]),  # less for verified shops
}


def step_of(state: str, event: str) -> Step | None:
    """Return what an event leads to from a state, or None where it is not permitted."""
    return TABLE.get((state, event))


def events_for(state: str, side: Side) -> list[str]:
    """Return what one side may do now, in the order of the table."""
    return [event for (at, event), step in TABLE.items() if at == state and side in step.by]


def permitted_in(event: str) -> list[str]:
    """Return the states from which an event is permitted."""
    return [state for (state, name) in TABLE if name == event]


def goes_on_after(state: str, level: int) -> timedelta | None:
    """Return after how long the clock takes the next step; ``level`` is the shop's."""
    if state not in CLOCK:
        return None
    return limits.SHOP_PAYOUT_DELAYS[level] if state == "completed" else CLOCK[state][1]
