"""The checkout: where to, how, what it comes to; then one button that holds the money."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from core import rates
from core.limits import ORDER_NOTE_CHARS_MAX, ORDERS_PER_MINUTE_MAX, PIN_DIGITS_MAX
from core.problems import Fault, InvalidInput, Problem
from core.text import latin_digits
from identity.models import Person
from identity.pages import person_of
from storefront.orders import carts, coupons, placing, shipping, words
from storefront.orders.carts import Basket
from storefront.orders.doors import number_in, see_other
from storefront.orders.errors import CouponRefused
from storefront.orders.models import Address, Coupon, Order, ShippingRate
from storefront.shops import access
from storefront.shops.models import Shop
from wallet import accounts, pins, spending
from wallet.errors import PinNeeded, PinNotSet
from wallet.money import Rials

KEY_CHARS_MIN, KEY_CHARS_MAX = 16, 64
COUPON_CHARS_MAX = 60  # characters that are looked at, whatever was sent


@dataclass(frozen=True)
class _Chosen:
    """What the buyer chose so far, as the address or the form says it."""

    address: str
    rate: str
    coupon: str
    cash: bool

    @classmethod
    def read(cls, given: Mapping[str, str]) -> _Chosen:
        return cls(
            address=given.get("address", "")[:60],
            rate=given.get("rate", "")[:60],
            coupon=given.get("coupon", "")[:COUPON_CHARS_MAX].strip(),
            cash=given.get("cash") == "1",
        )


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/cart/<shop>/checkout/``: the choices and the sum; POST orders."""
    person, now = person_of(request), timezone.now()
    shop = access.open_shop(shop_name)
    if request.method != "POST":
        return _draw(request, shop, now)
    rates.hit("orders", str(person.pk), limit=ORDERS_PER_MINUTE_MAX, period_s=60)
    try:
        order = _ordered(request, person, shop, now)
    except Problem as refusal:
        return _draw(request, shop, now, refusal=refusal)
    return see_other(reverse("order", args=[order.public_id]))


@sensitive_variables("pin")
def _ordered(request: HttpRequest, person: Person, shop: Shop, now: datetime) -> Order:
    """Ask for the PIN, then place the order. Raises what either refuses."""
    chosen = _Chosen.read(request.POST.dict())
    key = request.POST.get("key", "")
    if not (KEY_CHARS_MIN <= len(key) <= KEY_CHARS_MAX and key.isascii()):
        raise InvalidInput([Fault("#/key", "must be the key of the form", "shape")])
    wish = placing.Wish(
        key=key,
        rate_id=chosen.rate,
        address_id=chosen.address,
        coupon=chosen.coupon,
        note=request.POST.get("note", ""),
        cash=chosen.cash,
        agreed_rials=number_in(request, "agreed", digits_most=16),
    )
    first = Order.objects.filter(buyer=person, shop=shop, key=key).first()
    if first is not None:
        return first
    if not wish.cash:
        pin = latin_digits(request.POST.get("pin", "")[: 2 * PIN_DIGITS_MAX]).strip()
        amount = Rials(wish.agreed_rials or 0)
        pins.require(person=person, amount=amount, pin=pin, now=now)
    return placing.place(person=person, shop=shop, wish=wish, now=now)


def _draw(
    request: HttpRequest, shop: Shop, now: datetime, *, refusal: Problem | None = None
) -> HttpResponse:
    person = person_of(request)
    basket = carts.basket_of(person, shop)
    if not basket.lines or (basket.changes and refusal is None):
        return see_other(reverse("cart", args=[shop.slug]))
    given = request.POST if request.method == "POST" else request.GET
    context = _sums(person, shop, basket, _Chosen.read(given.dict()), now)
    key = request.POST.get("key", "")
    context |= {
        "shop": shop,
        "basket": basket,
        "key": key if KEY_CHARS_MIN <= len(key) <= KEY_CHARS_MAX else secrets.token_urlsafe(18),
        "note": request.POST.get("note", "")[:ORDER_NOTE_CHARS_MAX],
        "note_most": ORDER_NOTE_CHARS_MAX,
        "refusal": words.explained(refusal, now=now) if refusal else "",
        "changes": [words.changed(one) for one in basket.as_changes()],
    } | _pin_of(person, context["bill"].total, refusal)
    status = refusal.status if refusal else 200
    return render(request, "orders/checkout.html", context, status=status)


def _sums(
    person: Person, shop: Shop, basket: Basket, chosen: _Chosen, now: datetime
) -> dict[str, Any]:
    """Return the places, the ways that lead there, the coupon and what it all comes to."""
    places = list(Address.objects.filter(person=person).order_by("-used_at", "-pk"))
    address = next((one for one in places if one.public_id == chosen.address), None)
    address = address or (places[0] if places else None)
    ways = shipping.ways_to(
        ShippingRate.objects.filter(shop=shop, is_active=True),
        address,
        weight_g=basket.weight_g,
        goods_rials=basket.goods_rials,
    )
    way = next((one for one in ways if one.rate.public_id == chosen.rate), None)
    sent = [one for one in ways if one.rate.kind != ShippingRate.Kind.PICKUP]
    way = way or next(iter(sent or ways), None)  # nobody is sent to the shop unasked
    coupon, coupon_fault = _coupon_of(shop, basket, chosen, now)
    return {
        "addresses": places,
        "address": address,
        "ways": ways,
        "way": way,
        "coupon": coupon,
        "coupon_text": chosen.coupon,
        "coupon_fault": coupon_fault,
        "cash": chosen.cash and way is not None and way.rate.cash_on_delivery,
        "bill": placing.bill_of(basket, way.rate if way else None, coupon),
    }


def _coupon_of(
    shop: Shop, basket: Basket, chosen: _Chosen, now: datetime
) -> tuple[Coupon | None, str]:
    if not chosen.coupon:
        return None, ""
    try:
        return coupons.found(shop, chosen.coupon, goods_rials=basket.goods_rials, now=now), ""
    except CouponRefused as refused:
        return None, words.explained(refused, now=now)


def _pin_of(person: Person, total: int, refusal: Problem | None) -> dict[str, Any]:
    """Return whether the wallet asks for its PIN, and what is missing in it."""
    spender = spending.spender_of(person)
    available = accounts.balance_of(accounts.of_person(person)).available
    asks = total > spender.pin_free_rials
    return {
        "asks_pin": bool(spender.pin) and (asks or isinstance(refusal, PinNeeded)),
        "needs_pin": not spender.pin and (asks or isinstance(refusal, PinNotSet)),
        "digits_most": PIN_DIGITS_MAX,
        "available": available,
        "missing": max(0, total - available),
    }
