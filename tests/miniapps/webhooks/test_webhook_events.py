"""What happened is written once, numbered by object, and never sent before its cause is true."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from core.models import OutboxJob
from miniapps.models import WebhookDelivery, WebhookEvent
from miniapps.webhooks import endpoints, events
from miniapps.webhooks.kinds import KINDS, choices, wants
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.miniapps.test_concurrency import together
from tests.miniapps.webhooks.build import happened


def test_an_event_says_what_happened_to_what_in_which_order(cafe, added, server):
    added(server)

    event = happened(cafe, "payment.captured", "pay_1", payload={"amount_rials": 125_000})

    assert json.loads(event.body) == {
        "id": event.public_id, "type": "payment.captured",
        "timestamp": "2026-11-22T08:00:00.000Z", "app": cafe.public_id, "test": False,
        "object": "pay_1", "sequence": 1, "data": {"amount_rials": 125_000},
    }  # fmt: skip
    assert event.public_id.startswith("evt_")
    delivery = event.deliveries.get()
    assert (delivery.state, delivery.due_at, delivery.sequence) == ("waiting", NOW, 1)


def test_events_of_one_object_are_counted_apart_from_those_of_another(cafe, studio):
    other = build.make_app(studio)

    numbers = [
        happened(app, "payment.held", name).sequence
        for app, name in [(cafe, "pay_1"), (cafe, "pay_1"), (cafe, "pay_2"), (other, "pay_1")]
    ]

    assert numbers == [1, 2, 1, 1]


def test_the_same_event_told_twice_is_one(cafe, added, server):
    added(server)

    first = happened(cafe, dedupe="pay_1.captured", payload={"a": 1})
    second = happened(cafe, dedupe="pay_1.captured", payload={"a": 2})

    assert first == second
    assert json.loads(second.body)["data"] == {"a": 1}
    assert WebhookDelivery.objects.count() == 1


def test_another_app_may_use_the_same_name(cafe, studio):
    other = build.make_app(studio)

    assert happened(cafe, dedupe="one") != happened(other, dedupe="one")


def test_only_endpoints_that_are_on_in_this_mode_and_want_the_kind_get_it(
    cafe, added, listen, sara
):
    every, _ = added(listen())
    picky, _ = added(listen(), "payment.refunded")
    fitting, _ = added(listen(), "payment.captured")
    trying, _ = added(listen(), mode="test")
    silent, _ = added(listen())
    removed, _ = added(listen())
    endpoints.change(endpoint=silent, actor=sara, is_on=False, now=NOW)
    endpoints.remove(endpoint=removed, actor=sara, now=NOW)

    live = happened(cafe, "payment.captured")
    test = happened(cafe, "payment.captured", test=True)

    assert set(live.deliveries.values_list("endpoint", flat=True)) == {every.pk, fitting.pk}
    assert set(test.deliveries.values_list("endpoint", flat=True)) == {trying.pk}
    assert json.loads(test.body)["test"] is True
    assert picky.pk not in live.deliveries.values_list("endpoint", flat=True)


def test_an_event_nobody_wants_is_kept_and_nothing_is_asked_for(cafe):
    happened(cafe)

    assert WebhookEvent.objects.count() == 1
    assert not OutboxJob.objects.filter(task="miniapps.send_webhooks").exists()


def test_an_endpoint_that_names_no_kind_wants_every_event_of_its_app_and_no_question():
    unasked = [name for name in KINDS if not wants([], name)]
    assert unasked[:3] == ["payment.pre_checkout", "payout.settled", "payout.failed"]
    assert all(KINDS[name].is_of_maker for name in unasked[3:])  # of floors above
    assert wants(["payment.pre_checkout"], "payment.pre_checkout")
    assert not wants(["payment.pre_checkout"], "payment.captured")
    assert "webhook.test" not in choices()


@pytest.mark.parametrize("kind", ["payment.pre_checkout", "payment.eaten"])
def test_what_is_no_event_is_not_recorded(cafe, kind):
    with pytest.raises(AssertionError):
        happened(cafe, kind)


@pytest.mark.parametrize(
    "statement",
    [
        "update miniapps_webhookevent set body = '{}'",
        "update miniapps_webhookevent set sequence = 7",
        "delete from miniapps_webhookevent",
    ],
)
def test_the_database_refuses_to_change_an_event(cafe, statement):
    happened(cafe)

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_number_is_given_once(cafe):
    event = happened(cafe)
    event.pk, event.public_id, event.dedupe = None, "evt_other", "other"

    with pytest.raises(IntegrityError, match="webhook_sequence_once"):
        event.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_never_happened(cafe, added, server):
    added(server)

    with transaction.atomic():
        happened(cafe)
        transaction.set_rollback(True)

    assert not WebhookEvent.objects.exists()
    assert not OutboxJob.objects.filter(task="miniapps.send_webhooks").exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_about_one_object_have_two_numbers_in_the_order_of_their_commits(cafe):
    def tell(name: str):
        return lambda: happened(cafe, dedupe=name).sequence

    numbers = together(*(tell(f"event-{one}") for one in range(6)))

    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    by_number = WebhookEvent.objects.order_by("sequence")
    assert list(by_number) == sorted(by_number, key=lambda event: event.pk)


@pytest.mark.django_db(transaction=True)
def test_the_same_event_told_by_two_workers_at_once_is_one(cafe, added, server):
    added(server)

    one, two = together(*[lambda: happened(cafe, dedupe="pay_1.captured")] * 2)

    assert one == two
    assert WebhookDelivery.objects.count() == 1


def test_a_test_event_goes_to_its_endpoint_only(cafe, added, listen, sara):
    endpoint, _secret = added(listen(), "payment.refunded", mode="test")
    added(listen(), mode="test")

    event = events.record_trial(endpoint=endpoint, actor=sara, now=NOW + timedelta(hours=1))

    assert [one.endpoint for one in event.deliveries.all()] == [endpoint]
    assert (event.kind, event.test) == ("webhook.test", True)
