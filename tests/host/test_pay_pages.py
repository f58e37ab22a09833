"""Paying outside of an app: an invoice's page, and a merchant's standing link."""

import json
import re
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from miniapps import governing
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.wallet.conftest import wallet_of
from wallet import accounts, invoices, paylinks
from wallet.invoices import Asked
from wallet.models import Invoice, PayLink, Payment

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def maker():
    return build.make_maker(make_person("نارون"))


@pytest.fixture
def invoice(maker):
    asked = Asked(title="کیک زعفرانی", amount_rials=125_000)
    return invoices.create(
        maker=maker, book="live", audience="", asked=asked, key="i1", now=timezone.now()
    )


@pytest.fixture
def browser(mina):
    wallet_of(mina, 1_000_000)
    return signed_in(mina)


def call(browser, invoice_id, method, **params):
    body = json.dumps({"method": method, "params": params})
    return browser.post(f"/pay/{invoice_id}/call", body, content_type="application/json")


def make_link(maker, amount=None, **more):
    given = {"book": "live", "title": "صندوق نارون", "created_by": maker.founder} | more
    return PayLink.objects.create(maker=maker, amount_rials=amount, **given)


def test_a_stranger_signs_in_first(client, invoice):
    answer = client.get(f"/pay/{invoice.public_id}")

    assert (answer.status_code, "/signin/" in answer.headers["Location"]) == (302, True)
    assert call(client, invoice.public_id, "payments.open").status_code == 401


def test_the_page_says_who_what_and_how_much(browser, invoice, maker):
    page = browser.get(f"/pay/{invoice.public_id}").content.decode()

    assert "کیک زعفرانی" in page
    assert maker.name in page
    assert "۱۲٬۵۰۰" in page
    assert "۱۲۵٬۰۰۰ ریال" in page


def test_an_invoice_is_paid_on_its_page(browser, invoice):
    paid = call(browser, invoice.public_id, "payments.confirm", invoice=invoice.public_id, key=KEY)

    result = paid.json()["result"]
    assert (result["status"], result["token"]) == ("paid", None)
    assert "paid" in Invoice.objects.get().state
    page = browser.get(f"/pay/{invoice.public_id}").content.decode()
    assert f"/wallet/payments/{result['payment']}/" in page


def test_a_page_asks_for_its_own_invoice_only(browser, invoice, maker):
    other = invoices.create(
        maker=maker, book="live", audience="", asked=Asked(title="چای", amount_rials=50_000),
        key="i2", now=timezone.now(),
    )  # fmt: skip

    answer = call(browser, invoice.public_id, "payments.confirm", invoice=other.public_id, key=KEY)

    assert answer.status_code == 404
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("method", ["token.get", "storage.get", "launch.close", "", "payments"])
def test_the_rest_of_the_bridge_is_not_there(browser, invoice, method):
    answer = call(browser, invoice.public_id, method)

    assert (answer.status_code, answer.json()["code"]) == (404, "bridge-method-unknown")


def test_a_call_without_the_pages_own_proof_is_refused(mina, invoice):
    browser = signed_in(mina, enforce_csrf_checks=True)

    answer = call(
        browser, invoice.public_id, "payments.confirm", invoice=invoice.public_id, key=KEY
    )

    assert answer.status_code == 403
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("invoice_id", ["inv_x", "nothing", "inv_" + "0" * 26])
def test_an_unknown_invoice_is_not_found(browser, invoice_id):
    assert browser.get(f"/pay/{invoice_id}").status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "12500",
        "۱۲۵۰۰",
        "۱۲٬۵۰۰",
        "12,500",
        " ١٢٥٠٠ ",
        "\u200f۱۲\u200c۵۰۰",
        "\u2066۱۲٬۵۰۰\u2069 تومان",
    ],
)
def test_an_open_link_takes_toman_as_people_write_them(browser, maker, text):
    link = make_link(maker)

    answer = browser.post(f"/pay/l/{link.public_id}", {"amount": text, "key": KEY})

    made = Invoice.objects.get()
    assert answer.headers["Location"] == f"/pay/{made.public_id}"
    assert (made.amount_rials, made.link, made.maker) == (125_000, link, maker)


@pytest.mark.parametrize(
    "text", ["", "0", "-5", "1.5", "ده", "1e5", "9" * 15, "9" * 30, "²", "1,2,5"]
)
def test_an_amount_that_is_none_is_asked_for_again(browser, maker, text):
    link = make_link(maker)

    answer = browser.post(f"/pay/l/{link.public_id}", {"amount": text, "key": KEY})

    assert answer.status_code == 400
    assert Invoice.objects.count() == 0


def test_a_fixed_link_does_not_listen_to_the_page(browser, maker):
    link = make_link(maker, amount=300_000)

    browser.post(f"/pay/l/{link.public_id}", {"amount": "1", "key": KEY})

    assert Invoice.objects.get().amount_rials == 300_000


def test_the_form_pressed_twice_is_one_invoice(browser, maker):
    link = make_link(maker)
    page = browser.get(f"/pay/l/{link.public_id}").content.decode()
    key = re.search(r'name="key" value="(\w+)"', page)[1]

    places = {
        browser.post(f"/pay/l/{link.public_id}", {"amount": "5000", "key": key}).headers["Location"]
        for _press in range(2)
    }

    assert len(places) == 1
    assert Invoice.objects.count() == 1


def test_a_link_that_is_switched_off_is_not_found(browser, maker):
    link = make_link(maker, active=False)

    assert browser.get(f"/pay/l/{link.public_id}").status_code == 404
    answer = browser.post(f"/pay/l/{link.public_id}", {"amount": "5000", "key": KEY})
    assert answer.status_code == 404


def test_the_qr_of_a_link_leads_to_its_page(browser, maker):
    link = make_link(maker, amount=300_000)

    page = browser.get(urlsplit(paylinks.address_of(link)).path)

    assert page.status_code == 200
    assert "۳۰٬۰۰۰" in page.content.decode()


def test_a_test_link_is_for_the_makers_own_people(browser, maker):
    link = make_link(maker, amount=300_000, book="test")
    place = f"/pay/l/{link.public_id}"

    for answer in (browser.get(place), browser.post(place, {"key": KEY})):
        assert answer.status_code == 403
        assert "این آزمایش سازندگان آن است" in answer.content.decode()
    assert Invoice.objects.count() == 0

    team = signed_in(maker.founder)
    assert team.get(place).status_code == 200
    where = team.post(place, {"key": KEY}).headers["Location"]
    assert team.get(where).status_code == 200
    assert browser.get(where).status_code == 403


def test_a_stranger_neither_pays_a_test_invoice_of_a_link_nor_gets_test_money(browser, mina, maker):
    link = make_link(maker, amount=300_000, book="test")
    made = invoices.from_link(link=link, amount=None, key="k", now=timezone.now())

    for method, more in {"payments.confirm": {"key": KEY}, "payments.test_money": {"key": KEY},
                         "payments.open": {}}.items():  # fmt: skip
        answer = call(browser, made.public_id, method, invoice=made.public_id, **more)
        assert (answer.status_code, answer.json()["code"]) == (403, "test-invoice-for-team")
    assert not Payment.objects.exists()
    assert accounts.balance_of(accounts.of_person(mina, "test")).posted == 0


def test_the_makers_people_pay_a_test_link_with_test_money(maker):
    link = make_link(maker, amount=300_000, book="test")
    made = invoices.from_link(link=link, amount=None, key="k", now=timezone.now())
    team = signed_in(maker.founder)
    call(team, made.public_id, "payments.test_money", invoice=made.public_id, key=KEY)

    paid = call(team, made.public_id, "payments.confirm", invoice=made.public_id, key=KEY)

    assert paid.json()["result"]["status"] == "paid"
    assert accounts.balance_of(accounts.of_maker(maker, "test")).posted == 297_000
    assert accounts.balance_of(accounts.of_maker(maker)).posted == 0


def test_the_page_of_a_suspended_apps_invoice_says_why_it_cannot_be_paid(browser, maker):
    app, now = build.live_app(maker), timezone.now()
    asked = Asked(title="کیک", amount_rials=125_000)
    made = invoices.create(
        maker=maker, book="live", audience=app.public_id, asked=asked, key="i2", now=now
    )
    omid = make_person("امید", role="operator")
    governing.suspend(app=app, actor=omid, reason="کلاهبرداری", now=now)

    page = browser.get(f"/pay/{made.public_id}").content.decode()
    tried = call(browser, made.public_id, "payments.confirm", invoice=made.public_id, key=KEY)

    assert "این برنامک اکنون پرداخت نمی‌پذیرد" in page
    assert (tried.status_code, tried.json()["code"]) == (409, "app-takes-no-money")
    assert "پولی پرداخت نشد" in tried.json()["detail"]
    assert not Payment.objects.exists()
