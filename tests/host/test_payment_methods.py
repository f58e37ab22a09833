"""The sheet's questions over an app: what is shown, who may pay, and that it is paid once."""

import json

import jwt
import pytest
from django.utils import timezone

from core.ids import new_id
from core.limits import TEST_MONEY_RIALS
from miniapps import launching
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.wallet.conftest import wallet_of
from wallet import accounts, invoices, payments, pins
from wallet.invoices import Asked, Line
from wallet.models import Payment, SpendingLimit

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "0123456789abcdef0123456789abcdef"
ASKING = {"req_permissions": [{"name": "payments", "reason": "برای پرداخت سفارش."}]}


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def app():
    made = build.make_app(build.make_maker(make_person("نارون")))
    build.approved_version(made, **ASKING)
    made.refresh_from_db()
    return made


@pytest.fixture
def mina(mina):
    wallet_of(mina, 2_000_000)
    return mina


def ask(app, amount=200_000, book="live", **more):
    asked = Asked(title="دو لاته", amount_rials=amount, **more)
    return invoices.create(
        maker=app.maker, book=book, audience=app.public_id, asked=asked, key=new_id("tst"),
        now=timezone.now(),
    )  # fmt: skip


def caller(person, app):
    """What the runner page of a fresh launch sends for a person."""
    launch = launching.launch(person=person, app=app, now=timezone.now())
    browser = signed_in(person)

    def call(method, **params):
        body = json.dumps({"method": f"payments.{method}", "params": params})
        return browser.post(
            f"/run/{launch.public_id}/bridge", body, content_type="application/json",
            headers={"accept-language": "en"},
        )  # fmt: skip

    return call


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def test_the_sheet_is_told_everything_it_shows(mina, app):
    lines = [Line("لاته", 250_000), Line("تخفیف", -50_000)]
    invoice = ask(app, lines=lines, about="میز ۷", recipient=mina)

    shown = caller(mina, app)("open", invoice=invoice.public_id).json()["result"]

    assert shown["amount_rials"] == 200_000
    assert (shown["amount"], shown["amount_in_rials"]) == ("20,000 toman", "200,000 rials")
    assert [line["label"] for line in shown["lines"]] == ["لاته", "تخفیف"]
    assert shown["maker"] == {"name": app.maker.name, "verified": False}
    assert (shown["balance"], shown["missing"], shown["pin"]) == ("200,000 toman", "", "none")
    assert (shown["state"], shown["refusal"], shown["receipt"]) == ("open", "", None)
    assert (shown["test"], shown["for_you"], shown["about"]) == (False, True, "میز ۷")
    assert 0 < shown["expires_in_s"] <= 24 * 3600


def test_an_app_that_did_not_declare_payments_is_refused(mina):
    app = build.live_app()
    invoice = ask(app)
    call = caller(mina, app)

    for method, params in (
        ("open", {}), ("confirm", {"key": KEY}), ("test_money", {"key": KEY}),
    ):  # fmt: skip
        answer = call(method, invoice=invoice.public_id, **params)
        assert code_of(answer) == (403, "permission-undeclared")
    assert Payment.objects.count() == 0


def test_another_apps_invoice_does_not_exist_here(mina, app):
    other = build.make_app(build.make_maker(make_person("دیگری")))
    invoice = ask(other)
    call = caller(mina, app)

    assert code_of(call("open", invoice=invoice.public_id)) == (404, "not-found")
    assert code_of(call("confirm", invoice=invoice.public_id, key=KEY)) == (404, "not-found")
    assert code_of(call("open", invoice="inv_x")) == (404, "not-found")


def test_a_test_invoice_is_for_the_team_and_its_money_too(mina, app):
    invoice = ask(app, book="test")
    stranger, maker = caller(mina, app), caller(app.maker.founder, app)

    assert code_of(stranger("open", invoice=invoice.public_id)) == (403, "test-invoice-for-team")
    answer = stranger("test_money", invoice=invoice.public_id, key=KEY)
    assert code_of(answer) == (403, "test-invoice-for-team")

    assert maker("open", invoice=invoice.public_id).json()["result"]["missing"] != ""
    filled = maker("test_money", invoice=invoice.public_id, key=KEY).json()["result"]
    assert (filled["test"], filled["missing"]) == (True, "")
    paid = maker("confirm", invoice=invoice.public_id, key=KEY).json()["result"]
    assert paid["status"] == "paid"
    purse = accounts.of_person(app.maker.founder, "test")
    assert accounts.balance_of(purse).available == TEST_MONEY_RIALS - 200_000


def test_there_is_no_test_money_for_a_real_invoice(app):
    founder = app.maker.founder

    answer = caller(founder, app)("test_money", invoice=ask(app).public_id, key=KEY)

    assert code_of(answer) == (403, "not-allowed")
    assert accounts.balance_of(accounts.of_person(founder, "test")).available == 0


def test_paying_twice_with_one_key_is_one_payment_and_one_answer(mina, app):
    call, invoice = caller(mina, app), ask(app)

    first = call("confirm", invoice=invoice.public_id, key=KEY).json()["result"]
    second = call("confirm", invoice=invoice.public_id, key=KEY).json()["result"]

    assert (first["status"], first["payment"]) == (second["status"], second["payment"])
    assert Payment.objects.count() == 1
    assert accounts.balance_of(accounts.of_person(mina)).available == 1_800_000
    claims = jwt.decode(first["token"], options={"verify_signature": False})
    assert claims["payment"]["id"] == first["payment"] == Payment.objects.get().public_id
    assert claims["aud"] == f"app:{app.public_id}"


def test_what_is_paid_is_shown_with_its_receipt_and_token(mina, app):
    call, invoice = caller(mina, app), ask(app)
    paid = call("confirm", invoice=invoice.public_id, key=KEY).json()["result"]

    shown = call("open", invoice=invoice.public_id).json()["result"]

    assert shown["state"] == "paid"
    assert shown["receipt"]["payment"] == paid["payment"]
    assert shown["receipt"]["token"].count(".") == 2
    again = call("confirm", invoice=invoice.public_id, key="another-key-of-a-sheet")
    assert code_of(again) == (409, "invoice-closed")


def test_another_payer_sees_that_it_is_paid_and_no_token(mina, dara, app):
    invoice = ask(app)
    caller(mina, app)("confirm", invoice=invoice.public_id, key=KEY)

    shown = caller(dara, app)("open", invoice=invoice.public_id).json()["result"]

    assert (shown["state"], shown["receipt"]) == ("paid", None)


def test_only_the_person_it_names_pays_it(mina, dara, app):
    invoice = ask(app, recipient=dara)
    call = caller(mina, app)

    assert call("open", invoice=invoice.public_id).json()["result"]["refusal"] != ""
    assert code_of(call("confirm", invoice=invoice.public_id, key=KEY)) == (409, "not-your-invoice")


def test_what_is_missing_is_said_before_and_after_the_press(mina, app):
    invoice = ask(app, amount=450_000, lines=[])
    wallet = accounts.of_person(mina)
    rich = ask(app, amount=1_700_000)
    pins.choose(person=mina, pin="2580", now=timezone.now())
    call = caller(mina, app)
    assert call("confirm", invoice=rich.public_id, key=KEY, pin="2580").status_code == 200
    assert accounts.balance_of(wallet).available == 300_000

    shown = call("open", invoice=invoice.public_id).json()["result"]
    refused = call("confirm", invoice=invoice.public_id, key="fedcba9876543210fedcba9876543210")

    assert shown["missing"] == "15,000 toman"
    assert code_of(refused) == (402, "insufficient-funds")
    assert "15,000 toman" in refused.json()["detail"]


def test_a_wrong_pin_says_how_many_tries_are_left_and_then_when(mina, app):
    pins.choose(person=mina, pin="2580", now=timezone.now())
    invoice = ask(app, amount=600_000)
    call = caller(mina, app)
    assert call("open", invoice=invoice.public_id).json()["result"]["pin"] == "ask"

    answers = [call("confirm", invoice=invoice.public_id, key=KEY, pin="1111") for _try in range(4)]

    assert [code_of(one) for one in answers] == [
        (402, "pin-wrong"), (402, "pin-wrong"), (402, "pin-locked"), (402, "pin-locked"),
    ]  # fmt: skip
    assert "2 more times" in answers[0].json()["detail"]
    assert "1 more time." in answers[1].json()["detail"]
    assert ":" in answers[2].json()["detail"]
    assert Payment.objects.count() == 0


def test_persian_digits_are_a_pin_too(mina, app):
    pins.choose(person=mina, pin="2580", now=timezone.now())
    invoice = ask(app, amount=600_000)

    answer = caller(mina, app)("confirm", invoice=invoice.public_id, key=KEY, pin="۲۵۸۰")

    assert answer.json()["result"]["status"] == "paid"


def test_a_first_pin_is_chosen_in_the_sheet_and_never_replaced_there(mina, app):
    invoice = ask(app, amount=600_000)
    call = caller(mina, app)
    assert call("open", invoice=invoice.public_id).json()["result"]["pin"] == "choose"

    assert code_of(call("choose_pin", pin="1234")) == (400, "invalid-input")
    assert call("choose_pin", pin="2580").json()["result"] == {"chosen": True}
    assert code_of(call("choose_pin", pin="8520")) == (402, "pin-needed")

    mina.spender.refresh_from_db()
    assert mina.spender.pin_failures == 0  # the second press was no wrong try
    assert call("confirm", invoice=invoice.public_id, key=KEY, pin="2580").status_code == 200


def test_a_limit_is_said_with_its_number_before_anything_is_pressed(mina, app):
    SpendingLimit.objects.filter(level="phone").update(transaction_rials=100_000)
    invoice = ask(app)
    call = caller(mina, app)

    assert "10,000 toman" in call("open", invoice=invoice.public_id).json()["result"]["refusal"]
    assert code_of(call("confirm", invoice=invoice.public_id, key=KEY)) == (402, "limit-exceeded")


def test_a_server_that_nobody_could_ask_has_said_nothing(mina, app):
    invoice = ask(app, ask_first=True)  # and nobody is there to ask

    told = caller(mina, app)("confirm", invoice=invoice.public_id, key=KEY).json()["result"]

    assert (told["status"], told["token"]) == ("failed", None)
    assert told["reason"]
    assert not told["by_seller"]  # nobody of the seller has said it
    assert accounts.balance_of(accounts.of_person(mina)).available == 2_000_000


def test_an_expired_invoice_is_shown_as_over(mina, app):
    invoice = ask(app)
    type(invoice).objects.filter(pk=invoice.pk).update(expires_at=timezone.now())
    call = caller(mina, app)

    assert call("open", invoice=invoice.public_id).json()["result"]["state"] == "expired"
    assert code_of(call("confirm", invoice=invoice.public_id, key=KEY)) == (409, "invoice-closed")


@pytest.mark.parametrize("key", ["", "short", "x" * 41, "کلید-کلید-کلید-کلید"])
def test_a_key_has_a_shape(mina, app, key):
    answer = caller(mina, app)("confirm", invoice=ask(app).public_id, key=key)

    assert code_of(answer) == (400, "invalid-input")


def test_the_same_key_of_two_people_is_two_payments(mina, dara, app):
    wallet_of(dara, 500_000)

    for person in (mina, dara):
        invoice = ask(app)
        answer = caller(person, app)("confirm", invoice=invoice.public_id, key=KEY)
        assert answer.json()["result"]["status"] == "paid"
    assert Payment.objects.count() == 2


def test_a_payment_that_died_in_the_middle_is_finished_by_the_next_press(mina, app, monkeypatch):
    call, invoice = caller(mina, app), ask(app)
    with monkeypatch.context() as broken:
        broken.setattr(payments, "capture", lambda **_facts: (_ for _ in ()).throw(OSError))
        with pytest.raises(OSError):
            call("confirm", invoice=invoice.public_id, key=KEY)
    assert Payment.objects.get().state == "held"

    assert call("confirm", invoice=invoice.public_id, key=KEY).json()["result"]["status"] == "paid"
    assert Payment.objects.count() == 1
