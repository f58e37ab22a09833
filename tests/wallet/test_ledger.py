"""Moves as callers word them: repeated, refused, chained, in slots."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.wallet.books import assert_books_balance
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts, errors, ledger
from wallet.models import Account, Transfer


def send(payer: Account, payee: Account, rials: int, key: str = "k", **more) -> ledger.Move:
    return ledger.move(
        debit=payer.pk, credit=payee.pk, amount=rials, reason="payment", key=key,
        book=payer.book, **more,
    )  # fmt: skip


@pytest.fixture
def hers(sara) -> Account:
    return wallet_of(sara, 100_000)


@pytest.fixture
def minas(mina) -> Account:
    return wallet_of(mina)


def balances(*wallets: Account) -> list[int]:
    return [accounts.balance_of(wallet).available for wallet in wallets]


@pytest.mark.django_db(transaction=True)
def test_the_same_move_twice_is_one_transfer(hers, minas):
    first = ledger.post(send(hers, minas, 10_000))
    second = ledger.post(send(hers, minas, 10_000))

    assert (first[0].id, first[0].existed, second[0].existed) == (second[0].id, False, True)
    assert balances(hers, minas) == [90_000, 10_000]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", [{"rials": 11_000}, {"reference": "pay_other"}])
def test_the_same_key_with_other_content_is_refused(hers, minas, change):
    ledger.post(send(hers, minas, 10_000))

    with pytest.raises(errors.LedgerKeyReused):
        ledger.post(send(hers, minas, **({"rials": 10_000} | change)))
    with pytest.raises(errors.LedgerKeyReused):
        ledger.post(send(hers, minas, 1, "new"), send(minas, hers, 10_000))
    assert balances(hers, minas) == [90_000, 10_000]


@pytest.mark.django_db(transaction=True)
def test_a_chain_succeeds_or_fails_as_a_whole(hers, minas, dara):
    daras = wallet_of(dara)

    with pytest.raises(errors.InsufficientFunds):
        ledger.post(send(hers, minas, 40_000, "a"), send(minas, daras, 40_001, "b"))
    assert balances(hers, minas, daras) == [100_000, 0, 0]

    posted = ledger.post(send(hers, minas, 40_000, "a"), send(minas, daras, 40_000, "b"))
    assert balances(hers, minas, daras) == [60_000, 0, 40_000]
    assert [
        p.existed for p in ledger.post(send(hers, minas, 40_000, "a"), send(hers, daras, 5, "c"))
    ] == [True, False]
    assert len({p.id for p in posted}) == 2


@pytest.mark.django_db(transaction=True)
def test_a_chain_is_judged_by_its_whole_effect(hers, minas, dara):
    daras = wallet_of(dara)

    ledger.post(send(minas, daras, 40_000, "a"), send(hers, minas, 40_000, "b"))

    assert balances(hers, minas, daras) == [60_000, 0, 40_000]
    assert_books_balance()


@pytest.mark.django_db
def test_a_chain_of_any_length_is_one_round_trip(hers, minas, django_assert_num_queries):
    with django_assert_num_queries(1):
        ledger.post(*[send(hers, minas, 1, f"k{n}") for n in range(100)])

    assert balances(hers, minas) == [99_900, 100]
    assert minas.postings.count() == 100


@pytest.mark.django_db(transaction=True)
def test_a_hold_lets_nobody_else_spend_the_money(hers, minas, clock):
    held = ledger.post(
        ledger.hold(
            debit=hers.pk, credit=minas.pk, amount=70_000, reason="payment", key="h",
            book="live", expires_at=clock,
        )
    )  # fmt: skip

    with pytest.raises(errors.InsufficientFunds):
        ledger.post(send(hers, minas, 30_001))
    ledger.post(ledger.capture(Transfer.objects.get(pk=held[0].id), amount=50_000, key="c"))

    assert balances(hers, minas) == [50_000, 50_000]


@pytest.mark.django_db(transaction=True)
def test_a_hold_past_its_time_can_only_be_released(hers, minas):
    soon = timezone.now() - timedelta(seconds=1)
    posted = ledger.post(
        ledger.hold(
            debit=hers.pk, credit=minas.pk, amount=70_000, reason="payment", key="h",
            book="live", expires_at=soon,
        )
    )  # fmt: skip
    held = Transfer.objects.get(pk=posted[0].id)

    with pytest.raises(errors.HoldExpired):
        ledger.post(ledger.capture(held, amount=1, key="c"))
    ledger.post(ledger.release(held, key="r"))
    with pytest.raises(errors.HoldAlreadySettled):
        ledger.post(ledger.release(held, key="r2"))

    assert balances(hers) == [100_000]


@pytest.mark.django_db(transaction=True)
def test_what_lies_in_slots_is_one_balance(hers):
    fees = accounts.platform("fees")
    rows = {accounts.inbox(fees) for _ in range(400)}

    ledger.post(*[send(hers, Account(pk=row), 10, f"f{row}") for row in rows])

    assert len(rows) > 8
    assert accounts.balance_of(fees).posted == 10 * len(rows)
    assert Account.objects.filter(kind="fees").count() == 17


@pytest.mark.django_db(transaction=True)
def test_two_hundred_payments_of_one_wallet_spend_what_is_there_and_no_more(sara, minas):
    hers = wallet_of(sara, 100)

    def pay(number: int) -> str:
        try:
            ledger.post(send(hers, minas, 1, f"p{number}"))
        except errors.InsufficientFunds:
            return "refused"
        finally:
            connection.close()
        return "paid"

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(pay, range(200)))

    assert (answers.count("paid"), answers.count("refused")) == (100, 100)
    assert balances(hers, minas) == [0, 100]
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
def test_transfers_that_cross_do_not_wait_for_each_other(sara, mina):
    hers, minas = wallet_of(sara, 1_000), wallet_of(mina, 1_000)

    def cross(number: int) -> None:
        pair = (hers, minas) if number % 2 else (minas, hers)
        there, back = send(*pair, 1, f"a{number}"), send(*pair[::-1], 1, f"b{number}")
        ledger.post(there, back) if number % 3 else ledger.post(there)
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(cross, range(200)))

    assert sum(balances(hers, minas)) == 2_000
    assert_books_balance()


@pytest.mark.django_db
def test_a_balance_is_one_query(hers, django_assert_num_queries):
    fill(hers, 5)

    with django_assert_num_queries(1):
        assert accounts.balance_of(hers) == (100_005, 0)
