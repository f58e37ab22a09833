"""A shop with a few things in it, for every test that needs one."""

from django.utils import timezone

from identity.models import Person
from storefront.shops import catalogue, opening
from storefront.shops.catalogue import ProductWish, VariantWish
from storefront.shops.models import Product, Shop
from storefront.shops.opening import Sign


def make_shop(owner: Person, *, slug: str = "golestan", title: str = "گلستان", **sign) -> Shop:
    """An open shop of this person, with its channel."""
    now = timezone.now()
    shop = opening.found(person=owner, sign=Sign(title=title, slug=slug, **sign), now=now)
    return opening.step(shop=shop, name="open", actor=owner)


def make_product(
    shop: Shop,
    *,
    title: str = "زعفران سرگل",
    price: int = 1_200_000,
    on_hand: int = 10,
    published: bool = True,
    variants: list[VariantWish] | None = None,
    **wish,
) -> Product:
    """A product of the shop; one variant unless others are named. Prices in rials."""
    actor, now = shop.maker.founder, timezone.now()
    wishes = variants or [VariantWish(price=price, on_hand=on_hand)]
    made = catalogue.add_product(
        shop=shop, wish=ProductWish(title=title, variants=wishes, **wish), actor=actor, now=now
    )
    if published:
        catalogue.set_status(product=made, status="published", actor=actor, now=now)
        made.refresh_from_db()
    return made
