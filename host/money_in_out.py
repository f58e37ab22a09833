"""The person's pages of money in and out: topping up at a bank's gateway, cashing out to a Sheba.

What a page says of a top-up is what the bank told us when we asked; the callback's own door is
``host.bank_return``.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import rates
from core.answers import wants_json
from core.ids import is_id
from core.limits import (
    SHEBA_CHECKS_PER_MINUTE_MAX,
    TOP_UP_ASKS_PER_MINUTE_MAX,
    TOP_UP_RIALS_MAX,
    TOP_UP_RIALS_MIN,
)
from core.problems import InvalidInput, NotFound, Problem, TooManyRequests
from core.templatetags.ui import RIALS_PER_TOMAN, toman, toman_number
from identity.models import Person
from identity.pages import person_of, safe_path
from wallet import accounts, cash_out_form, payouts, topups
from wallet.cash_out_form import AMOUNT_FAULTS, KEY_SHAPE
from wallet.errors import InvoiceKeyReused
from wallet.gateways import registry
from wallet.gateways.errors import GatewayMismatch, GatewayUnknown
from wallet.gateways.interface import Ability
from wallet.identifiers import BadSheba, read_sheba
from wallet.models import TopUp
from wallet.typed import BadAmount, read_toman

SEE_OTHER = 303
QUICK_RIALS = (500_000, 1_000_000, 2_000_000, 5_000_000)
GO_ON_CHARS_MAX = 200  # characters of the column
PIN_CHARS_MAX = 16  # characters of a PIN that are looked at, whatever was sent
PIN_PATH = "/wallet/pin/"


def see_other(place: str) -> HttpResponse:
    """Lead on after a step, by a GET."""
    answer = HttpResponseRedirect(place)
    answer.status_code = SEE_OTHER
    return answer


def _go_on_to(text: str) -> str:
    """Return a path of ours to go on to after a top-up, or nothing: never another site."""
    path = safe_path(text) if text and len(text) <= GO_ON_CHARS_MAX else "/"
    return "" if path == "/" or not path.isprintable() else path


# --- money in -------------------------------------------------------------------------------


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def top_up(request: HttpRequest) -> HttpResponse:
    """``/wallet/topup/?amount=<rials>&next=<path>``: how much, by which gateway; POST begins."""
    person = person_of(request)
    if request.method == "POST":
        return _begin(request, person)
    asked = request.GET.get("amount", "")
    is_amount = asked.isascii() and asked.isdigit() and len(asked) < len(str(10**15))
    # What is missing is rounded up to whole toman and to the least that can be brought in.
    rials = max(TOP_UP_RIALS_MIN, -(-int(asked) // RIALS_PER_TOMAN) * 10) if is_amount else 0
    given = {
        "amount": toman_number(rials) if rials else "",
        "next": _go_on_to(request.GET.get("next", "")),
    }
    return _top_up_page(request, person, given)


def _top_up_page(
    request: HttpRequest, person: Person, given: dict[str, str], *, status: int = 200, **more: Any
) -> HttpResponse:
    gateways = [
        {"name": one.name, "title": one.title(get_language() or "fa")}
        for one in registry.able(Ability.PAY_IN)
    ]
    context = {
        "given": given,
        "key": secrets.token_urlsafe(18),
        "gateways": gateways,
        "chosen": given.get("gateway") or (gateways[0]["name"] if gateways else ""),
        "quick": QUICK_RIALS,
        "least": TOP_UP_RIALS_MIN,
        "most": TOP_UP_RIALS_MAX,
        "available": accounts.balance_of(accounts.of_person(person)).available,
    }
    return render(request, "host/wallet_top_up.html", context | more, status=status)


def _begin(request: HttpRequest, person: Person) -> HttpResponse:
    given = {
        "amount": request.POST.get("amount", "")[:64],
        "gateway": request.POST.get("gateway", "")[:32],
        "next": _go_on_to(request.POST.get("next", "")),
    }
    try:
        wish = topups.Wish(
            gateway=given["gateway"], amount=read_toman(given["amount"]), go_on_to=given["next"]
        )
        row = topups.begin(person=person, wish=wish, key=_key_of(request), now=timezone.now())
    except BadAmount as wrong:
        fault = str(AMOUNT_FAULTS[wrong.reason])
        return _top_up_page(request, person, given, status=InvalidInput.status, fault=fault)
    except InvalidInput as problem:
        bounds = {"least": toman(TOP_UP_RIALS_MIN), "most": toman(TOP_UP_RIALS_MAX)}
        fault = _("Write an amount from %(least)s to %(most)s.") % bounds
        return _top_up_page(request, person, given, status=problem.status, fault=fault)
    except InvoiceKeyReused as problem:
        refusal = _("This form was sent before with another amount. Look at it and send it again.")
        return _top_up_page(request, person, given, status=problem.status, refusal=refusal)
    except Problem as problem:
        return _not_begun(request, person, given, problem)
    return see_other(reverse("top_up_go", args=[row.public_id]))


def _key_of(request: HttpRequest) -> str:
    """Return the form's own key. Raises InvoiceKeyReused for one that we did not make."""
    key = request.POST.get("key", "")
    if not KEY_SHAPE.fullmatch(key):
        raise InvoiceKeyReused
    return key


def _not_begun(
    request: HttpRequest, person: Person, given: dict[str, str], problem: Problem
) -> HttpResponse:
    """Say that the bank was not reached: nobody was shown a way to pay, so nothing was paid."""
    if isinstance(problem, TooManyRequests):
        refusal = _("You have begun many top-ups in this hour. Try again a little later.")
    elif isinstance(problem, GatewayUnknown):
        refusal = _("Choose one of the gateways of the list.")
    else:
        refusal = _("The bank does not answer now. Nothing was paid. Try again or choose another.")
    answer = _top_up_page(request, person, given, status=problem.status, refusal=refusal)
    for name, value in problem.headers.items():
        answer.headers[name] = value
    return answer


@never_cache
@login_required
@require_safe
def go(request: HttpRequest, top_up_id: str) -> HttpResponse:
    """``/wallet/topup/<id>/go/``: the last page of ours before the bank's.

    A page of its own, because a form may lead only to us (form-action), and with a Referer,
    because gateways turn away payers who come from nowhere.
    """
    row = _top_up_of(request, top_up_id)
    if row.state == TopUp.State.WAITING:  # a press before this one is still talking to the bank
        answer = render(request, "host/wallet_go.html", {"row": row})
        answer.headers["Refresh"] = "2"
        return answer
    if row.state != TopUp.State.OPEN:
        return see_other(reverse("top_up_state", args=[row.public_id]))
    answer = render(request, "host/wallet_go.html", {"row": row, "bank": _title_of(row)})
    answer.headers["Refresh"] = f"0; url={row.redirect_url}"
    answer.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    return answer


@never_cache
@login_required
@require_safe
def top_up_state(request: HttpRequest, top_up_id: str) -> HttpResponse:
    """``/wallet/topup/<id>/``: how a top-up stands, by the bank's own word."""
    row = _top_up_of(request, top_up_id)
    context = {
        "row": row,
        "bank": _title_of(row),
        "go_on_to": _go_on_to(row.go_on_to),
        "available": accounts.balance_of(accounts.of_person(row.person)).available,
        "again": f"{reverse('top_up')}?amount={row.amount_rials}",
    }
    return render(request, "host/wallet_top_up_state.html", context)


@login_required
@require_POST
def ask(request: HttpRequest, top_up_id: str) -> HttpResponse:
    """Ask the bank about a top-up now; the page does it by itself while there is no answer."""
    row = _top_up_of(request, top_up_id)
    try:
        rates.hit("top-up-asks", row.public_id, limit=TOP_UP_ASKS_PER_MINUTE_MAX, period_s=60)
        row = topups.settle(row=row, now=timezone.now())
    except (TooManyRequests, GatewayUnknown, GatewayMismatch):
        row.refresh_from_db()  # nothing new is known: the state that stands written is the answer
    if wants_json(request):
        return JsonResponse({"state": row.state})
    return see_other(reverse("top_up_state", args=[row.public_id]))


def _top_up_of(request: HttpRequest, top_up_id: str) -> TopUp:
    """Return a top-up of the person who looks. Raises NotFound."""
    if not is_id(top_up_id, "top"):
        raise NotFound
    return topups.top_up_of(top_up_id, person=person_of(request))


def _title_of(row: TopUp) -> str:
    try:
        return registry.named(row.gateway).title(get_language() or "fa")
    except GatewayUnknown:
        return row.gateway


# --- money out ------------------------------------------------------------------------------


@sensitive_post_parameters("pin", "sheba")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cash_out(request: HttpRequest) -> HttpResponse:
    """``/wallet/cashout/``: the form, the question, and the payouts so far."""
    person, now = person_of(request), timezone.now()
    if request.method != "POST":
        form = cash_out_form.begun(owner=person, actor=person, holder=person.name)
        return _cash_out_page(request, person, form)
    form = cash_out_form.read(request.POST, owner=person, actor=person)
    step = request.POST.get("step", "")
    if step == "confirm" and form.may_confirm:
        pin = request.POST.get("pin", "")[:PIN_CHARS_MAX]
        cash_out_form.confirm(form, pin=pin, now=now)
        if form.made is not None:
            return see_other(reverse("payout", args=[form.made.public_id]))
        return _confirm_page(request, form)
    if step != "edit":
        cash_out_form.check(form, now=now)
        if form.may_confirm:
            return _confirm_page(request, form)
    return _cash_out_page(request, person, form)


def _confirm_page(request: HttpRequest, form: cash_out_form.CashOut) -> HttpResponse:
    context = {"form": form, "action": reverse("cash_out"), "pin_path": PIN_PATH}
    return render(request, "host/wallet_cash_out_confirm.html", context, status=form.status)


def _cash_out_page(
    request: HttpRequest, person: Person, form: cash_out_form.CashOut
) -> HttpResponse:
    context = {
        "form": form,
        "action": reverse("cash_out"),
        "payouts": cash_out_form.rows_of(person),
    }
    return render(request, "host/wallet_cash_out.html", context, status=form.status)


@sensitive_post_parameters("sheba")
@login_required
@require_POST
def check_sheba(request: HttpRequest) -> HttpResponse:
    """Say, while it is typed, whose bank a Sheba names, or what is wrong with it."""
    limit = SHEBA_CHECKS_PER_MINUTE_MAX
    rates.hit("sheba-checks", str(person_of(request).pk), limit=limit, period_s=60)
    try:
        sheba = read_sheba(request.POST.get("sheba", ""))
    except BadSheba as wrong:
        return JsonResponse({"good": False, "words": cash_out_form.sheba_fault(wrong)})
    bank = cash_out_form.bank_name(sheba)
    return JsonResponse({"good": True, "bank": bank, "grouped": sheba.grouped})


@never_cache
@login_required
@require_safe
def payout(request: HttpRequest, cash_out_id: str) -> HttpResponse:
    """``/wallet/cashout/<id>/``: how far one payout is; to the page's script, its state."""
    row = payouts.payout_of(cash_out_id) if is_id(cash_out_id, "out") else None
    if row is None or row.person_id != person_of(request).pk:
        raise NotFound
    if wants_json(request):
        return JsonResponse({"state": row.state})
    return render(request, "host/wallet_payout.html", {"one": cash_out_form.shown(row)})
