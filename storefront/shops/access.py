"""The only way from a person and an id to a shop and what belongs to it.

What a caller may not see answers like what does not exist; an id of another shop too.
"""

from __future__ import annotations

from typing import Final, Literal

from django.db.models import Q, QuerySet

from core.ids import is_id
from core.problems import NotFound
from identity.models import Person
from storefront.shops.errors import ShopRoleMissing
from storefront.shops.models import Product, Shop, Staff

Right = Literal[
    "see", "edit", "staff", "catalogue", "posts", "orders", "money", "numbers", "keys",
]  # fmt: skip
Role = Staff.Role

RIGHTS: Final[dict[str, frozenset[Right]]] = {
    Role.OWNER: frozenset({
        "see", "edit", "staff", "catalogue", "posts", "orders", "money", "numbers", "keys",
    }),
    Role.MANAGER: frozenset({
        "see", "edit", "catalogue", "posts", "orders", "money", "numbers",
    }),
    Role.CLERK: frozenset({"see", "orders"}),
    Role.CONTENT: frozenset({"see", "catalogue", "posts"}),
}  # fmt: skip


def shops_of(person: Person) -> QuerySet[Shop]:
    """Return the shops in which the person works."""
    return Shop.objects.filter(staff__person=person)


def shop_of(person: Person, name: str, *, right: Right = "see") -> Shop:
    """Return the shop with this public id or address if the person's role has ``right``.

    One query. Raises NotFound for strangers, ShopRoleMissing for staff without the right.
    """
    return member_of(person, name, right=right).shop


def member_of(person: Person, name: str, *, right: Right = "see") -> Staff:
    """Return the person's place in the shop, with the shop; refused like ``shop_of``."""
    member = (
        Staff.objects.select_related("shop", "shop__channel", "shop__maker")
        .filter(_named(name, "shop__"), person=person)
        .first()
    )
    if member is None:
        raise NotFound
    if right not in RIGHTS[member.role]:
        raise ShopRoleMissing(needs=right)
    return member


def role_in(person: Person, shop: Shop) -> str | None:
    """Return the person's role in the shop, or None."""
    rows = Staff.objects.filter(shop=shop, person=person)
    return rows.values_list("role", flat=True).first()


def open_shop(name: str) -> Shop:
    """Return a shop that everybody may see, by public id or address. Raises NotFound."""
    rows = Shop.objects.select_related("channel")
    shop = rows.filter(_named(name), status__in=[Shop.Status.OPEN, Shop.Status.PAUSED]).first()
    if shop is None:
        raise NotFound
    return shop


def product_of(shop: Shop, product_id: str) -> Product:
    """Return a product of this shop in any state, for its staff. Raises NotFound."""
    found = Product.objects.filter(shop=shop, public_id=product_id).first()
    if found is None:
        raise NotFound
    return found


def _named(name: str, prefix: str = "") -> Q:
    return Q(**{f"{prefix}public_id" if is_id(name, "shp") else f"{prefix}slug": name})
