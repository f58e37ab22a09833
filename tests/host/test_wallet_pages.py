"""A person's own pages about money: PIN, receipts."""

import pytest
from django.utils import timezone

from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.storefront.conftest import pay, refund, text_of
from tests.wallet.conftest import wallet_of
from wallet import accounts, pins, receipts
from wallet.invoices import Line
from wallet.models import Payment

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
