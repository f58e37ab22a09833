"""Random operations on the real ledger and on a ten-line model of it, side by side."""

import itertools
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F, Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.miniapps import build
from tests.people import make_person
from tests.wallet.books import assert_books_balance
from tests.wallet.conftest import fill
from wallet import accounts, errors, ledger
from wallet.models import Account, Transfer

BEGIN_WITH = 1_000  # rials in each wallet
SLOTS_MAX = 4
NUMBER = st.integers(0, 999)  # one of what there is: the remainder counts
AMOUNT = st.integers(1, BEGIN_WITH + BEGIN_WITH // 2)
_keys = itertools.count(1)


class Model:
    """What a ledger does, as short as it can be said."""

    def __init__(self) -> None:
        self.money, self.held = Counter(), Counter()
        self.frozen: set[int] = set()

    def refusal(self, moves: list[ledger.Move], asides: list[int]) -> type[Exception] | None:
        """Do it, or do nothing and say why."""
        money, held = self.money.copy(), self.held.copy()
        for move, aside in zip(moves, asides, strict=True):
            held[move.debit] += aside
            moved = move.amount if move.kind in ("posted", "post") else 0
            money[move.debit] -= moved
            money[move.credit] += moved
        for move in moves:
            if self.frozen & {move.debit, move.credit} and move.kind != "void":
                return errors.AccountFrozen
            if any(money[row] < held[row] for row in (move.debit, move.credit)):
                return errors.InsufficientFunds
        self.money, self.held = money, held
        return None


class LedgerMachine(RuleBasedStateMachine):
    """Three people and a merchant, who do whatever the wallet lets them do."""

    @initialize()
    def open_wallets(self) -> None:
        people = [make_person(name) for name in ("سارا", "مینا", "دارا")]
        self.operator = make_person("امید", role="operator")
        self.merchant = accounts.of_maker(build.make_maker(make_person("آنا")))
        self.wallets = [*(accounts.of_person(person) for person in people), self.merchant]
        self.model = Model()
        self.open: list[Transfer] = []
        self.settled: list[Transfer] = []
        self.booked: list[tuple[ledger.Move, int]] = []
        for wallet in self.wallets:
            fill(wallet, BEGIN_WITH)
            self.model.money[wallet.pk] = BEGIN_WITH

    def rows_of(self, wallet: Account) -> list[int]:
        return [wallet.pk, *wallet.slots]

    def asked(self, payer: int, payee: int, amount: int) -> ledger.Move:
        rows = [row for wallet in self.wallets for row in self.rows_of(wallet)]
        debit = rows[payer % len(rows)]
        others = [row for row in rows if row != debit]
        return ledger.move(
            debit=debit, credit=others[payee % len(others)], amount=amount, reason="payment",
            key=f"model-{next(_keys)}", book="live",
        )  # fmt: skip

    def do(self, moves: list[ledger.Move], asides: list[int]) -> list[int]:
        """Book them, or see them refused for the reason that the model has; return their ids."""
        refused = self.model.refusal(moves, asides)
        if refused is not None:
            with pytest.raises(refused):
                ledger.post(*moves)
            return []
        posted = ledger.post(*moves)
        assert not any(one.existed for one in posted)
        ids = [one.id for one in posted]
        self.booked += zip(moves, ids, strict=True)
        return ids

    @rule(payer=NUMBER, payee=NUMBER, amount=AMOUNT)
    def move(self, payer, payee, amount) -> None:
        self.do([self.asked(payer, payee, amount)], [0])

    @rule(steps=st.lists(st.tuples(NUMBER, NUMBER, AMOUNT), min_size=2, max_size=4))
    def chain(self, steps) -> None:
        self.do([self.asked(*step) for step in steps], [0] * len(steps))

    @rule(payer=NUMBER, payee=NUMBER, amount=AMOUNT, is_late=st.booleans())
    def hold(self, payer, payee, amount, is_late) -> None:
        until = timezone.now() + timedelta(hours=-1 if is_late else 1)
        asked = self.asked(payer, payee, amount)._replace(kind="pending", expires_at=until)
        self.open += Transfer.objects.filter(pk__in=self.do([asked], [amount]))

    @precondition(lambda self: self.open)
    @rule(which=NUMBER, amount=AMOUNT)
    def capture(self, which, amount) -> None:
        held = self.open[which % len(self.open)]
        asked = ledger.capture(held, amount=amount, key=f"model-{next(_keys)}")
        late = held.expires_at < timezone.now()
        if amount > held.amount_rials or late:
            why = errors.HoldExpired if amount <= held.amount_rials else errors.AmountExceedsHold
            with pytest.raises(why):
                ledger.post(asked)
        elif self.do([asked], [-held.amount_rials]):
            self.open.remove(held)
            self.settled.append(held)

    @precondition(lambda self: self.open)
    @rule(which=NUMBER)
    def capture_whole(self, which) -> None:
        self.capture(which, self.open[which % len(self.open)].amount_rials)

    @precondition(lambda self: self.open)
    @rule(which=NUMBER)
    def release(self, which) -> None:
        held = self.open.pop(which % len(self.open))
        self.do([ledger.release(held, key=f"model-{next(_keys)}")], [-held.amount_rials])
        self.settled.append(held)

    @precondition(lambda self: self.open)
    @rule(which=NUMBER)
    def freeze_and_settle(self, which) -> None:
        held = self.open[which % len(self.open)]
        rows = [self.rows_of(wallet) for wallet in self.wallets]
        self.freeze_or_unfreeze(
            [held.debit_account_id in those for those in rows].index(True), True
        )
        self.capture_whole(which)
        self.release(which)

    @precondition(lambda self: self.settled)
    @rule(which=NUMBER)
    def settle_again(self, which) -> None:
        held = self.settled[which % len(self.settled)]
        with pytest.raises(errors.HoldAlreadySettled):
            ledger.post(ledger.release(held, key=f"model-{next(_keys)}"))

    @precondition(lambda self: self.booked)
    @rule(which=NUMBER)
    def replay(self, which) -> None:
        asked, number = self.booked[which % len(self.booked)]
        assert ledger.post(asked) == [(number, True)]

    @precondition(lambda self: self.booked)
    @rule(which=NUMBER)
    def replay_with_other_content(self, which) -> None:
        asked, _ = self.booked[which % len(self.booked)]
        other = {"amount": asked.amount + 1} if asked.kind != "void" else {"reference": "other"}
        with pytest.raises(errors.LedgerKeyReused):
            ledger.post(asked._replace(**other))

    @rule(which=NUMBER, to=st.booleans())
    def freeze_or_unfreeze(self, which, to) -> None:
        wallet = self.wallets[which % len(self.wallets)]
        (accounts.freeze if to else accounts.unfreeze)(
            account=wallet, actor=self.operator, reason="court order"
        )
        change = self.model.frozen.update if to else self.model.frozen.difference_update
        change(self.rows_of(wallet))

    @precondition(lambda self: len(self.merchant.slots) < SLOTS_MAX)
    @rule()
    def spread(self) -> None:
        self.merchant = accounts.spread(self.merchant, slots=len(self.merchant.slots) + 2)
        self.wallets[-1] = self.merchant
        if self.merchant.pk in self.model.frozen:
            self.model.frozen.update(self.merchant.slots)

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        for wallet in self.wallets:
            rows = self.rows_of(wallet)
            assert accounts.balance_of(wallet) == (
                sum(self.model.money[row] for row in rows),
                sum(self.model.held[row] for row in rows),
            )

    @invariant()
    def all_of_it_is_zero(self) -> None:
        found = Account.objects.aggregate(
            posted=Sum(F("debits_posted") - F("credits_posted")),
            pending=Sum(F("debits_pending") - F("credits_pending")),
        )
        assert found == {"posted": 0, "pending": 0}

    def teardown(self) -> None:
        assert_books_balance()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_ledger_does_what_ten_lines_would_do():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes here
            suppress_health_check=list(HealthCheck),
        ),
    )
