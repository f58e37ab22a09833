"""Money moved by hand: proposed by one person, approved by another, booked once.

The ledger is never edited. A mistake is put right by one more transfer, whose key is the public id
of the correction: however often it is approved, there is one. Migration 0010 holds the same laws.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core import audit
from core.ids import is_id
from core.limits import CORRECTION_TTL
from core.problems import Fault, InvalidInput, NotFound
from identity import phones
from identity.models import Person
from wallet import accounts, ledger, oversight
from wallet.chart import BOOKS, Book
from wallet.errors import (
    BooksDiffer,
    CorrectionDecided,
    CorrectionExpired,
    CorrectionKeyReused,
    CorrectionNeedsAnother,
)
from wallet.models import Account, Correction, Transfer
from wallet.money import Rials, is_amount

State = Correction.State
ABOUT = ("pay", "top", "out")


def account_named(text: str, *, book: Book) -> Account:
    """Return the account with this ``acc_…`` id, or the wallet of the person with this phone.

    A person's wallet is made now if there is none. Raises NotFound, BooksDiffer.
    """
    wanted = text.strip()
    if is_id(wanted, "acc"):
        found = accounts.account_by_id(wanted)
        if found.book != book:
            raise BooksDiffer
        return found
    try:
        phone = phones.normalise(wanted)
    except phones.NotAPhoneNumber:
        raise NotFound from None
    person = Person.objects.filter(phone=phone).first()
    if person is None:
        raise NotFound
    return accounts.of_person(person, book)


@transaction.atomic
def propose(
    *,
    key: str,
    debit: Account,
    credit: Account,
    amount: Rials,
    reason: str,
    actor: Person,
    now: datetime,
    about: str = "",
) -> Correction:
    """Propose to move ``amount``; ``key`` is the ``cor_…`` id it will have, made by the form.

    ``about`` is the payment, top-up or cash-out that it puts right: with its id as reference the
    transfer is counted where theirs are. The same form sent twice is one proposal. Raises, the
    first that applies: NotAllowed, ReasonMissing, InvalidInput, BooksDiffer, AccountIsYours,
    CorrectionKeyReused.
    """
    oversight.require(actor, oversight.PROPOSE)
    reason = oversight.reason_of(reason)
    faults = _faults(key, debit, credit, amount, about)
    if faults:
        raise InvalidInput(faults)
    if debit.book != credit.book or debit.book not in BOOKS:
        raise BooksDiffer
    oversight.refuse_own(actor, debit, credit)
    wanted = {
        "book": debit.book, "debit_account_id": debit.pk, "credit_account_id": credit.pk,
        "amount_rials": amount, "reason": reason, "about": about, "proposed_by_id": actor.pk,
    }  # fmt: skip
    made, is_new = Correction.objects.get_or_create(
        public_id=key,
        defaults={**wanted, "proposed_at": now, "expires_at": now + CORRECTION_TTL},
    )
    if any(getattr(made, name) != value for name, value in wanted.items()):
        raise CorrectionKeyReused
    if is_new:
        _told("wallet.correction.proposed", made, by=actor, reason=reason)
    return made


@transaction.atomic
def approve(*, correction: Correction, actor: Person, reason: str, now: datetime) -> Correction:
    """Book the correction. The same person approving again gets the same answer.

    Raises, the first that applies: NotAllowed, ReasonMissing, CorrectionNeedsAnother,
    AccountIsYours, CorrectionDecided, CorrectionExpired, and what the ledger refuses
    (InsufficientFunds, AccountFrozen, LedgerBusy); then it stays proposed.
    """
    held, reason = _for_decision(correction, actor, reason)
    if held.state == State.APPROVED and held.decided_by_id == actor.pk:
        return held
    _refuse_decided(held, now)
    posted = ledger.post(
        ledger.move(
            debit=held.debit_account_id,
            credit=held.credit_account_id,
            amount=Rials(held.amount_rials),
            reason="correction",
            key=held.public_id,
            reference=held.about or held.public_id,
            book=held.book,
        )
    )
    held.transfer = Transfer.objects.get(pk=posted[0].id)
    _decided(held, State.APPROVED, actor, reason, now)
    _told(
        "wallet.correction.approved", held, by=actor, reason=reason,
        transfer=held.transfer.public_id,
    )  # fmt: skip
    return held


@transaction.atomic
def reject(*, correction: Correction, actor: Person, reason: str, now: datetime) -> Correction:
    """Turn the correction down; nothing moves. Raises as ``approve``, but for the ledger."""
    held, reason = _for_decision(correction, actor, reason)
    if held.state == State.REJECTED and held.decided_by_id == actor.pk:
        return held
    _refuse_decided(held, now)
    _decided(held, State.REJECTED, actor, reason, now)
    _told("wallet.correction.rejected", held, by=actor, reason=reason)
    return held


@transaction.atomic
def expire_old(*, now: datetime) -> int:
    """End the proposals that nobody decided on in time; return how many there were."""
    old = Correction.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=State.PROPOSED, expires_at__lte=now
    )
    count = 0
    for held in old.select_related("debit_account", "credit_account").order_by("pk"):
        held.state, held.decided_at = State.EXPIRED, now
        held.save(update_fields=["state", "decided_at"])
        _told("wallet.correction.expired", held, by=None)
        count += 1
    return count


def _faults(key: str, debit: Account, credit: Account, amount: Rials, about: str) -> list[Fault]:
    found = []
    if about and not any(is_id(about, prefix) for prefix in ABOUT):
        found.append(Fault("#/about", "must be a pay_, top_ or out_ id", "about"))
    if not is_id(key, "cor"):
        found.append(Fault("#/key", "must be a new cor_ id", "shape"))
    if debit.pk == credit.pk:
        found.append(Fault("#/credit", "must be another account than the debited one", "same"))
    if not is_amount(amount):
        found.append(Fault("#/amount_rials", "must be 1 to 2^53 - 1 rials", "range"))
    return found


def _for_decision(correction: Correction, actor: Person, reason: str) -> tuple[Correction, str]:
    """Return the correction, held, and the reason, if this person may decide on it at all."""
    oversight.require(actor, oversight.APPROVE)
    reason = oversight.reason_of(reason)
    held = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("debit_account__maker", "credit_account__maker")
        .get(pk=correction.pk)
    )
    if held.proposed_by_id == actor.pk:
        raise CorrectionNeedsAnother
    oversight.refuse_own(actor, held.debit_account, held.credit_account)
    return held, reason


def _refuse_decided(held: Correction, now: datetime) -> None:
    if held.state == State.EXPIRED or (held.state == State.PROPOSED and held.expires_at <= now):
        raise CorrectionExpired
    if held.state != State.PROPOSED:
        raise CorrectionDecided(state=held.state)


def _decided(held: Correction, state: str, actor: Person, reason: str, now: datetime) -> None:
    held.state, held.decided_by, held.decided_at = state, actor, now
    held.decision_reason = reason
    held.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "transfer"])


def _told(event: str, held: Correction, *, by: Person | None, **facts: str) -> None:
    audit.record(
        event, by=by, of=held, amount_rials=held.amount_rials,
        debit=held.debit_account.public_id, credit=held.credit_account.public_id, **facts,
    )  # fmt: skip
