"""The sandbox is a faithful bank: it forgets nothing, pays once, and obeys nobody from outside."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sandbox_psp import payouts, sadad, zibal
from sandbox_psp.failures import FAILURES
from tests.wallet.psp import Form, run_psp
from wallet.gateways import sandbox
from wallet.gateways.errors import GatewayRefused
from wallet.gateways.interface import GatewayOrder, PayoutOrder, PayoutState, State

NUMBERS = itertools.count(time.time_ns() // 1_000)


def start(psp, name="sandbox", amount=50_000):
    order_id = str(next(NUMBERS))
    new = GatewayOrder(order_id=order_id, amount_rials=amount, callback_url="http://shop.test/back")
    redirect = psp.gateway(name).initiate(new)
    return GatewayOrder(order_id=order_id, amount_rials=amount, token=redirect.token), redirect.url


def test_both_sides_know_the_same_credentials():
    rows = sandbox.rows("http://psp.test")

    assert (rows["sandbox"]["merchant_id"], rows["sandbox"]["terminal_id"]) == (sadad.MERCHANT, sadad.TERMINAL)  # fmt: skip
    assert rows["sandbox"]["key"] == sadad.KEY
    assert rows["sandbox-zibal"]["merchant_id"] == zibal.MERCHANT
    assert rows["sandbox-payouts"]["key"] == payouts.KEY
    assert all(row["sandbox"] for row in rows.values())


def test_a_kill_loses_nothing_that_was_answered(tmp_path):
    with run_psp(tmp_path / "books") as psp:
        psp.reset()
        waiting, _ = start(psp)
        paid, url = start(psp)
        psp.pay(url)
        verified, url = start(psp)
        psp.pay(url)
        receipt = psp.gateway().verify(verified).receipt
        psp.control(mode="verify-500", times=3)

        psp.stop(kill=True)
        psp.start()

        assert [psp.payment(one.token)["state"] for one in (waiting, paid, verified)] == [
            "waiting", "paid", "verified",
        ]  # fmt: skip
        left = requests.get(f"{psp.url}/control", timeout=5).json()
        assert (left["mode"], left["times"]) == ("verify-500", 3)
        psp.control(mode=None)
        assert psp.gateway().verify(verified).receipt == receipt
        assert psp.gateway().verify(paid).state is State.PAID


def test_a_payment_nobody_verified_goes_back_to_the_payer(psp):
    order, url = start(psp)
    psp.pay(url)
    psp.control(forward_s=899)
    assert psp.payment(order.token)["state"] == "paid"

    psp.control(forward_s=901)

    assert (psp.payment(order.token)["state"], psp.payment(order.token)["why"]) == ("reversed", "not-verified")  # fmt: skip
    assert psp.gateway().verify(order).raw_code == "101"


def test_an_order_nobody_paid_in_time_can_no_longer_be_paid(psp):
    order, url = start(psp)
    psp.control(forward_s=901)

    page = requests.get(url, timeout=5).text
    requests.post(f"{psp.url}/pay/sadad/{order.token}", {"action": "pay"}, timeout=5)

    assert Form.of(page).fields["ResCode"] == "17"
    assert psp.payment(order.token)["state"] == "expired"


def test_of_many_verifies_at_once_one_takes_the_money(psp):
    order, url = start(psp)
    psp.pay(url)
    gateway = psp.gateway()

    with ThreadPoolExecutor(12) as pool:
        states = [one.state for one in pool.map(lambda _: gateway.verify(order), range(24))]

    assert states.count(State.PAID) == 1
    assert states.count(State.ALREADY_VERIFIED) == 23


def test_of_many_requests_with_one_order_id_one_is_registered(psp):
    gateway = psp.gateway()
    once = GatewayOrder(
        order_id=str(next(NUMBERS)), amount_rials=5_000, callback_url="http://shop.test/"
    )

    def ask(_turn):
        try:
            return gateway.initiate(once).token
        except GatewayRefused as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert answers.count("GatewayRefused") == 7


def test_a_payout_sent_by_many_at_once_is_one(psp):
    bank = psp.gateway("sandbox-payouts")
    order = PayoutOrder(
        order_id=str(next(NUMBERS)), amount_rials=9, sheba="IR200170000000000123456789", holder="علی"
    )  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        receipts = {one.receipt for one in pool.map(lambda _: bank.send_payout(order), range(16))}

    assert len(receipts) == 1


def test_two_taps_on_pay_take_the_money_once(psp):
    order, url = start(psp)

    first = psp.pay(url)
    page = requests.post(f"{psp.url}/pay/sadad/{order.token}", {"card": "6037991234567893", "action": "pay"}, timeout=5)  # fmt: skip

    assert first.fields["ResCode"] == "0"
    assert "پرداخت انجام شد" in page.text
    assert psp.payment(order.token)["paid_rials"] == 50_000


def test_paid_money_cannot_be_cancelled_by_the_payer(psp):
    order, url = start(psp)
    psp.pay(url)

    page = requests.post(f"{psp.url}/pay/sadad/{order.token}", {"action": "cancel"}, timeout=5)

    assert "پرداخت انجام شد" in page.text
    assert psp.payment(order.token)["state"] == "paid"


@pytest.mark.parametrize("form", [{"card": "4111111111111111"}, {"card": "6037991234567893", "failure": "payout-fails"}, {"failure": "x"}])  # fmt: skip
def test_real_cards_and_unknown_failures_are_turned_away(psp, form):
    order, _url = start(psp)

    page = requests.post(f"{psp.url}/pay/sadad/{order.token}", {"action": "pay", **form}, timeout=5)

    assert page.status_code == 400
    assert psp.payment(order.token)["state"] == "waiting"


def test_the_report_of_a_day_lists_what_moved(psp):
    day = (datetime.now(UTC) + timedelta(days=400, hours=3, minutes=30)).date().isoformat()
    psp.control(forward_s=400 * 86_400)
    kept, url = start(psp, amount=70_000)
    psp.pay(url)
    receipt = psp.gateway().verify(kept).receipt
    returned, url = start(psp, "sandbox-zibal", amount=30_000)
    psp.pay(url, failure="verified-then-reversed")
    psp.gateway("sandbox-zibal").verify(returned)
    unverified, url = start(psp)
    psp.pay(url)
    sent = PayoutOrder(
        order_id=str(next(NUMBERS)), amount_rials=20_000, sheba="IR200170000000000123456789", holder="علی"
    )  # fmt: skip
    assert psp.gateway("sandbox-payouts").send_payout(sent).state is PayoutState.SETTLED

    report = psp.settlements(day)

    rows = [(row["kind"], row["order_id"], row["amount_rials"] * row["sign"]) for row in report["rows"]]  # fmt: skip
    assert sorted(rows) == sorted(
        [
            ("payment", kept.order_id, 70_000), ("payment", returned.order_id, 30_000),
            ("reversal", returned.order_id, -30_000), ("payout", sent.order_id, -20_000),
        ]
    )  # fmt: skip
    assert report["total_rials"] == 50_000
    assert receipt in {row["receipt"] for row in report["rows"]}
    assert unverified.order_id not in {row["order_id"] for row in report["rows"]}
    assert psp.settlements("2001-01-01")["rows"] == []


def test_a_date_that_is_none_is_refused(psp):
    assert requests.get(f"{psp.url}/control/settlements?date=1405-13-45", timeout=5).status_code == 400  # fmt: skip


# --- who may steer it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.test"}, {"Origin": "null"}, {"Host": "psp.evil.test"}, {"Host": ""}]
)  # fmt: skip
@pytest.mark.parametrize("path", ["/control", "/control/orders", "/control/settlements"])
def test_no_page_and_no_rebound_name_reaches_the_controls(psp, path, headers):
    assert requests.get(f"{psp.url}{path}", headers=headers, timeout=5).status_code == 403


@pytest.mark.parametrize("path", ["/control", "/control/payouts"])
def test_a_page_cannot_steer_with_a_simple_form(psp, path):
    answer = requests.post(
        f"{psp.url}{path}", '{"mode": "timeout"}', timeout=5,
        headers={"Origin": "http://evil.test", "Content-Type": "text/plain"},
    )  # fmt: skip

    assert answer.status_code == 403
    assert requests.get(f"{psp.url}/control", timeout=5).json()["mode"] == "none"


@pytest.mark.parametrize(
    "document",
    [{}, [], {"mode": "sabotage"}, {"times": 0}, {"times": True}, {"hang_s": -1}, {"hang_s": "1"}, {"power": 1}],
)  # fmt: skip
def test_orders_that_make_no_sense_are_refused(psp, document):
    assert requests.post(f"{psp.url}/control", json=document, timeout=5).status_code == 400


def test_it_says_in_which_ways_it_can_fail(psp):
    assert requests.get(f"{psp.url}/control", timeout=5).json()["failures"] == sorted(FAILURES)


# --- an ordinary server besides --------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/psp-static/../store.py", 404), ("GET", "/psp-static/store.py", 404),
     ("GET", "/psp-static/page.css", 200), ("GET", "/VPG/Purchase?Token=77", 404), ("GET", "/VPG/Purchase", 404),
     ("GET", "/start/12", 404), ("POST", "/pay/zibal/12", 404), ("PUT", "/control", 501), ("GET", "/payouts/5", 401)],
)  # fmt: skip
def test_addresses_answer_what_they_should(psp, method, path, status):
    assert requests.request(method, f"{psp.url}{path}", timeout=5).status_code == status


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"Token": 5}', b"\xff", b"[" * 50_000])
@pytest.mark.parametrize("path", ["/vpg/api/v0/Request/PaymentRequest", "/api/v0/Advice/Verify", "/v1/request", "/v1/verify", "/v1/inquiry"])  # fmt: skip
def test_a_question_without_sense_is_answered_with_a_no(psp, path, body):
    answer = requests.post(f"{psp.url}{path}", body, timeout=5)

    assert answer.status_code == 200
    assert {str(answer.json().get(name)) for name in ("ResCode", "result")} & {"-1", "3", "102", "203"}  # fmt: skip


def test_a_body_that_is_too_large_is_not_read(psp):
    answer = requests.post(
        f"{psp.url}/v1/request", b"", headers={"Content-Length": "900000"}, timeout=5
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/VPG/Purchase?Token={}", "/vpg/purchase?token={}"])
def test_addresses_are_found_in_any_case(psp, path):
    order, _url = start(psp)

    assert requests.get(psp.url + path.format(order.token), timeout=5).status_code == 200


def test_where_the_payer_came_from_is_kept_and_missed(psp):
    order, url = start(psp)

    silent = requests.get(url, timeout=5).text
    requests.get(url, headers={"Referer": "http://localhost:8000/"}, timeout=5)

    assert "Referer" in silent
    assert psp.payment(order.token)["referrer"] == "http://localhost:8000/"


def test_what_a_merchant_says_is_shown_as_text(psp):
    new = GatewayOrder(
        order_id=str(next(NUMBERS)), amount_rials=5_000, description="<script>alert(1)</script>$x",
        callback_url='http://shop.test/"><script>alert(2)</script>',
    )  # fmt: skip

    page = requests.get(psp.gateway().initiate(new).url, timeout=5)

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;$x" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://shop.test;" in policy
    assert "unsafe" not in policy
