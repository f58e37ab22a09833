"""What the payment sheet shows and does, over an app and on a pay page: one way for both.

A sheet asks four things, by the names of the bridge's methods: ``payments.open``,
``payments.confirm``, ``payments.choose_pin`` and ``payments.test_money``. Who asks comes from the
session and the launch; amounts come from the invoice alone, never from the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from core.problems import NotAllowed, Problem
from core.templatetags.ui import jalali_time, rials, toman
from host.bridge.errors import PermissionUndeclared
from identity.models import Person
from miniapps import charging, payment_tokens
from miniapps.errors import AppTakesNoMoney
from miniapps.models import App, Launch
from wallet import accounts, payments, pins, spending
from wallet.errors import LimitExceeded, PinNeeded
from wallet.explaining import explained
from wallet.models import Invoice, Payment
from wallet.money import Rials

TOP_UP = "/wallet/topup/"


@dataclass(frozen=True)
class Asker:
    """Who asks, and from which app; ``launch`` is None on a page of our own."""

    person: Person
    now: datetime
    launch: Launch | None = None


def show(asker: Asker, *, invoice: str) -> dict[str, Any]:
    """Return everything a sheet shows of an invoice.

    Raises PermissionUndeclared, NotFound, TestInvoiceForTeam.
    """
    found = _invoice(asker, invoice)
    paid = found.payments.filter(payer=asker.person, state=Payment.State.CAPTURED).first()
    purse = accounts.of_person(asker.person, found.book)
    available = accounts.balance_of(purse).available
    missing = max(0, found.amount_rials - available)
    return {
        "invoice": found.public_id,
        "title": found.title,
        "about": found.about,
        "lines": [
            {"label": line["label"], "amount": toman(line["amount_rials"])} for line in found.lines
        ],
        "amount_rials": found.amount_rials,
        "amount": toman(found.amount_rials),
        "amount_in_rials": rials(found.amount_rials),
        "maker": {"name": found.maker.name, "verified": found.maker.verified_at is not None},
        "for_you": found.recipient_id == asker.person.pk,
        "test": found.is_test,
        "balance": toman(available),
        "missing": toman(missing) if missing else "",
        "top_up_url": _top_up_url(missing) if missing and not found.is_test else "",
        "pin": _pin_wish(asker, found),
        "asks_first": found.ask_first,
        "state": _state(found, asker.now),
        "refusal": _refusal(found, asker),
        "expires_at": jalali_time(found.expires_at),
        "expires_in_s": max(0, int((found.expires_at - asker.now).total_seconds())),
        "receipt": None if paid is None else _receipt(paid, asker),
    }


def confirm(asker: Asker, *, invoice: str, key: str, pin: str = "") -> dict[str, Any]:
    """Pay. The same key again goes on with the same payment, so a lost answer can be asked for.

    Return ``status`` paid or failed (the merchant said no: ``reason``), ``payment``, and the
    payment token for the app. Raises what ``charging.charge`` raises, told in whole sentences.
    """
    found = _invoice(asker, invoice)
    try:
        payment = charging.charge(
            invoice=found,
            person=asker.person,
            key=key,
            pin=pin,
            now=asker.now,
            launch=asker.launch,
        )
    except Problem as problem:
        problem.detail = problem.detail or explained(problem, now=asker.now)
        raise
    return outcome(payment, asker)


def outcome(payment: Payment, asker: Asker) -> dict[str, Any]:
    """Return how a payment ended, as the sheet tells it."""
    if payment.state == Payment.State.CAPTURED:
        return {"status": "paid", **_receipt(payment, asker)}
    reason = payment.decline_reason or _("The time for this payment is over. No money was moved.")
    # Only what the seller himself has said is shown as his words.
    by_seller = payment.decline_code == charging.MERCHANTS_NO
    told = {"payment": payment.public_id, "reason": reason, "by_seller": by_seller}
    return {"status": "failed", "token": None, **told}


def choose_pin(asker: Asker, *, pin: str) -> dict[str, Any]:
    """Keep the person's first PIN. Who has one already is asked for it: it is changed elsewhere."""
    if spending.spender_of(asker.person).pin:
        raise PinNeeded
    pins.choose(person=asker.person, pin=pin, now=asker.now)
    return {"chosen": True}


def give_test_money(asker: Asker, *, invoice: str, key: str) -> dict[str, Any]:
    """Fill the test wallet up; only with an invoice in test money that the person may see."""
    found = _invoice(asker, invoice)
    if not found.is_test:
        raise NotAllowed
    payments.give_test_money(person=asker.person, key=f"test:{asker.person.pk}:{key}")
    return show(asker, invoice=invoice)


def _invoice(asker: Asker, invoice_id: str) -> Invoice:
    if asker.launch is not None:
        asked = (asker.launch.version.manifest or {}).get("req_permissions", [])
        if "payments" not in [wish.get("name") for wish in asked]:
            raise PermissionUndeclared(permission="payments")
    return charging.invoice_for(person=asker.person, invoice_id=invoice_id, launch=asker.launch)


def _pin_wish(asker: Asker, invoice: Invoice) -> str:
    """Return ``none``, ``ask``, or ``choose`` for who needs a PIN and has none yet."""
    spender = spending.spender_of(asker.person)
    if invoice.is_test or invoice.amount_rials <= spender.pin_free_rials:
        return "none"
    return "ask" if spender.pin else "choose"


def _state(invoice: Invoice, now: datetime) -> str:
    if invoice.state == Invoice.State.OPEN and invoice.expires_at <= now:
        return Invoice.State.EXPIRED
    return invoice.state


def _refusal(invoice: Invoice, asker: Asker) -> str:
    """Return why this person cannot pay it now, if that is known before he tries; else ``""``."""
    if invoice.recipient_id not in (None, asker.person.pk):
        return _("This invoice is for somebody else. Only the person it names can pay it.")
    if invoice.state == Invoice.State.OPEN and not charging.takes_money(invoice):
        return f"{AppTakesNoMoney.title}. {AppTakesNoMoney.remedy}"
    if invoice.is_test or invoice.state != Invoice.State.OPEN:
        return ""
    spender = spending.spender_of(asker.person)
    try:
        spending.check(spender, Rials(invoice.amount_rials), now=asker.now)
    except LimitExceeded as problem:
        return explained(problem, now=asker.now)
    return ""


def _receipt(payment: Payment, asker: Asker) -> dict[str, Any]:
    """Return what proves the payment: to the person a number and a page, to the app a token."""
    token = None
    if asker.launch is not None:
        app: App = asker.launch.app
        token = payment_tokens.issue(payment=payment, app=app, now=asker.now).token
    return {
        "payment": payment.public_id,
        "paid_at": jalali_time(payment.closed_at),
        "url": f"/wallet/payments/{payment.public_id}/",
        "token": token,
    }


def _top_up_url(missing_rials: int) -> str:
    """Return where the wallet is topped up, if this installation has such a page."""
    try:
        resolve(TOP_UP)
    except Resolver404:
        return ""
    return f"{TOP_UP}?{urlencode({'amount': missing_rials})}"
