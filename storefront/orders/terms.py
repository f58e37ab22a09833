"""A shop's own terms: ways to its buyers with their prices, and coupons. Orders keep copies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from core.limits import (
    COUPON_CODE_CHARS_MAX,
    COUPONS_MAX,
    PRODUCT_PRICE_RIALS_MAX,
    SHIPPING_RATES_MAX,
    SHIPPING_TITLE_CHARS_MAX,
    VARIANT_WEIGHT_G_MAX,
)
from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from messenger import wording
from storefront.orders.addresses import province_of
from storefront.orders.coupons import code_of
from storefront.orders.errors import TooManyTerms
from storefront.orders.models import Coupon, ShippingRate
from storefront.shops.models import Shop

CITY_CHARS_MAX = 40  # characters of the column
TIMES_MAX = 1_000_000  # of a coupon
TIMES_A_PERSON_MAX = 100


@dataclass(frozen=True)
class RateWish:
    """A way as the shop wants it. Money in rials, weight in grams; no place: the whole country."""

    kind: str
    title: str
    price: int
    province: str = ""
    city: str = ""
    up_to_g: int | None = None
    free_over: int | None = None
    cash_on_delivery: bool = False


@dataclass(frozen=True)
class CouponWish:
    """A coupon as the shop wants it; ``value`` is percent or rials by its kind."""

    code: str
    kind: str
    value: int
    most_rials: int | None = None
    min_total: int = 0
    uses_max: int | None = None
    per_person_max: int = 1
    ends_at: datetime | None = None


@transaction.atomic
def add_rate(*, shop: Shop, wish: RateWish, actor: Person) -> ShippingRate:
    """Open a way. The very same one again changes nothing. Raises InvalidInput, TooManyTerms."""
    kept = _checked_rate(wish)
    _lock(shop)
    rows = ShippingRate.objects.filter(shop=shop, is_active=True)
    twin = rows.filter(**kept).first()
    if twin is not None:
        return twin
    if rows.count() >= SHIPPING_RATES_MAX:
        raise TooManyTerms(most=SHIPPING_RATES_MAX)
    made = ShippingRate.objects.create(shop=shop, **kept)
    audit.record("orders.rate.added", by=actor, of=made, shop=shop.public_id, price=made.price)
    return made


@transaction.atomic
def close_rate(*, shop: Shop, rate_id: str, actor: Person) -> None:
    """Close a way; orders that go it keep it. Raises NotFound."""
    rate = ShippingRate.objects.filter(shop=shop, public_id=rate_id).first()
    if rate is None:
        raise NotFound
    if rate.is_active:
        rate.is_active = False
        rate.save(update_fields=["is_active"])
        audit.record("orders.rate.closed", by=actor, of=rate, shop=shop.public_id)


@transaction.atomic
def add_coupon(*, shop: Shop, wish: CouponWish, actor: Person, now: datetime) -> Coupon:
    """Give out a code. Raises InvalidInput with every fault (a known code too), TooManyTerms."""
    kept = _checked_coupon(wish, now)
    _lock(shop)
    if Coupon.objects.filter(shop=shop, is_active=True).count() >= COUPONS_MAX:
        raise TooManyTerms(most=COUPONS_MAX)
    try:
        with transaction.atomic():
            made = Coupon.objects.create(shop=shop, **kept)
    except IntegrityError:
        fault = Fault("#/code", "was given out before in this shop", "unique")
        raise InvalidInput([fault]) from None
    audit.record("orders.coupon.added", by=actor, of=made, shop=shop.public_id, code=made.code)
    return made


@transaction.atomic
def end_coupon(*, shop: Shop, coupon_id: str, actor: Person) -> None:
    """Let a code hold no more; what was ordered with it stays. Raises NotFound."""
    coupon = Coupon.objects.filter(shop=shop, public_id=coupon_id).first()
    if coupon is None:
        raise NotFound
    if Coupon.objects.filter(pk=coupon.pk, is_active=True).update(is_active=False):
        audit.record("orders.coupon.ended", by=actor, of=coupon, shop=shop.public_id)


def _lock(shop: Shop) -> None:
    """Let additions to one shop's terms wait for each other, so that none exceeds their number."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)


def _checked_rate(wish: RateWish) -> dict[str, object]:
    faults: list[Fault] = []
    title = wording.line_of_form(wish.title, "#/title", SHIPPING_TITLE_CHARS_MAX, faults)
    if wish.kind not in ShippingRate.Kind.values:
        faults.append(Fault("#/kind", "must be post, courier or pickup", "choice"))
    place = wish.province.strip()
    province = province_of(place) if place else ""
    if province is None:
        faults.append(Fault("#/province", "must be a province of Iran, or none", "choice"))
    city = ""
    if wish.city.strip():
        city = wording.line_of_form(wish.city, "#/city", CITY_CHARS_MAX, faults)
        if not place:
            faults.append(Fault("#/city", "needs its province", "province"))
    _between("price", wish.price, 0, PRODUCT_PRICE_RIALS_MAX, faults)
    _between("free_over", wish.free_over, 1, PRODUCT_PRICE_RIALS_MAX, faults)
    _between("up_to_g", wish.up_to_g, 1, VARIANT_WEIGHT_G_MAX, faults)
    if faults:
        raise InvalidInput(faults)
    return {
        "kind": wish.kind,
        "title": title,
        "province": province or "",
        "city": city,
        "price": wish.price,
        "free_over": wish.free_over,
        "up_to_g": wish.up_to_g,
        "cash_on_delivery": wish.cash_on_delivery,
    }


def _checked_coupon(wish: CouponWish, now: datetime) -> dict[str, object]:
    faults: list[Fault] = []
    code = code_of(wish.code)
    if not 0 < len(code) <= COUPON_CODE_CHARS_MAX or not code.isprintable():
        detail = f"must be 1 to {COUPON_CODE_CHARS_MAX} letters and digits"
        faults.append(Fault("#/code", detail, "shape"))
    is_percent = wish.kind == Coupon.Kind.PERCENT
    if wish.kind not in Coupon.Kind.values:
        faults.append(Fault("#/kind", "must be percent or amount", "choice"))
    _between("value", wish.value, 1, 100 if is_percent else PRODUCT_PRICE_RIALS_MAX, faults)
    _between("most_rials", wish.most_rials, 1, PRODUCT_PRICE_RIALS_MAX, faults)
    _between("min_total", wish.min_total, 0, PRODUCT_PRICE_RIALS_MAX, faults)
    _between("uses_max", wish.uses_max, 1, TIMES_MAX, faults)
    _between("per_person_max", wish.per_person_max, 1, TIMES_A_PERSON_MAX, faults)
    if wish.ends_at is not None and wish.ends_at <= now:
        faults.append(Fault("#/ends_at", "must lie ahead", "past"))
    if faults:
        raise InvalidInput(faults)
    return {
        "code": code,
        "kind": wish.kind,
        "value": wish.value,
        "most_rials": wish.most_rials,
        "min_total": wish.min_total,
        "uses_max": wish.uses_max,
        "per_person_max": wish.per_person_max,
        "ends_at": wish.ends_at,
    }


def _between(name: str, number: int | None, least: int, most: int, faults: list[Fault]) -> None:
    if number is not None and not least <= number <= most:
        faults.append(Fault(f"#/{name}", f"must be {least} to {most}", "range"))
