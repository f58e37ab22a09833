"""One payment: its timeline, and giving it back, whole or in part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.ids import is_id, new_id
from core.problems import Fault, InvalidInput, Problem
from core.templatetags.ui import toman
from identity.makers import maker_of
from identity.models import Maker, Person
from identity.pages import person_of
from miniapps import access
from miniapps.charging import payer_of
from miniapps.models import App, WebhookEvent
from miniapps.pages.frame import form_page, go, of_app, page, show
from miniapps.pages.money_forms import frame_of, toman_in
from miniapps.pages.words import TONES, faults_by_field, problem_notice
from miniapps.webhooks.kinds import KINDS
from wallet import merchants, refunds
from wallet.errors import NotRefundable
from wallet.models import Payment
from wallet.money import Rials, part

KEY = "frm"  # the prefix of a form's own key


@page
def payment(request: HttpRequest, maker_id: str, payment_id: str) -> HttpResponse:
    """``…/money/payments/<payment>/``: what it is and all that happened to it."""
    person = person_of(request)
    maker = maker_of(person, maker_id)
    found = merchants.payment_of(maker, payment_id)
    context = _frame(person, maker, found) | {
        "payment": found,
        "tone": TONES[found.state],
        "payer": payer_of(found),
        "timeline": _timeline(found),
        "left": _left(found),
        "amount": "",
    }
    return show(request, "money_payment.html", context)


def _frame(person: Person, maker: Maker, found: Payment) -> dict[str, Any]:
    frame = frame_of(person, maker, tab="payments", book=found.book)
    app = App.objects.filter(public_id=found.audience).select_related("maker").first()
    if app is not None and app.status != App.Status.DELETED and access.is_team(person, app):
        return of_app(person, app, tab="money") | frame
    return frame


def _left(found: Payment) -> Rials:
    """Return what of a captured payment is the maker's."""
    if found.state != Payment.State.CAPTURED:
        return Rials(0)
    kept = found.amount_rials - found.refunded_rials
    return Rials(kept - found.fee_rials + found.fee_refunded_rials)


def _timeline(found: Payment) -> list[dict[str, Any]]:
    """Return what happened, the earliest first: three queries."""
    rows: list[dict[str, Any]] = [
        _entry(found.created_at, "hourglass", _("Set aside in the payer's wallet"),
               rials=found.amount_rials)
    ]  # fmt: skip
    if found.closed_at is not None:
        icon, words = {
            Payment.State.CAPTURED: ("circle-check", _("Taken and settled to your wallet")),
            Payment.State.DECLINED: ("circle-x", _("Declined; the money went back")),
            Payment.State.EXPIRED: ("clock", _("Expired; the money went back")),
        }[Payment.State(found.state)]
        rows.append(_entry(found.closed_at, icon, words, note=found.decline_reason))
    rows += [
        _entry(
            one.created_at, "undo-2", _("Given back to the payer"),
            rials=one.amount_rials, note=one.reason, code=one.public_id,
        )
        for one in found.refunds.order_by("pk")
    ]  # fmt: skip
    events = WebhookEvent.objects.filter(object_id=found.public_id).select_related("app")
    rows += [_told(one) for one in events.prefetch_related("deliveries").order_by("sequence")]
    return sorted(rows, key=lambda row: (row["at"], row["is_told"]))


def _entry(at: datetime, icon: str, title: str, **more: Any) -> dict[str, Any]:
    return {"at": at, "icon": icon, "title": title, "is_told": False} | more


def _told(event: WebhookEvent) -> dict[str, Any]:
    deliveries = list(event.deliveries.all())
    title = str(KINDS[event.kind].title)
    return _entry(event.occurred_at, "webhook", _("Told: %(what)s") % {"what": title}) | {
        "is_told": True,
        "code": event.kind,
        "href": reverse("console_webhook_event", args=[event.app.public_id, event.public_id]),
        "states": [(one.get_state_display(), TONES[one.state]) for one in deliveries],
    }


@form_page
def refund(request: HttpRequest, maker_id: str, payment_id: str) -> HttpResponse:
    """``…/payments/<payment>/refund/``: read it once more, then give it back.

    The form carries a key of its own, so that a second press of the same button gives the first
    refund again.
    """
    person = person_of(request)
    maker = maker_of(person, maker_id, right="billing")
    found = merchants.payment_of(maker, payment_id)
    asked = request.POST if request.method == "POST" else request.GET
    amount, reason = toman_in(asked.get("amount", "")), asked.get("reason", "").strip()
    try:
        if amount is None:
            raise InvalidInput([Fault("#/amount", "must be an amount in toman", "amount")])
        if request.method == "POST":
            return _give_back(request, found, amount, reason)
        if found.state != Payment.State.CAPTURED:
            raise NotRefundable(state=found.state)
    except Problem as problem:
        return _refused(request, person, maker, found, problem)
    context = _frame(person, maker, found) | {
        "payment": found, "rials": amount, "amount": asked["amount"], "reason": reason,
        "fee_back": _fee_back(found, amount), "key": new_id(KEY),
        "is_too_much": not 0 < amount <= found.refundable,
    }  # fmt: skip
    return show(request, "money_refund.html", context)


def _give_back(request: HttpRequest, found: Payment, amount: Rials, reason: str) -> HttpResponse:
    person, key = person_of(request), request.POST.get("key", "")
    if not is_id(key, KEY):
        raise InvalidInput([Fault("#/key", "must be the key of this form", "key")])
    refunds.refund(
        payment=found, amount=amount, reason=reason,
        key=f"console:{person.public_id}:{found.public_id}:{key}",
        asked_by=person.public_id, actor=person, now=timezone.now(),
    )  # fmt: skip
    flashes.success(request, _("%(amount)s went back to the payer.") % {"amount": toman(amount)})
    return go(request, "console_money_payment", found.maker.public_id, found.public_id)


def _refused(
    request: HttpRequest, person: Person, maker: Maker, found: Payment, problem: Problem
) -> HttpResponse:
    faults = faults_by_field(problem) if isinstance(problem, InvalidInput) else {}
    asked = request.POST if request.method == "POST" else request.GET
    context = _frame(person, maker, found) | {
        "payment": found, "tone": TONES[found.state], "payer": payer_of(found),
        "timeline": _timeline(found), "left": _left(found), "faults": faults,
        "amount": asked.get("amount", ""), "reason": asked.get("reason", ""),
        "refusal": "" if {"amount", "reason"} & faults.keys() else problem_notice(problem),
    }  # fmt: skip
    return show(request, "money_payment.html", context, status=problem.status)


def _fee_back(found: Payment, amount: Rials) -> Rials:
    """Return how much of our fee goes back with a refund of so much."""
    after = min(found.refunded_rials + max(amount, 0), found.amount_rials)
    whole = part(Rials(found.fee_rials), Rials(after), Rials(found.amount_rials))
    return Rials(min(whole - found.fee_refunded_rials, max(amount, 0)))
