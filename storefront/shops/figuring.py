"""Prices and stock of many variants at once, as a shop's server sends them: all or nothing.

Lock order: the products, then the stock, each by their keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from core import audit
from core.limits import PRODUCT_PRICE_RIALS_MAX, SHOP_API_CHANGES_MAX, STOCK_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person
from storefront.shops import catalogue
from storefront.shops.models import Product, Shop, Stock, Variant


@dataclass(frozen=True)
class Change:
    """What is new of a variant, named by its id or its SKU; what is None stays.

    ``compare_price`` of 0 takes the price before away. ``was_on_hand`` is the stock the caller
    knows of: where it is another one by now, the change is a fault.
    """

    variant: str = ""
    sku: str = ""
    price: int | None = None
    compare_price: int | None = None
    on_hand: int | None = None
    was_on_hand: int | None = None


@transaction.atomic
def change_many(
    *, shop: Shop, changes: Sequence[Change], actor: Person, key: str, now: datetime
) -> list[Variant]:
    """Change prices and stock of variants that are sold; return them in the order of the changes.

    ``key`` names who did it in the audit trail. Raises InvalidInput with every fault.
    """
    if not 1 <= len(changes) <= SHOP_API_CHANGES_MAX:
        detail = f"must be 1 to {SHOP_API_CHANGES_MAX}"
        raise InvalidInput([Fault("#/items", detail, "items")])
    faults: list[Fault] = []
    rows = _named(shop, changes, faults)
    priced = [
        (one, row)
        for one, row in zip(changes, rows, strict=True)
        if row and (one.price, one.compare_price) != (None, None)
    ]
    keys = sorted({row.product_id for _one, row in priced})
    list(Product.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    known = Variant.objects.filter(pk__in=[row.pk for _one, row in priced]).in_bulk()
    for row in filter(None, rows):
        if row.pk in known:  # read anew, under the lock of its product
            row.price, row.compare_price = known[row.pk].price, known[row.pk].compare_price
    _price(changes, rows, faults)
    counted = _count(changes, rows, faults)
    if faults:
        raise InvalidInput(faults)
    found = [row for row in rows if row is not None]
    Variant.objects.bulk_update([row for _one, row in priced], ["price", "compare_price"])
    Stock.objects.bulk_update(counted, ["on_hand"])
    if keys:
        _reprice(shop, keys, now)
    facts = {
        row.public_id: [one.price, one.compare_price, one.on_hand]
        for one, row in zip(changes, found, strict=True)
    }
    audit.record("shops.shop.figures_changed", by=actor, of=shop, key=key, variants=facts)
    return found


def _named(shop: Shop, changes: Sequence[Change], faults: list[Fault]) -> list[Variant | None]:
    ids, skus = [one.variant for one in changes], [one.sku for one in changes]
    rows = Variant.objects.select_related("product", "stock").filter(
        Q(public_id__in=[one for one in ids if one]) | Q(sku__in=[one for one in skus if one]),
        shop=shop,
        is_sold=True,
    )
    by_name = {name: row for row in rows for name in (row.public_id, row.sku)}
    found, seen = [], set()
    for place, one in enumerate(changes):
        name = "variant" if one.variant else "sku"
        row = by_name.get(one.variant or one.sku) if bool(one.variant) != bool(one.sku) else None
        if bool(one.variant) == bool(one.sku):
            faults.append(Fault(f"#/items/{place}", "needs a variant or a sku, not both", "name"))
        elif row is None:
            faults.append(Fault(f"#/items/{place}/{name}", "is not sold here", "unknown"))
        elif row.pk in seen:
            faults.append(Fault(f"#/items/{place}/{name}", "stands twice", "unique"))
            row = None
        if row is not None:
            seen.add(row.pk)
        found.append(row)
    return found


def _price(changes: Sequence[Change], rows: Sequence[Variant | None], faults: list[Fault]) -> None:
    most = PRODUCT_PRICE_RIALS_MAX
    for place, (one, row) in enumerate(zip(changes, rows, strict=True)):
        at = f"#/items/{place}"
        if one.price is not None and not 1 <= one.price <= most:
            faults.append(Fault(f"{at}/price_rials", f"must be 1 to {most}", "range"))
        if row is None:
            continue
        row.price = one.price if one.price is not None else row.price
        if one.compare_price is not None:
            row.compare_price = one.compare_price or None
        compare = row.compare_price
        if compare is not None and not row.price < compare <= most:
            faults.append(Fault(f"{at}/compare_rials", "must be above the price", "range"))


def _count(
    changes: Sequence[Change], rows: Sequence[Variant | None], faults: list[Fault]
) -> list[Stock]:
    """Return the stocks with what was counted, locked."""
    wanted = {
        row.pk: (place, one)
        for place, (one, row) in enumerate(zip(changes, rows, strict=True))
        if row is not None and one.on_hand is not None
    }
    stocks = list(Stock.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    for stock in stocks:
        place, one = wanted[stock.pk]
        at, on_hand = f"#/items/{place}", one.on_hand or 0
        if not 0 <= on_hand <= STOCK_MAX:
            faults.append(Fault(f"{at}/on_hand", f"must be 0 to {STOCK_MAX}", "range"))
        elif on_hand < stock.reserved:
            detail = f"orders wait for {stock.reserved}"
            faults.append(Fault(f"{at}/on_hand", detail, "promised"))
        if one.was_on_hand not in (None, stock.on_hand):
            faults.append(Fault(f"{at}/was_on_hand", f"is {stock.on_hand} by now", "changed"))
        stock.on_hand = on_hand
    by_key = {stock.pk: stock for stock in stocks}
    for row in rows:
        if row is not None and row.pk in by_key:
            row.stock = by_key[row.pk]
    return stocks


_REPRICE = """
update shops_product product
   set min_price = sold.low, max_price = sold.high, updated_at = %(now)s
  from (select product_id, min(price) as low, max(price) as high from shops_variant
         where is_sold and product_id = any(%(keys)s) group by product_id) sold
 where product.id = sold.product_id
"""


def _reprice(shop: Shop, keys: list[int], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_REPRICE, {"keys": keys, "now": now})
    catalogue.shown_anew(shop.pk, keys)
