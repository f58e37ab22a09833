"""A gateway's report against the ledger: order by order, with the age of what differs."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from core.ids import new_id
from tests.wallet.conftest import wallet_of
from tests.wallet.psp import run_psp
from wallet import accounts, corrections, ledger, reconciliation, topups
from wallet.gateways import registry, sandbox
from wallet.gateways.errors import GatewayTimeout
from wallet.gateways.interface import Ability, Gateway, GatewayConfig
from wallet.models import Account, Difference, TopUp, Transfer
from wallet.reconciliation import GatewayRow, NoReport, gateway_rows

pytestmark = pytest.mark.django_db(transaction=True)
TEHRAN = ZoneInfo("Asia/Tehran")


class Bank(Gateway):
    """A gateway that takes payments and tells of them in a report."""

    abilities = frozenset({Ability.PAY_IN, Ability.REPORT})

    def __init__(self, name: str = "naron") -> None:
        super().__init__(GatewayConfig(name=name, base_url="https://bank.test"))
        self.rows: dict[date, list[GatewayRow]] = {}
        self.silent = False

    def _report(self, day: date, /) -> list[GatewayRow]:
        if self.silent:
            raise GatewayTimeout
        return self.rows.get(day, [])

    def says(
        self, order: str, amount: int, day: date, state: str = "paid", receipt: str = ""
    ) -> None:
        row = GatewayRow(
            order_id=order, receipt=receipt or f"r{order}", amount_rials=amount, state=state
        )
        self.rows.setdefault(day, []).append(row)


@pytest.fixture
def now() -> datetime:
    """Noon in Tehran, far from both midnights."""
    today = timezone.localdate()
    return datetime(today.year, today.month, today.day, 12, tzinfo=TEHRAN)


@pytest.fixture
def today(now) -> date:
    return now.date()


@pytest.fixture
def saras(sara) -> Account:
    return wallet_of(sara)


def book(saras: Account, order: str, amount: int, at: datetime) -> None:
    """Book a top-up as if it had been done at that time."""
    row, _made = TopUp.objects.get_or_create(
        number=int(order),
        defaults={"person": saras.person, "key": f"k{order}", "gateway": "naron", "ask_at": at,
                  "amount_rials": amount, "state": "credited", "created_at": at},
    )  # fmt: skip
    bank = accounts.platform("gateway", name="naron").pk
    posted = ledger.post(
        ledger.move(debit=bank, credit=saras.pk, amount=amount, reason="topup",
                    key=f"topup-{order}-{at:%d%H%M%S}", book="live", reference=row.public_id)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("alter table wallet_transfer disable trigger user")
        cursor.execute(
            "update wallet_transfer set created_at = %s where id = %s", [at, posted[0].id]
        )
        cursor.execute("alter table wallet_transfer enable trigger user")


def look(bank, now, depth="recent"):
    return reconciliation.run(depth=depth, gateways=[bank] if bank else [], now=now)


def standing() -> list[tuple]:
    rows = Difference.objects.filter(gone_at=None).order_by("code", "subject")
    return list(rows.values_list("code", "subject", "amount_rials"))


def test_what_both_sides_have_is_no_difference(saras, now, today):
    bank = Bank()
    bank.says("11", 5_000, today)
    bank.says("12", 7_000, today)
    book(saras, "11", 5_000, now)
    book(saras, "12", 7_000, now)

    done = look(bank, now)

    assert (done.state, standing()) == ("clean", [])
    day = next(one for one in done.clearing if one["day"] == today.isoformat())
    assert (day["state"], day["ledger_rials"], day["gateway_rials"]) == ("compared", 12_000, 12_000)
    assert (day["ledger_rows"], day["gateway_rows"]) == (2, 2)


def test_each_way_to_differ_has_its_code_and_its_amount(saras, now, today):
    bank = Bank()
    bank.says("21", 100, today)  # the bank took it, we credited nobody
    book(saras, "22", 200, now)  # we credited, the bank knows nothing
    bank.says("23", 300, today)
    book(saras, "23", 350, now)
    bank.says("24", 400, today, receipt="same")
    bank.says("25", 400, today, receipt="same")  # the database lets one receipt credit one order
    book(saras, "24", 400, now)

    look(bank, now)

    assert standing() == [
        ("gateway-amount-differs", "naron 23 paid", 50),
        ("gateway-order-not-in-ledger", "naron 21 paid", 100),
        ("gateway-order-not-in-ledger", "naron 25 paid", 400),
        ("ledger-order-not-at-gateway", "naron 22 paid", 200),
    ]
    assert Difference.objects.get(subject="naron 25 paid").facts["receipt_of"] == "24"


def test_what_was_taken_and_given_back_without_us_is_no_difference(saras, now, today):
    """As when the bank confirmed another amount, and we had it given back."""
    bank = Bank()
    bank.says("26", 600, today)
    bank.says("26", 600, today, state="reversed")
    bank.says("27", 700, today)
    bank.says("27", 700, today, state="reversed")
    book(saras, "27", 700, now)  # credited here, and taken back by the bank behind our back

    look(bank, now)

    assert standing() == [("gateway-order-not-in-ledger", "naron 27 reversed", -700)]


def test_an_order_that_was_credited_twice_differs(saras, now, today):
    bank = Bank()
    bank.says("31", 100, today)
    book(saras, "31", 100, now)
    book(saras, "31", 100, now + timedelta(seconds=1))

    look(bank, now)

    assert standing() == [("gateway-amount-differs", "naron 31 paid", 100)]


def test_a_fresh_difference_is_shown_and_alarms_after_half_an_hour(saras, now, today):
    bank = Bank()
    bank.says("41", 100, today)

    look(bank, now)
    shown, quiet = standing(), reconciliation.alarm(now=now)
    look(bank, now + timedelta(minutes=20))
    still_quiet = reconciliation.alarm(now=now + timedelta(minutes=20))
    look(bank, now + timedelta(minutes=30))

    assert shown == [("gateway-order-not-in-ledger", "naron 41 paid", 100)]
    assert (quiet, still_quiet) == ("", "")
    assert reconciliation.alarm(now=now + timedelta(minutes=30)) == "differs"


def test_a_difference_goes_when_the_ledger_has_caught_up_even_days_later(saras, now, today):
    bank = Bank()
    bank.says("51", 100, today)
    look(bank, now)
    later = now + timedelta(days=5)
    look(bank, later)  # the frequent look asks for today and yesterday, and for the open day
    before = standing()
    book(saras, "51", 100, later)

    look(bank, later + timedelta(minutes=10))
    after = standing()
    look(bank, later + timedelta(minutes=20))

    assert before == [("gateway-order-not-in-ledger", "naron 51 paid", 100)]
    # It is in the ledger of a day whose report lacks it, and that is no difference either.
    assert after == standing() == []


def test_an_order_around_midnight_may_stand_in_the_report_of_either_day(saras, now, today):
    midnight = datetime(today.year, today.month, today.day, tzinfo=TEHRAN)
    bank = Bank()
    bank.says("61", 100, today - timedelta(days=1))
    book(saras, "61", 100, midnight + timedelta(seconds=4))
    # Beside a day whose report is not read: the day before yesterday may have it.
    book(saras, "62", 100, midnight - timedelta(days=1) + timedelta(seconds=4))
    book(saras, "63", 100, midnight - timedelta(days=1) + timedelta(minutes=11))

    look(bank, now)

    assert standing() == [("ledger-order-not-at-gateway", "naron 63 paid", 100)]


def correct(debit: Account, credit: Account, amount: int, order: str, two) -> None:
    """Put an order right as the runbook says: a correction that names the top-up."""
    vida, kian = two
    about = TopUp.objects.get(number=int(order)).public_id
    wish = corrections.propose(
        key=new_id("cor"), debit=debit, credit=credit, amount=amount, reason="x", about=about,
        actor=vida, now=timezone.now(),
    )  # fmt: skip
    corrections.approve(correction=wish, actor=kian, reason="x", now=timezone.now())


def test_a_correction_that_names_the_top_up_puts_each_kind_right(saras, vida, kian, now, today):
    bank, gateway = Bank(), accounts.platform("gateway", name="naron")
    begun = {"person": saras.person, "gateway": "naron", "ask_at": now, "state": "failed",
             "created_at": now, "amount_rials": 100}  # fmt: skip
    TopUp.objects.create(number=81, key="k81", **begun)
    bank.says("81", 100, today)  # taken, credited nobody
    book(saras, "82", 250, now)  # credited, and the bank knows nothing
    bank.says("83", 300, today)
    book(saras, "83", 310, now)  # credited too much
    bank.says("84", 400, today)
    bank.says("84", 400, today, state="reversed")
    book(saras, "84", 400, now)  # given back by the bank
    look(bank, now)
    before = {subject for _code, subject, _amount in standing()}

    correct(gateway, saras, 100, "81", (vida, kian))
    correct(saras, gateway, 250, "82", (vida, kian))
    correct(saras, gateway, 9, "83", (vida, kian))  # a rial too little
    correct(saras, gateway, 400, "84", (vida, kian))
    look(bank, now)
    nearly = standing()
    correct(saras, gateway, 1, "83", (vida, kian))
    look(bank, now)

    assert before == {"naron 81 paid", "naron 82 paid", "naron 83 paid", "naron 84 reversed"}
    assert nearly == [("gateway-amount-differs", "naron 83 paid", 10)]
    assert standing() == []


def test_a_bank_that_does_not_answer_takes_nothing_back(saras, now, today):
    bank = Bank()
    bank.says("71", 100, today)
    look(bank, now)
    bank.silent = True

    done = look(bank, now + timedelta(minutes=10))

    assert {(one["state"], one["why"]) for one in done.clearing} == {
        ("no-answer", "gateway-timeout")
    }
    assert standing() == [("gateway-order-not-in-ledger", "naron 71 paid", 100)]


def test_a_broken_adapter_does_not_blind_the_rest(saras, now, today):
    class Broken(Bank):
        def _report(self, _day, /):
            raise ZeroDivisionError

    bank = Bank()
    bank.says("81", 100, today)

    done = reconciliation.run(depth="recent", gateways=[Broken("broken"), bank], now=now)

    assert standing() == [("gateway-order-not-in-ledger", "naron 81 paid", 100)]
    assert {one["state"] for one in done.clearing if one["gateway"] == "broken"} == {"no-answer"}


def test_a_gateway_without_a_report_says_so(saras, now, today):
    class Mute(Bank):
        abilities = frozenset({Ability.PAY_IN})

    book(saras, "91", 100, now)

    with pytest.raises(NoReport):
        gateway_rows(Mute(), today)
    done = reconciliation.run(depth="recent", gateways=[Mute()], now=now)

    assert {one["state"] for one in done.clearing} == {"no-report"}
    assert next(o for o in done.clearing if o["day"] == today.isoformat())["ledger_rials"] == 100
    assert done.state == "clean"


def test_a_gateway_that_is_no_longer_configured_is_still_shown(saras, now):
    book(saras, "92", 100, now)

    done = look(None, now)

    assert {(one["gateway"], one["state"]) for one in done.clearing} == {("naron", "no-report")}


def test_the_full_look_reads_a_week(saras, now, today):
    bank = Bank()
    bank.says("95", 100, today - timedelta(days=6))

    look(bank, now)
    recent = standing()
    look(bank, now, "full")

    assert recent == []
    assert standing() == [("gateway-order-not-in-ledger", "naron 95 paid", 100)]


def test_of_a_ledger_that_was_away_some_orders_are_listed_and_the_rest_is_said(now, today):
    bank = Bank()
    for order in range(150):
        bank.says(str(1_000 + order), 100, today)

    done = look(bank, now)

    assert (done.standing, done.shortened) == (100, ["gateway-order-not-in-ledger"])
    assert Transfer.objects.count() == 0


def test_a_top_up_through_the_sandbox_bank_is_in_its_report_and_in_the_ledger(
    saras, sara, tmp_path
):
    """The whole way: the bank's page, the verify, the credit, the bank's report of the day."""
    now = timezone.now()
    with (
        run_psp(tmp_path / "psp.sqlite3") as psp,  # no other test's payments stand in its report
        override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)),
    ):
        paid, unpaid = (
            topups.begin(person=sara, wish=topups.Wish("sandbox", 250_000), key=key, now=now)
            for key in ("a", "b")
        )
        psp.pay(paid.redirect_url)
        for row in (paid, unpaid):
            topups.settle(row=row, now=now)
        clean = reconciliation.run(depth="recent", gateways=registry.every(), now=now)
        plant = "update wallet_topup set number = number + 1 where id = %s"
        with connection.cursor() as cursor:
            cursor.execute(plant, [paid.pk])
        reconciliation.run(depth="recent", gateways=registry.every(), now=now)

    mine = {(one["gateway"], one["state"]) for one in clean.clearing}
    assert mine == {(name, "compared") for name in ("sandbox", "sandbox-zibal", "sandbox-payouts")}
    assert clean.state == "clean"
    # The other half, the credit that the bank does not know, is not asked for just before midnight.
    subjects = {(code, subject) for code, subject, _amount in standing()}
    assert ("gateway-order-not-in-ledger", f"sandbox {paid.number} paid") in subjects
