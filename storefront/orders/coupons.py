"""Coupons: what one takes off, and taking one so that its number is never exceeded."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from core.text import fold
from storefront.orders.errors import CouponRefused
from storefront.orders.models import Coupon
from storefront.shops.models import Shop


def code_of(text: str) -> str:
    """Return a code as it is kept: both kinds of digits, capitals and spaces are one."""
    return fold(text).replace(" ", "")


def found(shop: Shop, text: str, *, goods_rials: int, now: datetime) -> Coupon:
    """Return the shop's coupon with this code, if it holds for such a cart now.

    Raises CouponRefused with ``reason``: unknown, over, used-up, below-least.
    """
    rows = Coupon.objects.filter(shop=shop, code=code_of(text), is_active=True)
    return judged(rows.first(), goods_rials=goods_rials, now=now)


def judged(coupon: Coupon | None, *, goods_rials: int, now: datetime) -> Coupon:
    """Return the coupon if it holds for such a cart now. Raises as ``found``."""
    if coupon is None:
        raise CouponRefused(reason="unknown")
    if coupon.ends_at is not None and coupon.ends_at <= now:
        raise CouponRefused(reason="over")
    if coupon.uses_max is not None and coupon.used >= coupon.uses_max:
        raise CouponRefused(reason="used-up")
    if goods_rials < coupon.min_total:
        raise CouponRefused(reason="below-least", least_rials=coupon.min_total)
    return coupon


def discount_of(coupon: Coupon, goods_rials: int) -> int:
    """Return how many rials it takes off; never more than the goods less one rial."""
    is_percent = coupon.kind == Coupon.Kind.PERCENT
    off = goods_rials * coupon.value // 100 if is_percent else coupon.value
    if coupon.most_rials is not None:
        off = min(off, coupon.most_rials)
    return max(0, min(off, goods_rials - 1))


def give_back(coupon_key: int, order_key: int) -> None:
    """Let the coupon of an order that came to nothing be used again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with gone as (delete from orders_couponuse where order_id = %s returning coupon_id)"
            " update orders_coupon set used = used - 1 from gone"
            " where id = gone.coupon_id and id = %s",
            [order_key, coupon_key],
        )
