"""What `bench.storefront` measures of a product that everybody wants: orders, where time goes."""

import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench._following import FIRST_PERSON
from bench._pages import HOME
from bench._shops import FIRST_KEY
from core import rates
from identity.models import Person
from storefront.orders import addresses, carts, placing
from storefront.orders.grounds import Wish
from storefront.orders.models import ShippingRate
from storefront.shops.models import Shop, Stock, Variant

BUYERS = 8
HOT_S = 6.0


def hot_product() -> None:
    """Print orders a second of one product, and the bare conditional update of its stock."""
    # A few people order over and over, more than one shop may sell in a day.
    rates.hit = lambda *_args, **_named: None
    placing.__dict__["SHOP_HELD_RIALS_PER_DAY_MAX"] = (10**15,) * 4
    shop = Shop.objects.get(pk=FIRST_KEY)
    product = shop.products.filter(status="published").order_by("pk")[7]
    variant = product.variants.order_by("position")[0]
    Stock.objects.filter(variant=variant).update(on_hand=1_000_000)
    rate = ShippingRate.objects.filter(shop=shop)[0]
    buyers = []
    for place in range(BUYERS):
        person = Person.objects.get(pk=FIRST_PERSON + 1000 + place)
        home = addresses.add(person=person, given=HOME, now=timezone.now())
        buyers.append((person, home.public_id))
    orders, updates, spent = [], [], []
    for _round in range(3):
        rate_s, counted = _side_by_side(lambda place: _order(shop, variant, rate, *buyers[place]))
        orders.append(rate_s)
        spent.append(counted)
        updates.append(_side_by_side(lambda _place: _reserve(variant.pk))[0])
    sold = Stock.objects.get(variant=variant)
    ratios = [one / other for one, other in zip(orders, updates, strict=True)]
    wall, python, placing_ms, stock = (
        statistics.median(one[at] for one in spent) for at in range(4)
    )
    print(f"  orders of one hot product, {BUYERS} buyers at once, paid on delivery:"
          f" {statistics.median(orders):,.0f} a second; the bare conditional update"
          f" {statistics.median(updates):,.0f}; ratio {min(ratios):.3f} to {max(ratios):.3f};"
          f" reserved {sold.reserved:,} of {sold.on_hand:,}\n"
          f"  one of them: {wall:.0f} ms with filling the cart, {placing_ms:.0f} of them placing;"
          f" {python:.1f} ms of it are its own processor time, {stock:.1f} ms the statement that"
          f" waits for the stock and reserves it")  # fmt: skip


def _order(shop: Shop, variant: Variant, rate: ShippingRate, person: Person, home: str) -> None:
    now = timezone.now()
    carts.add(person=person, shop=shop, variant_id=variant.public_id, quantity=1, now=now)
    wish = Wish(key=f"hot-{time.time_ns()}", rate_id=rate.public_id, address_id=home, cash=True)
    placing.place(person=person, shop=shop, wish=wish, now=now)


def _reserve(variant: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update shops_stock set reserved = reserved + 1"
            " where variant_id = %s and on_hand - reserved >= 1",
            [variant],
        )


def _side_by_side(work: Callable[[int], None]) -> tuple[float, tuple[float, ...]]:
    """Work in processes of their own for a while.

    Returns how often a second it was done, and the milliseconds one took: in all, of its own
    processor, in placing, and in reserving the stock.
    """
    connection.close()
    pipes = []
    for place in range(BUYERS):
        reading, writing = os.pipe()
        if os.fork() == 0:
            placed, reserved = _timed("place"), _timed("_reserve")
            done, began, used = 0, time.perf_counter(), time.process_time()
            while time.perf_counter() - began < HOT_S:
                work(place)
                done += 1
            spent = (
                time.perf_counter() - began, time.process_time() - used, placed[0], reserved[0],
            )  # fmt: skip
            found = [done, *(1000 * one / max(1, done) for one in spent)]
            os.write(writing, json.dumps(found).encode())
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    told = [json.loads(os.read(pipe, 200) or b"[0, 0, 0, 0, 0]") for pipe in pipes]
    if any(os.wait()[1] for _place in range(BUYERS)):
        raise RuntimeError("somebody could not order")
    means = tuple(statistics.mean(one[at] for one in told) for at in range(1, 5))
    return sum(one[0] for one in told) / HOT_S, means


def _timed(name: str) -> list[float]:
    """Add up the seconds a function of placing takes in this process."""
    spent, timed = [0.0], placing.__dict__[name]

    def told(*args: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return timed(*args, **named)
        finally:
            spent[0] += time.perf_counter() - began

    placing.__dict__[name] = told
    return spent
