"""What `bench.storefront` measures inside the product: pages, an import, a hot product."""

import csv
import io
import json
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bench._following import FIRST_PERSON, _buffers
from bench._shops import FIRST_KEY
from bench._words import thing
from core import rates
from identity.models import Person
from storefront.orders import addresses, carts, placing
from storefront.orders.grounds import Wish
from storefront.orders.models import ShippingRate
from storefront.shops.imports import beginning, columns, running
from storefront.shops.models import Import, Product, Shop, Stock, Variant
from storefront.shops.search.products import Wanted, find
from storefront.shops.search.vocabulary import completions, meaning_of

ROUNDS = 60
WARM_UP = 10
BUYERS = 8
HOT_S = 6.0
QUERIES = ("کفش چرم", "زعفران", "گوشی", "سوهان قم", "هدفون نارون", "قوری مسی کاشان", "زعفران سرگل")
HOME = {
    "name": "سارا رضایی", "phone": "09121234567", "province": "تهران", "city": "تهران",
    "line": "خیابان ولیعصر، کوچهٔ نیلوفر، پلاک ۱۲", "postal_code": "1939614357",
}  # fmt: skip


def pages() -> None:
    """Print queries, buffers and times of each page as one JSON line at the end."""
    found: dict[str, Any] = {}
    for name, (who, place) in _places().items():
        try:
            address = place if isinstance(place, str) else place()
        except NoReverseMatch:
            print(f"    {name}: there is no such page yet")
            continue
        found[name] = _measured(_asking(who, address))
    meant = [meaning_of(text) for text in QUERIES]
    found["search, as a function"] = _measured(
        lambda n: find(meaning_of(QUERIES[n % len(meant)]), Wanted())
    )
    found["suggestions, as a function"] = _measured(
        lambda n: completions(QUERIES[n % len(QUERIES)][:3], most=8)
    )
    print(json.dumps(found))


def _places() -> dict[str, tuple[Person | None, Any]]:
    shop, owner, buyer = _people()
    product = shop.products.filter(status="published").order_by("pk")[5]
    return {
        "showcase": (buyer, lambda: reverse("showcase")),
        "search": (buyer, lambda: reverse("showcase_search") + "?q=زعفران"),
        "suggestions": (buyer, lambda: reverse("showcase_suggest") + "?q=زعف"),
        "shop": (None, lambda: reverse("shop_page", args=[shop.slug])),
        "product": (None, lambda: reverse("product_page", args=[shop.slug, product.public_id])),
        "cart": (buyer, lambda: reverse("cart", args=[shop.slug])),
        "checkout": (buyer, lambda: reverse("checkout", args=[shop.slug])),
        "orders of a shop": (owner, lambda: reverse("shop_orders", args=[shop.slug])),
        "desk": (owner, lambda: reverse("shop_desk", args=[shop.slug])),
        "orders of a person": (buyer, lambda: reverse("orders")),
        "statement": (buyer, lambda: reverse("wallet")),
    }


def _people() -> tuple[Shop, Person, Person]:
    """Return the shop that sells most, its owner, and somebody with a full cart there."""
    shop = Shop.objects.select_related("channel").get(pk=FIRST_KEY)
    owner = Person.objects.get(pk=FIRST_PERSON)
    buyer = Person.objects.get(pk=FIRST_PERSON + 77)
    basket = carts.basket_of(buyer, shop)
    if not basket.lines:
        for product in shop.products.filter(status="published").order_by("pk")[:5]:
            variant = product.variants.order_by("position")[0]
            carts.add(
                person=buyer, shop=shop, variant_id=variant.public_id, quantity=1,
                now=timezone.now(),
            )  # fmt: skip
        addresses.add(person=buyer, given=HOME, now=timezone.now())
    return shop, owner, buyer


def _asking(who: Person | None, address: str) -> Callable[[int], object]:
    browser = Client(headers={"host": settings.ORIGIN.partition("//")[2]})
    if who is not None:
        browser.force_login(who, backend="identity.backends.StaffPasswordBackend")

    def ask(_number: int) -> object:
        answer = browser.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        return answer

    return ask


def _measured(ask: Callable[[int], object]) -> dict[str, float]:
    times = []
    for number in range(WARM_UP + ROUNDS):
        began = time.perf_counter()
        ask(number)
        times.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as asked:
        ask(0)
    reads = [
        one["sql"]
        for one in asked
        if one["sql"].lstrip(" (\n").lower().startswith(("select", "with"))
    ]
    warm = sorted(times[WARM_UP:])
    return {
        "queries": len(asked),
        "buffers": sum(_buffers(sql) for sql in reads),
        "p50_ms": statistics.median(warm),
        "p95_ms": warm[int(len(warm) * 0.95)],
    }


def import_and_copy(rows: int) -> None:
    """Print how many rows of products a second are imported, and bare COPY of the same."""
    owner = Person.objects.get(pk=FIRST_PERSON + 1)
    shop = Shop.objects.get(pk=FIRST_KEY + 1)
    empty = Shop.objects.create(
        slug=f"import_{time.time_ns() % 10**12}", maker_id=shop.maker_id, title="ورود",
        channel=type(shop.channel).objects.create(kind="channel", title="bench"),
        created_at=timezone.now(), status="open",
    )  # fmt: skip
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["کد", "عنوان", "قیمت", "موجودی", "وزن", "برچسب", "توضیح"])
    for n in range(rows):
        _slug, title, told, tags = thing(n + 7_000_000)
        writer.writerow([f"I{n}", title, 12_500 + n, n % 50, 300, "،".join(tags), told])
    batch = beginning.begin(
        kind="products", shop=empty, file=io.BytesIO(text.getvalue().encode()), name="bench.csv",
        actor=owner, now=timezone.now(),
    )  # fmt: skip
    beginning.choose(
        batch=batch, columns=columns.guess("products", batch.headers), unit="toman", publish=True,
        actor=owner, now=timezone.now(),
    )  # fmt: skip
    checked = _worked(batch)
    beginning.apply(batch=batch, actor=owner, now=timezone.now())
    applied = _worked(batch)
    again = beginning.begin(
        kind="products", shop=empty, file=io.BytesIO(text.getvalue().encode()), name="bench.csv",
        actor=owner, now=timezone.now(),
    )  # fmt: skip
    beginning.choose(
        batch=again, columns=columns.guess("products", batch.headers), unit="toman", publish=True,
        actor=owner, now=timezone.now(),
    )  # fmt: skip
    _worked(again)
    beginning.apply(batch=again, actor=owner, now=timezone.now())
    same = _worked(again)
    bare = _copied(empty)
    print(f"  import of {rows:,} rows: checked {rows / checked:,.0f} a second, written and found by"
          f" search {rows / applied:,.0f}, the same file again {rows / same:,.0f};"
          f" bare COPY of the same rows {rows / bare:,.0f}"
          f" (import takes {(checked + applied) / bare:.1f} times as long)")  # fmt: skip


def _worked(batch: Import) -> float:
    began = time.perf_counter()
    batch.refresh_from_db()
    while batch.is_moving:  # the product's own worker may have taken it: one of the two works
        if not running.go_on(import_id=batch.public_id, run_s=float("inf")):
            time.sleep(0.02)
        batch.refresh_from_db()
    if batch.rows_bad:
        raise RuntimeError(f"{batch.rows_bad} rows have errors")
    return time.perf_counter() - began


def _copied(shop: Shop) -> float:
    """Return the seconds COPY takes for the same rows into tables with the same indexes."""
    spent = 0.0
    sources = (
        (Product, f"select * from shops_product where shop_id = {shop.pk}"),
        (Variant, f"select * from shops_variant where shop_id = {shop.pk}"),
        (Stock, f"select s.* from shops_stock s join shops_variant v on v.id = s.variant_id where v.shop_id = {shop.pk}"),  # noqa: E501
    )  # fmt: skip
    with connection.cursor() as cursor:
        for model, select in sources:
            table = model._meta.db_table
            cursor.execute(
                f"drop table if exists bench_copy;"
                f" create table bench_copy (like {table} including all)"
            )
            with cursor.copy(f"copy ({select}) to stdout") as source:
                data = b"".join(source)
            began = time.perf_counter()
            with cursor.copy("copy bench_copy from stdin") as sink:
                sink.write(data)
            spent += time.perf_counter() - began
        cursor.execute("drop table bench_copy")
    return spent


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
    orders, updates = [], []
    for _round in range(3):
        orders.append(_side_by_side(lambda place: _order(shop, variant, rate, *buyers[place])))
        updates.append(_side_by_side(lambda _place: _reserve(variant.pk)))
    sold = Stock.objects.get(variant=variant)
    ratios = [one / other for one, other in zip(orders, updates, strict=True)]
    print(f"  orders of one hot product, {BUYERS} buyers at once, paid on delivery:"
          f" {statistics.median(orders):,.0f} a second; the bare conditional update"
          f" {statistics.median(updates):,.0f}; ratio {min(ratios):.3f} to {max(ratios):.3f};"
          f" reserved {sold.reserved:,} of {sold.on_hand:,}")  # fmt: skip


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


def _side_by_side(work: Callable[[int], None]) -> float:
    """Work in processes of their own for a while; return how often a second it was done."""
    connection.close()
    pipes = []
    for place in range(BUYERS):
        reading, writing = os.pipe()
        if os.fork() == 0:
            done, ends = 0, time.perf_counter() + HOT_S
            while time.perf_counter() < ends:
                work(place)
                done += 1
            os.write(writing, str(done).encode())
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    counts = [int(os.read(pipe, 20) or b"0") for pipe in pipes]
    if any(os.wait()[1] for _place in range(BUYERS)):
        raise RuntimeError("somebody could not order")
    return sum(counts) / HOT_S
