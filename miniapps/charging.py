"""A person pays an invoice of an app: PIN, hold, the merchant's word, capture.

The one way from a confirm button to a captured payment, for the sheet over an app, a pay link and
the simulator. Between the steps the process may die: the same key goes on where it stopped, and
what nobody goes on with is given back when the hold's time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core import rates
from core.ids import is_id
from core.limits import PAYMENT_TRIES_PER_MINUTE_MAX, PRE_CHECKOUT_S, REFUND_REASON_CHARS_MAX
from core.problems import NotFound
from core.text import is_line
from identity.makers import role_of
from identity.models import Maker, Person
from miniapps import access, pairwise
from miniapps.errors import AppTakesNoMoney, TestInvoiceForTeam
from miniapps.models import App, AppPerson, Launch
from miniapps.states import APP
from miniapps.webhooks import calling, endpoints
from wallet import payments, pins
from wallet.documents import invoice_document, payment_document
from wallet.models import Account, Invoice, PayLink, Payment
from wallet.money import Rials
from wallet.payments import Wish

PRE_CHECKOUT = "payment.pre_checkout"
MERCHANTS_NO = "merchant-declined"
Judge = Callable[[dict[str, Any]], calling.Answer]  # asked in the place of the merchant's server


def invoice_for(*, person: Person, invoice_id: str, launch: Launch | None = None) -> Invoice:
    """Return an invoice that the person may be shown: in an app, only one of this app.

    Raises NotFound; TestInvoiceForTeam for test money outside the maker's team.
    """
    rows = Invoice.objects.select_related("maker", "recipient")
    found = rows.filter(public_id=invoice_id).first() if is_id(invoice_id, "inv") else None
    if found is None or (launch is not None and found.audience != launch.app.public_id):
        raise NotFound
    if found.is_test:
        app = App.objects.filter(public_id=found.audience).first() if found.audience else None
        _refuse_strangers(person, found.maker, app)
    return found


def link_for(*, person: Person, link_id: str) -> PayLink:
    """Return a pay link that the person may pay by.

    Raises NotFound, also for one that is switched off; TestInvoiceForTeam as ``invoice_for``.
    """
    rows = PayLink.objects.select_related("maker").filter(active=True)
    found = rows.filter(public_id=link_id).first() if is_id(link_id, "lnk") else None
    if found is None:
        raise NotFound
    if found.book == Account.Book.TEST:
        _refuse_strangers(person, found.maker, None)
    return found


def _refuse_strangers(person: Person, maker: Maker, app: App | None) -> None:
    """Let only who may try an app out pay it with test money; a link's maker's members likewise."""
    is_ours = role_of(person, maker) is not None if app is None else access.may_preview(person, app)
    if not is_ours:
        raise TestInvoiceForTeam


def charge(
    *,
    invoice: Invoice,
    person: Person,
    key: str,
    pin: str,
    now: datetime,
    launch: Launch | None = None,
    judge: Judge | None = None,
) -> Payment:
    """Let the person pay. ``key`` is the sheet's Idempotency-Key: the same again goes on.

    A ``judge`` answers in the place of the merchant's server, for test money only.

    Return the payment, captured or declined by the merchant. Raises, the first that applies:
    TooManyRequests, AppTakesNoMoney, PinNotSet, PinNeeded, PinLocked, PinWrong, and what
    ``payments.authorise`` and ``payments.capture`` raise. Call it outside of transactions: the
    merchant may take 10 seconds.
    """
    assert judge is None or invoice.is_test
    rates.hit("payments", str(person.pk), limit=PAYMENT_TRIES_PER_MINUTE_MAX, period_s=60)
    context = {} if launch is None else _context(launch)
    wish = Wish(payer=person, key=f"person:{person.pk}:{key}", context=context)
    if not takes_money(invoice) and not Payment.objects.filter(key=wish.key).exists():
        raise AppTakesNoMoney
    if not invoice.is_test:
        pins.require(person=person, amount=Rials(invoice.amount_rials), pin=pin, now=now)
    payment = payments.authorise(invoice=invoice, wish=wish, now=now)
    # Asked again: the app may have been suspended while the money was being set aside.
    if payment.state == Payment.State.HELD and not takes_money(invoice):
        code, reason = AppTakesNoMoney.code, str(AppTakesNoMoney.title)
        return payments.decline(payment=payment, code=code, reason=reason, now=now)
    if payment.state == Payment.State.HELD and invoice.ask_first:
        no = _merchants_no(payment, judge or _asker(payment, now))
        if no is not None:
            code, reason = no
            return payments.decline(payment=payment, code=code, reason=reason, now=now)
    if payment.state == Payment.State.HELD:
        payment = payments.capture(payment=payment, now=now)
    return payment


def takes_money(invoice: Invoice) -> bool:
    """Tell whether the invoice's app may take money now; a pay link belongs to no app."""
    if not invoice.audience:
        return True
    status = App.objects.filter(public_id=invoice.audience).values_list("status", flat=True).first()
    return status is not None and APP.permits("charge", status)


def _asker(payment: Payment, now: datetime) -> Judge | None:
    """Return what asks the merchant's server, or None if none is to be asked."""
    app = App.objects.filter(public_id=payment.audience).first()
    server = None if app is None else endpoints.find_judge(app, PRE_CHECKOUT, test=payment.is_test)
    if server is None:
        return None
    return lambda question: calling.ask(
        endpoint=server, kind=PRE_CHECKOUT, payload=question, now=now, timeout_s=PRE_CHECKOUT_S
    )


def _merchants_no(payment: Payment, judge: Judge | None) -> tuple[str, str] | None:
    """Ask the merchant; return the code and the words of the no, or None for a yes."""
    if judge is None:
        return "no-answer", _("The seller's server could not be asked.")
    answer = judge({
        "payment": told_payment(payment), "invoice": invoice_document(payment.invoice)
    })  # fmt: skip
    said = answer.body if answer.is_good and isinstance(answer.body, dict) else {}
    if said.get("ok") is True:
        return None
    if said.get("ok") is False:
        reason = said.get("reason")
        words = reason if isinstance(reason, str) and reason.strip() else _("The seller said no.")
        return MERCHANTS_NO, _one_line(words)
    return "no-answer", _("The seller's server gave no answer in time.")


def told_payment(payment: Payment) -> dict[str, Any]:
    """Return the payment's document with the payer as the app knows him."""
    return payment_document(payment) | {"payer": payer_of(payment)}


def payer_of(payment: Payment) -> str | None:
    """Return the pairwise name of the payer for the payment's app; None for a pay link."""
    app = App.objects.filter(public_id=payment.audience).first() if payment.audience else None
    if app is None:
        return None
    return pairwise.person_in(app, payment.payer, preview=bool(payment.context.get("preview"))).sub


def told_payments(app: App, rows: Sequence[Payment]) -> list[dict[str, Any]]:
    """Return the documents of payments of one app; the payers' names cost one query."""
    people = AppPerson.objects.filter(app=app, person__in={row.payer_id for row in rows})
    names = {(one.person_id, one.preview): one.sub for one in people}
    told = []
    for row in rows:
        sub = names.get((row.payer_id, bool(row.context.get("preview")))) or payer_of(row)
        told.append(payment_document(row) | {"payer": sub})
    return told


def _context(launch: Launch) -> dict[str, Any]:
    return {"launch": launch.public_id, "preview": launch.app_person.preview}


def _one_line(text: str) -> str:
    kept = "".join(sign if is_line(sign) else " " for sign in text)
    return " ".join(kept.split())[:REFUND_REASON_CHARS_MAX]
