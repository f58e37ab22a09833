"""Money of a maker to a bank account: the form, the question, how far each payout is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from core.answers import wants_json
from core.ids import is_id
from core.problems import NotFound
from identity.makers import RIGHTS, maker_of, role_of
from identity.models import Maker, Person
from identity.pages import person_of
from miniapps.pages.frame import form_page, go, page, show
from wallet import cash_out_form, payouts

PIN_CHARS_MAX = 16  # characters of a PIN that are looked at, whatever was sent
PIN_PATH = "/wallet/pin/"


@sensitive_post_parameters("pin", "sheba")
@form_page
def maker_payouts(request: HttpRequest, maker_id: str) -> HttpResponse:
    """``/console/makers/<maker>/payouts/``: for owners and billing, by their own PIN."""
    person, now = person_of(request), timezone.now()
    maker = maker_of(person, maker_id, right="billing")
    if request.method != "POST":
        form = cash_out_form.begun(owner=maker, actor=person, holder=maker.name)
        return _form(request, person, maker, form)
    form = cash_out_form.read(request.POST, owner=maker, actor=person)
    step = request.POST.get("step", "")
    if step == "confirm" and form.may_confirm:
        pin = request.POST.get("pin", "")[:PIN_CHARS_MAX]
        cash_out_form.confirm(form, pin=pin, now=now)
        if form.made is not None:
            return go(request, "console_payout", maker.public_id, form.made.public_id)
        return _question(request, person, maker, form)
    if step != "edit":
        cash_out_form.check(form, now=now)
        if form.may_confirm:
            return _question(request, person, maker, form)
    return _form(request, person, maker, form)


@page
def maker_payout(request: HttpRequest, maker_id: str, payout_id: str) -> HttpResponse:
    """``/console/makers/<maker>/payouts/<payout>/``: how far one payout is."""
    person = person_of(request)
    maker = maker_of(person, maker_id, right="billing")
    row = payouts.payout_of(payout_id) if is_id(payout_id, "out") else None
    if row is None or row.maker_id != maker.pk:
        raise NotFound
    if wants_json(request):
        return JsonResponse({"state": row.state})
    context = _of_maker(person, maker) | {"one": cash_out_form.shown(row)}
    return show(request, "payout.html", context)


def _of_maker(person: Person, maker: Maker) -> dict[str, Any]:
    role = role_of(person, maker)
    return {
        "section": "apps",
        "maker": maker,
        "may": dict.fromkeys(RIGHTS.get(role or "", frozenset()), True),
        "action": reverse("console_payouts", args=[maker.public_id]),
    }


def _form(
    request: HttpRequest, person: Person, maker: Maker, form: cash_out_form.CashOut
) -> HttpResponse:
    rows = cash_out_form.rows_of(maker)
    context = _of_maker(person, maker) | {"form": form, "payouts": rows}
    return show(request, "payouts.html", context, status=form.status)


def _question(
    request: HttpRequest, person: Person, maker: Maker, form: cash_out_form.CashOut
) -> HttpResponse:
    context = _of_maker(person, maker) | {"form": form, "pin_path": PIN_PATH}
    return show(request, "payout_confirm.html", context, status=form.status)
