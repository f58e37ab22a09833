"""Payouts against the sandbox bank: the money leaves once, arrives once, or is back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from core.problems import InvalidInput, Unavailable
from identity import makers
from identity.models import Maker
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts, payouts
from wallet.errors import InsufficientFunds, InvoiceKeyReused
from wallet.gateways import sandbox
from wallet.gateways.errors import GatewayMismatch, GatewayUnknown
from wallet.gateways.payouts import ShebaPayouts
from wallet.models import Payout
from wallet.payouts import Wish

pytestmark = pytest.mark.django_db(transaction=True)
SHEBA = "IR82 0540 1026 8002 0817 9090 02"


@pytest.fixture(autouse=True)
def _gateways(psp):
    with override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)):
        yield


@pytest.fixture
def now():
    return timezone.now()


def ask(owner, actor, now, amount: int = 400_000, key: str = "k") -> Payout:
    wish = Wish(sheba=SHEBA, holder="سارا رضایی", amount=amount)
    return payouts.ask(owner=owner, wish=wish, key=key, actor=actor, now=now)


def held() -> dict[str, int]:
    return {
        "payouts": accounts.balance_of(accounts.platform("payouts")).posted,
        "bank": accounts.balance_of(accounts.platform("bank")).posted,
    }


def through(row: Payout, now) -> Payout:
    """Go on until it has an end."""
    for minutes in range(1, 30):
        row.refresh_from_db()
        row = payouts.go_on(row=row, now=now + timedelta(minutes=minutes))
    return row


def test_money_leaves_the_wallet_and_arrives(sara, now):
    purse = wallet_of(sara, 1_000_000)
    row = ask(sara, sara, now)
    assert accounts.balance_of(purse).available == 600_000
    assert held()["payouts"] == 400_000

    done = through(row, now)

    assert (done.state, held()) == ("settled", {"payouts": 0, "bank": -600_000})
    assert done.receipt


def test_a_payout_that_fails_comes_back(sara, psp, now):
    purse = wallet_of(sara, 1_000_000)
    psp.control(mode="payout-fails")

    done = through(ask(sara, sara, now), now)

    assert (done.state, held()["payouts"]) == ("failed", 0)
    assert accounts.balance_of(purse).available == 1_000_000


def test_a_bank_that_hangs_is_asked_again_and_paid_once(sara, psp, now, monkeypatch):
    monkeypatch.setattr("core.limits.GATEWAY_TOTAL_S", 0.4)
    wallet_of(sara, 1_000_000)
    row = ask(sara, sara, now)
    psp.control(mode="payout-hangs", hang_s=1)
    assert payouts.go_on(row=row, now=now).state == "asked"
    monkeypatch.undo()
    psp.reset()
    assert through(row, now).state == "sent"
    ended = {"id": str(row.number), "state": "settled"}
    assert requests.post(f"{psp.url}/control/payouts", json=ended, timeout=10).status_code == 200

    assert through(row, now).state == "settled"
    assert len([one for one in psp.truth()["payouts"] if one["id"] == str(row.number)]) == 1


def test_two_workers_at_once_settle_once(sara, now):
    wallet_of(sara, 1_000_000)
    row = ask(sara, sara, now)

    def work(_number: int) -> None:
        try:
            through(Payout.objects.get(pk=row.pk), now)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))

    assert held()["payouts"] == 0
    assert Payout.objects.get().state == "settled"


def test_the_same_key_takes_the_money_once(sara, now):
    purse = wallet_of(sara, 1_000_000)

    assert ask(sara, sara, now).pk == ask(sara, sara, now).pk
    assert accounts.balance_of(purse).available == 600_000
    with pytest.raises(InvoiceKeyReused):
        ask(sara, sara, now, amount=500_000)


def test_a_busy_makers_slots_are_paid_out_too(sara, now):
    maker = makers.found(person=sara, kind=Maker.Kind.ORGANISATION, name="کافه")
    account = accounts.spread(accounts.of_maker(maker), slots=3)
    for slot in account.slots:
        fill(accounts.Account.objects.get(pk=slot), 200_000)

    ask(maker, sara, now, amount=500_000)

    assert accounts.balance_of(account).available == 100_000


def test_more_than_there_is_cannot_go(sara, now):
    wallet_of(sara, 300_000)

    with pytest.raises(InsufficientFunds):
        ask(sara, sara, now)
    assert Payout.objects.count() == 0


def test_all_faults_are_said_at_once(sara, now):
    with pytest.raises(InvalidInput) as refused:
        payouts.ask(
            owner=sara, wish=Wish(sheba="IR1", holder=" ", amount=5), key="k", actor=sara, now=now
        )

    assert {fault.pointer for fault in refused.value.faults} == {
        "#/sheba", "#/amount_rials", "#/holder",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [GatewayMismatch(about="amount"), GatewayUnknown(), KeyError("x")]
)
def test_one_payout_that_cannot_be_carried_on_holds_up_no_other(sara, now, monkeypatch, wrong):
    wallet_of(sara, 1_000_000)
    bad, good = ask(sara, sara, now, key="a"), ask(sara, sara, now, key="b")
    inquire = ShebaPayouts._send_payout

    def send(bank, order):
        if order.order_id == str(bad.number):
            raise wrong
        return inquire(bank, order)

    monkeypatch.setattr(ShebaPayouts, "_send_payout", send)
    later = now + timedelta(minutes=1)

    assert payouts.sweep(now=later) == 2

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.ask_at > later, bool(bad.trouble)) == ("asked", True, True)
    assert good.state in ("sent", "settled")


def test_a_holder_with_hidden_characters_is_refused(sara, now):
    wallet_of(sara, 1_000_000)
    wish = Wish(sheba=SHEBA, holder="سارا\u202eرضایی", amount=400_000)

    with pytest.raises(InvalidInput) as refused:
        payouts.ask(owner=sara, wish=wish, key="k", actor=sara, now=now)
    assert [fault.pointer for fault in refused.value.faults] == ["#/holder"]


def test_without_a_gateway_nothing_is_taken(sara, now):
    purse = wallet_of(sara, 1_000_000)

    with override_settings(WALLET_GATEWAYS={}), pytest.raises(Unavailable):
        ask(sara, sara, now)
    assert accounts.balance_of(purse).available == 1_000_000
