"""Telling what became of money: the app's maker, the payer's screens, the payer's receipts.

All of it leaves after the commit. What a maker is told is written now, so that it is what was true
then; a job of the upper floor, asked for by name, takes the news of one object in order.
"""

from __future__ import annotations

from datetime import datetime

from core import jobs, live
from wallet.documents import Document, invoice_document, payment_document, payout_document
from wallet.models import Invoice, News, Payment, Payout

TELL_MAKER = "miniapps.tell_of_money"
POST_RECEIPT = "wallet.post_receipt"


def of_payment(payment: Payment, kind: str, *, now: datetime) -> None:
    """Tell that a payment has come so far. ``kind`` is a kind of webhook, ``payment.captured``.

    The caller holds the payment's lock and saves ``news`` with the rest.
    """
    payment.news += 1
    document = payment_document(payment)
    _write(payment.audience, kind, payment.public_id, document, number=payment.news, now=now)
    # A hold is captured in a moment, unless the merchant is asked first: one job tells of both.
    # If the process dies between, ``tell_what_waits`` does.
    if payment.state != Payment.State.HELD or payment.invoice.ask_first:
        _tell_maker(payment.audience, payment.public_id)
        _tell_payer(payment, kind)


def of_refund(payment: Payment, refund: Document, *, now: datetime) -> None:
    """Tell that money went back."""
    payment.news += 1
    document = payment_document(payment) | {"refund": refund}
    kind = "payment.refunded"
    _write(payment.audience, kind, payment.public_id, document, number=payment.news, now=now)
    _tell_maker(payment.audience, payment.public_id)
    _tell_payer(payment, kind)


def of_invoice(invoice: Invoice, kind: str, *, now: datetime) -> None:
    """Tell that an invoice was cancelled or has expired: each happens once."""
    document = invoice_document(invoice)
    _write(invoice.audience, kind, invoice.public_id, document, number=1, now=now)
    _tell_maker(invoice.audience, invoice.public_id)


def of_payout(payout: Payout, kind: str, *, now: datetime) -> None:
    """Tell a maker that his money has arrived at his bank, or has come back: each happens once."""
    if payout.maker is not None:
        document = payout_document(payout)
        audience = payout.maker.public_id
        _write(audience, kind, payout.public_id, document, number=1, now=now)
        _tell_maker(audience, payout.public_id)


def receipt(payment: Payment) -> None:
    """Ask for the card in the payer's chat to be written, or written anew."""
    jobs.enqueue_on_commit(POST_RECEIPT, payment_id=payment.public_id)


def _write(
    audience: str, kind: str, object_id: str, document: Document, *, number: int, now: datetime
) -> None:
    if audience:
        News.objects.create(
            audience=audience,
            kind=kind,
            object_id=object_id,
            number=number,
            test=document["test"],
            document=document,
            occurred_at=now,
        )


def _tell_maker(audience: str, object_id: str) -> None:
    if audience:
        jobs.enqueue_on_commit(TELL_MAKER, object_id=object_id)


def _tell_payer(payment: Payment, kind: str) -> None:
    facts = {"payment": payment.public_id, "state": payment.state, "test": payment.is_test}
    live.publish_on_commit(f"person.{payment.payer_id}", f"wallet.{kind}", facts)
