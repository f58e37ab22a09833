"""Payments of invoices: hold → (the merchant agrees) → capture → settlement less the fee.

Locks are taken in one order: the invoice, the payer as a spender, the payment, then accounts in the
ledger. Each step is a transaction of its own, and a repeated step finds what it did before.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from core.ids import new_id
from core.limits import (
    HOLD_TTL,
    MERCHANT_FEE_BASIS_POINTS,
    MERCHANT_FEE_RIALS_MAX,
    REFUND_REASON_CHARS_MAX,
    SWEEP_ROWS,
    TEST_MONEY_RIALS,
)
from core.problems import NotFound
from identity.models import Maker, Person
from wallet import accounts, ledger, news, spending
from wallet.chart import Reason
from wallet.errors import (
    InsufficientFunds,
    InvoiceBusy,
    InvoiceClosed,
    InvoiceKeyReused,
    LedgerBusy,
    NotYourInvoice,
    PaymentClosed,
)
from wallet.models import Account, Invoice, MerchantTerms, Payment
from wallet.money import Rials, share


@dataclass(frozen=True)
class Wish:
    """A person's word that he pays. The door has asked for the PIN before (``wallet.pins``)."""

    payer: Person
    key: str
    context: dict[str, Any] = field(default_factory=dict)


def authorise(*, invoice: Invoice, wish: Wish, now: datetime) -> Payment:
    """Set the amount aside in the payer's wallet. The same key again gives the first payment.

    Raises, the first that applies: InvoiceKeyReused, InvoiceClosed, NotYourInvoice, InvoiceBusy,
    LimitExceeded, InsufficientFunds (with what is missing), AccountFrozen, LedgerBusy.
    """
    try:
        with transaction.atomic():
            return _authorised(invoice, wish, now)
    except InsufficientFunds:
        purse = accounts.of_person(wish.payer, invoice.book)
        missing = invoice.amount_rials - accounts.balance_of(purse).available
        raise InsufficientFunds(missing_rials=max(1, missing)) from None


def _authorised(invoice: Invoice, wish: Wish, now: datetime) -> Payment:
    held = Invoice.objects.select_for_update().select_related("maker").get(pk=invoice.pk)
    first = Payment.objects.select_related("invoice", "hold").filter(key=wish.key).first()
    if first is not None:
        if first.invoice_id != held.pk or first.payer_id != wish.payer.pk:
            raise InvoiceKeyReused
        return first
    _refuse_closed(held, wish, now)
    spender = spending.locked_spender(wish.payer)
    amount = Rials(held.amount_rials)
    if not held.is_test:
        spending.check(spender, amount, now=now)
    payment_id, ends_at = new_id("pay"), now + HOLD_TTL
    escrow = accounts.inbox(accounts.platform("escrow", held.book))
    posted = ledger.post(
        ledger.hold(
            debit=accounts.of_person(wish.payer, held.book).pk,
            credit=escrow,
            amount=amount,
            reason="payment",
            key=f"{payment_id}:hold",
            book=held.book,
            expires_at=ends_at,
            reference=payment_id,
        )
    )
    payment = Payment(
        public_id=payment_id,
        invoice=held,
        book=held.book,
        maker=held.maker,
        audience=held.audience,
        payer=wish.payer,
        key=wish.key,
        amount_rials=amount,
        fee_rials=fee_of(held.maker, amount),
        state=Payment.State.HELD,
        hold_id=posted[0].id,
        context=wish.context,
        created_at=now,
        hold_ends_at=ends_at,
    )
    news.of_payment(payment, "payment.held", now=now)
    payment.save(force_insert=True)
    return payment


def _refuse_closed(held: Invoice, wish: Wish, now: datetime) -> None:
    if held.state != Invoice.State.OPEN:
        raise InvoiceClosed(state=held.state)
    if held.expires_at <= now:
        raise InvoiceClosed(state=Invoice.State.EXPIRED)
    if held.recipient_id not in (None, wish.payer.pk):
        raise NotYourInvoice
    if held.payments.filter(state=Payment.State.HELD).exists():
        raise InvoiceBusy(retry_after_s=5)


@transaction.atomic
def capture(*, payment: Payment, now: datetime) -> Payment:
    """Take what is held, and settle it to the merchant less the fee: three transfers, one chain.

    Doing it twice gives the captured payment. Raises PaymentClosed, HoldExpired, AccountFrozen.
    """
    held = _locked(payment)
    if held.state == Payment.State.CAPTURED:
        return held
    if held.state != Payment.State.HELD:
        raise PaymentClosed(state=held.state)
    held.state, held.closed_at = Payment.State.CAPTURED, now
    held.invoice.state, held.invoice.closed_at = Invoice.State.PAID, now
    held.invoice.save(update_fields=["state", "closed_at"])
    news.of_payment(held, "payment.captured", now=now)
    news.receipt(held)
    held.save(update_fields=["state", "closed_at", "news"])
    ledger.post(*_settlement(held))
    return held


def _settlement(held: Payment) -> list[ledger.Move]:
    escrow, name = held.hold.credit_account_id, held.public_id
    merchant = accounts.inbox(accounts.of_maker(held.maker, held.book))
    shares: tuple[tuple[Reason, int, int], ...] = (
        ("settlement", merchant, held.amount_rials - held.fee_rials),
        ("fee", accounts.inbox(accounts.platform("fees", held.book)), held.fee_rials),
    )
    return [
        ledger.capture(held.hold, amount=Rials(held.amount_rials), key=f"{name}:capture"),
        *(
            ledger.move(
                debit=escrow,
                credit=account,
                amount=Rials(amount),
                reason=reason,
                key=f"{name}:{reason}",
                book=held.book,
                reference=name,
            )
            for reason, account, amount in shares
            if amount
        ),
    ]


@transaction.atomic
def decline(*, payment: Payment, code: str, reason: str, now: datetime) -> Payment:
    """Give back what is held, because the merchant said no or gave no answer.

    The invoice stays open. Doing it twice changes nothing; a captured payment raises PaymentClosed.
    """
    return _give_back(payment, Payment.State.DECLINED, now, code=code, reason=reason)


def expire_due(*, now: datetime) -> int:
    """Give back holds whose time is over; return how many payments ended."""
    due = Payment.objects.filter(state=Payment.State.HELD, hold_ends_at__lte=now).order_by("pk")
    ended = 0
    for payment in due[:SWEEP_ROWS]:
        with suppress(LedgerBusy):  # somebody is at it this moment: the next sweep sees
            ended += _expire(payment, now)
    return ended


@transaction.atomic
def _expire(payment: Payment, now: datetime) -> bool:
    try:
        _give_back(payment, Payment.State.EXPIRED, now)
    except PaymentClosed:  # captured or declined a moment ago
        return False
    return True


def _give_back(
    payment: Payment, state: str, now: datetime, *, code: str = "", reason: str = ""
) -> Payment:
    held = _locked(payment)
    if held.state == state:
        return held
    if held.state != Payment.State.HELD:
        raise PaymentClosed(state=held.state)
    held.state, held.closed_at = state, now
    held.decline_code, held.decline_reason = code[:40], reason[:REFUND_REASON_CHARS_MAX]
    news.of_payment(held, f"payment.{state}", now=now)
    held.save(update_fields=["state", "closed_at", "decline_code", "decline_reason", "news"])
    ledger.post(ledger.release(held.hold, key=f"{held.public_id}:release"))
    return held


def _locked(payment: Payment) -> Payment:
    """Return the payment locked, after its invoice: the one order of locks."""
    Invoice.objects.select_for_update().get(pk=payment.invoice_id)
    return (
        Payment.objects.select_for_update(of=("self",))
        .select_related("invoice", "hold", "maker", "payer")
        .get(pk=payment.pk)
    )


def fee_of(maker: Maker, amount: Rials) -> Rials:
    """Return our fee of a payment: the maker's terms, or the house's."""
    terms = MerchantTerms.objects.filter(maker=maker).first()
    points = terms.fee_basis_points if terms else MERCHANT_FEE_BASIS_POINTS
    most = terms.fee_max_rials if terms else MERCHANT_FEE_RIALS_MAX
    return Rials(min(share(amount, points), most, amount))


def payment_of(public_id: str) -> Payment:
    """Return a payment with its invoice. Raises NotFound; whose it is, the caller asks."""
    found = (
        Payment.objects.select_related("invoice", "payer", "maker", "hold")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def give_test_money(*, person: Person, key: str) -> Account:
    """Fill a tester's test wallet up; once for each key. Test money buys nothing."""
    purse = accounts.of_person(person, "test")
    missing = TEST_MONEY_RIALS - accounts.balance_of(purse).available
    if missing > 0:
        ledger.post(
            ledger.move(
                debit=accounts.inbox(accounts.platform("issuer", "test")),
                credit=purse.pk,
                amount=Rials(missing),
                reason="test_money",
                key=key,
                book="test",
            )
        )
    return purse
