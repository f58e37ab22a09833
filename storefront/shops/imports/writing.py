"""The statements of an import: each writes all rows it is given at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from storefront.shops.models import ImportRow, Product, Variant

PRODUCTS: Final = """
update shops_product p set title = w.title, description = w.description,
    category_id = w.category, tags = array(select jsonb_array_elements_text(w.tags)),
    options = w.options, min_price = w.low, max_price = w.high, updated_at = %s
  from unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::jsonb[], %s::jsonb[],
    %s::bigint[], %s::bigint[]) w (id, title, description, category, tags, options, low, high)
  where p.id = w.id"""
VARIANTS: Final = """
update shops_variant v set price = w.price, compare_price = w.compare, weight_g = w.weight
  from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::int[]) w (id, price, compare, weight)
  where v.id = w.id"""
# The last statement of a chunk but for the log: locks in order of the keys, and only where enough
# is left for what orders were promised.
STOCK: Final = """
with w as (select * from unnest(%s::bigint[], %s::int[]) t (id, on_hand)),
  l as (select s.variant_id from shops_stock s join w on w.id = s.variant_id
    order by s.variant_id for update of s)
update shops_stock s set on_hand = w.on_hand from w, l
  where s.variant_id = w.id and l.variant_id = w.id and s.reserved <= w.on_hand
  returning s.variant_id"""
ROWS: Final = """
update shops_importrow r set state = w.state, result = w.result, findings = w.findings,
    product = w.product, variant = w.variant, before = w.before, applied_at = w.at,
    pictures_wait = w.waits
  from unnest(%s::bigint[], %s::text[], %s::text[], %s::jsonb[], %s::bigint[], %s::bigint[],
    %s::jsonb[], %s::timestamptz[], %s::bool[])
    w (id, state, result, findings, product, variant, before, at, waits)
  where r.id = w.id"""


def change_products(products: Sequence[Product], now: datetime) -> None:
    """Write what a product says and its range of prices."""
    if not products:
        return
    columns: list[Any] = [
        [one.pk for one in products],
        [one.title for one in products],
        [one.description for one in products],
        [one.category_id for one in products],
        [_json(one.tags) for one in products],
        [_json(one.options) for one in products],
        [one.min_price for one in products],
        [one.max_price for one in products],
    ]
    with connection.cursor() as cursor:
        cursor.execute(PRODUCTS, [now, *columns])


def change_variants(variants: Sequence[Variant]) -> None:
    """Write prices and weights."""
    if not variants:
        return
    columns: list[Any] = [
        [one.pk for one in variants],
        [one.price for one in variants],
        [one.compare_price for one in variants],
        [one.weight_g for one in variants],
    ]
    with connection.cursor() as cursor:
        cursor.execute(VARIANTS, columns)


def count_stock(counted: Mapping[int, int]) -> set[int]:
    """Write how many there are of each variant; return those that orders need more of."""
    if not counted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(STOCK, [list(counted), list(counted.values())])
        return set(counted) - {row[0] for row in cursor.fetchall()}


def save_rows(rows: Sequence[ImportRow]) -> None:
    """Write what became of rows of a file."""
    columns: list[Any] = [
        [row.pk for row in rows],
        [row.state for row in rows],
        [row.result for row in rows],
        [_json(row.findings) for row in rows],
        [row.product for row in rows],
        [row.variant for row in rows],
        [None if row.before is None else _json(row.before) for row in rows],
        [row.applied_at for row in rows],
        [row.pictures_wait for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(ROWS, columns)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
