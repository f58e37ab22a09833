"""Paying outside of an app: an invoice's own page, and a merchant's standing link or QR."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import rates
from core.answers import problem_json
from core.limits import BRIDGE_CALLS_PER_10_S_MAX, SHEETS_PER_MINUTE_MAX
from core.problems import InvalidInput, NotFound, Problem
from host import paying
from host.bridge import methods as _methods  # noqa: F401  (enters the methods)
from host.bridge.dispatch import checked, method_of
from host.bridge.errors import MethodUnknown
from host.bridge.reading import call_of
from host.bridge.sheet_strings import sheet_words
from identity.models import Person
from identity.pages import person_of
from miniapps import charging
from wallet import invoices
from wallet.models import Account, PayLink
from wallet.money import Rials
from wallet.typed import BadAmount, read_toman

KEY_CHARS_MIN, KEY_CHARS_MAX = 16, 40
# What a page of ours may ask: the sheet's part of the bridge, without a launch.
ASKED: dict[str, Callable[..., dict[str, Any]]] = {
    "payments.open": paying.show,
    "payments.confirm": paying.confirm,
    "payments.choose_pin": paying.choose_pin,
    "payments.test_money": paying.give_test_money,
}


@never_cache
@login_required
@require_safe
def invoice(request: HttpRequest, invoice_id: str) -> HttpResponse:
    """``/pay/<invoice>``: what is asked for, and the payment sheet over it."""
    asker = paying.Asker(person=person_of(request), now=timezone.now())
    rates.hit("pay-page", str(asker.person.pk), limit=SHEETS_PER_MINUTE_MAX, period_s=60)
    shown = paying.show(asker, invoice=invoice_id)
    config = {
        "invoice": invoice_id,
        "call_url": f"/pay/{invoice_id}/call",
        "csrf_token": get_token(request),
    }
    context = {"shown": shown, "config": config, "strings": sheet_words()}
    return render(request, "host/pay.html", context)


@require_POST
def call(request: HttpRequest, invoice_id: str) -> HttpResponseBase:
    """Carry out one call of the sheet on the invoice's page, as ``/run/<launch>/bridge`` does."""
    try:
        result = _called(person_of(request), invoice_id, request)
    except Problem as problem:
        return problem_json(problem)
    return JsonResponse({"result": result}, headers={"Cache-Control": "no-store"})


@sensitive_variables("params")
def _called(person: Person, invoice_id: str, request: HttpRequest) -> dict[str, Any]:
    rates.hit("pay-calls", str(person.pk), limit=BRIDGE_CALLS_PER_10_S_MAX, period_s=10)
    name, given = call_of(request)
    if name not in ASKED:
        raise MethodUnknown(method=name[:80])
    params = checked(method_of(name), given)
    if params.get("invoice", invoice_id) != invoice_id:
        raise NotFound
    return ASKED[name](paying.Asker(person=person, now=timezone.now()), **params)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, link_id: str) -> HttpResponse:
    """``/pay/l/<link>``: how much, where the merchant leaves it open; then the invoice's page."""
    person = person_of(request)
    found = charging.link_for(person=person, link_id=link_id)
    if request.method != "POST":
        return _link_page(request, found)
    rates.hit("pay-links", str(person.pk), limit=SHEETS_PER_MINUTE_MAX, period_s=60)
    key = request.POST.get("key", "")
    amount = None if found.amount_rials else _rials_of(request.POST.get("amount", ""))
    if not (KEY_CHARS_MIN <= len(key) <= KEY_CHARS_MAX and key.isascii()):
        return _link_page(request, found, fault=_("Load the page again and repeat the step."))
    if found.amount_rials is None and amount is None:
        return _link_page(request, found, fault=_("Write the amount in toman, in digits."))
    try:
        made = invoices.from_link(
            link=found, amount=amount, key=f"link:{person.pk}:{key}", now=timezone.now()
        )
    except InvalidInput:
        return _link_page(request, found, fault=_("Write the amount in toman, in digits."))
    return HttpResponseRedirect(f"/pay/{made.public_id}")


def _link_page(request: HttpRequest, found: PayLink, *, fault: str = "") -> HttpResponse:
    given = request.POST.get("amount", "")[:20]
    context = {
        "link": found,
        "key": secrets.token_hex(KEY_CHARS_MIN),
        "fault": fault,
        "given": given,
        "is_test": found.book == Account.Book.TEST,
    }
    status = InvalidInput.status if fault else 200
    return render(request, "host/pay_link.html", context, status=status)


def _rials_of(text: str) -> Rials | None:
    """Return the rials of toman as a person writes them: ۱۲٬۵۰۰, 12,500, 12500; None otherwise."""
    try:
        return read_toman(text)
    except BadAmount:
        return None
