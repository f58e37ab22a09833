"""The catalogue: products with their variants, prices and stock. One lock order: the product first.

Everything a product page shows changes ``Product.updated_at``; stock alone does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Max, Min

from core import audit
from core.limits import (
    PRODUCT_DESCRIPTION_CHARS_MAX,
    PRODUCT_OPTION_CHARS_MAX,
    PRODUCT_OPTIONS_MAX,
    PRODUCT_PRICE_RIALS_MAX,
    PRODUCT_TAG_CHARS_MAX,
    PRODUCT_TAGS_MAX,
    PRODUCT_TITLE_CHARS_MAX,
    PRODUCT_VARIANTS_MAX,
    PRODUCTS_PER_SHOP_MAX,
    SKU_CHARS_MAX,
    STOCK_MAX,
    VARIANT_WEIGHT_G_MAX,
)
from core.problems import Fault, InvalidInput, NotFound
from core.text import latin_digits
from identity.models import Person
from messenger import wording
from storefront.shops.errors import (
    ChangedMeanwhile,
    ProductStateForbids,
    SkuTaken,
    StockPromised,
    TakenDown,
    TooManyProducts,
)
from storefront.shops.models import Category, Product, Shop, Stock, Takedown, Variant
from storefront.shops.search import refreshing

Status = Product.Status


@dataclass(frozen=True)
class VariantWish:
    """A variant as somebody wants it. Money in rials, weight in grams; no SKU: one is made."""

    price: int
    on_hand: int = 0
    sku: str = ""
    options: dict[str, str] = field(default_factory=dict)
    compare_price: int | None = None
    weight_g: int = 0


@dataclass(frozen=True)
class ProductWish:
    """A product as somebody wants it."""

    title: str
    variants: Sequence[VariantWish]
    description: str = ""
    category: Category | None = None
    tags: Sequence[str] = ()


def checked(wish: ProductWish) -> ProductWish:
    """Return the wish as it is kept. Raises InvalidInput with every fault at once."""
    faults: list[Fault] = []
    title = wording.line_of_form(wish.title, "#/title", PRODUCT_TITLE_CHARS_MAX, faults)
    description = wish.description.strip()
    if len(description) > PRODUCT_DESCRIPTION_CHARS_MAX:
        detail = f"must be at most {PRODUCT_DESCRIPTION_CHARS_MAX} characters"
        faults.append(Fault("#/description", detail, "max_length"))
    tags = [wording.line_of_form(tag, f"#/tags/{place}", PRODUCT_TAG_CHARS_MAX, faults)
            for place, tag in enumerate(wish.tags)]  # fmt: skip
    if len(tags) > PRODUCT_TAGS_MAX:
        faults.append(Fault("#/tags", f"must be at most {PRODUCT_TAGS_MAX}", "max_items"))
    if not 1 <= len(wish.variants) <= PRODUCT_VARIANTS_MAX:
        faults.append(Fault("#/variants", f"must be 1 to {PRODUCT_VARIANTS_MAX}", "items"))
    variants = [
        _checked_variant(one, f"#/variants/{place}", faults)
        for place, one in enumerate(wish.variants)
    ]
    _refuse_twins(variants, faults)
    if faults:
        raise InvalidInput(faults)
    return ProductWish(title, variants, description, wish.category, tuple(dict.fromkeys(tags)))


def _checked_variant(wish: VariantWish, at: str, faults: list[Fault]) -> VariantWish:
    bounds = (
        ("price", wish.price, 1, PRODUCT_PRICE_RIALS_MAX),
        ("on_hand", wish.on_hand, 0, STOCK_MAX),
        ("weight_g", wish.weight_g, 0, VARIANT_WEIGHT_G_MAX),
    )
    for name, value, least, most in bounds:
        if not least <= value <= most:
            faults.append(Fault(f"{at}/{name}", f"must be {least} to {most}", "range"))
    compare = wish.compare_price
    if compare is not None and not wish.price < compare <= PRODUCT_PRICE_RIALS_MAX:
        faults.append(Fault(f"{at}/compare_price", "must be above the price", "range"))
    sku = wish.sku
    if sku:
        sku = latin_digits(wording.line_of_form(sku, f"{at}/sku", SKU_CHARS_MAX, faults))
    options = {
        wording.line_of_form(
            name, f"{at}/options", PRODUCT_OPTION_CHARS_MAX, faults
        ): wording.line_of_form(value, f"{at}/options/{name}", PRODUCT_OPTION_CHARS_MAX, faults)
        for name, value in wish.options.items()
    }
    return VariantWish(wish.price, wish.on_hand, sku, options, compare, wish.weight_g)


def _refuse_twins(variants: list[VariantWish], faults: list[Fault]) -> None:
    names = {tuple(sorted(one.options)) for one in variants}
    if len(names) > 1:
        faults.append(Fault("#/variants", "must all have the same options", "options"))
    if any(len(one) > PRODUCT_OPTIONS_MAX for one in names):
        faults.append(
            Fault("#/variants", f"must have at most {PRODUCT_OPTIONS_MAX} options", "options")
        )
    choices = [tuple(sorted(one.options.items())) for one in variants]
    if len(set(choices)) < len(choices):
        faults.append(Fault("#/variants", "must differ by an option", "unique"))
    skus = [one.sku for one in variants if one.sku]
    if len(set(skus)) < len(skus):
        faults.append(Fault("#/variants", "must have SKUs of their own", "unique"))


@transaction.atomic
def add_product(*, shop: Shop, wish: ProductWish, actor: Person, now: datetime) -> Product:
    """Enter a product as a draft, with its variants and their stock.

    Raises InvalidInput, TooManyProducts, SkuTaken.
    """
    kept = checked(wish)
    if Product.objects.filter(shop=shop).count() >= PRODUCTS_PER_SHOP_MAX:
        raise TooManyProducts(most=PRODUCTS_PER_SHOP_MAX)
    prices = [one.price for one in kept.variants]
    product = Product.objects.create(
        shop=shop,
        category=kept.category,
        title=kept.title,
        description=kept.description,
        tags=list(kept.tags),
        options=options_of([one.options for one in kept.variants]),
        min_price=min(prices),
        max_price=max(prices),
        created_at=now,
        updated_at=now,
    )
    add_variants(product, kept.variants)
    audit.record("shops.product.added", by=actor, of=product, title=kept.title)
    return product


def options_of(choices: Sequence[dict[str, str]]) -> list[dict[str, object]]:
    """Return the options of a product as its page lists them, from its variants' choices."""
    values: dict[str, list[str]] = {}
    for one in choices:
        for name, value in one.items():
            known = values.setdefault(name, [])
            if value not in known:
                known.append(value)
    return [{"name": name, "values": found} for name, found in values.items()]


def add_variants(product: Product, wishes: Sequence[VariantWish]) -> list[Variant]:
    """Enter variants that were checked, behind those that are there. Raises SkuTaken."""
    first = product.variants.count()
    rows = [
        Variant(
            shop_id=product.shop_id,
            product=product,
            sku=one.sku or f"{product.public_id[-8:]}-{first + place + 1}",
            options=one.options,
            price=one.price,
            compare_price=one.compare_price,
            weight_g=one.weight_g,
            position=first + place,
        )
        for place, one in enumerate(wishes)
    ]
    try:
        with transaction.atomic():
            made = Variant.objects.bulk_create(rows)
    except IntegrityError:
        skus = [row.sku for row in rows]
        taken = Variant.objects.filter(shop=product.shop_id, sku__in=skus)
        raise SkuTaken(sku=taken.values_list("sku", flat=True).first() or skus[0]) from None
    Stock.objects.bulk_create(
        Stock(variant=row, on_hand=one.on_hand) for row, one in zip(made, wishes, strict=True)
    )
    return made


@transaction.atomic
def set_status(*, product: Product, status: str, actor: Person, now: datetime) -> Product:
    """Publish, archive or take back a product. The same again changes nothing.

    Raises ProductStateForbids when nothing of it is sold any more, TakenDown.
    """
    row = locked(product)
    if row.status == status:
        return row
    if status == Status.PUBLISHED and not row.variants.filter(is_sold=True).exists():
        raise ProductStateForbids(state=row.status)
    if status == Status.PUBLISHED:
        refuse_taken_down(row)
    row.status, row.updated_at = status, now
    row.save(update_fields=["status", "updated_at"])
    shown_anew(row.shop_id, [row.pk])
    audit.record(f"shops.product.{status}", by=actor, of=row)
    return row


@transaction.atomic
def set_price(
    *,
    variant: Variant,
    price: int,
    compare_price: int | None,
    actor: Person,
    now: datetime,
    was: int | None = None,
) -> Variant:
    """Change what a variant costs, in rials; ``was`` is the price that the person saw before.

    Raises InvalidInput, ChangedMeanwhile.
    """
    faults: list[Fault] = []
    _checked_variant(VariantWish(price, compare_price=compare_price), "#", faults)
    if faults:
        raise InvalidInput(faults)
    product = locked(variant.product)
    variant.refresh_from_db(fields=["price"])
    before = variant.price
    if was not in (None, before):
        raise ChangedMeanwhile(now_there=before)
    variant.price, variant.compare_price = price, compare_price
    variant.save(update_fields=["price", "compare_price"])
    reprice(product, now)
    audit.record("shops.variant.priced", by=actor, of=variant, was=before, price=price)
    return variant


def reprice(product: Product, now: datetime) -> None:
    """Say again between which prices the product is sold."""
    sold = product.variants.filter(is_sold=True).aggregate(Min("price"), Max("price"))
    if sold["price__min"] is not None:
        product.min_price, product.max_price = sold["price__min"], sold["price__max"]
    product.updated_at = now
    product.save(update_fields=["min_price", "max_price", "updated_at"])
    shown_anew(product.shop_id, [product.pk])


@transaction.atomic
def set_stock(*, variant: Variant, on_hand: int, actor: Person, was: int | None = None) -> Stock:
    """Count the stock anew; ``was`` is what the person saw before.

    Raises InvalidInput, ChangedMeanwhile, StockPromised when orders wait for more.
    """
    if not 0 <= on_hand <= STOCK_MAX:
        raise InvalidInput([Fault("#/on_hand", f"must be 0 to {STOCK_MAX}", "range")])
    row = Stock.objects.select_for_update().filter(variant=variant).first()
    if row is None:
        raise NotFound
    if was not in (None, row.on_hand):
        raise ChangedMeanwhile(now_there=row.on_hand)
    if row.reserved > on_hand:
        raise StockPromised(reserved=row.reserved)
    before, row.on_hand = row.on_hand, on_hand
    row.save(update_fields=["on_hand"])
    audit.record("shops.variant.counted", by=actor, of=variant, was=before, on_hand=on_hand)
    return row


def refuse_taken_down(product: Product) -> None:
    """Raise TakenDown while the platform keeps the product from being shown."""
    bound = Takedown.objects.filter(
        shop=product.shop_id, product=product, state__in=Takedown.BINDING
    ).first()
    if bound is not None:
        raise TakenDown(takedown=bound.public_id)


def locked(product: Product) -> Product:
    """Return the product, locked until the transaction ends. The first lock of every change."""
    return Product.objects.select_for_update(of=("self",)).get(pk=product.pk)


def touched(product: Product, now: datetime) -> None:
    """Say that what the product's page shows has changed."""
    product.updated_at = now
    product.save(update_fields=["updated_at"])
    shown_anew(product.shop_id, [product.pk])


def shown_anew(shop_key: int, product_keys: Sequence[int]) -> None:
    """Let search and caches know that what people see of products has changed."""
    refreshing.refresh(list(product_keys))
    _bump(shop_key)


def _bump(shop_key: int) -> None:
    """Give the shop's catalogue its next version: what caches have kept of it is old."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update shops_shop set catalogue_version = catalogue_version + 1 where id = %s",
            [shop_key],
        )
