"""Payouts: money of a wallet goes to a bank account, or comes back.

It leaves the wallet at once, waits in an account of ours, and goes on to the bank's when the bank
says so. The bank knows a payout by its number, so sending it again cannot pay twice; a time-out is
no verdict.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, jobs, live
from core.ids import new_id
from core.limits import (
    GATEWAY_WAITS_S,
    PAYOUT_HOLDER_CHARS_MAX,
    PAYOUT_RIALS_MIN,
    PAYOUTS_PER_DAY_MAX,
    SWEEP_ROWS,
)
from core.problems import Fault, InvalidInput, NotFound, Problem, TooManyRequests, Unavailable
from core.text import is_line
from identity.models import Maker, Person
from wallet import accounts, ledger, news, spending
from wallet.chart import Reason
from wallet.errors import InvoiceKeyReused
from wallet.gateways import registry
from wallet.gateways.errors import GatewayMismatch
from wallet.gateways.interface import Ability, PayoutOrder, PayoutState, PayoutVerdict
from wallet.identifiers import shebas
from wallet.models import Account, Payout
from wallet.money import Rials, is_amount
from wallet.topups import NUMBERS

log = structlog.get_logger(__name__)
SEND = "wallet.send_payout"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """Where the money is to go. ``sheba`` as a person writes it."""

    sheba: str
    holder: str
    amount: Rials


def ask(*, owner: Person | Maker, wish: Wish, key: str, actor: Person, now: datetime) -> Payout:
    """Take the money out of the wallet and put the payout on its way. The same key: the first one.

    The door has asked for the PIN. Raises, the first that applies: InvalidInput with every fault,
    Unavailable (no gateway pays out), InvoiceKeyReused, TooManyRequests, LimitExceeded,
    InsufficientFunds, AccountFrozen.
    """
    sheba = _checked(wish)
    able = registry.able(Ability.PAYOUT)
    if not able:
        raise Unavailable(_("Money cannot go to banks at the moment."), retry_after_s=3600)
    with transaction.atomic():
        # The spender's row stands before accounts in the order of locks.
        spender = spending.locked_spender(actor)
        first = Payout.objects.filter(key=key).first()
        if first is not None:
            if (first.sheba, first.amount_rials) != (sheba, wish.amount):
                raise InvoiceKeyReused
            return first
        purse = _purse(owner)
        mine = {"person": owner} if isinstance(owner, Person) else {"maker": owner}
        if Payout.objects.filter(**mine, created_at__gt=now - DAY).count() >= PAYOUTS_PER_DAY_MAX:
            raise TooManyRequests(retry_after_s=3600)
        if isinstance(owner, Person):
            spending.check(spender, wish.amount, now=now)
        row = Payout.objects.create(
            public_id=new_id("out"),
            number=1 + secrets.randbelow(NUMBERS),
            **mine,
            asked_by=actor,
            key=key,
            gateway=able[0].name,
            sheba=sheba,
            holder=wish.holder.strip(),
            amount_rials=wish.amount,
            slot_id=accounts.inbox(accounts.platform("payouts")),
            state=Payout.State.ASKED,
            ask_at=now + timedelta(seconds=GATEWAY_WAITS_S[0]),
            created_at=now,
        )
        audit.record("wallet.payout.asked", by=actor, of=row, amount_rials=wish.amount)
        jobs.enqueue_on_commit(SEND, payout_id=row.public_id)
        ledger.post(
            *accounts.gathered(purse, need=wish.amount, key=row.public_id),
            _move(row, "payout", purse.pk, row.slot_id),
        )
    return row


def go_on(*, row: Payout, now: datetime) -> Payout:
    """Send a payout to the bank, or ask how far it is; write down what the bank says.

    Safe to repeat. Call it outside of transactions.
    """
    if row.state not in (Payout.State.ASKED, Payout.State.SENT):
        return row
    order = order_of(row)
    try:
        gateway = registry.named(row.gateway)
        if row.state == Payout.State.SENT:
            verdict = gateway.inquire_payout(order)
        else:
            verdict = gateway.send_payout(order)
    except GatewayMismatch as reason:
        log.exception("wallet.payout_mismatch", payout=row.public_id, **reason.members)
        return _ask_later(row, reason.code, now)
    except Problem as reason:
        return _ask_later(row, reason.code[:40], now)
    return _write_down(row, verdict, now)


def order_of(row: Payout) -> PayoutOrder:
    """Return the payout as the bank knows it."""
    return PayoutOrder(
        order_id=str(row.number),
        amount_rials=row.amount_rials,
        sheba=row.sheba,
        holder=row.holder,
        description=row.public_id,
    )


def sweep(*, now: datetime) -> int:
    """Go on with every payout whose time has come, whatever becomes of one; return how many."""
    waiting = [Payout.State.ASKED, Payout.State.SENT]
    due = Payout.objects.filter(state__in=waiting, ask_at__lte=now).order_by("ask_at")
    rows = list(due[:SWEEP_ROWS])
    for row in rows:
        try:
            go_on(row=row, now=now)
        except Exception:  # one that cannot be carried on must not hold up the others
            log.exception("wallet.payout_stuck", payout=row.public_id)
            _ask_later(row, "internal-error", now)
    return len(rows)


def payout_of(public_id: str) -> Payout:
    """Return a payout. Raises NotFound; whose it is, the caller asks."""
    found = Payout.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def _write_down(row: Payout, verdict: PayoutVerdict, now: datetime) -> Payout:
    held = _locked(row)
    if held.state not in (Payout.State.ASKED, Payout.State.SENT):
        return held
    if verdict.state == PayoutState.SETTLED:
        held.receipt = verdict.receipt
        _close(held, Payout.State.SETTLED, "", now)
        ledger.post(_move(held, "payout_settled", held.slot_id, accounts.platform("bank").pk))
    elif verdict.state == PayoutState.FAILED:
        _close(held, Payout.State.FAILED, f"bank-{verdict.raw_code}"[:40], now)
        purse = _purse(held.person or held.maker)
        ledger.post(_move(held, "payout_return", held.slot_id, purse.pk))
    else:
        # Accepted: ask how far it is. Never heard of: send it again, under the same number.
        accepted = verdict.state == PayoutState.ACCEPTED
        held.state = Payout.State.SENT if accepted else Payout.State.ASKED
        _wait(held, "", now)
    return held


@transaction.atomic
def _ask_later(row: Payout, trouble: str, now: datetime) -> Payout:
    held = _locked(row)
    if held.state in (Payout.State.ASKED, Payout.State.SENT):
        _wait(held, trouble, now)
    return held


def _wait(held: Payout, trouble: str, now: datetime) -> None:
    held.tries = min(held.tries + 1, 32_000)
    wait_s = GATEWAY_WAITS_S[min(held.tries, len(GATEWAY_WAITS_S)) - 1]
    held.ask_at, held.trouble = now + timedelta(seconds=wait_s), trouble
    held.save(update_fields=["state", "tries", "ask_at", "trouble"])


def _close(held: Payout, state: str, trouble: str, now: datetime) -> None:
    held.state, held.trouble, held.closed_at = state, trouble, now
    held.save(update_fields=["state", "trouble", "closed_at", "receipt"])
    news.of_payout(held, f"payout.{state}", now=now)
    facts = {"payout": held.public_id, "state": state}
    live.publish_on_commit(f"person.{held.asked_by_id}", "wallet.payout", facts)


def _move(row: Payout, reason: Reason, debit: int, credit: int) -> ledger.Move:
    return ledger.move(
        debit=debit,
        credit=credit,
        amount=Rials(row.amount_rials),
        reason=reason,
        key=f"{row.public_id}:{reason}",
        book="live",
        reference=row.public_id,
    )


def _purse(owner: Person | Maker | None) -> Account:
    assert owner is not None
    return accounts.of_person(owner) if isinstance(owner, Person) else accounts.of_maker(owner)


def _locked(row: Payout) -> Payout:
    return Payout.objects.select_for_update(of=("self",)).get(pk=row.pk)


def _checked(wish: Wish) -> str:
    faults = []
    sheba = ""
    try:
        sheba = shebas.read_sheba(wish.sheba).number
    except shebas.BadSheba as wrong:
        faults.append(Fault("#/sheba", str(wrong), wrong.reason))
    if not is_amount(wish.amount) or wish.amount < PAYOUT_RIALS_MIN:
        faults.append(Fault("#/amount_rials", f"must be at least {PAYOUT_RIALS_MIN}", "range"))
    if not 1 <= len(wish.holder.strip()) <= PAYOUT_HOLDER_CHARS_MAX:
        detail = f"must have 1 to {PAYOUT_HOLDER_CHARS_MAX} characters"
        faults.append(Fault("#/holder", detail, "length"))
    elif not is_line(wish.holder.strip()):
        faults.append(Fault("#/holder", "holds a character that is not allowed", "characters"))
    if faults:
        raise InvalidInput(faults)
    return sheba
