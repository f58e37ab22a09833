"""What an order rests on besides the cart, looked at in one query."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import DateTimeField, Model
from django.utils.dateparse import parse_datetime

from identity.models import Person
from storefront.orders import coupons
from storefront.orders.models import Address, CommissionRule, Coupon, Order, ShippingRate
from storefront.shops.models import Shop
from wallet import spending

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Wish:
    """What a buyer decided at the checkout; the door has asked for the PIN before.

    ``agreed_rials`` is the total he saw: another one now is told, not charged.
    """

    key: str
    rate_id: str
    address_id: str = ""
    coupon: str = ""
    note: str = ""
    cash: bool = False
    agreed_rials: int | None = None


@dataclass(frozen=True)
class Grounds:
    """What is known of a wish: an order of the same key, the way, the coupon, the rule."""

    first: Order | None
    works_here: bool
    rate: ShippingRate | None
    address: Address | None
    coupon: Coupon | None
    today_rials: int
    rule: CommissionRule


_LOOK = """
select
  (select to_json(o) from orders_order o where buyer_id = %(person)s and key = %(key)s),
  exists (select from shops_staff where shop_id = %(shop)s and person_id = %(person)s),
  (select to_json(r) from orders_shippingrate r where shop_id = %(shop)s and public_id = %(rate)s),
  (select to_json(a) from orders_address a
    where person_id = %(person)s and public_id = %(address)s),
  (select to_json(c) from orders_coupon c
    where shop_id = %(shop)s and code = %(code)s and is_active),
  (select coalesce(sum(total_rials), 0) from orders_order where shop_id = %(shop)s
    and created_at >= %(today)s and state not in ('cancelled', 'rejected', 'expired')),
  (select to_json(u) from orders_commissionrule u where valid_from <= %(now)s
    order by valid_from desc limit 1)
"""


def look(person: Person, shop: Shop, wish: Wish, now: datetime) -> Grounds:
    """Return what an order of this person in this shop rests on: one query, no lock."""
    values: dict[str, str | int | datetime] = {
        "person": person.pk,
        "shop": shop.pk,
        "key": wish.key,
        "rate": wish.rate_id,
        "address": wish.address_id,
        "code": coupons.code_of(wish.coupon),
        "today": spending.periods(now)[0],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, values)
        first, works_here, rate, address, coupon, today, rule = cursor.fetchone()
    known_rule = _row(CommissionRule, rule)
    assert known_rule is not None, "an installation has a rule from its first migration on"
    return Grounds(
        first=_row(Order, first),
        works_here=works_here,
        rate=_row(ShippingRate, rate),
        address=_row(Address, address),
        coupon=_row(Coupon, coupon),
        today_rials=int(today),
        rule=known_rule,
    )


def _row(model: type[Row], found: Any) -> Row | None:
    """Return a row that came as JSON as Django knows it."""
    if found is None:
        return None
    values: dict[str, Any] = found if isinstance(found, dict) else json.loads(found)
    for field in model._meta.concrete_fields:  # noqa: SLF001  (Django's public name for it)
        name = field.attname
        if isinstance(field, DateTimeField) and values.get(name):
            values[name] = parse_datetime(values[name])
    row = model(**values)
    row._state.adding = False  # noqa: SLF001  (Django's own name for a row that stands)
    return row
