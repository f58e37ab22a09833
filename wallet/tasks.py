"""The worker's doors of the wallet: each takes ids, asks the clock, calls one operation."""

from __future__ import annotations

import structlog
from django.utils import timezone

from core.jobs import task
from core.locks import if_nobody_else

log = structlog.get_logger(__name__)


@task("wallet.post_receipt", quick=True)
def post_receipt(payment_id: str) -> None:
    """Write a payment's receipt into the payer's chat, or write it anew."""
    from wallet import payments, receipts

    receipts.post(payment=payments.payment_of(payment_id), now=timezone.now())


@task("wallet.end_due")
def end_due() -> None:
    """Give back holds whose time is over, then end invoices that nobody paid in time."""
    from wallet import escrows, invoices, payments

    now = timezone.now()
    payments.expire_due(now=now)
    escrows.expire_due(now=now)
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


@task("wallet.expire_corrections")
def expire_corrections() -> int:
    """End corrections that nobody decided on in time."""
    from wallet import corrections

    return corrections.expire_old(now=timezone.now())


@task("wallet.reconcile")
def reconcile() -> None:
    """Look at all balances, and at what was booked lately."""
    _look("recent")


@task("wallet.reconcile_fully")
def reconcile_fully(asked_by: str = "") -> None:
    """Look at everything that was ever booked; forget old looks that found nothing."""
    from wallet import reconciliation

    _look("full", asked_by)
    reconciliation.forget_old(now=timezone.now())


def _look(depth: str, asked_by: str = "") -> None:
    from identity.models import Person
    from wallet import reconciliation
    from wallet.errors import AlreadyReconciling
    from wallet.gateways import registry

    person = Person.objects.filter(public_id=asked_by).first()
    try:
        reconciliation.run(
            depth=depth, gateways=registry.every(), now=timezone.now(), asked_by=person
        )
    except AlreadyReconciling:
        log.info("reconciliation.under_way", depth=depth)
