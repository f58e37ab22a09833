"""The café's backend: its own prices, the platform's word, and nothing twice."""

from __future__ import annotations

import itertools
import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from examples.cafe.orderbook import MENU, MOST_WAITING, PICKUP_MINUTES
from tests.examples.cafe_side import APP, KEYS, SECRETS, Bank, Cafe
from tests.examples.quiz_side import ROOT, Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS = (f"request-{number:020d}" for number in itertools.count())
GUESTS = (f"guest-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    made = Platform()
    yield made
    made.close()


@pytest.fixture(scope="module")
def bank() -> Iterator[Bank]:
    made = Bank()
    yield made
    made.close()


@pytest.fixture(scope="module")
def process(
    platform: Platform, bank: Bank, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cafe]:
    made = Cafe(tmp_path_factory.mktemp("cafe"), platform, bank)
    yield made
    made.close()


@pytest.fixture
def cafe(process: Cafe) -> Cafe:
    process.bank.calls.clear()
    process.bank.answers.clear()
    process.bank.answers["POST", "/invoices"] = 201, {"id": "inv_1"}
    return process


@pytest.fixture
def guest() -> str:
    return next(GUESTS)


def wish(**changes: Any) -> dict[str, Any]:
    cart = {"latte": 2, "tea": 1}
    facts = {"request": next(REQUESTS), "cart": cart, "name": "علی", "note": "", "minutes": 20}
    return facts | changes


def ordered(cafe: Cafe, guest: str, **claims: Any) -> dict[str, Any]:
    status, order = cafe.call("/orders", wish(), token=cafe.token(sub=guest, **claims))
    assert status == 200, order
    return order


def seen(cafe: Cafe, guest: str, order: dict[str, Any]) -> dict[str, Any]:
    orders = cafe.call("/orders", token=cafe.token(sub=guest))[1]["orders"]
    return next(one for one in orders if one["id"] == order["id"])


def proved(cafe: Cafe, guest: str, order: dict[str, Any], **changes: Any) -> tuple[int, Any]:
    claims = {"sub": guest} | changes.pop("claims", {})
    body = {"token": cafe.payment_token(order, claims=claims, **changes)}
    return cafe.call(f"/orders/{order['id']}/paid", body, token=cafe.token(sub=guest))


def paid_order(cafe: Cafe, guest: str) -> dict[str, Any]:
    order = ordered(cafe, guest)
    assert proved(cafe, guest, order)[0] == 200
    return order


def cancel(cafe: Cafe, guest: str, order: dict[str, Any]) -> tuple[int, Any]:
    return cafe.call(f"/orders/{order['id']}/cancel", {}, token=cafe.token(sub=guest))


def facts_of(order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    facts = {"id": "pay_1", "order_ref": order["id"], "amount_rials": 2_280_000}
    return facts | {"status": "captured", "refunded_rials": 0} | changes


# --- prices and invoices --------------------------------------------------------------------


def test_verification_is_under_twenty_lines() -> None:
    text = (ROOT / "examples/cafe/backend.py").read_text(encoding="utf-8")
    inside = text.split("# --- token verification: begin ---")[1].split(
        "# --- token verification: end ---"
    )[0]
    code = [line for line in inside.splitlines() if line.strip() and '"""' not in line]
    assert "jwt.decode(" in inside
    assert 10 < len(code) < 20
    assert text.count("jwt.decode(") == 1


def test_the_page_shows_the_prices_that_count() -> None:
    text = (ROOT / "examples/cafe/menu.js").read_text(encoding="utf-8")
    shown = re.findall(r'id: "(\w+)", category: .*? name: "([^"]+)", .*? price: (\d+)', text)
    assert {one: (name, int(price)) for one, name, price in shown} == MENU
    assert re.search(r"PICKUP_MINUTES = \[(.*?)\]", text)[1] == ", ".join(map(str, PICKUP_MINUTES))


def test_an_order_asks_the_platform_for_its_sum_by_key(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    assert (order["sum"], order["invoice"], order["paid"]) == (228_000, "inv_1", False)
    (method, path, body, headers) = cafe.bank.calls[0]
    assert (method, path) == ("POST", "/invoices")
    assert body["amount_rials"] == sum(one["amount_rials"] for one in body["lines"]) == 2_280_000
    assert (body["order_ref"], body["recipient"]) == (order["id"], guest)
    assert headers["Idempotency-Key"] == f"invoice-{order['id']}"
    assert headers["Authorization"] == f"Bearer {KEYS[False]}"


def test_a_preview_is_paid_with_test_money(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest, env="preview")

    assert order["test"] is True
    assert cafe.bank.calls[0][3]["Authorization"] == f"Bearer {KEYS[True]}"


@pytest.mark.parametrize(
    "tampered",
    [
        {"price": 1},
        {"sum": 10},
        {"amount_rials": 10},
        {"cart": {"latte": -1}},
        {"cart": {"latte": 0}},
        {"cart": {"latte": 0.01}},
        {"cart": {"latte": True}},
        {"cart": {"latte": 13}},
        {"cart": {"gold": 1}},
        {"cart": {}},
        {"cart": [["latte", 1]]},
        {"minutes": -600},
        {"request": "short"},
        {"name": "x" * 41},
        {"note": None},
    ],
    ids=str,
)
def test_a_tampered_order_asks_for_nothing(
    tampered: dict[str, Any], cafe: Cafe, guest: str
) -> None:
    status, _answer = cafe.call("/orders", wish(**tampered), token=cafe.token(sub=guest))

    assert status == 422
    assert cafe.bank.calls == []


def test_a_price_inside_the_cart_is_no_cart(cafe: Cafe, guest: str) -> None:
    cart = {"latte": {"count": 1, "price": 1}}
    assert cafe.call("/orders", wish(cart=cart), token=cafe.token(sub=guest))[0] == 422


def test_the_same_request_is_one_order_and_one_invoice(cafe: Cafe, guest: str) -> None:
    asked, token = wish(), cafe.token(sub=guest)

    first = cafe.call("/orders", asked, token=token)[1]
    again = cafe.call("/orders", asked, token=token)[1]

    assert again == first
    assert len(cafe.bank.calls) == 1


def test_a_lost_answer_of_the_platform_is_asked_again_with_the_same_key(
    cafe: Cafe, guest: str
) -> None:
    asked, token = wish(), cafe.token(sub=guest)
    cafe.bank.answers["POST", "/invoices"] = 503, {"code": "unavailable"}
    assert cafe.call("/orders", asked, token=token)[0] == 502
    cafe.bank.answers["POST", "/invoices"] = 201, {"id": "inv_2"}

    order = cafe.call("/orders", asked, token=token)[1]

    assert order["invoice"] == "inv_2"
    assert len({call[3]["Idempotency-Key"] for call in cafe.bank.calls}) == 1


def test_nobody_orders_without_end_and_never_pays(cafe: Cafe, guest: str) -> None:
    for _order in range(MOST_WAITING):
        ordered(cafe, guest)

    assert cafe.call("/orders", wish(), token=cafe.token(sub=guest))[0] == 429


def test_who_sends_no_good_token_orders_nothing(cafe: Cafe) -> None:
    for token in ("nonsense", cafe.token(aud="app:app_other"), cafe.token(typ="payment+jwt")):
        assert cafe.call("/orders", wish(), token=token)[0] == 401
    assert cafe.bank.calls == []


# --- the payment token ----------------------------------------------------------------------


def test_a_good_payment_token_pays_the_order(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    status, after = proved(cafe, guest, order)

    assert (status, after["paid"], after["receipt"]) == (200, True, "pay_1")
    assert seen(cafe, guest, order) == after


NOT_PROOF: dict[str, dict[str, Any]] = {
    "a rial less": {"amount_rials": 2_279_999},
    "a rial more": {"amount_rials": 2_280_001},
    "tomans for rials": {"amount_rials": 228_000},
    "another order": {"order_ref": "ord_" + "0" * 20},
    "only held": {"status": "held"},
    "declined": {"status": "declined"},
    "test money": {"test": True},
    "another guest": {"claims": {"sub": "somebody"}},
    "another app": {"claims": {"aud": "app:app_other"}},
    "several apps": {"claims": {"aud": [f"app:{APP}", "app:app_other"]}},
    "a user token": {"claims": {"typ": "user+jwt"}},
    "expired": {"claims": {"exp": int(time.time()) - 60}},
    "another platform": {"claims": {"iss": "http://localhost:1"}},
    "an own key": {"claims": {"key": Ed25519PrivateKey.generate()}},
    "an unknown key": {"claims": {"kid": "other"}},
}


@pytest.mark.parametrize("why", NOT_PROOF)
def test_no_other_token_pays_the_order(why: str, cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    status, _answer = proved(cafe, guest, order, **dict(NOT_PROOF[why]))

    assert status == 422
    assert seen(cafe, guest, order)["paid"] is False


def test_the_token_of_one_order_does_not_pay_a_second(cafe: Cafe, guest: str) -> None:
    first, second = ordered(cafe, guest), ordered(cafe, guest)
    body = {"token": cafe.payment_token(first, claims={"sub": guest})}

    status, _answer = cafe.call(f"/orders/{second['id']}/paid", body, token=cafe.token(sub=guest))

    assert status == 422
    assert seen(cafe, guest, second)["paid"] is False


def test_an_order_is_nobody_elses(cafe: Cafe, guest: str) -> None:
    order = paid_order(cafe, guest)
    other = next(GUESTS)

    assert cancel(cafe, other, order)[0] == 404
    assert cafe.call("/orders", token=cafe.token(sub=other))[1] == {"orders": []}
    assert seen(cafe, guest, order)["ended"] is None


# --- webhooks -------------------------------------------------------------------------------


def test_a_signed_webhook_pays_the_order_without_the_page(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    assert cafe.event("payment.captured", facts_of(order), name=f"evt_{guest}")[0] == 204

    assert seen(cafe, guest, order)["paid"] is True


def test_a_wrongly_signed_webhook_is_nothing(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)
    facts = facts_of(order)
    forged: list[dict[str, Any]] = [
        {"secret": "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="},
        {"spoil": b" "},
        {"at": time.time() - 600},
        {"at": time.time() + 600},
        {"secret": SECRETS[True]},  # test money's secret, for real money
    ]
    for change in forged:
        assert cafe.event("payment.captured", facts, name=f"evt_{guest}", **change)[0] == 401
    assert cafe.call("/hooks", {"id": "evt_1"})[0] == 401

    assert seen(cafe, guest, order)["paid"] is False


def test_test_money_does_not_pay_a_real_order(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    assert cafe.event("payment.captured", facts_of(order), name=f"evt_{guest}", test=True)[0] == 204

    assert seen(cafe, guest, order)["paid"] is False


def test_a_webhook_of_another_amount_pays_nothing(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    cafe.event("payment.captured", facts_of(order, amount_rials=10), name=f"evt_{guest}")

    assert seen(cafe, guest, order)["paid"] is False


def test_a_replayed_webhook_does_not_bring_a_returned_order_back(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)
    captured = ("payment.captured", facts_of(order))
    cafe.event(*captured, name=f"evt_{guest}_1")
    back = facts_of(order, refunded_rials=2_280_000)
    cafe.event("payment.refunded", back, name=f"evt_{guest}_2")

    for name in (f"evt_{guest}_1", f"evt_{guest}_3"):  # the same event, and the same news again
        assert cafe.event(*captured, name=name)[0] == 204

    after = seen(cafe, guest, order)
    assert (after["ended"], after["refunded"]) == ("cancelled", 228_000)


def test_an_invoice_that_expired_takes_the_order_along(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    cafe.event("invoice.expired", {"id": "inv_1", "order_ref": order["id"]}, name=f"evt_{guest}")

    assert seen(cafe, guest, order)["ended"] == "cancelled"


# --- money back -----------------------------------------------------------------------------


def refunds(cafe: Cafe) -> list[tuple[Any, str]]:
    place = "/payments/pay_1/refunds"
    return [(call[2], call[3]["Idempotency-Key"]) for call in cafe.bank.calls if call[1] == place]


def allow_refunds(cafe: Cafe, *, refunded: int = 2_280_000) -> None:
    cafe.bank.answers["POST", "/payments/pay_1/refunds"] = 201, {"id": "rfd_1"}
    cafe.bank.answers["GET", "/payments/pay_1"] = 200, {"refunded_rials": refunded}


def test_cancelling_a_paid_order_gives_the_money_back_once(cafe: Cafe, guest: str) -> None:
    order = paid_order(cafe, guest)
    allow_refunds(cafe)

    status, after = cancel(cafe, guest, order)
    again = cancel(cafe, guest, order)

    assert (status, after["ended"], after["refunded"]) == (200, "cancelled", 228_000)
    assert again == (200, after)
    assert len(refunds(cafe)) == 1


def test_a_refund_whose_answer_was_lost_is_repeated_with_its_key(cafe: Cafe, guest: str) -> None:
    order = paid_order(cafe, guest)
    cafe.bank.answers["POST", "/payments/pay_1/refunds"] = 500, {}
    assert cancel(cafe, guest, order)[0] == 502
    assert seen(cafe, guest, order)["ended"] is None
    allow_refunds(cafe)

    assert cancel(cafe, guest, order)[1]["ended"] == "cancelled"

    assert len({key for _body, key in refunds(cafe)}) == 1


def test_a_refund_that_was_refused_is_a_new_one_the_next_time(cafe: Cafe, guest: str) -> None:
    order = paid_order(cafe, guest)
    cafe.bank.answers["POST", "/payments/pay_1/refunds"] = 402, {"code": "insufficient-funds"}
    assert cancel(cafe, guest, order)[0] == 502
    allow_refunds(cafe)

    assert cancel(cafe, guest, order)[1]["ended"] == "cancelled"

    assert len({key for _body, key in refunds(cafe)}) == 2


def test_money_that_went_back_from_the_console_is_seen(cafe: Cafe, guest: str) -> None:
    order = paid_order(cafe, guest)
    allow_refunds(cafe)
    cafe.bank.answers["POST", "/payments/pay_1/refunds"] = 409, {"code": "refund-too-large"}

    after = cancel(cafe, guest, order)[1]

    assert (after["ended"], after["refunded"]) == ("cancelled", 228_000)


def test_cancelling_an_unpaid_order_withdraws_its_invoice(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)
    cafe.bank.answers["POST", f"/apps/{APP}/invoices/inv_1/cancel"] = 200, {"id": "inv_1"}

    after = cancel(cafe, guest, order)[1]

    assert (after["ended"], after["paid"], after["refunded"]) == ("cancelled", False, 0)
    assert refunds(cafe) == []


def test_an_order_that_was_paid_at_this_moment_gives_the_money_back(cafe: Cafe, guest: str) -> None:
    # Neither the token nor the webhook has come; the invoice cannot be withdrawn any more.
    order = ordered(cafe, guest)
    place = f"/apps/{APP}/invoices/inv_1/cancel"
    cafe.bank.answers["POST", place] = 409, {"code": "invoice-closed"}
    cafe.bank.answers["GET", f"/apps/{APP}/payments"] = 200, {"items": [{"id": "pay_1"}]}
    allow_refunds(cafe)

    after = cancel(cafe, guest, order)[1]

    assert (after["ended"], after["refunded"]) == ("cancelled", 228_000)
    assert len(refunds(cafe)) == 1


def test_what_was_collected_is_not_cancelled(cafe: Cafe, guest: str) -> None:
    order = paid_order(cafe, guest)
    cafe.call(f"/orders/{order['id']}/collected", {}, token=cafe.token(sub=guest))

    assert cancel(cafe, guest, order)[0] == 409
    assert refunds(cafe) == []


def test_nobody_collects_what_is_not_paid(cafe: Cafe, guest: str) -> None:
    order = ordered(cafe, guest)

    after = cafe.call(f"/orders/{order['id']}/collected", {}, token=cafe.token(sub=guest))[1]

    assert after["ended"] is None


def test_without_its_file_the_cafe_serves_nobody(cafe: Cafe, guest: str) -> None:
    told = cafe.config.read_text()
    cafe.config.write_text(json.dumps({"app_id": APP}))
    try:
        assert cafe.call("/orders", wish(), token=cafe.token(sub=guest))[0] == 503
        assert cafe.event("payment.captured", {})[0] == 503
    finally:
        cafe.config.write_text(told)
