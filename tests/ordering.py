"""Carts, addresses and orders, for every test that needs one."""

import itertools

from django.utils import timezone

from identity.models import Person
from storefront.orders import addresses, carts, moving, placing
from storefront.orders.models import Order, ShippingRate
from storefront.orders.moving import Asked
from storefront.orders.placing import Wish
from storefront.shops.models import Product, Shop
from tests.wallet.conftest import wallet_of
from wallet import accounts

_keys = itertools.count(1)
HOME = {
    "name": "سارا رضایی", "phone": "09121234567", "province": "تهران", "city": "تهران",
    "line": "خیابان ولیعصر، کوچهٔ نیلوفر، پلاک ۱۲", "postal_code": "۱۹۳۹۶-۱۴۳۵۷",
}  # fmt: skip


def make_rate(shop: Shop, *, price: int = 300_000, title: str = "پست پیشتاز", **more):
    return ShippingRate.objects.create(
        shop=shop, kind=more.pop("kind", "post"), title=title, price=price, **more
    )


def rich(person: Person, rials: int = 100_000_000) -> Person:
    """A person who can pay, whatever his level; PINs are not asked here."""
    wallet_of(person, rials)
    return person


def put(person: Person, product: Product, quantity: int = 1) -> None:
    """Put the product's first variant into the person's cart."""
    variant = product.variants.order_by("position").first()
    carts.add(
        person=person, shop=product.shop, variant_id=variant.public_id, quantity=quantity,
        now=timezone.now(),
    )  # fmt: skip


def wish_of(person: Person, shop: Shop, *, key: str = "", **more) -> Wish:
    """What the person decides at the checkout: the first way, his home."""
    rate = ShippingRate.objects.filter(shop=shop).first() or make_rate(shop)
    home = addresses.add(person=person, given=HOME, now=timezone.now())
    key = key or f"key-{next(_keys)}"
    return Wish(key=key, rate_id=rate.public_id, address_id=home.public_id, **more)


def place(person: Person, product: Product, quantity: int = 1, *, key: str = "", **more) -> Order:
    """An order of one product, paid from the wallet."""
    put(person, product, quantity)
    wish = wish_of(person, product.shop, key=key, **more)
    return placing.place(person=person, shop=product.shop, wish=wish, now=timezone.now())


def step(order: Order, event: str, side: str = "shop", *, now=None, **more) -> Order:
    """One step by one side."""
    actor = {"shop": order.shop.maker.founder, "buyer": order.buyer}.get(side)
    asked = Asked(event, side, more.pop("actor", actor), **more)
    return moving.step(order=order, asked=asked, now=now or timezone.now())


def ship(order: Order, **more):
    return moving.ship(order=order, actor=order.shop.maker.founder, now=timezone.now(), **more)


def holdings(order: Order) -> dict[str, int]:
    """Who holds what of the money, in rials."""
    return {
        "buyer": accounts.balance_of(accounts.of_person(order.buyer)).available,
        "kept": accounts.balance_of(accounts.platform("custody")).posted,
        "shop": accounts.balance_of(accounts.of_maker(order.shop.maker)).available,
        "house": accounts.balance_of(accounts.platform("fees")).posted,
    }
