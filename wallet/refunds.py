"""Refunds: whole or in parts, never more than was captured.

The fee goes back with the money, in proportion: after a refund of the whole amount all of the fee
is back, after half of it half. What comes from the merchant is the refund less that share; the
share comes from us.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from core.ids import new_id
from core.limits import REFUND_REASON_CHARS_MAX
from core.problems import Fault, InvalidInput
from core.text import is_line
from identity.models import Person
from wallet import accounts, ledger, news
from wallet.chart import Reason
from wallet.documents import refund_document
from wallet.errors import InvoiceKeyReused, NotRefundable, RefundTooLarge
from wallet.models import Payment, Refund
from wallet.money import Rials, is_amount, part


def refund(
    *,
    payment: Payment,
    amount: Rials | None,
    reason: str,
    key: str,
    asked_by: str,
    actor: Person | None,
    now: datetime,
) -> Refund:
    """Give ``amount`` of a captured payment back, or all that is left (None).

    The same key again gives the first refund.

    ``asked_by`` is the public id of the person or the key that asks. Raises, the first that
    applies: InvalidInput, InvoiceKeyReused, NotRefundable, RefundTooLarge, InsufficientFunds (the
    merchant's wallet), AccountFrozen.
    """
    faults = []
    if amount is not None and not is_amount(amount):
        faults.append(Fault("#/amount_rials", "must be an integer of 1 to 2^53-1", "amount"))
    if len(reason) > REFUND_REASON_CHARS_MAX:
        detail = f"must have at most {REFUND_REASON_CHARS_MAX} characters"
        faults.append(Fault("#/reason", detail, "max_length"))
    elif not is_line(reason.strip()):
        faults.append(Fault("#/reason", "holds a character that is not allowed", "characters"))
    if faults:
        raise InvalidInput(faults)
    try:
        with transaction.atomic():
            return _refunded(
                payment, amount, reason=reason, key=key, asked_by=asked_by, actor=actor, now=now
            )
    except IntegrityError:  # the same key, at the same moment, for another payment
        raise InvoiceKeyReused from None


def _refunded(
    payment: Payment,
    asked: Rials | None,
    *,
    reason: str,
    key: str,
    asked_by: str,
    actor: Person | None,
    now: datetime,
) -> Refund:
    held = (
        Payment.objects.select_for_update(of=("self",))
        .select_related("invoice", "maker", "payer")
        .get(pk=payment.pk)
    )
    first = Refund.objects.select_related("payment").filter(key=key).first()
    if first is not None:
        if first.payment_id != held.pk or asked not in (None, first.amount_rials):
            raise InvoiceKeyReused
        return first
    if held.state != Payment.State.CAPTURED:
        raise NotRefundable(state=held.state)
    amount = held.refundable if asked is None else asked
    if amount > held.refundable or amount == 0:
        raise RefundTooLarge(refundable_rials=held.refundable)
    after = Rials(held.refunded_rials + amount)
    fee_back = part(Rials(held.fee_rials), after, Rials(held.amount_rials))
    fresh = Refund(
        public_id=new_id("rfd"),
        payment=held,
        key=key,
        amount_rials=amount,
        fee_refunded_rials=min(fee_back - held.fee_refunded_rials, amount),
        reason=reason.strip(),
        asked_by=asked_by,
        created_at=now,
    )
    fresh.save(force_insert=True)
    held.refunded_rials = after
    held.fee_refunded_rials += fresh.fee_refunded_rials
    news.of_refund(held, refund_document(fresh), now=now)
    news.receipt(held)
    held.save(update_fields=["refunded_rials", "fee_refunded_rials", "news"])
    audit.record("wallet.payment.refunded", by=actor, of=held, refund=fresh.public_id,
                 amount_rials=amount, asked_by=asked_by)  # fmt: skip
    ledger.post(*_moves(held, fresh))
    return fresh


def _moves(held: Payment, fresh: Refund) -> list[ledger.Move]:
    book = held.book
    purse = accounts.of_person(held.payer, book)
    merchant = accounts.of_maker(held.maker, book)
    from_merchant = Rials(fresh.amount_rials - fresh.fee_refunded_rials)
    moves = accounts.gathered(merchant, need=from_merchant, key=fresh.public_id)
    shares: tuple[tuple[Reason, int, int], ...] = (
        ("refund", merchant.pk, from_merchant),
        (
            "fee_refund",
            accounts.inbox(accounts.platform("fee_refunds", book)),
            fresh.fee_refunded_rials,
        ),
    )
    moves += [
        ledger.move(
            debit=account,
            credit=purse.pk,
            amount=Rials(amount),
            reason=reason,
            key=f"{fresh.public_id}:{reason}",
            book=book,
            reference=held.public_id,
        )
        for reason, account, amount in shares
        if amount
    ]
    return moves
