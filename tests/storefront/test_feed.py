"""The statement as a feed: who, what for, how much, what was left; by key, in two queries."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from core.limits import STATEMENT_ROWS
from storefront.bank import feed
from storefront.bank.words import told
from tests.people import make_person, signed_in
from tests.storefront.conftest import happened_at, pay, refund, text_of
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts
from wallet.models import Payout, TopUp
from wallet.money import Rials

pytestmark = pytest.mark.django_db(transaction=True)
TEHRAN = ZoneInfo("Asia/Tehran")


def moved(person, reference, *, amount=400_000, out=False, reason="topup", key="x"):
    """Book one movement that belongs to a row of the wallet, as the wallet itself books it."""
    from wallet import ledger

    purse = accounts.of_person(person)
    bank = accounts.platform("bank")
    debit, credit = (purse, bank) if out else (bank, purse)
    ledger.post(
        ledger.move(
            debit=debit.pk, credit=credit.pk, amount=Rials(amount), reason=reason, key=key,
            book="live", reference=reference,
        )
    )  # fmt: skip


def top_up(person, number=1):
    now = timezone.now()
    return TopUp.objects.create(
        number=number, person=person, key=f"t{number}", gateway="sandbox", amount_rials=400_000,
        state="credited", card_masked="603799******1234", ask_at=now, created_at=now,
    )  # fmt: skip


def newest(person):
    return feed.page_of(accounts.of_person(person), person).entries[0]


def test_an_empty_wallet_says_so_and_makes_no_account(browser, mina):
    page = text_of(browser.get("/wallet/"))

    assert "هنوز چیزی جابه‌جا نشده است" in page
    assert "۰ تومان" in page
    assert not mina.accounts.exists()


def test_a_payment_is_told_by_its_merchant_and_what_was_bought(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    pay(mina, maker)

    answer = browser.get("/wallet/")

    page = text_of(answer)
    assert "\u2212۱۲٬۵۰۰" in page
    assert "مانده ۸۷٬۵۰۰" in page
    assert "+۱۰۰٬۰۰۰" in page
    assert f"{maker.name}" in page
    assert "کیک زعفرانی" in page
    assert f'/wallet/moves/{newest(mina).transfer}/"' in answer.content.decode()


def test_money_that_comes_back_is_told_with_the_same_merchant(mina, maker):
    wallet_of(mina, 1_000_000)
    refund(pay(mina, maker), 125_000)

    page = feed.page_of(accounts.of_person(mina), mina)

    back = [one for one in page.entries if one.reason in ("refund", "fee_refund")]
    assert sum(one.amount_rials for one in back) == 125_000
    assert {one.merchant for one in back} == {maker.public_id}


def test_a_top_up_is_told_by_the_bank_of_its_card(mina):
    moved(mina, top_up(mina).public_id)

    assert (told(newest(mina)).name, told(newest(mina)).reason) == (
        "بانک ملی ایران",
        "افزایش موجودی",
    )


def test_a_cash_out_is_told_by_its_sheba(mina):
    now = timezone.now()
    wallet_of(mina, 900_000)
    payout = Payout.objects.create(
        number=1, person=mina, asked_by=mina, key="o", gateway="sandbox-payouts",
        sheba="IR820540102680020817909002", holder="مینا", amount_rials=400_000, state="asked",
        slot_id=accounts.platform("payouts").pk, ask_at=now, created_at=now,
    )  # fmt: skip
    moved(mina, payout.public_id, out=True, reason="payout")

    said = told(newest(mina))

    assert (said.name, said.about) == ("بانک پارسیان", "IR820540102680020817909002")


def test_a_reference_to_what_belongs_to_another_person_tells_nothing_of_it(mina, sara):
    moved(mina, top_up(sara).public_id)

    entry = newest(mina)

    assert (entry.gateway, entry.card, entry.top_up) == ("", "", "")


def test_a_hold_moves_nothing_and_is_no_entry(mina, maker):
    wallet_of(mina, 1_000_000)
    pay(mina, maker)

    page = feed.page_of(accounts.of_person(mina), mina)

    assert [one.amount_rials for one in page.entries] == [-125_000, 1_000_000]
    assert [one.balance_rials for one in page.entries] == [875_000, 1_000_000]


def test_the_feed_goes_on_by_the_numbers_of_its_own_rows(browser, mina):
    wallet = wallet_of(mina)
    for amount in range(1, STATEMENT_ROWS + 4):
        fill(wallet, amount)

    first = feed.page_of(wallet, mina)
    second = feed.page_of(wallet, mina, before=first.before)

    assert len(first.entries) == STATEMENT_ROWS
    assert [one.amount_rials for one in second.entries] == [3, 2, 1]
    assert second.before is None
    assert f"?before={first.before}" in browser.get("/wallet/").content.decode()
    assert browser.get(f"/wallet/?before={first.before}").content.count(b"data-move") == 3


def test_a_script_gets_the_rest_of_a_day_without_its_heading_again(browser, mina):
    wallet = wallet_of(mina)
    for amount in range(1, STATEMENT_ROWS + 2):
        fill(wallet, amount)
    before = feed.page_of(wallet, mina).before
    day = timezone.localdate().isoformat()

    asked = {"before": before, "day": day}
    part = browser.get("/wallet/", asked, headers={"HX-Request": "true"}).content.decode()

    assert "bank-move" in part
    assert "bank-day" not in part
    assert "<html" not in part
    assert "bank-day" in browser.get("/wallet/", asked).content.decode()


def test_days_are_those_of_tehran_and_of_the_persian_calendar(browser, mina):
    wallet = wallet_of(mina)
    fill(wallet, 10)
    fill(wallet, 20)
    late = datetime(2026, 3, 20, 23, 59, tzinfo=TEHRAN)
    happened_at(wallet, [late, late + timedelta(minutes=2)])

    page = text_of(browser.get("/wallet/"))

    assert page.index("۱ فروردین ۱۴۰۵") < page.index("۲۹ اسفند ۱۴۰۴")


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "۱۲", ""])
def test_a_page_number_that_is_none_shows_the_newest(browser, before):
    assert browser.get("/wallet/", {"before": before}).status_code == 200


@pytest.mark.parametrize("day", ["x", "2026-13-45", "۱۴۰۵"])
def test_a_day_that_is_none_hides_no_heading(browser, mina, day):
    wallet_of(mina, 10)

    part = browser.get("/wallet/", {"day": day}, headers={"HX-Request": "true"})

    assert "bank-day" in part.content.decode()


@pytest.mark.parametrize(
    ("asked", "queries"),
    # What is under way and what is pinned stand on the first page only: one query each.
    [({}, 4), ({"before": "20"}, 2), ({"way": "out"}, 2)],
)
def test_a_page_costs_two_queries_and_the_first_one_two_more(
    mina, maker, django_assert_num_queries, asked, queries
):
    browser = signed_in(mina)
    wallet_of(mina, 9_000_000)
    for number in range(8):
        pay(mina, maker, key=f"k{number}")
    moved(mina, top_up(mina).public_id)
    browser.get("/wallet/", asked)

    with django_assert_num_queries(1 + queries) as caught:  # who is it; then those of the page
        browser.get("/wallet/", asked)

    assert "identity_person" in caught.captured_queries[0]["sql"]


def test_another_persons_movements_are_not_in_it(mina, maker):
    other = make_person("رضا")
    wallet_of(other, 777_000)
    wallet_of(mina, 10)

    assert "۷۷٬۷۰۰" not in text_of(signed_in(mina).get("/wallet/"))


def test_limits_are_shown_with_what_is_used(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    pay(mina, maker)

    page = text_of(browser.get("/wallet/limits/"))

    assert "۱۲٬۵۰۰ تومان پرداخته‌اید و ۴٬۹۸۷٬۵۰۰ تومان مانده است" in page
