"""What banks paid out against the ledger: payout by payout, by report or by asking."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.utils import timezone

from core.ids import new_id
from tests.miniapps.browsing import words
from tests.wallet.conftest import wallet_of
from tests.wallet.psp import run_psp
from tests.wallet.test_books_in_admin import english
from tests.wallet.test_clearing import look, standing
from tests.wallet.test_payouts import SHEBA, through
from tests.wallet.test_reconciliation import plant
from wallet import accounts, corrections, payouts, reconciliation
from wallet.gateways import registry, sandbox
from wallet.gateways.errors import GatewayTimeout
from wallet.gateways.interface import (
    Ability,
    Gateway,
    GatewayConfig,
    PayoutState,
    PayoutVerdict,
    ReportRow,
)
from wallet.models import Difference, Payout

pytestmark = pytest.mark.django_db(transaction=True)
TEHRAN = ZoneInfo("Asia/Tehran")


class AskedBank(Gateway):
    """A bank that pays out and can only be asked."""

    abilities = frozenset({Ability.PAYOUT})

    def __init__(self, name: str = "naron-out") -> None:
        super().__init__(GatewayConfig(name=name, base_url="https://bank.test"))
        self.paid: dict[str, int] = {}
        self.silent = False
        self.asked: list[str] = []

    def _inquire_payout(self, order, /) -> PayoutVerdict:
        if self.silent:
            raise GatewayTimeout
        self.asked.append(order.order_id)
        if order.order_id not in self.paid:
            return PayoutVerdict(state=PayoutState.UNKNOWN)
        amount = self.paid[order.order_id]
        return PayoutVerdict(state=PayoutState.SETTLED, amount_rials=amount, receipt="r")


class Bank(AskedBank):
    """A bank that also tells of them in a report."""

    abilities = frozenset({Ability.PAYOUT, Ability.REPORT})

    def __init__(self, name: str = "naron-out") -> None:
        super().__init__(name)
        self.rows: dict[date, list[ReportRow]] = {}

    def _report(self, day: date, /) -> list[ReportRow]:
        if self.silent:
            raise GatewayTimeout
        return self.rows.get(day, [])

    def says(self, order: str, amount: int, day: date) -> None:
        row = ReportRow(order_id=order, receipt="r", amount_rials=amount, state="paid_out")
        self.rows.setdefault(day, []).append(row)


@pytest.fixture
def now() -> datetime:
    today = timezone.localdate()
    return datetime(today.year, today.month, today.day, 12, tzinfo=TEHRAN)


@pytest.fixture
def today(now) -> date:
    return now.date()


def closed(person, number: int, verdict: PayoutState, rials: int = 400_000) -> Payout:
    """A payout that the ledger has closed now, as the bank said then."""
    accounts.platform("payouts")
    wallet_of(person, rials)
    now = timezone.now()
    with override_settings(WALLET_GATEWAYS={
        "naron-out": {"class": "tests.wallet.test_payout_clearing.AskedBank", "base_url": "x"}
    }):  # fmt: skip
        row = payouts.ask(
            owner=person, wish=payouts.Wish(sheba=SHEBA, holder="سارا", amount=rials),
            key=new_id("k"), actor=person, now=now,
        )  # fmt: skip
    Payout.objects.filter(pk=row.pk).update(number=number)
    row.refresh_from_db()
    done = payouts._write_down(row, PayoutVerdict(state=verdict, amount_rials=rials), now)
    noon = datetime.combine(timezone.localdate(now), time(12), TEHRAN)
    plant("update wallet_transfer set created_at = %s where reference = %s", noon, done.public_id)
    return done


def settled(person, number: int, rials: int = 400_000) -> Payout:
    return closed(person, number, PayoutState.SETTLED, rials)


def returned(person, number: int, rials: int = 400_000) -> Payout:
    return closed(person, number, PayoutState.FAILED, rials)


@pytest.fixture(autouse=True)
def _made_by_name(monkeypatch):
    """The registry makes the bank of these tests without a configuration of its own."""
    monkeypatch.setattr(registry, "_made", lambda name, _row: AskedBank(name))


def test_what_bank_and_ledger_have_alike_is_no_difference(sara, now, today):
    bank = Bank()
    settled(sara, 11)
    settled(sara, 12, 500_000)
    returned(sara, 13)
    bank.says("11", 400_000, today)
    bank.says("12", 500_000, today)

    done = look(bank, now)

    assert (done.state, standing()) == ("clean", [])
    day = next(one for one in done.clearing if one["day"] == today.isoformat())
    assert (day["kind"], day["state"]) == ("payouts", "compared")
    assert (day["ledger_rials"], day["gateway_rials"]) == (900_000, 900_000)
    assert (day["ledger_rows"], day["gateway_rows"]) == (2, 2)


def test_each_way_to_differ_has_its_code_and_its_amount(sara, now, today):
    bank = Bank()
    settled(sara, 21)  # we say it arrived, the bank does not
    returned(sara, 22)  # it is back in the wallet, and the bank has paid it too
    bank.says("22", 400_000, today)
    settled(sara, 23)
    bank.says("23", 410_000, today)
    settled(sara, 24)
    bank.says("24", 400_000, today)
    bank.says("24", 400_000, today)  # paid twice
    bank.says("25", 700_000, today)  # nobody has asked for it

    look(bank, now)

    assert standing() == [
        ("bank-payout-not-in-ledger", "naron-out 22 paid_out", -400_000),
        ("bank-payout-not-in-ledger", "naron-out 25 paid_out", -700_000),
        ("ledger-payout-not-at-bank", "naron-out 21 paid_out", 400_000),
        ("payout-amount-differs", "naron-out 23 paid_out", -10_000),
        ("payout-amount-differs", "naron-out 24 paid_out", -400_000),
    ]


def test_a_payout_under_way_at_us_that_the_bank_has_paid_goes_once_we_have_asked(sara, now, today):
    bank = Bank()
    row = settled(sara, 31)
    bank.says("31", 400_000, today)
    bank.says("32", 400_000, today)
    assert look(bank, now).state == "differs"
    assert reconciliation.alarm(now=now) != "differs"  # half an hour of grace
    late = settled(sara, 32)

    assert (row.state, late.state, look(bank, now).state) == ("settled", "settled", "clean")


def test_a_difference_alarms_after_half_an_hour_and_keeps_its_age(sara, now, today):
    bank = Bank()
    settled(sara, 41)
    look(bank, now)

    look(bank, now + timedelta(minutes=31))

    one = Difference.objects.get(gone_at=None)
    assert (one.first_seen_at, one.alarmed_at) == (now, now + timedelta(minutes=31))


def test_what_the_ledger_learned_days_later_is_no_difference_on_the_later_day(sara, now, today):
    bank, before = Bank(), today - timedelta(days=1)
    bank.says("51", 400_000, before)
    look(bank, now)
    settled(sara, 51)

    assert look(bank, now).state == "clean"
    bank.rows.pop(before)  # a report that is not read any more
    assert look(bank, now).state == "clean"


@pytest.mark.parametrize("kind", [Bank, AskedBank])
def test_a_bank_that_does_not_answer_takes_nothing_back(sara, now, today, kind):
    bank = kind()
    settled(sara, 61)
    look(bank, now)
    bank.silent = True

    done = look(bank, now)

    assert [code for code, _subject, _amount in standing()] == ["ledger-payout-not-at-bank"]
    assert {one["state"] for one in done.clearing if one["ledger_rows"]} == {"no-answer"}


def test_a_bank_without_a_report_is_asked_about_what_the_ledger_closed(sara, now):
    bank = AskedBank()
    settled(sara, 71)
    settled(sara, 72)
    returned(sara, 73)
    returned(sara, 74)
    settled(sara, 75)
    bank.paid = {"71": 400_000, "73": 400_000, "75": 390_000}

    done = look(bank, now)

    assert standing() == [
        ("bank-payout-not-in-ledger", "naron-out 73 paid_out", -400_000),
        ("ledger-payout-not-at-bank", "naron-out 72 paid_out", 400_000),
        ("payout-amount-differs", "naron-out 75 paid_out", None),
    ]
    assert "asked" in {one["state"] for one in done.clearing}
    bank.paid = {"71": 400_000, "72": 400_000, "75": 400_000}
    assert look(bank, now).state == "clean"


def test_of_very_many_only_the_newest_are_asked_about_and_nothing_is_said_to_have_gone(
    sara, now, monkeypatch
):
    bank = AskedBank()
    settled(sara, 81)
    look(bank, now)
    settled(sara, 82)
    bank.paid, bank.asked = {"82": 400_000}, []
    monkeypatch.setattr("wallet.payout_clearing.PAYOUT_INQUIRIES_PER_DAY_MAX", 1)

    done = look(bank, now)

    assert bank.asked == ["82"]
    assert "asked-in-part" in {one["state"] for one in done.clearing}
    assert standing() == [("ledger-payout-not-at-bank", "naron-out 81 paid_out", 400_000)]


@pytest.mark.parametrize("kind", [Bank, AskedBank])
def test_a_correction_that_names_the_payout_puts_it_right(sara, request, now, kind):
    vida, kian = (request.getfixturevalue(name) for name in ("vida", "kian"))
    bank, ours = kind(), accounts.platform("bank")
    never, twice = settled(sara, 91), returned(sara, 92)
    bank.paid = {"92": 400_000}
    if kind is Bank:
        bank.says("92", 400_000, now.date())
    look(bank, now)
    assert len(standing()) == 2

    for debit, credit, row in (
        (ours, accounts.of_person(sara), never), (accounts.of_person(sara), ours, twice),
    ):  # fmt: skip
        wish = corrections.propose(
            key=new_id("cor"), debit=debit, credit=credit, amount=400_000, about=row.public_id,
            reason="بانک گفت", actor=vida, now=timezone.now(),
        )  # fmt: skip
        corrections.approve(correction=wish, actor=kian, reason="x", now=timezone.now())

    assert look(bank, now).state == "clean"


def test_the_page_says_which_cash_out_it_is(sara, omid, now, today):
    bank = Bank()
    row = settled(sara, 95)
    look(bank, now)

    page = english(omid).get("/admin/wallet/reconciliationrun/")

    said = words(page)
    assert "A cash-out is booked as arrived that the bank has not paid" in said
    assert row.public_id in said
    assert "naron-out · Cash-outs" in said


def test_a_payout_through_the_sandbox_bank_is_in_its_report_and_in_the_ledger(
    sara, tmp_path, monkeypatch
):
    monkeypatch.undo()
    wallet_of(sara, 1_000_000)
    with (
        run_psp(tmp_path / "psp.sqlite3") as psp,  # no other test's payouts stand in its report
        override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)),
    ):
        psp.control(settle_s=0)
        now = timezone.now()
        wish = payouts.Wish(sheba=SHEBA, holder="سارا", amount=400_000)
        row = payouts.ask(owner=sara, wish=wish, key="k", actor=sara, now=now)
        assert through(row, now).state == "settled"
        done = reconciliation.run(depth="recent", gateways=registry.every(), now=timezone.now())

    compared = [
        one for one in done.clearing if one["gateway"] == "sandbox-payouts" and one["ledger_rows"]
    ]
    assert done.state == "clean"
    assert [(one["state"], one["ledger_rials"], one["gateway_rials"]) for one in compared] == [
        ("compared", 400_000, 400_000)
    ]
