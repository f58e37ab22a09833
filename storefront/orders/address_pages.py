"""A person's address book."""

from __future__ import annotations

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
from django.views.decorators.http import require_http_methods

from core import rates
from core.limits import ADDRESS_LINE_CHARS_MAX, ADDRESSES_MAX, CART_CHANGES_PER_MINUTE_MAX
from core.problems import Conflict, InvalidInput
from core.templatetags.ui import digits
from identity.pages import person_of, safe_path
from storefront.orders import addresses
from storefront.orders.doors import see_other, step
from storefront.orders.models import Address

FIELDS: Final = ("name", "phone", "province", "city", "line", "postal_code")
FAULTS: Final[dict[str, Promise]] = {
    "name": gettext_lazy("Write who receives it."),
    "phone": gettext_lazy("Write a mobile number, such as 0912 345 6789."),
    "province": gettext_lazy("Choose a province."),
    "city": gettext_lazy("Write the city."),
    "line": gettext_lazy("Write street, number and floor."),
    "postal_code": gettext_lazy("Write the ten digits of the postal code."),
}


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """``/orders/addresses/``: the places, and a form for another one."""
    person = person_of(request)
    next_place = _next_of(request)
    if request.method != "POST":
        return _draw(request, next_place)
    limit = CART_CHANGES_PER_MINUTE_MAX
    rates.hit("order-steps", str(person.pk), limit=limit, period_s=60)
    given = {name: request.POST.get(name, "") for name in FIELDS}
    try:
        made = addresses.add(person=person, given=given, now=timezone.now())
    except InvalidInput as refusal:
        faults = {fault.pointer.removeprefix("#/"): "" for fault in refusal.faults}
        return _draw(request, next_place, faults={one: FAULTS[one] for one in faults})
    except Conflict:
        full = _("The address book holds %(most)s places. Take one out first.") % {
            "most": digits(ADDRESSES_MAX)
        }
        return _draw(request, next_place, refusal=full)
    if next_place:
        mark = "&" if "?" in next_place else "?"
        return see_other(f"{next_place}{mark}address={made.public_id}")
    flashes.success(request, _("The address is kept."))
    return see_other(reverse("addresses"))


@step
def forget(request: HttpRequest, address_id: str) -> tuple[str, str]:
    """Take a place out of the book."""
    addresses.remove(person=person_of(request), address_id=address_id)
    return reverse("addresses"), _("The address was taken out.")


def _next_of(request: HttpRequest) -> str:
    text = request.POST.get("next", "") or request.GET.get("next", "")
    path = safe_path(text) if text else "/"
    return "" if path == "/" or not path.isprintable() else path


def _draw(request: HttpRequest, next_place: str, **more: Any) -> HttpResponse:
    context = {
        "addresses": Address.objects.filter(person=person_of(request)).order_by("-used_at", "-pk"),
        "provinces": addresses.PROVINCES,
        "given": {name: request.POST.get(name, "")[:ADDRESS_LINE_CHARS_MAX] for name in FIELDS},
        "next": next_place,
        "faults": {},
    }
    status = InvalidInput.status if more else 200
    return render(request, "orders/addresses.html", context | more, status=status)
