"""The worker's doors of the wallet: each takes ids, asks the clock, calls one operation."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task


@task("wallet.post_receipt")
def post_receipt(payment_id: str) -> None:
    """Write a payment's receipt into the payer's chat, or write it anew."""
    from wallet import payments, receipts

    receipts.post(payment=payments.payment_of(payment_id), now=timezone.now())


@task("wallet.end_due")
def end_due() -> None:
    """Give back holds whose time is over, then end invoices that nobody paid in time."""
    from wallet import invoices, payments

    now = timezone.now()
    payments.expire_due(now=now)
    invoices.expire_due(now=now)
