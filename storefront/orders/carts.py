"""Carts: what is in one, what it costs now, and what has changed since it was last shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db import connection, transaction

from core.limits import CART_LINES_MAX, CART_QUANTITY_MAX
from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from storefront.orders.errors import CartFull, NotForSale
from storefront.orders.models import Cart, CartLine
from storefront.shops import counting
from storefront.shops.models import Product, Shop, Variant

Change = Literal["gone", "fewer", "dearer", "cheaper"]


@dataclass(frozen=True)
class Line:
    """One line as it is now. Money in rials, weight in grams of one piece."""

    key: int
    variant: Variant
    quantity: int
    price_seen: int
    free: int
    is_sold: bool

    @property
    def title(self) -> str:
        """The product's name."""
        return self.variant.product.title

    @property
    def rials(self) -> int:
        """What all pieces cost now."""
        return self.variant.price * self.quantity

    @property
    def change(self) -> Change | Literal[""]:
        """What is different from what the buyer last saw."""
        if not self.is_sold or self.free == 0:
            return "gone"
        if self.free < self.quantity:
            return "fewer"
        if self.variant.price != self.price_seen:
            return "dearer" if self.variant.price > self.price_seen else "cheaper"
        return ""


@dataclass(frozen=True)
class Basket:
    """A cart as it is now."""

    shop: Shop
    lines: list[Line]

    @property
    def goods_rials(self) -> int:
        """What can be bought of it costs."""
        return sum(line.rials for line in self.lines if line.change not in ("gone", "fewer"))

    @property
    def weight_g(self) -> int:
        """What it weighs, in grams."""
        return sum(line.variant.weight_g * line.quantity for line in self.lines)

    @property
    def pieces(self) -> int:
        """How many pieces are in it."""
        return sum(line.quantity for line in self.lines)

    @property
    def changes(self) -> list[Line]:
        """The lines that are not as the buyer last saw them."""
        return [line for line in self.lines if line.change]

    def as_changes(self) -> list[dict[str, Any]]:
        """Return what changed, for a program."""
        return [
            {
                "variant": line.variant.public_id,
                "title": line.title,
                "change": line.change,
                "price_seen_rials": line.price_seen,
                "price_rials": line.variant.price,
                "left": line.free,
            }
            for line in self.changes
        ]


def basket_of(person: Person, shop: Shop, *, lock: bool = False) -> Basket:
    """Return what the person has put aside in a shop: one query.

    ``lock`` keeps the cart until the caller's transaction ends: he orders it once, on one device.
    """
    rows = (
        CartLine.objects.filter(cart__person=person, cart__shop=shop)
        .select_related("cart", "variant__product", "variant__stock")
        .order_by("id")
    )
    if lock:
        rows = rows.select_for_update(of=("cart",), no_key=True)
    lines = [
        Line(
            key=row.pk,
            variant=row.variant,
            quantity=row.quantity,
            price_seen=row.price_seen,
            free=row.variant.stock.free,
            is_sold=row.variant.is_sold and row.variant.product.status == Product.Status.PUBLISHED,
        )
        for row in rows
    ]
    return Basket(shop, lines)


@transaction.atomic
def add(*, person: Person, shop: Shop, variant_id: str, quantity: int, now: datetime) -> CartLine:
    """Put pieces of a variant into the cart, on top of what is there.

    Raises, the first that applies: InvalidInput, NotFound, NotForSale, CartFull.
    """
    _check(quantity)
    variant = _variant_of(shop, variant_id)
    if not (shop.sells and variant.is_sold and variant.product.status == "published"):
        raise NotForSale
    cart = _locked(person, shop, now)
    counting.count(shop, "carts", 1, now)
    line = cart.lines.filter(variant=variant).first()
    if line is None:
        if cart.lines.count() >= CART_LINES_MAX:
            raise CartFull(most=CART_LINES_MAX)
        return CartLine.objects.create(
            cart=cart, variant=variant, quantity=quantity, price_seen=variant.price
        )
    line.quantity = min(line.quantity + quantity, CART_QUANTITY_MAX)
    line.price_seen = variant.price
    line.save(update_fields=["quantity", "price_seen"])
    return line


@transaction.atomic
def set_quantity(
    *, person: Person, shop: Shop, variant_id: str, quantity: int, now: datetime
) -> None:
    """Change how many pieces are wanted; 0 takes the line out. Raises InvalidInput, NotFound."""
    if quantity:
        _check(quantity)
    cart = _locked(person, shop, now)
    lines = cart.lines.filter(variant__public_id=variant_id)
    if not (lines.update(quantity=quantity) if quantity else lines.delete()[0]):
        raise NotFound


def mark_seen(person: Person, shop: Shop) -> None:
    """Keep today's prices as those the buyer has seen; take out what is not sold any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        values = {"person": person.pk, "shop": shop.pk}
        cursor.execute(_LOWER, values)
        cursor.execute(_SEE, values)


_LOWER = """
delete from orders_cartline line
 using orders_cart cart, shops_variant variant, shops_product product, shops_stock stock
 where cart.id = line.cart_id and cart.person_id = %(person)s and cart.shop_id = %(shop)s
   and variant.id = line.variant_id and product.id = variant.product_id
   and stock.variant_id = variant.id
   and (not variant.is_sold or product.status <> 'published' or stock.on_hand <= stock.reserved)
"""
_SEE = """
update orders_cartline line
   set price_seen = variant.price,
       quantity = least(line.quantity, stock.on_hand - stock.reserved)
  from orders_cart cart, shops_variant variant, shops_stock stock
 where cart.id = line.cart_id and cart.person_id = %(person)s and cart.shop_id = %(shop)s
   and variant.id = line.variant_id and stock.variant_id = variant.id
   and stock.on_hand > stock.reserved
"""


def _variant_of(shop: Shop, variant_id: str) -> Variant:
    rows = Variant.objects.select_related("product")
    found = rows.filter(shop=shop, public_id=variant_id).first()
    if found is None:
        raise NotFound
    return found


def _locked(person: Person, shop: Shop, now: datetime) -> Cart:
    cart, _made = Cart.objects.select_for_update().get_or_create(
        person=person, shop=shop, defaults={"changed_at": now}
    )
    cart.changed_at = now
    cart.save(update_fields=["changed_at"])
    return cart


def _check(quantity: int) -> None:
    if not 1 <= quantity <= CART_QUANTITY_MAX:
        raise InvalidInput([Fault("#/quantity", f"must be 1 to {CART_QUANTITY_MAX}", "range")])
