"""What `bench.storefront` loads inside the product: shops, products, stock and a year of orders.

By COPY, each row follows from its number alone, a step is a transaction: a run that was cut off
goes on where it was. Channels, people and memberships are those of `bench._following`. Foreign keys
are taken away for the load and put back over all rows at its end.
"""

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction

from bench._following import FIRST_CHANNEL, FIRST_PERSON, _copy
from bench._following import fill as fill_channels
from bench._words import COLOURS, mixed, thing
from core.ids import ALPHABET, BODY_CHARS
from storefront.orders.models import CommissionRule
from storefront.shops.models import Category
from storefront.shops.search import refreshing

SHOPS, PRODUCTS, PEOPLE, ORDERS = 5_000, 1_000_000, 1_000_000, 500_000
FIRST_KEY = 1_000_001  # of shops, makers and products that were loaded here
VARIANTS = (1, 1, 1, 1, 1, 1, 1, 3, 3, 6)  # of a product, by the last digit of its number
SMALLEST, LARGEST = 65, 2_449  # products of a shop
SHOPS_A_STEP = 25
ORDERS_A_STEP = 20_000
YEAR_BEGAN = datetime(2025, 11, 25, tzinfo=UTC)
TABLES = (
    "shops_shop", "shops_product", "shops_variant", "shops_stock", "shops_productsearch",
    "messenger_membership", "messenger_message", "orders_order", "orders_orderline",
    "orders_orderevent",
)  # fmt: skip

LOADED = (
    "identity_maker", "identity_makermember", "shops_shop", "shops_staff", "orders_shippingrate",
    "shops_product", "shops_variant", "shops_stock", "orders_order", "orders_orderline",
    "orders_orderevent",
)  # fmt: skip


def load(scale: int) -> None:
    """Load so many percent of the size that is designed for; print how it goes on."""
    began = time.perf_counter()
    shops, people = SHOPS * scale // 100, PEOPLE * scale // 100
    if _has_ended():
        sizes()
        return
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    options["options"] = (
        "-c statement_timeout=0 -c synchronous_commit=off -c maintenance_work_mem=256MB"
    )
    fill_channels(people // 100, shops)
    _without_foreign_keys()
    _load_shops(shops)
    _load_products(shops)
    _without_search_indexes()
    with _beside(lambda: _load_orders(shops, people, ORDERS * scale // 100)):
        _load_search()
    _with_search_indexes()
    _note_sales()
    fill_channels(people, shops)
    _with_foreign_keys()
    with connection.cursor() as cursor:
        for table in (*TABLES, "shops_searchword", "identity_person", "identity_maker"):
            cursor.execute(f"vacuum (analyze) {table}")
        cursor.execute("create table bench_ended ()")
    print(f"  loaded in {time.perf_counter() - began:.0f} s")
    sizes()


def _has_ended() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('bench_ended') is not null")
        return bool(cursor.fetchone()[0])


@contextmanager
def _beside(work: Callable[[], None]) -> Iterator[None]:
    """Do work in a process of its own beside what stands in the block."""
    connection.close()
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    yield
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise RuntimeError("the load beside has failed")


def _without_foreign_keys() -> None:
    """Write the foreign keys of the loaded tables down, then drop them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """create table if not exists bench_foreign_key (
                 on_table text, name text primary key, definition text)"""
        )
        cursor.execute(
            """insert into bench_foreign_key
               select conrelid::regclass::text, conname, pg_get_constraintdef(oid)
                 from pg_constraint where contype = 'f' and conrelid = any(%s::regclass[])
               on conflict do nothing""",
            [[*LOADED, "shops_productsearch"]],
        )
        cursor.execute(
            """select on_table, name from bench_foreign_key k where exists (
                 select from pg_constraint c where c.conname = k.name)"""
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'alter table {table} drop constraint "{name}"')


def _with_foreign_keys() -> None:
    """Put them back; PostgreSQL looks over all rows at once."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("select on_table, name, definition from bench_foreign_key")
        for table, name, definition in cursor.fetchall():
            cursor.execute(f'alter table {table} add constraint "{name}" {definition}')
            cursor.execute("delete from bench_foreign_key where name = %s", [name])
    print(f"  foreign keys put back in {time.perf_counter() - began:.0f} s")


def _without_search_indexes() -> None:
    """Drop what makes search quick: written row by row it costs ten times the load."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("create table if not exists bench_index (name text primary key, made text)")
        cursor.execute(
            """insert into bench_index select indexname, indexdef from pg_indexes
                where tablename in ('shops_productsearch', 'shops_searchword')
                  and indexname not like '%pkey' on conflict do nothing"""
        )
        cursor.execute("select name from bench_index")
        for (name,) in cursor.fetchall():
            cursor.execute(f'drop index if exists "{name}"')


def _with_search_indexes() -> None:
    """Make them again, each over all rows."""
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("select name, made from bench_index")
        for name, made in cursor.fetchall():
            cursor.execute(made)
            cursor.execute("delete from bench_index where name = %s", [name])
    print(f"  indexes of search made in {time.perf_counter() - began:.0f} s")


@cache
def sizes_of_shops() -> tuple[list[int], list[int]]:
    """Return how many products each shop has, and how many stand before it: a power law.

    The sizes of all 5,000 sum to a million; the first of them are a fair sample of the whole.
    """
    golden = (math.sqrt(5) - 1) / 2
    shares = [(n * golden) % 1 or 0.5 for n in range(1, SHOPS + 1)]

    def size(share: float, height: float) -> int:
        rank = share * SHOPS + 0.5
        return max(SMALLEST, min(LARGEST, int(height * rank**-0.62)))

    low, high = 1_000.0, 200_000.0
    for _round in range(60):
        middle = (low + high) / 2
        if sum(size(share, middle) for share in shares) < PRODUCTS:
            low = middle
        else:
            high = middle
    counts = [size(share, low) for share in shares]
    missing = PRODUCTS - sum(counts)
    for n in range(SHOPS):
        if missing and SMALLEST < counts[n] < LARGEST:
            step = 1 if missing > 0 else -1
            counts[n] += step
            missing -= step
    before = [0]
    for count in counts:
        before.append(before[-1] + count)
    return counts, before


def _id(prefix: str, number: int) -> str:
    """Return a public id that follows from a number."""
    body = ""
    while number:
        body = ALPHABET[number & 31] + body
        number >>= 5
    return f"{prefix}_{body.rjust(BODY_CHARS, '0')}"


def _steps(what: str, first: int, last: int, step: int, copy: Callable[[int, int], int]) -> None:
    """Do the rest of a load step by step, a transaction each, with a bar."""
    began, rows = time.perf_counter(), 0
    for start in range(first, last, step):
        end = min(last, start + step)
        with transaction.atomic():
            rows += copy(start, end)
        share = end / last
        spent = time.perf_counter() - began
        bar = "█" * int(share * 20)
        print(f"\r  {what:<10} {bar:<20} {share:>6.1%}  {rows / spent:>9,.0f} rows a second",
              end="" if end < last else "\n", flush=True)  # fmt: skip


def _newest(table: str, column: str = "id") -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select coalesce(max({column}), 0) from {table} where {column} >= {FIRST_KEY}"
        )
        found = int(cursor.fetchone()[0])
    return max(0, found - FIRST_KEY + 1)


def _load_shops(shops: int) -> None:
    first = _newest("shops_shop")
    _steps("shops", first, shops, 500, _copy_shops)
    with connection.cursor() as cursor:
        for table in ("shops_shop", "identity_maker"):
            cursor.execute(
                f"""select setval('{table}_id_seq',
                      greatest({FIRST_KEY + SHOPS}, (select max(id) + 1 from {table})))"""
            )


def _copy_shops(start: int, end: int) -> int:
    numbers = range(start, end)
    at = YEAR_BEGAN
    _copy(
        "identity_maker (id, public_id, kind, name, founder_id, contact, created_at)",
        ((FIRST_KEY + n, _id("mkr", n + 1), "person", f"فروشندهٔ {n}", FIRST_PERSON + n, "", at)
         for n in numbers),
    )  # fmt: skip
    _copy(
        "identity_makermember (maker_id, person_id, role, added_at)",
        ((FIRST_KEY + n, FIRST_PERSON + n, "owner", at) for n in numbers),
    )
    _copy(
        "shops_shop (id, public_id, slug, maker_id, channel_id, title, about, policy, province,"
        " city, status, level, enamad_number, catalogue_version, rating_sum, rating_n, created_at)",
        (
            (FIRST_KEY + n, _id("shp", n + 1), f"bench_{n}", FIRST_KEY + n, FIRST_CHANNEL + n,
             f"فروشگاه {n}", "کالاهای دست‌چین با ارسال به همه‌جا", "", "تهران", "تهران", "open",
             n % 4, "", 1, 4 * (n % 90), n % 90, at)
            for n in numbers
        ),
    )  # fmt: skip
    _copy(
        "shops_staff (shop_id, person_id, role, added_at)",
        ((FIRST_KEY + n, FIRST_PERSON + n, "owner", at) for n in numbers),
    )
    _copy(
        "orders_shippingrate (public_id, shop_id, kind, title, province, city, price,"
        " cash_on_delivery, is_active)",
        ((_id("shr", n + 1), FIRST_KEY + n, "post", "پست پیشتاز", "", "", 450_000, True, True)
         for n in numbers),
    )  # fmt: skip
    return 5 * len(numbers)


def _load_products(shops: int) -> None:
    _counts, before = sizes_of_shops()
    done = _newest("shops_product")
    first = next((n for n in range(SHOPS) if before[n] >= done), SHOPS)
    _steps("products", first, shops, SHOPS_A_STEP, _copy_products)
    with connection.cursor() as cursor:
        for table in ("product", "variant"):
            cursor.execute(
                f"select setval('shops_{table}_id_seq', (select max(id) + 1 from shops_{table}))"
            )


def price_of(number: int) -> int:
    """Return rials: from some ten thousand toman to some ten million, most of them low."""
    share = (mixed(number * 7 + 3) & 0xFFFF) / 0x10000
    return int(200_000 * math.exp(share * 4)) // 10_000 * 10_000


def _key_of_variant(product: int, place: int) -> int:
    return FIRST_KEY + product * 6 + place


def _copy_products(start: int, end: int) -> int:
    _counts, before = sizes_of_shops()
    slugs = {one.slug: one.pk for one in Category.objects.all()}
    pairs = [(shop, n) for shop in range(start, end) for n in range(before[shop], before[shop + 1])]
    _copy(
        "shops_product (id, public_id, shop_id, category_id, status, title, description, tags,"
        " options, min_price, max_price, cover, created_at, updated_at)",
        (_product(shop, n, slugs) for shop, n in pairs),
    )
    variants = [(shop, n, place) for shop, n in pairs for place in range(VARIANTS[n % 10])]
    _copy(
        "shops_variant (id, public_id, shop_id, product_id, sku, options, price, weight_g,"
        " position, is_sold)",
        (
            (_key_of_variant(n, place), _id("vrt", n * 6 + place + 1), FIRST_KEY + shop,
             FIRST_KEY + n, f"B{n}-{place}",
             f'{{"رنگ": "{COLOURS[place]}"}}' if VARIANTS[n % 10] > 1 else "{}", price_of(n),
             100 + n % 900, place, True)
            for shop, n, place in variants
        ),
    )  # fmt: skip
    _copy(
        "shops_stock (variant_id, on_hand, reserved)",
        ((_key_of_variant(n, place), 20 + n % 60, 0) for _shop, n, place in variants),
    )
    return len(pairs) + 2 * len(variants)


def _product(shop: int, n: int, slugs: dict[str, int]) -> tuple[object, ...]:
    slug, title, told, tags = thing(n)
    count = VARIANTS[n % 10]
    values = ", ".join(f'"{colour}"' for colour in COLOURS[:count])
    options = f'[{{"name": "رنگ", "values": [{values}]}}]' if count > 1 else "[]"
    made = YEAR_BEGAN + timedelta(minutes=(mixed(n) >> 20) % (360 * 1440))
    status = "draft" if n % 50 == 49 else "published"
    price = price_of(n)
    return (FIRST_KEY + n, _id("prd", n + 1), FIRST_KEY + shop, slugs.get(slug), status,
            title[:120], told, tags, options, price, price, "", made, made)  # fmt: skip


def _load_search() -> None:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(product_id), 0) from shops_productsearch")
        after = cursor.fetchone()[0]
    found = refreshing.refresh_everything(after=after)
    spent = time.perf_counter() - began
    if found:
        print(f"  search     {found:,} rows written anew, {found / spent:,.0f} a second")


def _load_orders(shops: int, people: int, orders: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"select coalesce(max(id), 0) from orders_order where id >= {FIRST_KEY}")
        first = max(0, int(cursor.fetchone()[0]) - FIRST_KEY + 1)
    rule = CommissionRule.objects.order_by("valid_from").values_list("pk", flat=True)[0]
    _steps("orders", first, orders, ORDERS_A_STEP,
           lambda start, end: _copy_orders(start, end, shops, people, orders, rule))  # fmt: skip
    with connection.cursor() as cursor:
        for table in ("order", "orderline"):
            cursor.execute(
                f"select setval('orders_{table}_id_seq', (select max(id) + 1 from orders_{table}))"
            )


def _note_sales() -> None:
    """Tell search what was sold, and stock what is promised."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select l.variant_id, sum(l.quantity)::int from orders_orderline l
                 join orders_order o on o.id = l.order_id
                where o.created_at > %s group by 1""",
            [YEAR_BEGAN + timedelta(days=335)],
        )
        sold: dict[int, int] = {}
        for variant, pieces in cursor.fetchall():
            product = FIRST_KEY + (variant - FIRST_KEY) // 6
            sold[product] = sold.get(product, 0) + pieces
        # What is ordered and not yet sent is promised, as placing an order would have done.
        cursor.execute(
            """update shops_stock s set reserved = open.pieces,
                      on_hand = greatest(s.on_hand, open.pieces + 20)
                 from (select l.variant_id, sum(l.quantity)::int as pieces
                         from orders_orderline l join orders_order o on o.id = l.order_id
                        where o.state = 'placed' group by 1) open
                where open.variant_id = s.variant_id and s.reserved <> open.pieces"""
        )
    refreshing.note_sales(sold, now=datetime.now(UTC))
    words = refreshing.count_words()
    print(f"  {len(sold):,} products sold in the last thirty days, {words:,} words are known")


def _copy_orders(start: int, end: int, shops: int, people: int, orders: int, rule: int) -> int:
    counts, before = sizes_of_shops()
    made, lines = [], []
    for n in range(start, end):
        bits = mixed(n * 3 + 1)
        # A few shops and a few things of each sell most.
        shop = int(shops * ((bits & 0xFFFFF) / 0x100000) ** 2.2)
        at = YEAR_BEGAN + timedelta(seconds=n * 364 * 86_400 // orders)
        total = 0
        for place in range(1 + (bits >> 20) % 3):
            share = ((bits >> (22 + 10 * place)) & 0x3FF) / 0x400
            product = before[shop] + (int(counts[shop] * share**3) + place) % counts[shop]
            price, quantity = price_of(product), 1 + place % 2
            total += price * quantity
            lines.append((FIRST_KEY + 3 * n + place, FIRST_KEY + n, _key_of_variant(product, 0),
                          f"کالای {product}", "{}", f"B{product}-0", quantity, price,
                          price * quantity, rule, price * quantity // 20, 0, 0))  # fmt: skip
        is_open = n >= orders - shops * 2
        made.append((FIRST_KEY + n, _id("ord", n + 1), FIRST_KEY + shop,
                     FIRST_PERSON + (bits >> 33) % people, f"bench-{n}",
                     "placed" if is_open else "settled", "cash", total, 0, 450_000,
                     total + 450_000, "{}", '{"kind": "post", "title": "پست پیشتاز"}', "", at, at,
                     1 if is_open else 5))  # fmt: skip
    _copy(
        "orders_order (id, public_id, shop_id, buyer_id, key, state, payment, goods_rials,"
        " discount_rials, shipping_rials, total_rials, address, shipping, note, created_at,"
        " changed_at, seq)",
        iter(made),
    )
    lines = list({(line[1], line[2]): line for line in lines}.values())
    _copy(
        "orders_orderline (id, order_id, variant_id, title, options, sku, quantity, unit_rials,"
        " paid_rials, rule_id, commission_rials, returned, refunded_rials)",
        iter(lines),
    )
    _copy(
        "orders_orderevent (order_id, seq, event, from_state, to_state, actor_id, side, reason,"
        " at)",
        _events(made),
    )
    return len(made) + len(lines) + sum(one[-1] for one in made)


WALK = (
    ("place", "", "placed", "buyer"), ("accept", "placed", "accepted", "shop"),
    ("ship", "accepted", "shipped", "shop"), ("receive", "shipped", "completed", "buyer"),
    ("settle", "completed", "settled", "clock"),
)  # fmt: skip


def _events(made: list[tuple[Any, ...]]) -> Iterator[tuple[object, ...]]:
    for one in made:
        for seq, (event, was, becomes, side) in enumerate(WALK[: one[-1]], 1):
            actor = one[3] if side == "buyer" else None
            yield one[0], seq, event, was, becomes, actor, side, "", one[14] + timedelta(hours=seq)


def sizes() -> None:
    """Print rows and bytes of the tables."""
    with connection.cursor() as cursor:
        print(f"  {'table':<24} {'rows':>12} {'bytes a row':>12} {'of them heap':>13} {'MiB':>8}")
        for table in TABLES:
            cursor.execute(f"select count(*) from {table}")
            rows = max(1, cursor.fetchone()[0])
            cursor.execute(f"select pg_total_relation_size('{table}'), pg_table_size('{table}')")
            whole, heap = cursor.fetchone()
            print(
                f"  {table:<24} {rows:>12,} {whole / rows:>12.0f} {heap / rows:>13.0f}"
                f" {whole / 2**20:>8,.0f}"
            )
