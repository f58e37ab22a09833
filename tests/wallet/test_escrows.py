"""Money that waits for something to arrive: who holds what after each step."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.problems import Problem
from identity import makers
from identity.models import Maker
from tests.people import make_person
from tests.wallet.conftest import wallet_of
from wallet import accounts, errors, escrows, reconciliation, spending
from wallet.escrows import Asked
from wallet.models import Difference, Escrow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def shop() -> Maker:
    return makers.found(person=make_person("گل"), kind=Maker.Kind.ORGANISATION, name="گلستان")


@pytest.fixture
def hers(sara):
    return wallet_of(sara, 1_000_000)


def wait(shop, sara, now, amount=400_000, key="o1") -> Escrow:
    asked = Asked(
        payer=sara, maker=shop, amount=amount, title="زعفران", ends_at=now + timedelta(days=3)
    )
    return escrows.hold(asked=asked, key=key, now=now)


def holdings(shop, sara) -> dict[str, int]:
    return {
        "payer": accounts.balance_of(accounts.of_person(sara)).available,
        "kept": accounts.balance_of(accounts.platform("custody")).posted,
        "merchant": accounts.balance_of(accounts.of_maker(shop)).available,
        "fees": accounts.balance_of(accounts.platform("fees")).posted,
    }


def test_money_is_held_captured_paid_out_and_given_back_in_parts(shop, sara, hers, now):
    escrow = wait(shop, sara, now)
    assert holdings(shop, sara) == {"payer": 600_000, "kept": 0, "merchant": 0, "fees": 0}

    escrows.capture(escrow=escrow)
    assert holdings(shop, sara)["kept"] == 400_000

    escrows.give_back(escrow=escrow, amount=100_000, key="line1", now=now)
    done = escrows.pay_out(escrow=escrow, amount=300_000, fee=15_000, key="end", now=now)

    assert holdings(shop, sara) == {
        "payer": 700_000, "kept": 0, "merchant": 285_000, "fees": 15_000,
    }  # fmt: skip
    assert (done.inside_rials, done.closed_at) == (0, now)


def test_every_step_again_changes_nothing(shop, sara, hers, now):
    escrow = wait(shop, sara, now)
    assert wait(shop, sara, now) == escrow
    for _ in range(2):
        escrows.capture(escrow=escrow)
    escrows.give_back(escrow=escrow, amount=100_000, key="line1", now=now)
    escrows.give_back(escrow=escrow, amount=100_000, key="line1", now=now)
    escrows.pay_out(escrow=escrow, amount=200_000, fee=0, key="a", now=now)
    escrows.pay_out(escrow=escrow, amount=200_000, fee=0, key="a", now=now)

    escrow.refresh_from_db()
    assert (escrow.given_back_rials, escrow.paid_out_rials) == (100_000, 200_000)
    assert holdings(shop, sara)["kept"] == 100_000


def test_a_key_belongs_to_one_amount(shop, sara, hers, now):
    wait(shop, sara, now)

    with pytest.raises(errors.InvoiceKeyReused):
        wait(shop, sara, now, amount=1)


def test_never_more_leaves_than_is_there(shop, sara, hers, now):
    escrow = escrows.capture(escrow=wait(shop, sara, now))

    for step in (
        lambda: escrows.give_back(escrow=escrow, amount=400_001, key="x", now=now),
        lambda: escrows.pay_out(escrow=escrow, amount=400_001, fee=0, key="x", now=now),
        lambda: escrows.take_back(escrow=escrow, amount=1, fee=0, key="x"),
    ):
        with pytest.raises(errors.EscrowTooSmall):
            step()
    with pytest.raises(IntegrityError), transaction.atomic():
        Escrow.objects.filter(pk=escrow.pk).update(paid_out_rials=400_001)


def test_a_hold_is_released_or_expires_and_then_stays_so(shop, sara, hers, now):
    first, second = wait(shop, sara, now), wait(shop, sara, now, key="o2", amount=1_000)
    escrows.release(escrow=first, now=now)

    assert escrows.expire_due(now=now + timedelta(days=4)) == 1

    second.refresh_from_db()
    assert second.state == "expired"
    assert holdings(shop, sara)["payer"] == 1_000_000
    for escrow in (first, second):
        with pytest.raises(errors.EscrowClosed):
            escrows.capture(escrow=escrow)


def test_after_it_was_paid_out_the_merchant_gives_it_back_and_we_our_share(shop, sara, hers, now):
    escrow = escrows.capture(escrow=wait(shop, sara, now))
    escrows.pay_out(escrow=escrow, amount=400_000, fee=20_000, key="end", now=now)

    escrows.take_back(escrow=escrow, amount=200_000, fee=10_000, key="r1")
    escrows.take_back(escrow=escrow, amount=200_000, fee=10_000, key="r1")

    found = holdings(shop, sara)
    assert (found["payer"], found["merchant"]) == (800_000, 190_000)


def test_what_waits_counts_as_spent(shop, sara, hers, now):
    wait(shop, sara, now, amount=300_000)

    day = spending.allowances(spending.spender_of(sara), now=now)[1]

    assert (day.period, day.spent_rials) == ("day", 300_000)


def test_a_hold_rolls_back_with_what_it_was_for(shop, sara, hers, now):
    def oops():
        wait(shop, sara, now)
        raise RuntimeError("the stock was gone")

    with pytest.raises(RuntimeError), transaction.atomic():
        oops()

    assert not Escrow.objects.exists()
    assert holdings(shop, sara)["payer"] == 1_000_000


def test_of_many_who_hold_the_last_money_so_many_succeed_as_it_suffices_for(shop, sara, hers, now):
    def one(number):
        try:
            return bool(wait(shop, sara, now, amount=300_000, key=f"k{number}"))
        except Problem:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(one, range(8)))

    assert done.count(True) == 3
    assert holdings(shop, sara)["payer"] == 100_000


def test_the_reconciliation_sees_a_row_that_differs_from_its_transfers(shop, sara, hers, now):
    escrow = escrows.capture(escrow=wait(shop, sara, now))
    escrows.give_back(escrow=escrow, amount=100_000, key="l", now=now)
    reconciliation.run(depth="recent", gateways=[], now=timezone.now())
    assert not Difference.objects.exists()

    Escrow.objects.filter(pk=escrow.pk).update(given_back_rials=0)
    reconciliation.run(depth="recent", gateways=[], now=timezone.now())

    found = Difference.objects.get()
    assert (found.code, found.subject, found.amount_rials) == (
        "escrow-differs-from-its-transfers", escrow.public_id, -100_000,
    )  # fmt: skip
