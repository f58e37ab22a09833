"""Undoing an import: what nobody has touched or ordered since goes back, the rest is kept and said.

A product is untouched while its time of change is the one the import wrote; a stock while its two
numbers are. What something else holds on to (an order, a cart that keeps it) cannot be deleted: the
foreign keys of every app are asked, so shops need not know who they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import models, transaction
from django.db.models import F, ProtectedError, Q
from django.utils import timezone

from core.limits import IMPORT_CHUNK_ROWS, IMPORT_CHUNK_SHOPS
from storefront.shops.imports import writing
from storefront.shops.imports.applying import OF_PRODUCT
from storefront.shops.imports.founding import FIELDS
from storefront.shops.models import Import, ImportRow, Product, Shop, Staff, Stock, Variant
from storefront.shops.search import refreshing

Row = ImportRow.State
Result = ImportRow.Result
OURS: Final = (Stock, Variant, Product, Staff)


def undo_chunks(batch: Import) -> Iterator[int]:
    """Take rows back, a chunk a transaction; give the number of rows still applied after each."""
    of_shops = batch.kind == Import.Kind.SHOPS
    size = IMPORT_CHUNK_SHOPS if of_shops else IMPORT_CHUNK_ROWS
    while True:
        with transaction.atomic():
            # Newest first: a variant that was added goes before the product it was added to.
            rows = list(batch.rows.filter(state=Row.APPLIED).order_by("-place", "-number")[:size])
            if not rows:
                return
            if of_shops:
                _undo_shops(rows)
            else:
                _undo_products(batch, _whole(batch, rows))
            gone = sum(row.state == Row.UNDONE for row in rows)
            batch.rows_applied -= gone
            batch.alive_at = timezone.now()
            batch.save(update_fields=["rows_applied", "alive_at"])
        yield batch.rows_applied


def _whole(batch: Import, rows: list[ImportRow]) -> list[ImportRow]:
    """Complete the last product: its rows are undone together or kept together."""
    have = {row.pk for row in rows}
    rest = batch.rows.filter(state=Row.APPLIED, place=rows[-1].place).exclude(pk__in=have)
    rows.extend(rest)
    return rows


def _undo_products(batch: Import, rows: list[ImportRow]) -> None:
    of_product: dict[int, list[ImportRow]] = defaultdict(list)
    for row in rows:
        of_product[row.product or 0].append(row)
    locked = Product.objects.select_for_update().filter(pk__in=of_product).order_by("pk")
    products = {one.pk: one for one in locked}
    there = Variant.objects.select_related("stock").filter(product__in=products)
    variants = {one.pk: one for one in there}
    held = _held(Variant, list(variants)) | {
        one.pk for one in variants.values() if one.product_id in _held(Product, list(products))
    }
    counted: dict[int, int] = {}
    changed: list[Variant] = []
    restored: list[Product] = []
    for key, members in of_product.items():
        product = products.get(key)
        untouched = product is not None and product.updated_at <= max(
            row.applied_at for row in members if row.applied_at
        )
        for row in members:
            variant = variants.get(row.variant or 0)
            if row.result == Result.SAME:
                row.state = Row.UNDONE
            elif product is None or variant is None or not untouched or not _as_left(row, variant):
                row.state = Row.KEPT
            elif row.result == Result.INSERT:
                row.state = Row.KEPT if variant.pk in held else Row.UNDONE
            else:
                _restore(row, variant, counted, changed)
        if product is not None and untouched:
            _restore_product(product, members, restored)
    gone = [
        row.variant for row in rows
        if row.state == Row.UNDONE and row.result == Result.INSERT and row.variant
    ]  # fmt: skip
    Stock.objects.filter(variant__in=gone).delete()
    Variant.objects.filter(pk__in=gone).delete()
    emptied = Product.objects.filter(pk__in=products, variants=None)
    emptied.delete()
    writing.change_variants(changed)
    left = Variant.objects.filter(product__in=products)
    _follow(restored, [*left])
    refused = writing.count_stock(counted)
    for row in rows:
        if row.variant in refused:
            row.state = Row.KEPT
    writing.save_rows(rows)
    Shop.objects.filter(pk=batch.shop_id or 0).update(catalogue_version=F("catalogue_version") + 1)


def _as_left(row: ImportRow, variant: Variant) -> bool:
    """Tell whether the stock and the price are still what the row wrote."""
    wish, before = row.wish, row.before or {}
    stock = variant.stock
    if row.result == Result.INSERT:
        return stock.reserved == 0 and stock.on_hand == wish.get("on_hand", 0)
    if "on_hand" not in before:
        return True
    promised = any(one["code"] == "stock-promised" for one in row.findings)
    expected = before["on_hand"] if promised else wish.get("on_hand", before["on_hand"])
    return bool(
        stock.on_hand == expected
        and stock.reserved == before["reserved"]
        and variant.price == wish.get("price", before["price"])
    )


def _restore(
    row: ImportRow, variant: Variant, counted: dict[int, int], changed: list[Variant]
) -> None:
    before = row.before or {}
    if "price" in before:
        variant.price, variant.compare_price = before["price"], before["compare"]
        variant.weight_g = before["weight_g"]
        changed.append(variant)
        if variant.stock.on_hand != before["on_hand"]:
            counted[variant.pk] = before["on_hand"]
    row.state = Row.UNDONE


def _restore_product(
    product: Product, members: Sequence[ImportRow], restored: list[Product]
) -> None:
    before: dict[str, Any] | None = next(
        (row.before["product"] for row in members if row.before and "product" in row.before), None
    )
    for name, value in (before or {}).items():
        setattr(product, OF_PRODUCT[name], value)
    restored.append(product)


def _follow(products: list[Product], variants: list[Variant]) -> None:
    """Write the products back, their prices and options after the variants that are left."""
    members: dict[int, list[Variant]] = defaultdict(list)
    for one in sorted(variants, key=lambda one: (one.position, one.pk)):
        members[one.product_id].append(one)
    kept = [one for one in products if members[one.pk]]
    for product in kept:
        mine = members[product.pk]
        prices = [one.price for one in mine if one.is_sold] or [product.min_price]
        product.min_price, product.max_price = min(prices), max(prices)
        values: dict[str, list[str]] = {}
        for one in mine:
            for name, value in one.options.items():
                if value not in values.setdefault(name, []):
                    values[name].append(value)
        product.options = [{"name": name, "values": told} for name, told in values.items()]
    writing.change_products(kept, timezone.now())
    refreshing.refresh(one.pk for one in kept if one.status == Product.Status.PUBLISHED)


def _held(model: type[models.Model], keys: list[int]) -> set[int]:
    """Return the keys that a row of another app holds on to."""
    held: set[int] = set()
    for relation in model._meta.related_objects:  # noqa: SLF001  (Django's public name for it)
        other, name = relation.related_model, relation.field.name
        if issubclass(other, OURS):
            continue
        if relation.on_delete in (models.PROTECT, models.RESTRICT):
            rows = other._default_manager.filter(**{f"{name}__in": keys})  # noqa: SLF001
            held.update(rows.values_list(f"{name}_id", flat=True))
    return held


def _undo_shops(rows: list[ImportRow]) -> None:
    keys = [row.product for row in rows if row.product]
    shops = {
        one.pk: one
        for one in Shop.objects.select_for_update(of=("self",))
        .select_related("channel")
        .filter(pk__in=keys)
        .order_by("pk")
    }
    for row in rows:
        shop = shops.get(row.product or 0)
        if row.result == Result.SAME:
            row.state = Row.UNDONE
        elif shop is None:
            row.state = Row.KEPT
        elif row.result == Result.INSERT:
            row.state = Row.UNDONE if _closed_again(shop) else Row.KEPT
        else:
            row.state = Row.UNDONE if _put_back(shop, row) else Row.KEPT
    writing.save_rows(rows)


def _closed_again(shop: Shop) -> bool:
    """Delete a shop in which nothing has happened yet; tell whether that was possible."""
    strangers = Q(members_count__gt=1) | Q(last_seq__gt=1)
    if type(shop.channel).objects.filter(strangers, pk=shop.channel_id).exists():
        return False
    try:
        with transaction.atomic():
            channel = shop.channel
            shop.delete()
            channel.delete()
    except ProtectedError:
        return False
    return True


def _put_back(shop: Shop, row: ImportRow) -> bool:
    before = row.before or {}
    if any(
        getattr(shop, field) != row.wish.get(name, before[name]) for name, field in FIELDS.items()
    ):
        return False
    for name, field in FIELDS.items():
        setattr(shop, field, before[name])
    shop.save(update_fields=list(FIELDS.values()))
    return True
