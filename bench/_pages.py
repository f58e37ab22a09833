"""What `bench.storefront` measures inside the product: its pages, and an import beside COPY."""

import csv
import io
import json
import statistics
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bench._following import FIRST_PERSON, FOLLOWED, _buffers
from bench._shops import FIRST_KEY, _id
from bench._words import thing
from identity.models import Person
from messenger import listing
from messenger.models import Membership
from storefront.orders import addresses, carts
from storefront.orders.models import Order
from storefront.shops.imports import beginning, columns, running
from storefront.shops.models import Import, LowStock, Product, Shop, Stock, Variant
from storefront.shops.search import refreshing
from storefront.showcase import front, listings, ranking
from storefront.showcase.home import home_of
from storefront.showcase.models import Kin
from wallet import accounts, ledger
from wallet.money import Rials

ROUNDS = 30
WARM_UP = 5
BUYS = 24  # orders of the person who looks at his own
KIN = 6  # cards of the row "because of what you follow"
MOVES = 1_000  # movements of his wallet
BY_KEY = ("enable_seqscan", "enable_hashjoin", "enable_mergejoin")
HOME = {
    "name": "سارا رضایی", "phone": "09121234567", "province": "تهران", "city": "تهران",
    "line": "خیابان ولیعصر، کوچهٔ نیلوفر، پلاک ۱۲", "postal_code": "1939614357",
}  # fmt: skip


def pages() -> None:
    """Print queries, buffers and times of each page as one JSON line at the end."""
    _furnish()
    found: dict[str, Any] = {}
    for name, (who, place) in _places().items():
        try:
            address = place if isinstance(place, str) else place()
        except NoReverseMatch:
            print(f"    {name}: there is no such page yet")
            continue
        found[name] = _measured(_asking(who, address))
    person = _buyer()
    found["my channels"] = _measured(lambda _number: listing.channels_of(person))
    print(json.dumps(found))


def _furnish() -> None:
    """Do what the nights have done and what people have left, the same at every size."""
    now = timezone.now()
    if not Kin.objects.exists():
        listings.renew(now=now)
        people = Membership.objects.count() // FOLLOWED
        ranking.relate(parts=max(1, people // 150_000))
        ranking.rank(now=now, whole=True)
    if not LowStock.objects.exists():  # of every hundredth variant few are left
        with connection.cursor() as cursor:
            cursor.execute(
                """update shops_stock set on_hand = reserved + variant_id % 4
                    where variant_id % 97 = 0"""
            )
    if not _buy(_buyer()):
        return
    _fill_wallet(_buyer())
    with connection.cursor() as cursor:
        for table in ("showcase_kin", "showcase_listing", "shops_stock", "shops_lowstock",
                      "wallet_posting", "wallet_transfer", "orders_order"):  # fmt: skip
            cursor.execute(f"vacuum (analyze) {table}")
    front.choose(now=now)


@cache
def _buyer() -> Person:
    """Return somebody to whom the Showcase tells KIN things that others follow too."""
    for person in Person.objects.filter(pk__gte=FIRST_PERSON + 77).order_by("pk")[:500]:
        own = {row.kind: row.cards for row in home_of(person, now=timezone.now()).own}
        if len(own.get("because", ())) == KIN:
            return person
    raise RuntimeError(f"nobody of the first follows what {KIN} others are followed with")


def _buy(person: Person) -> bool:
    """Give a person BUYS orders of many shops, copies of those of others, unless he has them."""
    if person.orders.filter(key__startswith="own-").exists():
        return False
    step = Order.objects.filter(pk__gte=FIRST_KEY, key__startswith="bench-").count() // BUYS
    with connection.cursor() as cursor:
        for n in range(BUYS):
            given: dict[str, str | int] = {
                "buyer": person.pk,
                "id": _id("ord", person.pk * 100 + n),
                "key": f"own-{n}",
                "of": FIRST_KEY + step * n + 7,
            }
            cursor.execute(
                """with made as (
                     insert into orders_order (public_id, shop_id, buyer_id, key, state, payment,
                       goods_rials, discount_rials, shipping_rials, total_rials, address, shipping,
                       note, created_at, changed_at, seq)
                     select %(id)s, shop_id, %(buyer)s, %(key)s, state, payment, goods_rials,
                       discount_rials, shipping_rials, total_rials, address, shipping, note,
                       created_at, changed_at, seq from orders_order where id = %(of)s returning id)
                   insert into orders_orderline (order_id, variant_id, title, options, sku,
                     quantity, unit_rials, paid_rials, rule_id, commission_rials, returned,
                     refunded_rials)
                   select made.id, variant_id, title, options, sku, quantity, unit_rials,
                     paid_rials, rule_id, commission_rials, returned, refunded_rials
                     from made, orders_orderline line where line.order_id = %(of)s""",
                given,
            )
    return True


def _fill_wallet(person: Person) -> None:
    """Give a person MOVES movements in his wallet: top-ups and what left again."""
    purse, bank = accounts.of_person(person), accounts.platform("bank")
    if purse.postings.count() >= MOVES:
        return
    for begin in range(0, MOVES, 100):
        moves = []
        for n in range(begin, begin + 100):
            ways = (bank.pk, purse.pk, "topup") if n % 3 else (purse.pk, bank.pk, "payout")
            moves.append(
                ledger.move(
                    debit=ways[0], credit=ways[1], amount=Rials(500_000 if n % 3 else 200_000),
                    reason=ways[2], key=f"bench-{person.pk}-{n}", book="live",  # type: ignore[arg-type]
                )
            )  # fmt: skip
        ledger.post_many(sorted(moves, key=lambda one: one.debit != bank.pk))


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
    buyer = _buyer()
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
    warm = sorted(times[WARM_UP:])
    return {
        "queries": len(asked),
        **buffers_of([one["sql"] for one in asked]),
        "p50_ms": statistics.median(warm),
        "p95_ms": warm[int(len(warm) * 0.95)],
    }


def buffers_of(asked: list[str]) -> dict[str, int]:
    """Return the buffers that these queries touch as they are planned, and when all go by key.

    A table of a few pages is read whole, whatever index it has: by key is what a page costs where
    tables are large, and what can be compared between two sizes.
    """
    reads = [sql for sql in asked if sql.lstrip(" (\n").lower().startswith(("select", "with"))]
    planned = sum(_buffers(sql) for sql in reads)
    with connection.cursor() as cursor:
        for name in BY_KEY:
            cursor.execute(f"set {name} = off")
        by_key = sum(_buffers(sql) for sql in reads)
        for name in BY_KEY:
            cursor.execute(f"reset {name}")
    return {"buffers": planned, "by_key": by_key}


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
    # What was imported is taken out of search again: the next measurement finds what was loaded.
    keys = list(empty.products.values_list("pk", flat=True))
    empty.products.update(status="archived")
    refreshing.refresh(keys)
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
