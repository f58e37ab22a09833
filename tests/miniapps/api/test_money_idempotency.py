"""Money moves once: the same key again, other content, a twin, a worker that died in the middle."""

import json
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from core import jobs
from core.api import idempotency
from core.limits import IDEMPOTENCY_KEEP, MONEY_RUNNING_MAX
from core.models import IdempotencyRecord
from tests.miniapps.api.money import asks, paid, refunds_of
from wallet import accounts, refunds
from wallet.models import Invoice, Refund

pytestmark = pytest.mark.django_db


def test_a_refund_sent_twice_moves_money_once_and_gives_the_same_bytes(server, cafe):
    payment = paid(cafe)

    first = refunds_of(server, payment, {"amount_rials": 50_000}, key="r1")
    again = refunds_of(server, payment, {"amount_rials": 50_000}, key="r1")

    payment.refresh_from_db()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert again["Location"] == first["Location"]
    assert "Idempotency-Replayed" not in first
    assert payment.refunded_rials == 50_000
    assert Refund.objects.count() == 1


def test_an_invoice_sent_twice_is_one(server):
    first, again = asks(server, key="i1"), asks(server, key="i1")

    assert (first.status_code, again.content) == (201, first.content)
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"amount_rials": 60_000}, {"reason": "سرد بود"}, {"amount_rials": None}]
)
def test_the_same_key_with_another_body_is_refused(server, cafe, change):
    payment = paid(cafe)
    refunds_of(server, payment, {"amount_rials": 50_000}, key="r1")

    body = {name: v for name, v in ({"amount_rials": 50_000} | change).items() if v is not None}
    other = refunds_of(server, payment, body, key="r1")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert Refund.objects.count() == 1


def test_the_same_key_for_another_payment_is_refused(server, cafe):
    one, two = paid(cafe), paid(cafe)
    refunds_of(server, one, {}, key="r1")

    other = refunds_of(server, two, {}, key="r1")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_a_request_that_is_still_running_is_told_to_wait(server, cafe):
    payment, answers = paid(cafe), []

    def slow(**given):
        answers.append(refunds_of(server, payment, {}, key="r1"))
        return carried_out(**given)

    carried_out = refunds.refund
    with mock.patch.object(refunds, "refund", slow):
        first = refunds_of(server, payment, {}, key="r1")

    assert first.status_code == 201
    assert (answers[0].status_code, answers[0]["Retry-After"]) == (409, "1")
    assert answers[0].json()["code"] == "idempotency-still-running"
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("url", ["invoices", "payments/{pay}/refunds"])
def test_without_a_key_no_money_moves(server, cafe, url):
    place = f"/api/v1/{url.format(pay=paid(cafe).public_id)}"

    answer = server.post(place, {"title": "x", "amount_rials": 1}, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")
    assert not Refund.objects.exists()


@pytest.mark.parametrize("body", [{"amount_rials": 50_000}, {}], ids=["a part", "all"])
def test_a_worker_killed_after_the_refund_does_not_refund_twice(server, cafe, body):
    payment = paid(cafe)
    with mock.patch.object(idempotency, "_keep", side_effect=SystemExit), pytest.raises(SystemExit):
        refunds_of(server, payment, body, key="r1")
    record = IdempotencyRecord.objects.get()
    assert (record.status, Refund.objects.count()) == (None, 1)

    at_once = refunds_of(server, payment, body, key="r1")
    other = refunds_of(server, payment, {"amount_rials": 1}, key="r1")
    IdempotencyRecord.objects.update(created_at=timezone.now() - 2 * MONEY_RUNNING_MAX)
    late = refunds_of(server, payment, body, key="r1")
    again = refunds_of(server, payment, body, key="r1")

    assert (at_once.status_code, other.status_code) == (409, 422)
    assert (late.status_code, late.json()["id"]) == (201, Refund.objects.get().public_id)
    assert (again.content, again["Idempotency-Replayed"]) == (late.content, "true")


def test_a_worker_killed_after_the_invoice_does_not_ask_twice(server):
    soon = (timezone.now() + timedelta(seconds=30)).isoformat()
    with mock.patch.object(idempotency, "_keep", side_effect=SystemExit), pytest.raises(SystemExit):
        asks(server, key="i1", expires_at=soon)
    IdempotencyRecord.objects.update(created_at=timezone.now() - 2 * MONEY_RUNNING_MAX)

    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(hours=1)):
        late = asks(server, key="i1", expires_at=soon)

    assert (late.status_code, late.json()["id"]) == (201, Invoice.objects.get().public_id)


def test_after_a_fault_of_ours_the_same_request_goes_on_and_another_is_refused(server, cafe):
    payment = paid(cafe)
    with (
        mock.patch("miniapps.api.money.refund_document", side_effect=ZeroDivisionError),
        pytest.raises(ZeroDivisionError),
    ):
        refunds_of(server, payment, {"amount_rials": 50_000}, key="r1")

    other = refunds_of(server, payment, {"amount_rials": 50_001}, key="r1")
    same = refunds_of(server, payment, {"amount_rials": 50_000}, key="r1")

    assert (other.status_code, same.status_code) == (422, 201)
    assert Refund.objects.count() == 1


def test_a_refusal_that_was_decided_is_the_answer_for_good(server, cafe):
    payment = paid(cafe, amount=200_000)

    first = refunds_of(server, payment, {"amount_rials": 200_001}, key="r1")
    again = refunds_of(server, payment, {"amount_rials": 200_001}, key="r1")

    assert (first.status_code, first.json()["code"]) == (409, "refund-too-large")
    assert first.json()["refundable_rials"] == 200_000
    assert (again.status_code, again.content) == (409, first.content)
    assert again["Content-Type"] == "application/problem+json"
    assert again["Idempotency-Replayed"] == "true"


def test_money_that_is_missing_is_an_answer_and_stays_one_after_money_came(server, cafe):
    payment = paid(cafe, amount=200_000)
    merchant = accounts.of_maker(cafe.maker)
    build_gone(merchant)

    first = refunds_of(server, payment, {}, key="r1")
    with_new_key = refunds_of(server, payment, {}, key="r2")
    again = refunds_of(server, payment, {}, key="r1")

    assert (first.status_code, first.json()["code"]) == (402, "insufficient-funds")
    assert with_new_key.status_code == 402
    assert (again.status_code, again.content) == (402, first.content)


def build_gone(merchant) -> None:
    """Take everything out of a wallet, to our bank."""
    from wallet import ledger

    ledger.post(
        ledger.move(
            debit=merchant.pk, credit=accounts.platform("bank").pk,
            amount=accounts.balance_of(merchant).available, reason="correction", key="gone",
            book="live",
        )
    )  # fmt: skip


def test_a_refusal_before_anything_was_done_leaves_the_key_free(server, with_key, cafe):
    payment = paid(cafe)

    wrong = refunds_of(server, payment, {"amount_rials": "50"}, key="r1")
    corrected = refunds_of(server, payment, {"amount_rials": 50}, key="r1")

    assert (wrong.status_code, corrected.status_code) == (400, 201)


def test_keys_of_money_are_kept_for_ever_and_others_are_not(server, as_sara, cafe):
    refunds_of(server, paid(cafe), {}, key="r1")
    as_sara.post(
        "/api/v1/apps",
        json.dumps({"maker": cafe.maker.public_id, "slug": "naron", "name_fa": "نارون",
                    "name_en": "Naron", "category": "food"}),
        content_type="application/json", headers={"Idempotency-Key": "a1"},
    )  # fmt: skip
    assert set(IdempotencyRecord.objects.values_list("key", "money")) == {
        ("r1", True), ("a1", False),
    }  # fmt: skip
    old = timezone.now() - IDEMPOTENCY_KEEP - timedelta(days=400)
    IdempotencyRecord.objects.update(created_at=old)

    jobs.forget_old_rows()

    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["r1"]


def test_two_callers_may_use_the_same_key(server, as_sara, cafe):
    payment = paid(cafe)

    by_key = refunds_of(server, payment, {"amount_rials": 10}, key="r1")
    by_person = refunds_of(as_sara, payment, {"amount_rials": 10}, key="r1")

    assert (by_key.status_code, by_person.status_code) == (201, 201)
    assert by_key.json()["id"] != by_person.json()["id"]
