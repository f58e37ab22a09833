"""Changing a product as a whole: its words, its variants' figures, its options.

``seen`` is the moment of the version a person has before him: when somebody else saved in between,
nothing is written and ChangedMeanwhile says so. Lock order: the product, then stock by variant.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from core.limits import PRODUCT_OPTIONS_MAX, PRODUCT_VARIANTS_MAX
from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from storefront.shops import catalogue
from storefront.shops.catalogue import ProductWish, VariantWish
from storefront.shops.errors import (
    ChangedMeanwhile,
    LastVariant,
    SkuTaken,
    StockPromised,
)
from storefront.shops.models import Category, Product, Stock, Variant


@dataclass(frozen=True)
class Figures:
    """The figures of one variant, in rials and grams; ``was`` is the stock the person saw."""

    price: int
    on_hand: int
    was: int
    compare_price: int | None = None
    weight_g: int = 0
    sku: str = ""


@dataclass(frozen=True)
class Edit:
    """A product as somebody wants it. Variants by public id; what is not named stays."""

    title: str
    variants: Mapping[str, Figures]
    description: str = ""
    category: Category | None = None
    tags: Sequence[str] = ()


@transaction.atomic
def save(
    *, product: Product, edit: Edit, actor: Person, now: datetime, seen: datetime | None = None
) -> Product:
    """Write the words of a product and the figures of its variants, all or nothing.

    Raises, the first that applies: ChangedMeanwhile, NotFound (a variant of another product),
    InvalidInput with every fault, StockPromised, SkuTaken.
    """
    row = _unchanged(product, seen)
    sold = _sold(row)
    if set(edit.variants) - {one.public_id for one in sold}:
        raise NotFound
    kept = catalogue.checked(_wish_of(edit, sold))
    row.title, row.description = kept.title, kept.description
    row.category, row.tags = kept.category, list(kept.tags)
    row.save(update_fields=["title", "description", "category", "tags"])
    for variant, wish in zip(sold, kept.variants, strict=True):
        variant.price, variant.compare_price = wish.price, wish.compare_price
        variant.weight_g, variant.sku = wish.weight_g, wish.sku or variant.sku
    try:
        with transaction.atomic():
            Variant.objects.bulk_update(sold, ["price", "compare_price", "weight_g", "sku"])
    except IntegrityError:
        skus = [one.sku for one in sold]
        others = Variant.objects.filter(shop=row.shop_id, sku__in=skus).exclude(product=row)
        raise SkuTaken(sku=others.values_list("sku", flat=True).first() or skus[0]) from None
    _count(sold, edit.variants)
    catalogue.reprice(row, now)
    audit.record("shops.product.edited", by=actor, of=row, title=row.title)
    return row


@transaction.atomic
def set_options(
    *,
    product: Product,
    options: Sequence[tuple[str, Sequence[str]]],
    actor: Person,
    now: datetime,
    seen: datetime | None = None,
) -> Product:
    """Give the product up to three options; every combination of their values is a variant.

    A variant whose choice still exists stays as it is; a choice that is gone is taken out and kept
    for its orders; a new one costs what the first costs and has no stock. Raises
    ChangedMeanwhile, InvalidInput.
    """
    row = _unchanged(product, seen)
    choices = _combinations(options)
    sold = _sold(row)
    model = sold[0] if sold else row.variants.order_by("position").first()
    if model is None:
        raise NotFound
    wishes = [
        VariantWish(model.price, 0, "", choice, model.compare_price, model.weight_g)
        for choice in choices
    ]
    kept = catalogue.checked(ProductWish(row.title, wishes)).variants
    known = {_key(one.options): one for one in row.variants.order_by("is_sold", "position")}
    fresh = [wish for wish in kept if _key(wish.options) not in known]
    row.variants.update(is_sold=False)
    stays = []
    for place, wish in enumerate(kept):
        there = known.get(_key(wish.options))
        if there is not None:
            there.is_sold, there.position = True, place
            stays.append(there)
    Variant.objects.bulk_update(stays, ["is_sold", "position"])
    catalogue.add_variants(row, fresh)
    _close(row, now)
    audit.record("shops.product.options_set", by=actor, of=row, variants=len(kept))
    return row


@transaction.atomic
def add_variant(*, product: Product, wish: VariantWish, actor: Person, now: datetime) -> Variant:
    """Add one variant with the same options as the others. Raises InvalidInput, SkuTaken."""
    row = catalogue.locked(product)
    there = [
        VariantWish(one.price, 0, one.sku, one.options, one.compare_price, one.weight_g)
        for one in _sold(row)
    ]
    kept = catalogue.checked(ProductWish(row.title, [*there, wish])).variants[-1]
    (made,) = catalogue.add_variants(row, [kept])
    _close(row, now)
    audit.record("shops.variant.added", by=actor, of=made)
    return made


@transaction.atomic
def remove_variant(*, variant: Variant, actor: Person, now: datetime) -> None:
    """Take a variant out; its orders keep it. Raises LastVariant."""
    row = catalogue.locked(variant.product)
    left = row.variants.filter(is_sold=True).exclude(pk=variant.pk)
    if not left.exists():
        raise LastVariant
    row.variants.filter(pk=variant.pk).update(is_sold=False)
    _close(row, now)
    audit.record("shops.variant.removed", by=actor, of=variant)


def _unchanged(product: Product, seen: datetime | None) -> Product:
    row = catalogue.locked(product)
    if seen is not None and seen != row.updated_at:
        raise ChangedMeanwhile(now_there=row.updated_at.isoformat())
    return row


def _sold(product: Product) -> list[Variant]:
    return list(product.variants.filter(is_sold=True).select_related("stock").order_by("position"))


def _wish_of(edit: Edit, sold: Sequence[Variant]) -> ProductWish:
    wishes = []
    for one in sold:
        wish = VariantWish(
            one.price, one.stock.on_hand, one.sku, one.options, one.compare_price, one.weight_g
        )
        new = edit.variants.get(one.public_id)
        if new is not None:
            wish = replace(
                wish, price=new.price, on_hand=new.on_hand, compare_price=new.compare_price,
                weight_g=new.weight_g, sku=new.sku or one.sku,
            )  # fmt: skip
        wishes.append(wish)
    return ProductWish(edit.title, wishes, edit.description, edit.category, edit.tags)


def _count(sold: Sequence[Variant], figures: Mapping[str, Figures]) -> None:
    """Write the stock that was counted anew. Raises ChangedMeanwhile, StockPromised."""
    wanted = {
        one.pk: new
        for one in sold
        if (new := figures.get(one.public_id)) is not None and new.on_hand != new.was
    }
    rows = Stock.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    for stock in rows:
        new = wanted[stock.pk]
        if stock.on_hand != new.was:
            raise ChangedMeanwhile(now_there=stock.on_hand)
        if stock.reserved > new.on_hand:
            raise StockPromised(reserved=stock.reserved)
        stock.on_hand = new.on_hand
        stock.save(update_fields=["on_hand"])


def _combinations(options: Sequence[tuple[str, Sequence[str]]]) -> list[dict[str, str]]:
    faults = []
    if len(options) > PRODUCT_OPTIONS_MAX:
        faults.append(Fault("#/options", f"must be at most {PRODUCT_OPTIONS_MAX}", "max_items"))
    names = [name.strip() for name, _values in options]
    if len(set(names)) < len(names):
        faults.append(Fault("#/options", "must have names of their own", "unique"))
    for place, (_name, values) in enumerate(options):
        if not values:
            faults.append(Fault(f"#/options/{place}", "must have a value", "blank"))
    count = 1
    for _name, values in options:
        count *= max(1, len(set(values)))
    if count > PRODUCT_VARIANTS_MAX:
        detail = f"must make at most {PRODUCT_VARIANTS_MAX} variants"
        faults.append(Fault("#/options", detail, "items"))
    if faults:
        raise InvalidInput(faults)
    lists = [list(dict.fromkeys(values)) for _name, values in options]
    return [dict(zip(names, choice, strict=True)) for choice in itertools.product(*lists)]


def _key(options: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(options.items()))


def _close(product: Product, now: datetime) -> None:
    """Say again which options the product has, and what it costs."""
    product.options = catalogue.options_of([one.options for one in _sold(product)])
    product.save(update_fields=["options"])
    catalogue.reprice(product, now)
