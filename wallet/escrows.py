"""Escrow: a person's money waits until an upper floor says whose it is.

    hold → capture → pay_out (less our fee) | give_back, in parts → take_back (once paid out)
    hold → release | expired

Every function may be a part of the caller's transaction: what the caller writes and what the money
does then happen together or not at all. Locks are taken in one order: the caller's own rows, the
payer as a spender, the escrow, then accounts in the ledger. A repeated key changes nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.ids import new_id
from core.limits import SWEEP_ROWS
from core.problems import NotFound
from identity.models import Maker, Person
from wallet import accounts, ledger, spending
from wallet.chart import Reason
from wallet.errors import EscrowClosed, EscrowTooSmall, InvoiceKeyReused, LedgerBusy
from wallet.models import Account, Escrow, Transfer
from wallet.money import Rials

State = Escrow.State


@dataclass(frozen=True)
class Asked:
    """What is to wait: whose money, for whom, how much in rials, and until when it is only held."""

    payer: Person
    maker: Maker
    amount: Rials
    title: str
    ends_at: datetime
    book: str = "live"
    is_new: bool = False  # the caller made the key this moment: nothing can stand under it


@transaction.atomic(savepoint=False)  # in a caller's transaction a refusal ends it: one trip less
def hold(*, asked: Asked, key: str, now: datetime) -> Escrow:
    """Set the amount aside in the payer's wallet. The same key again gives the first escrow.

    Raises, the first that applies: InvoiceKeyReused, LimitExceeded, InsufficientFunds,
    AccountFrozen, LedgerBusy. The caller has asked for the PIN (``wallet.pins``).
    """
    spender = spending.locked_spender(asked.payer)
    first = None if asked.is_new else Escrow.objects.filter(key=key).first()
    if first is not None:
        same = (asked.payer.pk, asked.maker.pk, asked.amount, asked.book)
        if (first.payer_id, first.maker_id, first.amount_rials, first.book) != same:
            raise InvoiceKeyReused
        return first
    if asked.book == Account.Book.LIVE:
        spending.check(spender, asked.amount, now=now)
    escrow_id = new_id("esc")
    posted = ledger.post(
        ledger.hold(
            debit=accounts.of_person(asked.payer, asked.book).pk,
            credit=accounts.inbox(accounts.platform("custody", asked.book)),
            amount=asked.amount,
            reason="payment",
            key=f"{escrow_id}:hold",
            book=asked.book,
            expires_at=asked.ends_at,
            reference=escrow_id,
        )
    )
    return Escrow.objects.create(
        public_id=escrow_id,
        book=asked.book,
        maker=asked.maker,
        payer=asked.payer,
        key=key,
        title=asked.title,
        amount_rials=asked.amount,
        state=State.HELD,
        hold_id=posted[0].id,
        created_at=now,
        hold_ends_at=asked.ends_at,
    )


@transaction.atomic
def capture(*, escrow: Escrow) -> Escrow:
    """Take what is held. Doing it twice changes nothing. Raises EscrowClosed, HoldExpired."""
    held = _locked(escrow)
    if held.state == State.CAPTURED:
        return held
    if held.state != State.HELD:
        raise EscrowClosed(state=held.state)
    held.state = State.CAPTURED
    held.save(update_fields=["state"])
    amount = Rials(held.amount_rials)
    ledger.post(ledger.capture(held.hold, amount=amount, key=f"{held.public_id}:capture"))
    return held


@transaction.atomic
def release(*, escrow: Escrow, now: datetime) -> Escrow:
    """Free all of what is held. Doing it twice changes nothing. Raises EscrowClosed."""
    return _released(escrow, State.RELEASED, now)


def expire_due(*, now: datetime) -> int:
    """Free holds whose time is over; return how many ended. What they were for, others see."""
    due = Escrow.objects.filter(state=State.HELD, hold_ends_at__lte=now).order_by("hold_ends_at")
    ended = 0
    for escrow in due[:SWEEP_ROWS]:
        with suppress(LedgerBusy, EscrowClosed), transaction.atomic():
            _released(escrow, State.EXPIRED, now)
            ended += 1
    return ended


def _released(escrow: Escrow, state: str, now: datetime) -> Escrow:
    held = _locked(escrow)
    if held.state in {State.RELEASED, State.EXPIRED}:
        return held
    if held.state != State.HELD:
        raise EscrowClosed(state=held.state)
    held.state, held.closed_at = state, now
    held.save(update_fields=["state", "closed_at"])
    ledger.post(ledger.release(held.hold, key=f"{held.public_id}:release"))
    return held


@transaction.atomic
def pay_out(*, escrow: Escrow, amount: Rials, fee: Rials, key: str, now: datetime) -> Escrow:
    """Give ``amount`` of what is captured to the merchant, ``fee`` of it to us.

    Raises EscrowClosed, EscrowTooSmall(inside_rials), AccountFrozen.
    """
    assert 0 <= fee <= amount
    held = _locked(escrow)
    if _is_booked(held, key, "settlement", "fee"):
        return held
    _refuse_more(held, amount)
    merchant = accounts.inbox(accounts.of_maker(held.maker, held.book))
    fees = accounts.inbox(accounts.platform("fees", held.book))
    source = held.hold.credit_account_id
    held.paid_out_rials += amount
    held.fee_rials += fee
    _keep(held, now)
    ledger.post_many(
        _moves(
            held, key, ("settlement", source, merchant, amount - fee), ("fee", source, fees, fee)
        )
    )
    return held


@transaction.atomic
def give_back(*, escrow: Escrow, amount: Rials, key: str, now: datetime) -> Escrow:
    """Give ``amount`` of what is captured back to the payer.

    Raises EscrowClosed, EscrowTooSmall(inside_rials), AccountFrozen.
    """
    held = _locked(escrow)
    if _is_booked(held, key, "escrow_refund"):
        return held
    _refuse_more(held, amount)
    purse = accounts.of_person(held.payer, held.book).pk
    source = held.hold.credit_account_id
    held.given_back_rials += amount
    _keep(held, now)
    ledger.post_many(_moves(held, key, ("escrow_refund", source, purse, amount)))
    return held


@transaction.atomic
def take_back(*, escrow: Escrow, amount: Rials, fee: Rials, key: str) -> Escrow:
    """Give ``amount`` of what the merchant got back to the payer; ``fee`` of it comes from us.

    Raises EscrowClosed, EscrowTooSmall, InsufficientFunds (the merchant's wallet), AccountFrozen.
    """
    held = _locked(escrow)
    if _is_booked(held, key, "refund", "fee_refund"):
        return held
    left = held.paid_out_rials - held.taken_back_rials
    if held.state != State.CAPTURED:
        raise EscrowClosed(state=held.state)
    if amount > left or fee > held.fee_rials - held.fee_taken_back_rials:
        raise EscrowTooSmall(inside_rials=left)
    purse = accounts.of_person(held.payer, held.book).pk
    merchant = accounts.of_maker(held.maker, held.book)
    house = accounts.inbox(accounts.platform("fee_refunds", held.book))
    moves = accounts.gathered(merchant, need=Rials(amount - fee), key=key)
    moves += _moves(
        held, key, ("refund", merchant.pk, purse, amount - fee), ("fee_refund", house, purse, fee)
    )
    held.taken_back_rials += amount
    held.fee_taken_back_rials += fee
    held.save(update_fields=["taken_back_rials", "fee_taken_back_rials"])
    ledger.post_many(moves)
    return held


def escrow_of(public_id: str) -> Escrow:
    """Return an escrow. Raises NotFound; whose it is, the caller asks."""
    found = Escrow.objects.select_related("payer", "maker").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _refuse_more(held: Escrow, amount: Rials) -> None:
    if held.state != State.CAPTURED:
        raise EscrowClosed(state=held.state)
    if not 0 < amount <= held.inside_rials:
        raise EscrowTooSmall(inside_rials=held.inside_rials)


def _is_booked(held: Escrow, key: str, *reasons: Reason) -> bool:
    """Tell whether this part of a locked escrow was booked before."""
    keys = [_key(held, key, reason) for reason in reasons]
    return Transfer.objects.filter(key__in=keys).exists()


def _key(held: Escrow, key: str, reason: Reason) -> str:
    return f"{held.public_id}:{key}:{reason}"


def _moves(held: Escrow, key: str, *shares: tuple[Reason, int, int, int]) -> list[ledger.Move]:
    return [
        ledger.move(
            debit=debit,
            credit=credit,
            amount=Rials(amount),
            reason=reason,
            key=_key(held, key, reason),
            book=held.book,
            reference=held.public_id,
        )
        for reason, debit, credit, amount in shares
        if amount
    ]


def _keep(held: Escrow, now: datetime) -> None:
    if held.inside_rials == 0:
        held.closed_at = now
    held.save(update_fields=["paid_out_rials", "fee_rials", "given_back_rials", "closed_at"])


def _locked(escrow: Escrow) -> Escrow:
    return (
        Escrow.objects.select_for_update(of=("self",))
        .select_related("hold", "maker", "payer")
        .get(pk=escrow.pk)
    )
