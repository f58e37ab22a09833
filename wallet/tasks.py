"""The worker's doors of the wallet: each takes ids, asks the clock, calls one operation."""

from __future__ import annotations

from django.utils import timezone

from core.jobs import task
from core.locks import if_nobody_else


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


@task("wallet.send_payout")
def send_payout(payout_id: str) -> None:
    """Bring a payout to the bank."""
    from wallet import payouts

    payouts.go_on(row=payouts.payout_of(payout_id), now=timezone.now())


@task("wallet.ask_banks")
def ask_banks() -> None:
    """Ask banks about every top-up and payout that has no end yet, one worker at a time."""
    from wallet import payouts, topups

    with if_nobody_else("wallet.ask_banks") as ours:
        if ours:
            topups.sweep(now=timezone.now())
            payouts.sweep(now=timezone.now())
