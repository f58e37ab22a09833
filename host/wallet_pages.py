"""A person's own pages about money: the wallet, its PIN and limits, one receipt."""

from __future__ import annotations

from typing import Any

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
from host.paying_words import explained
from host.wallet_words import reason_words
from identity.models import Person
from identity.pages import person_of
from miniapps.models import App
from wallet import accounts, pins, spending, statements
from wallet.models import Account, Payment
from wallet.money import Rials

RIALS_PER_TOMAN = 10
FREE_CHOICES_RIALS = (0, 500_000, 1_000_000, 2_000_000, PIN_FREE_RIALS_MAX)
SEQ_DIGITS_MAX = 18


@never_cache
@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """``/wallet/``: the balance and what moved; ``?before=`` goes back in time."""
    person = person_of(request)
    account = accounts.of_person(person)
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) <= SEQ_DIGITS_MAX
    page = statements.page_of(account, before=int(before) if known else None)
    spender = spending.spender_of(person)
    context = {
        "balance": accounts.balance_of(account),
        "frozen": account.frozen,
        "entries": _told(page.entries),
        "before": page.before,
        "is_first": not known,
        "test": _test_balance(person),
        "has_pin": bool(spender.pin),
        "level": spender.get_level_display(),
        "allowances": _allowances(person),
    }
    return render(request, "host/wallet.html", context)


def _told(entries: list[statements.Entry]) -> list[dict[str, Any]]:
    """Return the movements with words, and the payments they belong to: one query for all."""
    wanted = {one.reference for one in entries if is_id(one.reference, "pay")}
    rows = Payment.objects.select_related("invoice", "maker").filter(public_id__in=wanted)
    payments = {row.public_id: row for row in rows}
    told = []
    for one in entries:
        payment = payments.get(one.reference)
        words, mark = reason_words(one.reason)
        told.append({"entry": one, "words": words, "icon": mark, "payment": payment})
    return told


def _test_balance(person: Person) -> accounts.Balance | None:
    """Return what a tester holds in test money; None for everybody else."""
    purse = Account.objects.filter(person=person, book=Account.Book.TEST).first()
    return None if purse is None else accounts.balance_of(purse)


def _allowances(person: Person) -> list[dict[str, Any]]:
    names = {
        "transaction": _("In one payment"),
        "day": _("Today"),
        "month": _("This month"),
    }
    found = spending.allowances(spending.spender_of(person), now=timezone.now())
    return [
        {
            "name": names[one.period],
            "one": one,
            "left_rials": max(0, one.limit_rials - one.spent_rials),
            "percent": min(100, one.spent_rials * 100 // max(1, one.limit_rials)),
        }
        for one in found
    ]


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
