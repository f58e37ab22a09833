"""Top-ups against the sandbox bank, which is told to fail in every way: what is credited, and when."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from core.problems import InvalidInput
from wallet import accounts, topups
from wallet.errors import InvoiceKeyReused
from wallet.gateways import sandbox
from wallet.gateways.errors import GatewayMismatch, GatewayTimeout
from wallet.gateways.interface import State, Verdict
from wallet.gateways.zibal import Zibal
from wallet.models import TopUp
from wallet.topups import Wish

pytestmark = pytest.mark.django_db(transaction=True)
SADAD, ZIBAL = "sandbox", "sandbox-zibal"


@pytest.fixture(autouse=True)
def _gateways(psp):
    with override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)):
        yield


@pytest.fixture
def now():
    return timezone.now()


def begin(sara, now, gateway: str = SADAD, amount: int = 250_000, key: str = "k") -> TopUp:
    return topups.begin(person=sara, wish=Wish(gateway=gateway, amount=amount), key=key, now=now)


def money(person) -> int:
    return accounts.balance_of(accounts.of_person(person)).available


def come_back(row: TopUp, brought, now) -> TopUp:
    return topups.come_back(top_up_id=row.public_id, fields=brought.fields, now=now)


@pytest.mark.parametrize("gateway", [SADAD, ZIBAL])
def test_what_the_bank_confirms_is_credited(sara, psp, now, gateway):
    row = begin(sara, now, gateway)
    brought = psp.pay(row.redirect_url)
    assert money(sara) == 0

    done = come_back(row, brought, now)

    assert (done.state, money(sara)) == ("credited", 250_000)
    assert done.receipt
    assert accounts.balance_of(accounts.platform("gateway", "live", gateway)).posted == -250_000


@pytest.mark.parametrize("gateway", [SADAD, ZIBAL])
def test_a_callback_twice_and_a_sweep_credit_once(sara, psp, now, gateway):
    row = begin(sara, now, gateway)
    brought = psp.pay(row.redirect_url, failure="callback-twice")

    def again(_number: int) -> str:
        try:
            return come_back(row, brought, now).state
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        states = list(pool.map(again, range(4)))
    topups.sweep(now=now + timedelta(hours=1))

    assert set(states) == {"credited"}
    assert money(sara) == 250_000


@pytest.mark.parametrize("gateway", [SADAD, ZIBAL])
def test_a_callback_that_never_comes_is_made_up_for_by_the_sweep(sara, psp, now, gateway):
    row = begin(sara, now, gateway)
    assert psp.pay(row.redirect_url, failure="callback-never") is None

    assert topups.sweep(now=now + timedelta(seconds=11)) == 1

    assert money(sara) == 250_000


@pytest.mark.parametrize("gateway", [SADAD, ZIBAL])
@pytest.mark.parametrize("action", ["cancel", "pay"])
def test_who_cancels_at_the_bank_is_not_credited(sara, psp, now, gateway, action):
    row = begin(sara, now, gateway)
    failure = "none" if action == "cancel" else "paid-then-cancelled"
    brought = psp.pay(row.redirect_url, failure=failure, action=action)

    done = come_back(row, brought, now)
    topups.sweep(now=now + timedelta(hours=1))

    done.refresh_from_db()
    assert done.state in ("failed", "returned")
    assert money(sara) == 0


def test_a_forged_callback_credits_nothing(sara, psp, now):
    row = begin(sara, now)
    brought = psp.pay(row.redirect_url, failure="callback-forged")

    done = come_back(row, brought, now)

    assert done.state != "credited"
    assert money(sara) == 0


def test_a_callback_of_another_order_is_refused(sara, psp, now):
    mine, other = begin(sara, now), begin(sara, now, key="other", amount=990_000)
    brought = psp.pay(other.redirect_url)

    with pytest.raises(GatewayMismatch):
        come_back(mine, brought, now)
    assert money(sara) == 0
    come_back(other, brought, now)
    assert money(sara) == 990_000


@pytest.mark.parametrize("gateway", [SADAD, ZIBAL])
def test_another_amount_credits_nothing_and_is_given_back(sara, psp, now, gateway):
    row = begin(sara, now, gateway)
    brought = psp.pay(row.redirect_url, failure="wrong-amount")

    done = come_back(row, brought, now)

    assert (done.state, done.trouble, money(sara)) == ("failed", "mismatch", 0)


@pytest.mark.parametrize("mode", ["verify-500", "garbage-answer"])
def test_without_a_verdict_the_order_stays_open_until_the_bank_has_one(sara, psp, now, mode):
    row = begin(sara, now)
    brought = psp.pay(row.redirect_url)
    psp.control(mode=mode)
    waiting = come_back(row, brought, now)
    assert (waiting.state, money(sara)) == ("open", 0)
    psp.reset()

    topups.sweep(now=now + timedelta(minutes=5))

    assert money(sara) == 250_000


def test_the_bank_says_already_and_it_is_ours_and_uncredited(sara, psp, now):
    row = begin(sara, now)
    brought = psp.pay(row.redirect_url, failure="verify-says-already")

    assert come_back(row, brought, now).state == "credited"
    assert money(sara) == 250_000


def test_one_receipt_never_credits_two_orders(sara, mina, psp, now):
    first = begin(sara, now)
    come_back(first, psp.pay(first.redirect_url), now)
    first.refresh_from_db()
    second = begin(mina, now, key="s")
    psp.pay(second.redirect_url)
    forged = Verdict(state=State.PAID, amount_rials=250_000, receipt=first.receipt)
    done = topups._write_down(second, forged, now)

    assert (done.state, done.trouble, money(mina)) == ("failed", "receipt-reused", 0)


def test_a_bank_that_hangs_at_the_start_is_told_and_nothing_waits(sara, psp, now, monkeypatch):
    monkeypatch.setattr("core.limits.GATEWAY_TOTAL_S", 0.4)
    psp.control(mode="timeout", hang_s=1)
    with pytest.raises(GatewayTimeout):
        begin(sara, now)

    assert TopUp.objects.get().state == "failed"


def test_what_nobody_pays_ends(sara, psp, now):
    row = begin(sara, now)

    topups.sweep(now=now + timedelta(minutes=5))
    row.refresh_from_db()
    assert row.state == "open"
    topups.sweep(now=now + timedelta(minutes=30))

    row.refresh_from_db()
    assert row.state == "failed"


def test_who_pays_after_we_gave_up_is_credited_all_the_same(sara, psp, now):
    row = begin(sara, now)
    topups.sweep(now=now + timedelta(minutes=30))

    done = come_back(row, psp.pay(row.redirect_url), now + timedelta(minutes=31))

    assert (done.state, money(sara)) == ("credited", 250_000)


def test_the_same_key_is_the_same_order(sara, psp, now):
    assert begin(sara, now).pk == begin(sara, now).pk
    with pytest.raises(InvoiceKeyReused):
        begin(sara, now, amount=260_000)


@pytest.mark.parametrize("amount", [0, 9_999, 500_000_001])
def test_amounts_out_of_bounds_are_refused(sara, now, amount):
    with pytest.raises(InvalidInput):
        begin(sara, now, amount=amount)


@pytest.mark.parametrize("wrong", ["gone", "broken"])
def test_one_order_that_cannot_be_settled_holds_up_no_other(sara, psp, now, monkeypatch, wrong):
    bad, good = begin(sara, now, ZIBAL, key="a"), begin(sara, now, key="b")
    psp.pay(good.redirect_url)
    if wrong == "gone":  # a gateway that is no longer configured
        TopUp.objects.filter(pk=bad.pk).update(gateway="sadad-of-old")
    else:
        monkeypatch.setattr(Zibal, "_verify", lambda _bank, _order: {}["x"])
    later = now + timedelta(minutes=5)

    assert topups.sweep(now=later) == 2

    bad.refresh_from_db()
    assert (bad.state, bad.ask_at > later, bool(bad.trouble)) == ("open", True, True)
    assert money(sara) == 250_000
