"""An operator's decision on a dispute: all back, all to the shop, or shared."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from django.db import transaction

from core.problems import NotAllowed
from identity.makers import role_of
from identity.models import Person
from storefront.orders import moving
from storefront.orders.models import Order
from storefront.shops import access

DECIDE: Final = "orders.decide_order"
Decision = Literal["give_back", "pay_out", "split"]
DECISIONS: Final[tuple[Decision, ...]] = ("give_back", "pay_out", "split")


@transaction.atomic
def decide(
    *,
    order: Order,
    decision: Decision,
    reason: str,
    refund_rials: int = 0,
    actor: Person,
    now: datetime,
) -> Order:
    """End a dispute; ``refund_rials`` is what a split gives back to the buyer.

    Raises, the first that applies: NotAllowed (the role, or a side of the order is the operator's
    own), OrderStateForbids, InvalidInput, ReasonNeeded, SplitRefused, AccountFrozen, LedgerBusy.
    """
    if not actor.has_perm(DECIDE) or is_own(order, actor):
        raise NotAllowed
    asked = moving.Asked(decision, "operator", actor, reason=reason, refund_rials=refund_rials)
    return moving.step(order=order, asked=asked, now=now)


def is_own(order: Order, person: Person) -> bool:
    """Tell whether a person is on a side of the order: its buyer, or of the shop or its maker."""
    return (
        order.buyer_id == person.pk
        or access.role_in(person, order.shop) is not None
        or role_of(person, order.shop.maker) is not None
    )
