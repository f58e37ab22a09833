"""Invoices, payments, refunds, payouts as others see them: one shape for API, webhooks, tokens.

Instants are ISO 8601 in UTC, amounts whole rials. The payer's name for an app is added by the floor
that knows apps.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from wallet.models import Invoice, Payment, Payout, Refund

Document = dict[str, Any]


def instant(value: datetime | None) -> str | None:
    """Return an instant as it is written on the wire."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def invoice_document(invoice: Invoice) -> Document:
    """Return an invoice as its merchant sees it."""
    return {
        "id": invoice.public_id,
        "object": "invoice",
        "test": invoice.is_test,
        "status": invoice.state,
        "title": invoice.title,
        "description": invoice.about,
        "lines": invoice.lines,
        "amount_rials": invoice.amount_rials,
        "order_ref": invoice.order_ref,
        "payload": invoice.payload,
        "photo_url": invoice.photo_url,
        "pre_checkout": invoice.ask_first,
        "created_at": instant(invoice.created_at),
        "expires_at": instant(invoice.expires_at),
    }


def payment_document(payment: Payment) -> Document:
    """Return a payment as its merchant sees it. The caller has fetched the invoice."""
    decline = None
    if payment.state == Payment.State.DECLINED:
        decline = {"code": payment.decline_code, "reason": payment.decline_reason}
    captured = payment.state == Payment.State.CAPTURED
    return {
        "id": payment.public_id,
        "object": "payment",
        "test": payment.is_test,
        "status": payment.state,
        "invoice": payment.invoice.public_id,
        "order_ref": payment.invoice.order_ref,
        "payload": payment.invoice.payload,
        "amount_rials": payment.amount_rials,
        "fee_rials": payment.fee_rials,
        "refunded_rials": payment.refunded_rials,
        "fee_refunded_rials": payment.fee_refunded_rials,
        "created_at": instant(payment.created_at),
        "paid_at": instant(payment.closed_at) if captured else None,
        "decline": decline,
    }


def payout_document(payout: Payout) -> Document:
    """Return a payout as its maker's servers see it: to whom it went is for the console."""
    failed = payout.state == Payout.State.FAILED
    return {
        "id": payout.public_id,
        "object": "payout",
        "test": False,
        "status": payout.state,
        "amount_rials": payout.amount_rials,
        "bank_reference": payout.receipt,
        "failure": payout.trouble if failed else None,
        "created_at": instant(payout.created_at),
        "closed_at": instant(payout.closed_at),
    }


def refund_document(refund: Refund) -> Document:
    """Return a refund as its merchant sees it. The caller has fetched the payment."""
    return {
        "id": refund.public_id,
        "object": "refund",
        "test": refund.payment.is_test,
        "payment": refund.payment.public_id,
        "amount_rials": refund.amount_rials,
        "fee_refunded_rials": refund.fee_refunded_rials,
        "reason": refund.reason,
        "created_at": instant(refund.created_at),
    }
