"""A person's own pages about money: one receipt, the wallet's PIN."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import rates
from core.ids import is_id
from core.limits import (
    PAYMENT_TRIES_PER_MINUTE_MAX,
    PIN_DIGITS_MAX,
    PIN_FREE_RIALS_MAX,
)
from core.problems import InvalidInput, NotFound, Problem
from core.text import latin_digits
from identity.models import Person
from identity.pages import person_of
from miniapps.models import App
from wallet import pins, spending
from wallet.explaining import explained
from wallet.models import Payment
from wallet.money import Rials

FREE_CHOICES_RIALS = (0, 500_000, 1_000_000, 2_000_000, PIN_FREE_RIALS_MAX)


@never_cache
@login_required
@require_safe
def receipt(request: HttpRequest, payment_id: str) -> HttpResponse:
    """``/wallet/payments/<payment>/``: all facts of one payment of one's own."""
    person = person_of(request)
    rows = Payment.objects.select_related("invoice", "maker").prefetch_related("refunds")
    known = rows.filter(public_id=payment_id, payer=person)
    payment = known.first() if is_id(payment_id, "pay") else None
    if payment is None:
        raise NotFound
    app = App.objects.filter(public_id=payment.audience).first() if payment.audience else None
    context = {
        "payment": payment,
        "invoice": payment.invoice,
        "app": app,
        "refunds": sorted(payment.refunds.all(), key=lambda one: one.pk),
        "is_paid": payment.state == Payment.State.CAPTURED,
    }
    return render(request, "host/receipt.html", context)


# --- the PIN --------------------------------------------------------------------------------


@never_cache
@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """``/wallet/pin/``: choose or change the PIN."""
    person = person_of(request)
    if request.method != "POST":
        return _pin_page(request, person)
    rates.hit("pin", str(person.pk), limit=PAYMENT_TRIES_PER_MINUTE_MAX, period_s=60)
    fresh, again = (_digits(request, name) for name in ("pin", "again"))
    if fresh != again:
        return _pin_page(request, person, again=_("The two PINs are not the same."))
    now = timezone.now()
    try:
        pins.choose(person=person, pin=fresh, old_pin=_digits(request, "old_pin"), now=now)
    except InvalidInput:
        fault = _("Choose 4 to 8 digits, not all alike and not in a row.")
        return _pin_page(request, person, pin=fault)
    except Problem as problem:
        return _pin_page(request, person, old_pin=explained(problem, now=now))
    flashes.success(request, _("Your PIN is kept."))
    return HttpResponseRedirect("/wallet/")


@sensitive_post_parameters()
@login_required
@require_POST
def free_amount(request: HttpRequest) -> HttpResponse:
    """Keep up to which amount no PIN is asked for."""
    person, now = person_of(request), timezone.now()
    rates.hit("pin", str(person.pk), limit=PAYMENT_TRIES_PER_MINUTE_MAX, period_s=60)
    text = request.POST.get("amount", "")
    chosen = next((amount for amount in FREE_CHOICES_RIALS if str(amount) == text), None)
    if chosen is None:
        return _pin_page(request, person, amount=_("Choose one of the amounts."))
    try:
        pins.set_free_amount(
            person=person, amount=Rials(chosen), pin=_digits(request, "pin"), now=now
        )
    except Problem as problem:
        return _pin_page(request, person, free_pin=explained(problem, now=now))
    flashes.success(request, _("Kept."))
    return HttpResponseRedirect("/wallet/pin/")


def _pin_page(request: HttpRequest, person: Person, **faults: str) -> HttpResponse:
    spender = spending.spender_of(person)
    amounts = sorted({*FREE_CHOICES_RIALS, spender.pin_free_rials})
    context = {
        "has_pin": bool(spender.pin),
        "free_rials": spender.pin_free_rials,
        "amounts": amounts,
        "digits_most": PIN_DIGITS_MAX,
        "faults": faults,
    }
    status = InvalidInput.status if faults else 200
    return render(request, "host/wallet_pin.html", context, status=status)


def _digits(request: HttpRequest, name: str) -> str:
    return latin_digits(request.POST.get(name, "")[: 2 * PIN_DIGITS_MAX]).strip()
