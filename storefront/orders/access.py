"""The only way from a person and an id to an order: as its buyer, or as staff of its shop."""

from __future__ import annotations

from typing import Literal

from django.db.models import QuerySet

from core.ids import is_id
from core.problems import NotFound
from identity.models import Person
from storefront.orders.models import Order, Return
from storefront.shops.access import RIGHTS
from storefront.shops.models import Shop, Staff

Role = Literal["buyer", "shop"]


def order_of(person: Person, order_id: str) -> tuple[Order, Role]:
    """Return the order and on which side of it the person stands.

    Staff need the right to orders. Raises NotFound for everybody else.
    """
    order = _orders().filter(public_id=order_id).first() if is_id(order_id, "ord") else None
    if order is None:
        raise NotFound
    if order.buyer_id == person.pk:
        return order, "buyer"
    role = Staff.objects.filter(shop=order.shop_id, person=person).values_list("role", flat=True)
    if not any("orders" in RIGHTS[one] for one in role):
        raise NotFound
    return order, "shop"


def orders_of(person: Person) -> QuerySet[Order]:
    """Return what a person has bought."""
    return Order.objects.filter(buyer=person).select_related("shop")


def orders_in(shop: Shop) -> QuerySet[Order]:
    """Return the orders of a shop; who may see them, the caller has asked."""
    return Order.objects.filter(shop=shop).select_related("buyer")


def return_of(order: Order, return_id: str) -> Return:
    """Return a wish to give something of this order back. Raises NotFound."""
    found = (
        Return.objects.select_related("line").filter(public_id=return_id, line__order=order).first()
    )
    if found is None:
        raise NotFound
    return found


def _orders() -> QuerySet[Order]:
    return Order.objects.select_related("shop", "shop__maker", "buyer", "escrow")
