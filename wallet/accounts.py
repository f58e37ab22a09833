"""Accounts: whose they are, made when first needed, and which of their rows takes the next credit.

A busy account is split into slots, rows of its own that take what comes in (or, for our debit-side
accounts, what goes out) without waiting for each other. What an account holds is the sum of all.
"""

from __future__ import annotations

import functools
import random
from typing import NamedTuple

from django.db import transaction
from django.db.models import F, Sum

from core import audit
from core.problems import NotFound
from identity.models import Maker, Person
from wallet import ledger, oversight
from wallet.chart import CHART, Kind
from wallet.models import Account
from wallet.money import Rials

# Ids of our own accounts: they are made once and never go away.
_platform: dict[tuple[Kind, str, str], Account] = {}


class Balance(NamedTuple):
    """What a wallet holds in all its rows, in rials."""

    posted: Rials
    held: Rials

    @property
    def available(self) -> Rials:
        """What may be spent now."""
        return Rials(self.posted - self.held)


def of_person(person: Person, book: str = "live") -> Account:
    """Return a person's wallet, made now if it is the first time."""
    return _found_or_made("person", book, person=person)


def of_maker(maker: Maker, book: str = "live") -> Account:
    """Return a maker's wallet, made now if it is the first time."""
    return _found_or_made("merchant", book, maker=maker)


def platform(kind: Kind, book: str = "live", name: str = "") -> Account:
    """Return one of our own accounts, with its slots; ``name`` tells gateways apart."""
    known = _platform.get((kind, book, name))
    if known is None:
        assert CHART[kind].owner == "platform", kind
        assert book in CHART[kind].books, (kind, book)
        known = _found_or_made(kind, book, name=name)
        if len(known.slots) < CHART[kind].slots:
            known = spread(known, slots=CHART[kind].slots)
        # Kept once it is sure to stay: a rolled back row must not be remembered.
        transaction.on_commit(functools.partial(_platform.__setitem__, (kind, book, name), known))
    return known


def inbox(account: Account) -> int:
    """Return the id of the row that takes what comes in now: any slot, or the account itself."""
    return random.choice(account.slots) if account.slots else account.pk  # noqa: S311  (spreads load)


@transaction.atomic
def spread(account: Account, *, slots: int) -> Account:
    """Split an account into ``slots`` more rows; more slots may be added, none is taken away."""
    held = Account.objects.select_for_update().get(pk=account.pk)
    assert held.slot == 0
    rules = CHART[held.kind]  # type: ignore[index]  # a kind
    for number in range(len(held.slots) + 1, slots + 1):
        row = Account.objects.create(
            book=held.book,
            kind=held.kind,
            maker=held.maker,
            name=held.name,
            slot=number,
            frozen=held.frozen,
            debits_must_not_exceed_credits=rules.debits_must_not_exceed_credits,
            credits_must_not_exceed_debits=rules.credits_must_not_exceed_debits,
        )
        held.slots.append(row.pk)
    held.save(update_fields=["slots"])
    return held


def balance_of(account: Account) -> Balance:
    """Return what a wallet holds now, over all its rows: one query."""
    found = Account.objects.filter(pk__in=[account.pk, *account.slots]).aggregate(
        posted=Sum(F("credits_posted") - F("debits_posted")), held=Sum("debits_pending")
    )
    return Balance(Rials(found["posted"]), Rials(found["held"]))


def gathered(account: Account, *, need: Rials, key: str) -> list[ledger.Move]:
    """Return the moves that bring what lies in slots to the account itself, if it holds too little.

    For a merchant's account that was split, before money leaves it; one query where it was not.
    ``key`` names what the money is for.
    """
    if not account.slots:
        return []
    rows = Account.objects.filter(pk__in=[account.pk, *account.slots]).order_by("slot")
    missing = need
    moves = []
    for row in rows:
        taken = row.available if row.slot == 0 else min(row.available, max(missing, 0))
        missing = Rials(missing - taken)
        if row.slot and taken > 0:
            moves.append(
                ledger.move(
                    debit=row.pk,
                    credit=account.pk,
                    amount=Rials(taken),
                    reason="gather",
                    key=f"{key}:gather:{row.slot}",
                    book=account.book,
                )
            )
    return moves


@transaction.atomic
def freeze(*, account: Account, actor: Person, reason: str) -> Account:
    """Stop all movement of an account but releases; doing it twice changes nothing.

    Raises NotAllowed, ReasonMissing, AccountIsYours.
    """
    return _set_frozen(account, actor, reason, frozen=True)


@transaction.atomic
def unfreeze(*, account: Account, actor: Person, reason: str) -> Account:
    """Let an account move again; doing it twice changes nothing. Raises as ``freeze``."""
    return _set_frozen(account, actor, reason, frozen=False)


def _set_frozen(account: Account, actor: Person, reason: str, *, frozen: bool) -> Account:
    oversight.require(actor, oversight.FREEZE)
    reason = oversight.reason_of(reason)
    oversight.refuse_own(actor, account)
    # The account before its slots: their ids are larger, and spread() waits for it too.
    held = Account.objects.select_for_update().get(pk=main_of(account).pk)
    slots = Account.objects.select_for_update().filter(pk__in=held.slots).order_by("pk")
    rows = [held.pk, *slots.values_list("pk", flat=True)]
    if held.frozen != frozen:
        Account.objects.filter(pk__in=rows).update(frozen=frozen)
        held.frozen = frozen
        event = "wallet.account.frozen" if frozen else "wallet.account.unfrozen"
        audit.record(event, by=actor, of=held, reason=reason)
    return held


def main_of(account: Account) -> Account:
    """Return the account itself, or the one that a slot belongs to."""
    if account.slot == 0:
        return account
    same = {name: getattr(account, name) for name in ("kind", "book", "name")}
    owner = {"person": account.person_id, "maker": account.maker_id}
    return Account.objects.get(slot=0, **same, **owner)


def account_by_id(public_id: str) -> Account:
    """Return the account with this public id. Raises NotFound."""
    found = Account.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _found_or_made(
    kind: Kind,
    book: str,
    *,
    person: Person | None = None,
    maker: Maker | None = None,
    name: str = "",
) -> Account:
    rules = CHART[kind]
    named = {
        "kind": kind, "book": book, "person": person, "maker": maker, "name": name, "slot": 0,
    }  # fmt: skip
    found = Account.objects.filter(**named).first()
    if found is not None:
        return found
    return Account.objects.get_or_create(
        **named,
        defaults={
            "debits_must_not_exceed_credits": rules.debits_must_not_exceed_credits,
            "credits_must_not_exceed_debits": rules.credits_must_not_exceed_debits,
        },
    )[0]


def _forget() -> None:
    """Forget our accounts; for tests, whose rows go away with a transaction."""
    _platform.clear()
