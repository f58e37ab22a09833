"""A shop's numbers as they may be shown: sums of days, and nothing of a group too small to hide in.

How many looked on a day, and what they put into carts, is told only from COUNT_GROUP_MIN different
people upwards. Orders and sales are the shop's own and are always told.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from core.limits import COUNT_GROUP_MIN
from storefront.shops.models import DayCount, Product, ProductCount, Shop

TOP = 5


@dataclass(frozen=True)
class Day:
    """One day; None stands where too few people were there to tell."""

    day: date
    visitors: int | None
    views: int | None
    carts: int | None
    orders: int
    rials: int


@dataclass(frozen=True)
class Top:
    """One of the products that brought most."""

    title: str
    product: str
    pieces: int
    rials: int


def days_of(shop: Shop, *, last: date, count: int) -> list[Day]:
    """Return so many days up to the last, the newest first; one query."""
    rows = DayCount.objects.filter(
        shop=shop, day__gt=last - timedelta(days=count), day__lte=last
    ).values_list("day", "kind", "n")
    found: dict[date, dict[str, int]] = defaultdict(dict)
    for day, kind, n in rows:
        found[day][kind] = n
    return [_shown(day, found.get(day, {})) for day in _days(last, count)]


def _days(last: date, count: int) -> list[date]:
    return [last - timedelta(days=back) for back in range(count)]


def _shown(day: date, found: dict[str, int]) -> Day:
    visitors = found.get("visitors", 0)
    tells = visitors >= COUNT_GROUP_MIN
    hidden = None if visitors else 0
    return Day(
        day=day,
        visitors=visitors if tells else hidden,
        views=found.get("views", 0) if tells else hidden,
        carts=found.get("carts", 0) if tells else hidden,
        orders=found.get("orders", 0),
        rials=found.get("revenue", 0),
    )


def top_of(shop: Shop, *, last: date, count: int) -> list[Top]:
    """Return the products that brought most in these days; two queries."""
    rows = (
        ProductCount.objects.filter(shop=shop, day__gt=last - timedelta(days=count), day__lte=last)
        .values("product_id")
        .annotate(all_pieces=Sum("pieces"), all_rials=Sum("rials"))
        .filter(all_rials__gt=0)
        .order_by("-all_rials", "product_id")[:TOP]
    )
    sold = list(rows)
    known = Product.objects.filter(shop=shop).in_bulk([row["product_id"] for row in sold])
    return [
        Top(
            title=known[row["product_id"]].title,
            product=known[row["product_id"]].public_id,
            pieces=row["all_pieces"],
            rials=row["all_rials"],
        )
        for row in sold
        if row["product_id"] in known
    ]
