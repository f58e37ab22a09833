"""Writing products: a chunk of rows is one transaction of a few statements, whatever its size.

The SKU is the key: a row changes the variant that has it, or makes one. What a row does not say
stays as it is, so the same file again changes nothing. Locks: products in order of their keys, then
variants, then stock, as everywhere in shops.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core.ids import new_id
from core.limits import IMPORT_CHUNK_ROWS, PRODUCT_VARIANTS_MAX, PRODUCTS_PER_SHOP_MAX
from storefront.shops.imports import writing
from storefront.shops.imports.findings import found
from storefront.shops.models import Import, ImportRow, Product, Shop, Stock, Variant
from storefront.shops.search import refreshing

Row = ImportRow.State
Result = ImportRow.Result
Status = Product.Status
OF_PRODUCT: Final = {
    "title": "title", "description": "description", "category": "category_id", "tags": "tags",
}  # fmt: skip


@dataclass
class Chunk:
    """What is to be written for some rows."""

    batch: Import
    now: datetime
    shop: int
    known: dict[str, Variant]  # by SKU
    products: dict[int, Product]  # locked, by key
    siblings: dict[int, list[Variant]]  # by product
    room: int  # products the shop may still get
    new_products: list[Product] = field(default_factory=list)
    new_variants: list[Variant] = field(default_factory=list)
    new_stock: list[int] = field(default_factory=list)
    changed_products: dict[int, Product] = field(default_factory=dict)
    changed_variants: list[Variant] = field(default_factory=list)
    counted: dict[int, int] = field(default_factory=dict)  # variant → on hand
    rows: list[ImportRow] = field(default_factory=list)


def apply_chunks(batch: Import) -> Iterator[int]:
    """Write what is ready, a chunk a transaction; give the number of rows done after each."""
    while True:
        with transaction.atomic():
            rows = _next(batch)
            if not rows:
                return
            _write(batch, rows, timezone.now())
        yield batch.rows_applied


def _next(batch: Import) -> list[ImportRow]:
    """Return the next rows, those of one product never divided."""
    ready = ImportRow.objects.filter(batch=batch, state=Row.READY).order_by("place", "number")
    most = IMPORT_CHUNK_ROWS + PRODUCT_VARIANTS_MAX
    rows = list(ready[:most])
    if len(rows) < most:
        return rows
    last = rows[-1].place
    return [row for row in rows if row.place != last]


def _write(batch: Import, rows: list[ImportRow], now: datetime) -> None:
    chunk = _chunk(batch, rows, now)
    for _place, members in groupby(rows, key=lambda row: row.place):
        _plan(chunk, list(members))
    _save(chunk)
    failed = sum(row.state == Row.FAILED for row in rows)
    changed = any(row.result != Result.SAME for row in rows if row.state == Row.APPLIED)
    if changed:
        Shop.objects.filter(pk=chunk.shop).update(catalogue_version=F("catalogue_version") + 1)
    batch.rows_applied += len(rows) - failed
    batch.rows_bad += failed
    batch.alive_at = now
    batch.save(update_fields=["rows_applied", "rows_bad", "alive_at"])


def _chunk(batch: Import, rows: Sequence[ImportRow], now: datetime) -> Chunk:
    assert batch.shop_id is not None
    mine = Variant.objects.filter(shop=batch.shop_id)
    keys = [row.key for row in rows]
    touched = set(mine.filter(sku__in=keys).values_list("product_id", flat=True))
    locked = Product.objects.select_for_update().filter(pk__in=touched).order_by("pk")
    products = {one.pk: one for one in locked}
    siblings: dict[int, list[Variant]] = {key: [] for key in products}
    of_them = Variant.objects.select_related("stock").filter(product__in=touched)
    for one in of_them.order_by("position", "pk"):
        siblings[one.product_id].append(one)
    known = {one.sku: one for members in siblings.values() for one in members}
    there = Product.objects.filter(shop=batch.shop_id).count()
    room = PRODUCTS_PER_SHOP_MAX - there
    return Chunk(batch, now, batch.shop_id, known, products, siblings, room, rows=list(rows))


def _plan(chunk: Chunk, rows: list[ImportRow]) -> None:
    """Decide what the rows of one product change."""
    product = next(
        (chunk.products[chunk.known[row.key].product_id] for row in rows if row.key in chunk.known),
        None,
    )
    if product is None:
        _plan_new(chunk, rows)
        return
    before = _facts(product)
    for row in rows:
        known = chunk.known.get(row.key)
        row.product = product.pk
        if known is None:
            _add_variant(chunk, product, row)
        else:
            _change(chunk, chunk.products[known.product_id], known, row)
    if _facts(product) != before:
        rows[0].before = (rows[0].before or {}) | {"product": before}
        if rows[0].result == Result.SAME:
            rows[0].result = Result.UPDATE


def _facts(product: Product) -> dict[str, Any]:
    return {name: getattr(product, field) for name, field in OF_PRODUCT.items()}


def _plan_new(chunk: Chunk, rows: list[ImportRow]) -> None:
    title = next((row.wish["title"] for row in rows if "title" in row.wish), "")
    priced = all("price" in row.wish for row in rows)
    code = "title-missing" if not title else "" if priced else "price-missing"
    if chunk.room <= 0:
        code = "products-many"
    if code:
        for row in rows:
            _fail(row, code)
        return
    chunk.room -= 1
    status = Status.PUBLISHED if chunk.batch.publish else Status.DRAFT
    product = Product(
        shop_id=chunk.shop, title=title, status=status, min_price=1, max_price=1,
        created_at=chunk.now, updated_at=chunk.now,
    )  # fmt: skip
    for row in rows:
        _put_on_product(product, row.wish)
    product.title = title
    chunk.new_products.append(product)
    for row in rows:
        _add_variant(chunk, product, row)


def _put_on_product(product: Product, wish: dict[str, Any]) -> bool:
    """Put on the product what a row says of it; tell whether that changes it."""
    changed = False
    for name, attribute in OF_PRODUCT.items():
        if name in wish and getattr(product, attribute) != wish[name]:
            setattr(product, attribute, wish[name])
            changed = True
    return changed


def _add_variant(chunk: Chunk, product: Product, row: ImportRow) -> None:
    wish = row.wish
    there = chunk.siblings.setdefault(product.pk, []) if product.pk else _fresh(chunk, product)
    if "price" not in wish:
        _fail(row, "price-missing")
        return
    if len(there) >= PRODUCT_VARIANTS_MAX:
        _fail(row, "variants-many")
        return
    options = wish.get("options", {})
    if there and set(there[0].options) != set(options):
        _fail(row, "options-differ")
        return
    if any(one.options == options for one in there):
        _fail(row, "variants-alike")
        return
    variant = Variant(
        public_id=new_id("vrt"), shop_id=chunk.shop, product=product, sku=row.key,
        options=options, price=wish["price"], compare_price=wish.get("compare"),
        weight_g=wish.get("weight_g", 0), position=len(there),
    )  # fmt: skip
    if product.pk:
        _put_on_product(product, wish)
        chunk.changed_products[product.pk] = product
    there.append(variant)
    chunk.new_variants.append(variant)
    chunk.new_stock.append(wish.get("on_hand", 0))
    row.state, row.result = Row.APPLIED, Result.INSERT


def _fresh(chunk: Chunk, product: Product) -> list[Variant]:
    """Return the variants planned for a product that has no key yet."""
    return chunk.siblings.setdefault(-id(product), [])


def _change(chunk: Chunk, product: Product, variant: Variant, row: ImportRow) -> None:
    wish = row.wish
    before = {
        "price": variant.price, "compare": variant.compare_price, "weight_g": variant.weight_g,
        "on_hand": variant.stock.on_hand, "reserved": variant.stock.reserved,
    }  # fmt: skip
    price = wish.get("price", variant.price)
    compare = wish.get("compare", variant.compare_price)
    if compare is not None and compare <= price:
        compare = None
    after = (price, compare, wish.get("weight_g", variant.weight_g))
    changed = after != (variant.price, variant.compare_price, variant.weight_g)
    on_product = _put_on_product(product, wish)
    count = wish.get("on_hand", variant.stock.on_hand)
    counted = count != variant.stock.on_hand
    if changed:
        variant.price, variant.compare_price, variant.weight_g = after
        chunk.changed_variants.append(variant)
    if changed or on_product:
        chunk.changed_products[product.pk] = product
    if counted:
        chunk.counted[variant.pk] = count
    row.state, row.variant, row.product = Row.APPLIED, variant.pk, product.pk
    row.result = Result.UPDATE if changed or counted or on_product else Result.SAME
    if changed or counted:
        row.before = before


def _fail(row: ImportRow, code: str) -> None:
    row.state, row.result = Row.FAILED, ""
    row.findings = [*row.findings, found(code)]


def _save(chunk: Chunk) -> None:
    _price_products(chunk)
    # A product none of whose rows was good is not written.
    used = {id(one.product) for one in chunk.new_variants}
    Product.objects.bulk_create(one for one in chunk.new_products if id(one) in used)
    for one in chunk.new_variants:
        one.product_id = one.product.pk
    writing.change_products(list(chunk.changed_products.values()), chunk.now)
    writing.change_variants(chunk.changed_variants)
    made = Variant.objects.bulk_create(chunk.new_variants)
    by_sku = {one.sku: one for one in made}
    Stock.objects.bulk_create(
        Stock(variant_id=one.pk, on_hand=count)
        for one, count in zip(made, chunk.new_stock, strict=True)
    )
    refused = writing.count_stock(chunk.counted)
    for row in chunk.rows:
        new = by_sku.get(row.key)
        if new is not None:
            row.variant, row.product = new.pk, new.product_id
        if row.variant in refused:
            row.findings = [*row.findings, found("stock-promised", "on_hand")]
        row.applied_at = chunk.now
        row.pictures_wait = row.state == Row.APPLIED and "pictures" in row.wish
    writing.save_rows(chunk.rows)
    shown = [*chunk.changed_products.values(), *(one.product for one in chunk.new_variants)]
    refreshing.refresh(one.pk for one in shown if one.status == Status.PUBLISHED)


def _price_products(chunk: Chunk) -> None:
    """Let the range of prices and the options follow the variants."""
    fresh = {-id(one): one for one in chunk.new_products}
    for key, members in chunk.siblings.items():
        product = fresh.get(key) or chunk.changed_products.get(key)
        if product is None:
            continue
        prices = [one.price for one in members if one.is_sold]
        if prices:
            product.min_price, product.max_price = min(prices), max(prices)
        product.options = _options_of(members)


def _options_of(members: Sequence[Variant]) -> list[dict[str, object]]:
    values: dict[str, list[str]] = {}
    for one in members:
        for name, value in one.options.items():
            if value not in values.setdefault(name, []):
                values[name].append(value)
    return [{"name": name, "values": told} for name, told in values.items()]
