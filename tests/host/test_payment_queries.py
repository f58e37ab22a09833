"""What a payment costs the database: statements that are counted, so that none creeps in."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from miniapps.models import App
from tests.host.test_pay_pages import KEY, call
from tests.miniapps import build
from tests.miniapps.api.money import asks
from tests.people import make_person, signed_in
from tests.wallet.conftest import wallet_of
from wallet import accounts

pytestmark = pytest.mark.django_db(transaction=True)
INVOICE, PAYMENT = 10, 28  # with BEGIN and COMMIT


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def server():
    app = build.make_app(build.make_maker(make_person("نارون")))
    App.objects.update(status="live")
    _key, text = build.make_key(app, "payments:write", now=timezone.now())
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.fixture
def browser(mina):
    wallet_of(mina, 10_000_000)
    return signed_in(mina)


def one_payment(server, browser, number):
    """Ask for money and pay it; return what either asked of the database."""
    with CaptureQueriesContext(connection) as asking:
        invoice = asks(server, key=f"i{number}", amount_rials=10_000).json()["id"]
    with CaptureQueriesContext(connection) as paying:
        key = f"{KEY}{number}"
        paid = call(browser, invoice, "payments.confirm", invoice=invoice, key=key)
    assert paid.json()["result"]["status"] == "paid"
    return asking, paying


def commits(asked):
    """Count what waits for the disk: transactions, and what is written outside of one."""
    count, inside = 0, False
    for query in asked.captured_queries:
        word = query["sql"].split()[0].upper()
        inside = word == "BEGIN" or (inside and word != "COMMIT")
        count += word == "COMMIT" or (not inside and word in ("INSERT", "UPDATE", "DELETE"))
    return count


def test_a_payment_by_http_asks_the_database_so_often_and_no_more(server, browser):
    one_payment(server, browser, 1)  # accounts are made, and what is kept is read

    asking, paying = one_payment(server, browser, 2)

    assert (len(asking), commits(asking)) == (INVOICE, 3)
    assert (len(paying), commits(paying)) == (PAYMENT, 2)  # the hold, the capture


def test_a_busy_payer_costs_no_more_than_a_new_one(server, browser):
    first = [one_payment(server, browser, number) for number in range(2)][-1]

    later = [one_payment(server, browser, number) for number in range(2, 9)][-1]

    assert [len(asked) for asked in later] == [len(asked) for asked in first]
