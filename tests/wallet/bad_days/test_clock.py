"""The clock of the application jumps; the ledger goes by the database's."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.wallet.books import assert_books_balance
from tests.wallet.conftest import wallet_of
from wallet import accounts, errors, ledger
from wallet.models import Account, Transfer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def jump(monkeypatch):
    """Set the application's clock wrong by so much."""
    right = timezone.now

    def wrong_by(delta: timedelta) -> None:
        monkeypatch.setattr(timezone, "now", lambda: right() + delta)

    return wrong_by


@pytest.fixture
def hers(sara) -> Account:
    return wallet_of(sara, 100_000)


@pytest.fixture
def minas(mina) -> Account:
    return wallet_of(mina)


def held(payer: Account, payee: Account, expires_at: datetime) -> Transfer:
    asked = ledger.hold(
        debit=payer.pk, credit=payee.pk, amount=60_000, reason="payment", key="h", book="live",
        expires_at=expires_at,
    )  # fmt: skip
    return Transfer.objects.get(pk=ledger.post(asked)[0].id)


def test_a_clock_that_runs_ahead_ends_no_hold_early(hers, minas, jump):
    good = held(hers, minas, timezone.now() + timedelta(minutes=10))

    jump(timedelta(hours=5))
    ledger.post(ledger.capture(good, amount=60_000, key="c"))

    assert accounts.balance_of(minas).available == 60_000
    assert_books_balance()


def test_a_clock_that_runs_behind_keeps_no_hold_alive(hers, minas, jump):
    late = held(hers, minas, timezone.now() - timedelta(seconds=1))

    jump(timedelta(hours=-5))
    with pytest.raises(errors.HoldExpired):
        ledger.post(ledger.capture(late, amount=1, key="c"))
    ledger.post(ledger.release(late, key="r"))

    assert accounts.balance_of(hers).available == 100_000
    assert_books_balance()


def test_transfers_are_dated_by_the_database_whatever_the_clock_says(hers, minas, jump):
    for number, days in enumerate((-300, 300, 0)):
        jump(timedelta(days=days))
        ledger.post(
            ledger.move(
                debit=hers.pk, credit=minas.pk, amount=1, reason="payment", key=f"k{number}",
                book="live",
            )
        )  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (true_now,) = cursor.fetchone()
    dated = list(
        Transfer.objects.filter(key__startswith="k")
        .order_by("pk")
        .values_list("created_at", flat=True)
    )
    assert dated == sorted(dated)
    assert all(true_now - timedelta(minutes=5) < one <= true_now for one in dated)
    assert_books_balance()
