"""A shop's ways to its buyers and its coupons: one page for its owner and managers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import rates
from core.answers import wants_json
from core.limits import CART_CHANGES_PER_MINUTE_MAX
from core.problems import Fault, InvalidInput, NotAllowed, NotFound, Problem
from identity.pages import person_of
from storefront.orders import addresses, terms, words
from storefront.orders.doors import number_in, page, see_other
from storefront.orders.models import Coupon, ShippingRate
from storefront.shops.access import shop_of
from storefront.shops.models import Shop
from wallet.typed import TYPED_CHARS_MAX, BadAmount, read_toman

Step = Callable[..., str]
DAYS_MAX = 366  # a coupon's time in days
# What a fault of a field means in the form: the field, then its code where it matters.
FAULTS: Final[dict[str, str | Promise]] = {
    "title": gettext_lazy("Give the way a name, such as “Express post”."),
    "kind": gettext_lazy("Choose one of the list."),
    "province": gettext_lazy("Choose a province of the list, or the whole country."),
    "city": gettext_lazy("A city needs its province."),
    "price": gettext_lazy("Write the amount in toman, in digits; 0 is free."),
    "free_over": gettext_lazy("Write the amount in toman, in digits."),
    "up_to_g": gettext_lazy("Write the weight in grams, in digits."),
    "code": gettext_lazy("Write 1 to 24 letters and digits."),
    "value": gettext_lazy("Write 1 to 100 percent, or an amount in toman."),
    "most_rials": gettext_lazy("Write the amount in toman, in digits."),
    "min_total": gettext_lazy("Write the amount in toman, in digits."),
    "uses_max": gettext_lazy("Write a number above zero."),
    "per_person_max": gettext_lazy("Write a number from 1 to 100."),
    "ends_at": gettext_lazy("Write for how many days, from 1 to 366."),
}


@page
def shop_terms(request: HttpRequest, shop_name: str) -> HttpResponse:
    """``/orders/in/<shop>/terms/``: the ways, the coupons, and a form for another of each."""
    shop = shop_of(person_of(request), shop_name, right="edit")
    return _draw(request, shop)


def step(view: Step) -> Callable[..., HttpResponse]:
    """Mark a step on a shop's terms: POST only, by who may edit the shop; faults on the page."""

    @wraps(view)
    def wrapped(request: HttpRequest, shop_name: str, **parts: str) -> HttpResponse:
        person = person_of(request)
        limit = CART_CHANGES_PER_MINUTE_MAX
        rates.hit("order-steps", str(person.pk), limit=limit, period_s=60)
        shop = shop_of(person, shop_name, right="edit")
        try:
            said = view(request, shop, **parts)
        except (NotFound, NotAllowed):
            raise
        except Problem as refusal:
            if wants_json(request):
                raise
            return _draw(request, shop, refusal)
        flashes.success(request, said)
        return see_other(reverse("shop_terms", args=[shop.slug]))

    return never_cache(login_required(require_POST(wrapped)))


@step
def add_rate(request: HttpRequest, shop: Shop) -> str:
    """Open a way."""
    faults: list[Fault] = []
    wish = terms.RateWish(
        kind=request.POST.get("kind", ""),
        title=request.POST.get("title", ""),
        price=_rials(request, "price", faults, free=True) or 0,
        province=request.POST.get("province", ""),
        city=request.POST.get("city", ""),
        up_to_g=_number(request, "up_to_g", faults),
        free_over=_rials(request, "free_over", faults),
        cash_on_delivery=bool(request.POST.get("cash_on_delivery")),
    )
    _refuse(faults)
    terms.add_rate(shop=shop, wish=wish, actor=person_of(request))
    return _("The way is open.")


@step
def close_rate(request: HttpRequest, shop: Shop, rate_id: str) -> str:
    """Close a way."""
    terms.close_rate(shop=shop, rate_id=rate_id, actor=person_of(request))
    return _("The way is closed.")


@step
def add_coupon(request: HttpRequest, shop: Shop) -> str:
    """Give out a code."""
    faults: list[Fault] = []
    now = timezone.now()
    kind = request.POST.get("coupon_kind", "")
    is_percent = kind == Coupon.Kind.PERCENT
    value = number_in(request, "value") if is_percent else _rials(request, "value", faults) or 0
    wish = terms.CouponWish(
        code=request.POST.get("code", "")[:100],
        kind=kind,
        value=value,
        most_rials=_rials(request, "most_rials", faults),
        min_total=_rials(request, "min_total", faults) or 0,
        uses_max=_number(request, "uses_max", faults),
        per_person_max=number_in(request, "per_person_max", default=1),
        ends_at=_end(request, faults, now),
    )
    _refuse(faults)
    terms.add_coupon(shop=shop, wish=wish, actor=person_of(request), now=now)
    return _("The coupon holds from now on.")


@step
def end_coupon(request: HttpRequest, shop: Shop, coupon_id: str) -> str:
    """Let a code hold no more."""
    terms.end_coupon(shop=shop, coupon_id=coupon_id, actor=person_of(request))
    return _("The coupon has ended.")


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidInput(faults)


def _rials(
    request: HttpRequest, name: str, faults: list[Fault], *, free: bool = False
) -> int | None:
    """Return the rials of toman in a field, None for an empty one; with ``free`` 0 is good too."""
    text = request.POST.get(name, "").strip()
    if not text or (free and number_in(request, name, default=1) == 0):
        return 0 if free and text else None
    try:
        return read_toman(text[: TYPED_CHARS_MAX + 1])
    except BadAmount as bad:
        faults.append(Fault(f"#/{name}", str(bad), bad.reason))
        return None


def _number(request: HttpRequest, name: str, faults: list[Fault]) -> int | None:
    """Return the whole number of a field, None for an empty one."""
    if not request.POST.get(name, "").strip():
        return None
    found = number_in(request, name)
    if not found:
        faults.append(Fault(f"#/{name}", "must be a number above zero", "range"))
    return found


def _end(request: HttpRequest, faults: list[Fault], now: datetime) -> datetime | None:
    days = _number(request, "ends_at", faults)
    if days is not None and days > DAYS_MAX:
        faults.append(Fault("#/ends_at", f"must be at most {DAYS_MAX} days", "range"))
        return None
    return None if days is None else now + timedelta(days=days)


def _draw(request: HttpRequest, shop: Shop, refusal: Problem | None = None) -> HttpResponse:
    faults: dict[str, Any] = {}
    said = ""
    if isinstance(refusal, InvalidInput):
        for fault in refusal.faults:
            name = fault.pointer.removeprefix("#/")
            taken = _("This shop has given out that code before.")
            faults[name] = taken if fault.code == "unique" else FAULTS.get(name, fault.detail)
    elif refusal is not None:
        said = words.explained(refusal, now=timezone.now())
    context = {
        "shop": shop,
        "rates": ShippingRate.objects.filter(shop=shop, is_active=True).order_by("pk"),
        "coupons": Coupon.objects.filter(shop=shop, is_active=True).order_by("-pk"),
        "kinds": ShippingRate.Kind.choices,
        "coupon_kinds": Coupon.Kind.choices,
        "provinces": addresses.PROVINCES,
        "given": {name: text[:100] for name, text in request.POST.dict().items()},
        "faults": faults,
        "refusal": said,
    }
    status = refusal.status if refusal else 200
    return render(request, "orders/terms.html", context, status=status)
