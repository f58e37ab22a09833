"""Every gateway keeps the one interface, in good days and in each of the bad ones."""

import dataclasses
import itertools
import time
from datetime import date

import pytest
import requests

from wallet.gateways.errors import (
    GatewayLacks,
    GatewayMismatch,
    GatewayRefused,
    GatewayTimeout,
    GatewayUnreadable,
)
from wallet.gateways.interface import (
    Ability,
    Gateway,
    GatewayConfig,
    GatewayOrder,
    PayoutOrder,
    PayoutState,
    State,
)
from wallet.gateways.sadad import Sadad, signed
from wallet.gateways.zibal import Zibal

PAY_INS = ["sandbox", "sandbox-zibal"]
NUMBERS = itertools.count(time.time_ns() // 1_000)
AMOUNT = 125_000
SHEBA = "IR200170000000000123456789"

pay_ins = pytest.mark.parametrize("name", PAY_INS)


@pytest.fixture
def gateway(psp, name):
    return psp.gateway(name)


def order(**more):
    given = {"order_id": str(next(NUMBERS)), "amount_rials": AMOUNT, **more}
    return GatewayOrder(callback_url="http://shop.test/back?of=7", **given)


def started(gateway, **more):
    """Return an order the bank knows, and the address its payer goes to."""
    new = order(**more)
    redirect = gateway.initiate(new)
    known = GatewayOrder(order_id=new.order_id, amount_rials=new.amount_rials, token=redirect.token)
    return known, redirect.url


def paid(psp, gateway, failure="none"):
    """Return an order whose payer has pressed Pay, and what his browser brings back."""
    known, url = started(gateway)
    back = psp.pay(url, failure=failure)
    return known, gateway.read_callback(back.fields) if back else None


# --- good days -------------------------------------------------------------------------------


@pay_ins
def test_a_payment_is_confirmed_once_and_remembered(psp, gateway):
    known, callback = paid(psp, gateway)
    assert callback.says_paid

    first, second = gateway.verify(known, callback), gateway.verify(known, callback)

    assert (first.state, second.state) == (State.PAID, State.ALREADY_VERIFIED)
    assert first.amount_rials == second.amount_rials == AMOUNT
    assert first.receipt == second.receipt == psp.payment(known.token)["receipt"]
    assert first.card_masked == "603799******7893"
    assert len(first.card_hash) == 64


@pay_ins
def test_nobody_has_to_come_back_for_a_payment_to_be_confirmed(psp, gateway):
    known, _callback = paid(psp, gateway)

    assert gateway.verify(known).state is State.PAID


@pay_ins
def test_asking_does_not_take_the_money(psp, gateway):
    known, _callback = paid(psp, gateway)

    assert gateway.inquire(known).state is State.PENDING
    assert psp.payment(known.token)["state"] == "paid"
    gateway.verify(known)
    assert gateway.inquire(known).state is State.ALREADY_VERIFIED


@pay_ins
def test_an_order_nobody_paid_yet_is_pending(gateway):
    known, _url = started(gateway)

    assert gateway.verify(known).state is State.PENDING
    assert gateway.inquire(known).state is State.PENDING


@pay_ins
def test_a_payer_who_cancels_leaves_a_failed_order(psp, gateway):
    known, url = started(gateway)
    back = psp.pay(url, action="cancel")

    callback = gateway.read_callback(back.fields)

    assert not callback.says_paid
    assert gateway.verify(known, callback).state is State.FAILED


@pay_ins
def test_the_payer_comes_back_to_the_whole_address(psp, gateway):
    _known, url = started(gateway)

    back = psp.pay(url)

    whole = f"{back.address}?{back.fields.get('of')}" if back.method == "get" else back.address
    assert whole in ("http://shop.test/back?7", "http://shop.test/back?of=7")


@pay_ins
def test_an_order_the_bank_never_heard_of_is_unknown(gateway):
    stranger = order(token="9876543210")

    assert gateway.inquire(stranger).state is State.UNKNOWN
    assert not gateway.verify(stranger).is_paid


@pytest.mark.parametrize("name", ["sandbox"])
def test_money_is_given_back_once(psp, gateway):
    known, _callback = paid(psp, gateway)
    gateway.verify(known)

    assert [gateway.reverse(known).state for _ in range(2)] == [State.REVERSED] * 2

    assert psp.payment(known.token)["state"] == "reversed"
    assert gateway.verify(known).state is State.REVERSED


@pytest.mark.parametrize("name", ["sandbox"])
def test_what_was_not_paid_cannot_be_given_back(gateway):
    known, _url = started(gateway)

    assert gateway.reverse(known).state is State.UNKNOWN


@pytest.mark.parametrize("name", ["sandbox-zibal"])
def test_a_gateway_says_what_it_cannot_do(gateway):
    known, _url = started(gateway)

    with pytest.raises(GatewayLacks) as refusal:
        gateway.reverse(known)

    assert refusal.value.members == {"gateway": "sandbox-zibal", "ability": "reverse"}


@pytest.mark.parametrize("ability", Ability)
def test_a_gateway_without_abilities_lacks_each(ability):
    bare = Gateway(GatewayConfig(name="bare", base_url="https://bank.test"))
    payout = PayoutOrder(order_id="1", amount_rials=1, sheba=SHEBA, holder="علی")
    asked = {
        Ability.PAY_IN: [
            lambda: bare.initiate(order()),
            lambda: bare.verify(order(token="7")),
            lambda: bare.read_callback({}),
        ],
        Ability.INQUIRE: [lambda: bare.inquire(order(token="7"))],
        Ability.REVERSE: [lambda: bare.reverse(order(token="7"))],
        Ability.PAYOUT: [lambda: bare.send_payout(payout), lambda: bare.inquire_payout(payout)],
        Ability.REPORT: [lambda: bare.report(date(2026, 11, 25))],
    }

    for ask in asked[ability]:
        with pytest.raises(GatewayLacks):
            ask()


def test_sadad_without_addresses_for_it_neither_inquires_nor_reverses(psp):
    plain = psp.gateway()
    published = Sadad(
        GatewayConfig(
            name="sadad",
            base_url=psp.url,
            merchant_id=plain.config.merchant_id,
            terminal_id=plain.config.terminal_id,
            key=plain.config.key,
        )
    )
    known, _url = started(published)

    assert not published.can(Ability.INQUIRE)
    assert not published.can(Ability.REVERSE)
    assert published.verify(known).state is State.FAILED


# --- refusals of the request itself ----------------------------------------------------------


def test_an_order_id_is_spent_by_its_first_use(psp):
    sadad = psp.gateway()
    once = order()
    sadad.initiate(once)

    with pytest.raises(GatewayRefused) as refusal:
        sadad.initiate(once)

    assert refusal.value.members["bank_code"] == "1011"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"key": "MDEyMzQ1Njc4OWFiY2RlZg=="}, "1025"), ({"terminal_id": "1"}, "3"), ({"merchant_id": "1"}, "3")],
)  # fmt: skip
def test_a_terminal_with_wrong_credentials_is_refused(psp, change, code):
    right = psp.gateway().config
    fields = {"merchant_id": right.merchant_id, "terminal_id": right.terminal_id, "key": right.key}
    wrong = Sadad(GatewayConfig(name="wrong", base_url=psp.url, **{**fields, **change}))

    with pytest.raises(GatewayRefused) as refusal:
        wrong.initiate(order())

    assert refusal.value.members["bank_code"] == code


@pytest.mark.parametrize(("merchant", "amount", "code"), [("nobody", AMOUNT, "102"), ("zibal", 999, "105")])  # fmt: skip
def test_zibal_refuses_strangers_and_crumbs(psp, merchant, amount, code):
    zibal = Zibal(GatewayConfig(name="z", base_url=psp.url, merchant_id=merchant))

    with pytest.raises(GatewayRefused) as refusal:
        zibal.initiate(order(amount_rials=amount))

    assert refusal.value.members["bank_code"] == code


@pay_ins
def test_payers_are_not_sent_back_to_code(gateway):
    crooked = GatewayOrder(
        order_id=str(next(NUMBERS)), amount_rials=AMOUNT, callback_url="javascript:alert(1)"
    )

    with pytest.raises(GatewayRefused):
        gateway.initiate(crooked)


@pytest.mark.parametrize(
    ("order_id", "amount"),
    [("0", 1), ("01", 1), ("x", 1), ("1" * 19, 1), ("1", 0), ("1", -5), ("1", 2**53), ("1", 1.5), ("1", True)],
)  # fmt: skip
def test_an_order_that_no_bank_could_keep_cannot_be_made(order_id, amount):
    with pytest.raises(AssertionError):
        GatewayOrder(order_id=order_id, amount_rials=amount)


# --- callbacks -------------------------------------------------------------------------------


@pay_ins
def test_a_forged_callback_pays_nothing(psp, gateway):
    known, callback = paid(psp, gateway, "callback-forged")
    assert callback.says_paid

    verdict = gateway.verify(known, callback)

    assert verdict.state is State.PENDING
    assert psp.payment(known.token)["paid_rials"] == 0


@pay_ins
def test_a_callback_of_another_order_is_refused_before_the_bank_is_asked(psp, gateway):
    cheap, callback = paid(psp, gateway)
    dear, _url = started(gateway, amount_rials=90_000_000)

    with pytest.raises(GatewayMismatch):
        gateway.verify(dear, callback)

    assert psp.payment(cheap.token)["state"] == "paid", "nobody verified it"


@pay_ins
@pytest.mark.parametrize("change", [{"order_id": "5"}, {"token": "77"}])
def test_order_and_token_of_a_callback_must_both_be_the_orders(psp, gateway, change):
    known, callback = paid(psp, gateway)

    with pytest.raises(GatewayMismatch):
        gateway.verify(known, dataclasses.replace(callback, **change))


@pay_ins
def test_what_a_callback_says_of_success_is_not_looked_at(psp, gateway):
    known, url = started(gateway)
    back = psp.pay(url)
    lie = back.fields | {"ResCode": "-1", "success": "0"}
    lie.pop("SignData", None)

    verdict = gateway.verify(known, gateway.read_callback(lie))

    assert verdict.state is State.PAID


@pytest.mark.parametrize("name", ["sandbox"])
def test_a_callback_signed_wrongly_is_unreadable(psp, gateway):
    _known, url = started(gateway)
    fields = psp.pay(url).fields

    for change in ({"SignData": "AAAA"}, {"OrderId": "12"}, {"ResCode": "5"}):
        with pytest.raises(GatewayUnreadable):
            gateway.read_callback(fields | change)


def test_a_callback_without_signature_is_read_as_sadad_sends_it(psp):
    fields = {"OrderId": "12", "token": "AB12", "ResCode": "0", "PrimaryAccNo": "6037991234567893"}

    callback = psp.gateway().read_callback(fields)

    assert (callback.order_id, callback.token, callback.says_paid) == ("12", "AB12", True)
    assert callback.card_masked == "603799******7893", "a whole number is masked at the door"


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"Token": "AB12"}, {"Token": "AB12", "ResCode": ""}, {"Token": "", "ResCode": "0"},
        {"Token": "AB12", "token": "CD34", "ResCode": "0"}, {"Token": "../x", "ResCode": "0"},
        {"Token": "AB12", "ResCode": "0" * 40}, {"Token": "A" * 300, "ResCode": "0"},
        {"Token": "AB12", "ResCode": "0", "OrderId": "1\x00"},
    ],
)  # fmt: skip
def test_a_callback_that_makes_no_sense_is_unreadable(psp, fields):
    with pytest.raises(GatewayUnreadable):
        psp.gateway().read_callback(fields)


@pytest.mark.parametrize("fields", [{}, {"trackId": "x", "success": "1"}, {"trackId": "-5"}])
def test_a_callback_of_zibal_without_its_track_is_unreadable(psp, fields):
    with pytest.raises(GatewayUnreadable):
        psp.gateway("sandbox-zibal").read_callback(fields)


# --- bad days --------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("core.limits.GATEWAY_TOTAL_S", 0.3)


@pay_ins
def test_a_verify_whose_answer_is_lost_is_no_verdict_and_is_found_at_the_next(
    psp, gateway, impatient
):
    psp.control(hang_s=1)
    known, callback = paid(psp, gateway, "timeout")

    with pytest.raises(GatewayTimeout) as trouble:
        gateway.verify(known, callback)

    assert trouble.value.headers == {"Retry-After": "30"}
    assert psp.payment(known.token)["state"] == "verified", "the bank has done it"
    assert gateway.verify(known, callback).state is State.ALREADY_VERIFIED


@pay_ins
def test_a_request_whose_answer_is_lost_is_a_timeout(psp, gateway, impatient):
    psp.control(mode="timeout", times=1, hang_s=1)

    with pytest.raises(GatewayTimeout):
        gateway.initiate(order())

    assert gateway.initiate(order()).token


@pay_ins
def test_a_bank_that_is_down_is_a_timeout(gateway):
    closed = type(gateway)(
        GatewayConfig(
            name="down", base_url="http://127.0.0.1:1", merchant_id="1", terminal_id="1",
            key="MDEyMzQ1Njc4OWFiY2RlZg==",
        )
    )  # fmt: skip

    with pytest.raises(GatewayTimeout):
        closed.initiate(order())


@pay_ins
def test_a_verify_that_breaks_is_no_verdict_and_has_done_nothing(psp, gateway):
    known, callback = paid(psp, gateway, "verify-500")

    with pytest.raises(GatewayUnreadable):
        gateway.verify(known, callback)

    assert psp.payment(known.token)["state"] == "paid"
    assert gateway.verify(known, callback).state is State.PAID


@pay_ins
@pytest.mark.parametrize("turn", range(6))
def test_garbage_is_no_verdict_whatever_kind(psp, gateway, turn):
    # The bank takes turns with its kinds of garbage.
    known, callback = paid(psp, gateway, "garbage-answer")

    with pytest.raises(GatewayUnreadable):
        gateway.verify(known, callback)

    assert gateway.verify(known, callback).state is State.ALREADY_VERIFIED


@pay_ins
def test_another_amount_than_asked_is_never_a_payment(psp, gateway):
    known, callback = paid(psp, gateway, "wrong-amount")

    with pytest.raises(GatewayMismatch) as trouble:
        gateway.verify(known, callback)

    assert trouble.value.members["about"] == "amount"
    assert trouble.value.verdict is not None
    assert trouble.value.verdict.amount_rials == AMOUNT // 10
    with pytest.raises(GatewayMismatch):
        gateway.inquire(known)


@pay_ins
def test_a_payment_taken_back_before_verify_is_reversed(psp, gateway):
    known, callback = paid(psp, gateway, "paid-then-cancelled")
    assert callback.says_paid

    assert gateway.verify(known, callback).state is State.REVERSED


@pay_ins
def test_a_payment_taken_back_after_verify_is_found_by_asking(psp, gateway):
    known, callback = paid(psp, gateway, "verified-then-reversed")

    assert gateway.verify(known, callback).state is State.PAID
    assert gateway.inquire(known).state is State.REVERSED


@pay_ins
def test_a_first_verify_that_says_already_still_tells_amount_and_receipt(psp, gateway):
    known, callback = paid(psp, gateway, "verify-says-already")

    verdict = gateway.verify(known, callback)

    assert verdict.state is State.ALREADY_VERIFIED
    assert (verdict.amount_rials, verdict.receipt) == (AMOUNT, psp.payment(known.token)["receipt"])


@pay_ins
def test_a_callback_that_never_comes_leaves_a_payment_to_verify(psp, gateway):
    known, callback = paid(psp, gateway, "callback-never")

    assert callback is None
    assert gateway.verify(known).state is State.PAID


@pay_ins
def test_a_verify_after_the_banks_patience_finds_the_money_returned(psp, gateway):
    known, callback = paid(psp, gateway)
    psp.control(forward_s=901)

    verdict = gateway.verify(known, callback)

    assert not verdict.is_paid
    assert verdict.state in (State.FAILED, State.REVERSED)
    assert psp.payment(known.token)["why"] == "not-verified"


@pay_ins
def test_a_failure_can_be_switched_on_for_all_and_off_again(psp, gateway):
    psp.control(mode="verify-500")
    known, callback = paid(psp, gateway)
    for _ in range(2):
        with pytest.raises(GatewayUnreadable):
            gateway.verify(known, callback)

    psp.control(mode=None)

    assert gateway.verify(known, callback).state is State.PAID


# --- payouts ---------------------------------------------------------------------------------


def payout(**more):
    given = {"order_id": str(next(NUMBERS)), "amount_rials": 700_000, "sheba": SHEBA, "holder": "علی", **more}  # fmt: skip
    return PayoutOrder(**given)


@pytest.fixture
def bank(psp):
    return psp.gateway("sandbox-payouts")


def test_a_payout_is_accepted_then_settled(psp, bank):
    psp.control(settle_s=100)
    order = payout()

    assert bank.send_payout(order).state is PayoutState.ACCEPTED
    psp.control(settle_s=0)
    verdict = bank.inquire_payout(order)

    assert verdict.state is PayoutState.SETTLED
    assert (verdict.amount_rials, len(verdict.receipt)) == (700_000, 14)


def test_a_payout_sent_twice_pays_once(psp, bank):
    order = payout()

    first, second = bank.send_payout(order), bank.send_payout(order)

    assert first.receipt == second.receipt
    assert [row["id"] for row in psp.truth()["payouts"]].count(order.order_id) == 1


@pytest.mark.parametrize("change", [{"amount_rials": 1}, {"sheba": "IR820540102680020817909002"}, {"holder": "رضا"}])  # fmt: skip
def test_an_id_of_a_payout_means_one_thing(bank, change):
    order = payout()
    bank.send_payout(order)

    with pytest.raises(GatewayRefused) as refusal:
        bank.send_payout(payout(order_id=order.order_id, **change))

    assert refusal.value.members["bank_code"] == "id-used"


def test_a_payout_the_bank_never_got_is_unknown(bank):
    assert bank.inquire_payout(payout()).state is PayoutState.UNKNOWN


def test_a_payout_can_fail(psp, bank):
    psp.control(mode="payout-fails", times=1)

    verdict = bank.send_payout(payout())

    assert (verdict.state, verdict.raw_code) == (PayoutState.FAILED, "account-closed")


def test_a_payout_whose_answer_is_lost_is_found_by_asking_and_not_paid_again(psp, bank, impatient):
    psp.control(mode="payout-hangs", times=1, hang_s=1)
    order = payout()
    with pytest.raises(GatewayTimeout):
        bank.send_payout(order)

    assert bank.inquire_payout(order).state is PayoutState.ACCEPTED
    assert bank.send_payout(order).state is PayoutState.ACCEPTED
    ended = {"id": order.order_id, "state": "settled"}
    assert requests.post(f"{psp.url}/control/payouts", json=ended, timeout=5).ok
    assert bank.inquire_payout(order).state is PayoutState.SETTLED


def test_payouts_need_the_key_and_a_sheba(psp, bank):
    stranger = type(bank)(GatewayConfig(name="x", base_url=psp.url, key="guess"))

    with pytest.raises(GatewayRefused, match="gateway-refused"):
        stranger.send_payout(payout())
    with pytest.raises(GatewayRefused):
        stranger.inquire_payout(payout())
    with pytest.raises(GatewayRefused) as refusal:
        bank.send_payout(payout(sheba="IR200170000000000123456788"))
    assert refusal.value.members["bank_code"] == "wrong-sheba"


# --- signatures ------------------------------------------------------------------------------


def test_a_signature_is_3des_as_sadad_computes_it():
    # Known answers, computed with OpenSSL: enc -des-ede3-ecb -K <key>.
    assert (
        signed("24000001;12;125000", "YmFybmFtYWstc2FuZGJveC1rZXktMjRi")
        == "K4x3gjlA3U89SBYGmiDLfF7+AHfWst/9"
    )
    assert (
        signed("24000001;12;125000", "MDEyMzQ1Njc4OWFiY2RlZg==")
        == "yfk3QmYbyyfRbOIPh/stsS/IhhcwlYxi"
    )


@pytest.mark.parametrize("key", ["", "short", "not base64!", "AAAA", "A" * 44])
def test_a_key_that_is_none_is_refused(key):
    with pytest.raises(ValueError):
        signed("x", key)


# --- the report of a day ---------------------------------------------------------------------


@pay_ins
def test_the_report_has_what_was_taken_and_what_was_given_back(psp, gateway):
    known, callback = paid(psp, gateway)
    unpaid, _url = started(gateway)
    receipt = gateway.verify(known, callback).receipt
    psp.control(forward_s=0)
    day = date.fromisoformat(psp.settlements()["date"])

    mine = [row for row in gateway.report(day) if row.order_id == known.order_id]

    assert [(row.state, row.amount_rials) for row in mine] == [("paid", AMOUNT)]
    assert gateway.name != "sandbox" or mine[0].receipt == receipt
    assert unpaid.order_id not in {row.order_id for row in gateway.report(day)}
    assert gateway.report(date(2001, 1, 1)) == []
    if gateway.can(Ability.REVERSE):
        gateway.reverse(known)
        mine = [row.state for row in gateway.report(day) if row.order_id == known.order_id]
        assert mine == ["paid", "reversed"]


def test_a_report_has_only_the_rows_of_its_own_merchant(psp):
    known, callback = paid(psp, psp.gateway("sandbox"))
    psp.gateway("sandbox").verify(known, callback)
    day = date.fromisoformat(psp.settlements()["date"])

    others = psp.gateway("sandbox-zibal").report(day)

    assert known.order_id not in {row.order_id for row in others}


def test_a_terminal_without_an_address_for_it_gives_no_report(psp):
    plain = psp.gateway("sandbox-zibal").config
    bare = Zibal(GatewayConfig(name="zibal", base_url=psp.url, merchant_id=plain.merchant_id))

    with pytest.raises(GatewayLacks):
        bare.report(date(2026, 11, 25))
