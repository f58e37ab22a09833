"""The payment simulator: each failure is played with real operations in the test book."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from miniapps import simulating
from miniapps.models import WebhookDelivery
from miniapps.simulating import Play
from miniapps.webhooks import claiming
from tests.miniapps import build
from tests.miniapps.browsing import words
from tests.miniapps.test_console_makers import english
from tests.people import make_person
from wallet import accounts, invoices, merchants
from wallet.models import Payment, Refund, Transfer
from wallet.money import Rials

pytestmark = pytest.mark.django_db(transaction=True)
AMOUNT = 1_000_000


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def app():
    return build.make_app(build.make_maker(make_person("نارون")))


def play(app, scenario: str, *, delay_s: int = 0):
    made = Play(app, app.maker.founder, Rials(AMOUNT), timezone.now(), delay_s)
    return simulating.run(play=made, scenario=scenario)


def kinds(run) -> list[str]:
    return [one.event.kind for one in run.events]


def test_nothing_touches_real_money(app):
    for scenario in simulating.SCENARIOS:
        play(app, scenario, delay_s=30)

    assert {row.book for row in Payment.objects.all()} == {"test"}
    assert {row.book for row in Transfer.objects.all()} == {"test"}
    assert merchants.balance(app.maker, "live").posted == 0


def test_a_plain_payment_reaches_the_makers_test_wallet(app):
    run = play(app, "plain")

    assert run.payment.state == "captured"
    assert run.merchant_after - run.merchant_before == AMOUNT - run.payment.fee_rials
    assert run.purse_after - run.purse_before == -AMOUNT
    assert kinds(run) == ["payment.held", "payment.captured"]
    assert json.loads(run.answer)["status"] == "captured"
    assert json.loads(run.events[1].body)["test"] is True


def test_a_double_tap_is_one_payment(app):
    run = play(app, "double-tap")

    assert Payment.objects.count() == 1
    assert run.payment.state == "captured"
    heard = [seen for _title, seen in run.steps if seen.startswith("pay_")]
    assert heard == [run.payment.public_id] * 2
    assert run.purse_after - run.purse_before == -AMOUNT


@pytest.mark.parametrize(
    ("scenario", "code"), [("timeout", "no-answer"), ("refusal", "merchant-declined")]
)
def test_a_server_that_gives_no_yes_costs_the_payer_nothing(app, scenario, code):
    run = play(app, scenario)

    assert (run.payment.state, run.payment.decline_code) == ("declined", code)
    assert run.purse_after == run.purse_before
    assert run.merchant_after == run.merchant_before
    assert kinds(run) == ["payment.held", "payment.declined"]
    assert run.invoice.state == "open"


def test_paid_then_cancelled_leaves_nobody_richer(app):
    run = play(app, "paid-then-cancelled")

    assert Refund.objects.get().amount_rials == AMOUNT
    assert run.purse_after == run.purse_before
    assert run.merchant_after == run.merchant_before
    assert kinds(run) == ["payment.held", "payment.captured", "payment.refunded"]
    assert json.loads(run.answer)["refunded_rials"] == AMOUNT


def test_a_late_webhook_is_due_later_and_what_came_before_it_is_not(app):
    build.make_endpoint(app, mode="test")
    now = timezone.now()

    run = play(app, "late-webhook", delay_s=120)

    held, late = WebhookDelivery.objects.order_by("sequence")
    assert late.kind == "payment.captured"
    assert timedelta(seconds=119) < late.due_at - now < timedelta(seconds=125)
    assert held.due_at < now + timedelta(seconds=5)
    assert run.payment.state == "captured"
    WebhookDelivery.objects.filter(pk=held.pk).update(state="delivered", settled_at=now)
    assert not claiming.is_anything_due(now=now + timedelta(seconds=100))
    assert claiming.is_anything_due(now=now + timedelta(seconds=130))


def test_a_lost_answer_comes_again_byte_for_byte(app):
    run = play(app, "lost-answer")

    assert Payment.objects.count() == 1
    assert any(
        str(seen).startswith("همان پاسخ") or "byte for byte" in seen for _t, seen in run.steps
    )
    assert run.purse_after - run.purse_before == -AMOUNT


def test_no_judge_answers_for_real_money(app):
    from miniapps import charging

    asked = invoices.Asked(title="قهوه", amount_rials=1000)
    invoice = invoices.create(
        maker=app.maker, book="live", audience=app.public_id, asked=asked, key="i",
        now=timezone.now(),
    )  # fmt: skip

    with pytest.raises(AssertionError):
        charging.charge(
            invoice=invoice, person=app.maker.founder, key="k", pin="", now=timezone.now(),
            judge=lambda _question: None,
        )  # fmt: skip


def test_the_page_shows_what_happened_step_by_step(app):
    client = english(app.maker.founder)
    place = f"/console/apps/{app.public_id}/simulator/"
    assert "Double tap" in words(client.get(place))

    page = words(client.post(place, {"scenario": "refusal", "toman": "۱۲٬۵۰۰", "delay": "30"}))

    payment = Payment.objects.get()
    for text in (
        "Test money", "The money goes back to the payer", "What your server should do",
        "payment.declined", f"GET /api/v1/payments/{payment.public_id}", '"status": "declined"',
    ):  # fmt: skip
        assert text in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scenario": "fire"}, ""), ({"toman": "0"}, "toman"), ({"toman": "9000000"}, "toman"),
        ({"delay": "7"}, "delay"),
    ],
)  # fmt: skip
def test_a_wrong_wish_plays_nothing(app, given, field):
    sent = {"scenario": "plain", "toman": "100", "delay": "30"} | given

    answer = english(app.maker.founder).post(f"/console/apps/{app.public_id}/simulator/", sent)

    assert answer.status_code == 400
    assert not field or f'id="{field}-error"' in answer.content.decode()
    assert not Payment.objects.exists()


def test_owners_and_developers_play_and_others_do_not(app):
    from identity import makers

    place = f"/console/apps/{app.public_id}/simulator/"
    statuses = {}
    for role in ("developer", "analyst", "billing"):
        person = make_person(role)
        makers.set_member(maker=app.maker, phone=person.phone, role=role, actor=app.maker.founder)
        statuses[role] = english(person).get(place).status_code

    assert statuses == {"developer": 200, "analyst": 403, "billing": 403}
    assert english(make_person("غریبه")).get(place).status_code == 404


def test_one_person_plays_only_so_often(app, monkeypatch):
    monkeypatch.setattr("miniapps.simulating.SIMULATIONS_PER_MINUTE_MAX", 1)
    client = english(app.maker.founder)
    sent = {"scenario": "plain", "toman": "100", "delay": "30"}
    place = f"/console/apps/{app.public_id}/simulator/"

    assert client.post(place, sent).status_code == 200
    assert client.post(place, sent).status_code == 429
