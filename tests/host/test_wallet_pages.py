"""A person's own pages about money: balance, statement, PIN, limits, receipts."""

import re

import pytest
from django.utils import timezone

from core.limits import STATEMENT_ROWS
from miniapps import charging
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.wallet.conftest import fill, wallet_of
from wallet import accounts, invoices, pins, receipts, refunds, statements
from wallet.invoices import Asked, Line
from wallet.models import Payment
from wallet.money import Rials

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def maker():
    return build.make_maker(make_person("نارون"))


@pytest.fixture
def browser(mina):
    return signed_in(mina)


def pay(person, maker, amount=125_000, key="k1", **more):
    asked = Asked(title="کیک زعفرانی", amount_rials=amount, **more)
    now = timezone.now()
    invoice = invoices.create(maker=maker, book="live", audience="", asked=asked, key=key, now=now)
    return charging.charge(invoice=invoice, person=person, key=key, pin="", now=now)


def refund(payment, amount):
    return refunds.refund(
        payment=payment, amount=Rials(amount), reason="سرد بود", key="r1", asked_by="t", actor=None,
        now=timezone.now(),
    )  # fmt: skip


def text_of(answer):
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"[\u2066-\u2069]", "", re.sub(r"\s+", " ", plain))


def test_an_empty_wallet_says_so(browser):
    page = text_of(browser.get("/wallet/"))

    assert "هنوز چیزی جابه‌جا نشده است" in page
    assert "۰ تومان" in page


def test_the_statement_has_words_signs_and_what_was_left(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    payment = pay(mina, maker)

    answer = browser.get("/wallet/")

    page = text_of(answer)
    assert "۸۷٬۵۰۰ تومان" in page
    assert "\u2212۱۲٬۵۰۰" in page
    assert "+۱۰۰٬۰۰۰" in page
    assert "افزایش موجودی" in page
    assert f"/wallet/payments/{payment.public_id}/" in answer.content.decode()


def test_a_hold_is_shown_as_set_aside_and_moves_nothing(mina, maker):
    wallet_of(mina, 1_000_000)
    pay(mina, maker)

    page = statements.page_of(accounts.of_person(mina))

    assert [one.amount_rials for one in page.entries] == [-125_000, 1_000_000]
    assert [one.balance_rials for one in page.entries] == [875_000, 1_000_000]


def test_the_statement_is_paged_by_its_own_numbers(browser, mina):
    wallet = wallet_of(mina)
    for amount in range(1, STATEMENT_ROWS + 4):
        fill(wallet, amount)

    first = statements.page_of(wallet)
    second = statements.page_of(wallet, before=first.before)

    assert len(first.entries) == STATEMENT_ROWS
    assert [one.amount_rials for one in second.entries] == [3, 2, 1]
    assert second.before is None
    assert f"?before={first.before}" in browser.get("/wallet/").content.decode()
    assert browser.get(f"/wallet/?before={first.before}").status_code == 200


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "۱۲", ""])
def test_a_page_number_that_is_none_shows_the_newest(browser, before):
    assert browser.get("/wallet/", {"before": before}).status_code == 200


def test_a_page_of_the_statement_costs_a_fixed_number_of_queries(
    browser, mina, maker, django_assert_max_num_queries
):
    wallet_of(mina, 9_000_000)
    for number in range(8):
        pay(mina, maker, key=f"k{number}")
    browser.get("/wallet/")

    with django_assert_max_num_queries(16):
        browser.get("/wallet/")


def test_limits_are_shown_with_what_is_used(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    pay(mina, maker)

    page = text_of(browser.get("/wallet/"))

    assert "۱۲٬۵۰۰ تومان پرداخته‌اید و ۴٬۹۸۷٬۵۰۰ تومان مانده است" in page


def test_a_pin_is_chosen_and_changed(browser, mina):
    browser.post("/wallet/pin/", {"pin": "۲۵۸۰", "again": "2580"})
    mina.spender.refresh_from_db()
    first = mina.spender.pin
    wrong = browser.post("/wallet/pin/", {"old_pin": "0000", "pin": "9173", "again": "9173"})
    mina.spender.refresh_from_db()
    assert (wrong.status_code, mina.spender.pin) == (400, first)
    assert "۲ بار دیگر" in text_of(wrong)

    browser.post("/wallet/pin/", {"old_pin": "2580", "pin": "9173", "again": "9173"})

    mina.spender.refresh_from_db()
    assert mina.spender.pin != first


@pytest.mark.parametrize(
    ("pin", "again"), [("2580", "2581"), ("1234", "1234"), ("", ""), ("ab", "ab")]
)
def test_a_bad_pin_is_not_kept(browser, mina, pin, again):
    answer = browser.post("/wallet/pin/", {"pin": pin, "again": again})

    assert answer.status_code == 400
    browser.get("/wallet/pin/")
    mina.spender.refresh_from_db()
    assert mina.spender.pin == ""


def test_the_free_amount_needs_the_pin(browser, mina):
    pins.choose(person=mina, pin="2580", now=timezone.now())

    refused = browser.post("/wallet/pin/free/", {"amount": "2000000", "pin": "1111"})
    mina.spender.refresh_from_db()
    assert (refused.status_code, mina.spender.pin_free_rials) == (400, 500_000)
    strange = browser.post("/wallet/pin/free/", {"amount": "2000001", "pin": "2580"})
    assert strange.status_code == 400
    browser.post("/wallet/pin/free/", {"amount": "2000000", "pin": "2580"})

    mina.spender.refresh_from_db()
    assert mina.spender.pin_free_rials == 2_000_000


def test_a_receipt_has_all_facts(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    lines = [Line("کیک", 150_000), Line("تخفیف", -25_000)]
    payment = pay(mina, maker, lines=lines, order_ref="o-7")
    refund(payment, 25_000)

    answer = browser.get(f"/wallet/payments/{payment.public_id}/")

    page = text_of(answer)
    for said in ("کیک زعفرانی", "۱۲٬۵۰۰", "۱۲۵٬۰۰۰ ریال", "o-7", maker.name, "سرد بود", "+۲٬۵۰۰"):
        assert said in page, said
    assert payment.public_id in page


def test_a_receipt_is_the_payers_alone(mina, dara, maker):
    wallet_of(mina, 1_000_000)
    payment = pay(mina, maker)

    assert signed_in(dara).get(f"/wallet/payments/{payment.public_id}/").status_code == 404
    assert signed_in(mina).get("/wallet/payments/pay_x/").status_code == 404


def test_the_card_in_the_chat_names_the_page_of_the_receipt(browser, mina, maker):
    wallet_of(mina, 1_000_000)
    payment = Payment.objects.select_related("invoice", "maker", "payer").get(
        pk=pay(mina, maker).pk
    )

    card = receipts.post(payment=payment, now=timezone.now()).card

    assert browser.get(f"/wallet/payments/{card['payment']}/").status_code == 200


def test_the_account_leads_to_the_wallet(browser):
    assert 'href="/wallet/"' in browser.get("/account/").content.decode()
