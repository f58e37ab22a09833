"""At least once and in order: tries, waits, leases, lanes, and a slow server that hurts only itself."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.limits import (
    WEBHOOK_ENDPOINT_CALLS_MAX,
    WEBHOOK_FLAG_AFTER,
    WEBHOOK_LEASE,
    WEBHOOK_RETRY_WAITS_S,
)
from core.locks import if_nobody_else
from core.models import AuditEvent, OutboxJob
from miniapps.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from miniapps.webhooks import claiming, endpoints, sending
from miniapps.webhooks.calling import Answer, Call
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.miniapps.test_concurrency import together
from tests.miniapps.webhooks.build import Clock, happened, send, states
from tests.miniapps.webhooks.receiver import answers, hangs, refuses

Outcome = WebhookAttempt.Outcome
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    return Clock()


def attempts() -> list[str]:
    return list(WebhookAttempt.objects.order_by("pk").values_list("outcome", flat=True))


def claim(now=NOW, *, most: int = 64, most_failing: int = 32):
    return claiming.claim(now=now, most=most, most_failing=most_failing)


# --- one delivery ---------------------------------------------------------------------------
def test_an_event_is_sent_signed_and_settled(cafe, added, server, clock):
    _endpoint, secret = added(server)
    event = happened(cafe, at=clock.now)

    assert send(clock) == 1

    (request,) = server.requests
    assert request.body.decode() == event.body
    assert request.event_id == event.public_id
    delivery = event.deliveries.get()
    assert (delivery.state, delivery.settled_at, delivery.lease_until) == ("delivered", NOW, None)
    attempt = delivery.attempts.get()
    assert (attempt.outcome, attempt.status_class, attempt.number) == ("taken", 2, 1)
    with pytest.raises(Exception, match=r"too (old|new)"):  # the clock of this test stands still
        request.verified_by(secret)


def test_the_signature_is_one_that_the_library_verifies_now(cafe, added, server):
    from django.utils import timezone

    _endpoint, secret = added(server)
    happened(cafe, at=timezone.now())

    sending.send_due(clock=timezone.now)

    assert server.requests[0].verified_by(secret)


def test_what_is_delivered_is_not_sent_again(cafe, added, server, clock):
    added(server)
    happened(cafe)
    send(clock)
    clock.pass_by(days=4)

    assert send(clock) == 0
    assert len(server.requests) == 1


def test_the_waits_after_failures_are_those_of_the_table_and_72_hours_together(
    cafe, added, listen, clock
):
    receiver = listen(answers(500))
    added(receiver)
    delivery = happened(cafe).deliveries.get()

    for wait_s in WEBHOOK_RETRY_WAITS_S:
        assert send(clock) == 1
        delivery.refresh_from_db()
        waits = (delivery.due_at - clock.now).total_seconds()
        assert 0.9 * wait_s <= waits <= 1.1 * wait_s
        clock.now = delivery.due_at - timedelta(milliseconds=1)
        assert send(clock) == 0
        clock.now = delivery.due_at
    assert delivery.state == "waiting"
    assert send(clock) == 1

    delivery.refresh_from_db()
    assert delivery.state == "dead"
    assert delivery.settled_at == clock.now
    assert sum(WEBHOOK_RETRY_WAITS_S) == 72 * 3600
    assert set(receiver.event_ids) == {delivery.event.public_id}
    assert len(receiver.requests) == len(WEBHOOK_RETRY_WAITS_S) + 1
    clock.pass_by(days=30)
    assert send(clock) == 0


def test_waits_differ_so_that_what_failed_together_does_not_return_together(
    cafe, added, listen, clock
):
    added(listen(answers(500)))
    for number in range(8):
        happened(cafe, object_id=f"pay_{number}")
    assert send(clock) == 8

    assert len(set(WebhookDelivery.objects.values_list("due_at", flat=True))) > 4


def test_every_try_has_the_same_id_and_body_and_a_time_of_its_own(cafe, added, listen, clock):
    receiver = listen(answers(503), answers(503), answers(204))
    added(receiver)
    event = happened(cafe)
    for _ in range(3):
        send(clock)
        clock.pass_by(minutes=10)

    assert receiver.event_ids == [event.public_id] * 3
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 3
    assert len({request.headers["webhook-signature"] for request in receiver.requests}) == 3
    assert attempts() == ["status", "status", "taken"]


def test_a_test_event_is_tried_once(cafe, added, listen, sara, clock):
    from miniapps.webhooks import events

    endpoint, _secret = added(listen(answers(500)))
    event = events.record_trial(endpoint=endpoint, actor=sara, now=NOW)

    send(clock)

    assert states(event=event) == ["dead"]


# --- the endpoint's health ------------------------------------------------------------------
def test_an_endpoint_that_fails_for_long_is_flagged_until_it_takes_something(
    cafe, added, listen, clock
):
    receiver = listen(answers(500), answers(500), answers(204))
    endpoint, _secret = added(receiver)
    happened(cafe)
    send(clock)
    endpoint.refresh_from_db()
    assert endpoint.failing_since == NOW
    assert not endpoint.is_flagged(now=NOW + WEBHOOK_FLAG_AFTER - timedelta(seconds=1))
    assert endpoint.is_flagged(now=NOW + WEBHOOK_FLAG_AFTER)

    clock.pass_by(hours=30)
    send(clock)
    endpoint.refresh_from_db()
    assert endpoint.failing_since == NOW  # the first failure counts

    clock.pass_by(hours=30)
    send(clock)
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None


def test_a_410_switches_the_endpoint_off_and_what_waits_stays(cafe, added, listen, clock, sara):
    receiver = listen(answers(410), answers(204))
    endpoint, _secret = added(receiver)
    happened(cafe, object_id="pay_1")
    send(clock)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.state_since) == ("gone", NOW)
    assert AuditEvent.objects.filter(event="miniapps.webhook_endpoint.gone").count() == 1

    clock.pass_by(hours=1)
    happened(cafe, object_id="pay_2")
    assert send(clock) == 0
    assert states() == ["waiting"]

    endpoints.change(endpoint=endpoint, actor=sara, is_on=True, now=clock.now)
    assert send(clock) == 1
    assert states() == ["delivered"]


def test_a_fault_of_ours_is_retried_and_not_held_against_the_server(
    cafe, added, server, clock, monkeypatch
):
    endpoint, _secret = added(server)
    happened(cafe)
    monkeypatch.setattr(Call, "make", lambda _self: Answer(Outcome.LOST, 1))

    send(clock)

    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert (states(), attempts()) == (["waiting"], ["lost"])


# --- order ----------------------------------------------------------------------------------
def test_events_of_one_object_arrive_in_their_order(cafe, added, server, clock):
    added(server)
    told = [happened(cafe, kind).public_id for kind in ("payment.held", "payment.captured")]
    told.append(happened(cafe, "payment.refunded").public_id)

    send(clock)

    assert server.event_ids == told


def test_a_later_event_waits_while_an_earlier_one_is_undelivered(cafe, added, listen, clock):
    receiver = listen(answers(500), answers(204))
    added(receiver)
    first, second = happened(cafe, "payment.held"), happened(cafe, "payment.captured")

    send(clock)
    assert receiver.event_ids == [first.public_id]
    assert states() == ["waiting", "waiting"]

    clock.pass_by(minutes=1)
    send(clock)
    assert receiver.event_ids == [first.public_id, first.public_id, second.public_id]
    assert states() == ["delivered", "delivered"]


def test_what_waits_behind_a_failure_is_not_due_before_it(cafe, added, listen, clock):
    added(listen(answers(500)))
    first, _second = happened(cafe), happened(cafe)
    send(clock)
    head = first.deliveries.get()

    due = list(WebhookDelivery.objects.values_list("due_at", flat=True))

    assert due == [head.due_at] * 2
    assert not claiming.is_anything_due(now=head.due_at - timedelta(milliseconds=1))


def test_an_event_of_another_object_does_not_wait(cafe, added, listen, clock):
    added(listen(refuses("pay_1")))
    happened(cafe, object_id="pay_1")
    happened(cafe, object_id="pay_2")

    send(clock)

    assert states() == ["waiting", "delivered"]


def test_a_dead_event_holds_nobody_up(cafe, added, server, clock):
    added(server)
    first, second = happened(cafe), happened(cafe)
    first.deliveries.update(state="dead", settled_at=NOW)

    send(clock)

    assert server.event_ids == [second.public_id]


def test_one_endpoint_that_fails_does_not_hold_up_another(cafe, added, listen, server, clock):
    added(listen(answers(500)))
    added(server)
    told = [happened(cafe).public_id for _ in range(3)]

    send(clock)

    assert server.event_ids == told


# --- leases ---------------------------------------------------------------------------------
def test_a_worker_killed_between_send_and_mark_leaves_it_to_the_next(cafe, added, server, clock):
    added(server)
    event = happened(cafe)
    (first,) = claim()
    first.call.make()  # and here it dies
    assert claim() == []
    clock.now = NOW + WEBHOOK_LEASE - timedelta(milliseconds=1)
    assert send(clock) == 0

    clock.now = NOW + WEBHOOK_LEASE
    send(clock)

    assert server.event_ids == [event.public_id] * 2
    assert attempts() == ["lost", "taken"]
    assert states() == ["delivered"]


KILLED = """
import os, signal, django
django.setup()
from django.utils.dateparse import parse_datetime
from miniapps.webhooks import claiming
(claim,) = claiming.claim(now=parse_datetime(os.environ["NOW"]), most=64, most_failing=32)
assert claim.call.make().is_good
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_that_is_killed_after_the_call_loses_nothing(cafe, added, server, clock):
    added(server)
    event = happened(cafe)
    place = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}",
        "BARNAMAK_WEBHOOKS_ALLOW_LOCAL": "1",
        "NOW": NOW.isoformat(),
    }

    ended = subprocess.run([sys.executable, "-c", KILLED], env=environment, timeout=60, check=False)

    assert ended.returncode == -signal.SIGKILL
    assert states() == ["waiting"]
    clock.now = NOW + WEBHOOK_LEASE
    send(clock)
    assert server.event_ids == [event.public_id] * 2
    assert states() == ["delivered"]


def test_whoever_comes_back_after_his_lease_changes_nothing(cafe, added, server, clock):
    added(server)
    happened(cafe)
    (late,) = claim()
    clock.now = NOW + WEBHOOK_LEASE
    send(clock)

    sending.settle(claim=late, answer=Answer(Outcome.TIMEOUT, 15_000), now=clock.now)

    assert states() == ["delivered"]
    assert attempts() == ["timeout", "taken"]  # his own line says how it ended for him


def test_a_later_event_does_not_go_while_the_earlier_one_is_under_way(cafe, added, server):
    added(server)
    happened(cafe), happened(cafe)

    assert len(claim()) == 1
    assert claim() == []


def test_a_replayed_event_does_not_go_beside_a_later_one_that_is_under_way(cafe, added, server):
    added(server)
    first, _second = happened(cafe), happened(cafe)
    first.deliveries.update(state="delivered", settled_at=NOW)
    assert len(claim()) == 1

    first.deliveries.update(state="waiting", settled_at=None)

    assert claim() == []


# --- room -----------------------------------------------------------------------------------
def test_one_endpoint_has_room_for_a_few_calls_and_for_one_while_it_fails(cafe, added, server):
    added(server)
    for number in range(20):
        happened(cafe, object_id=f"pay_{number}")
    claimed = claim()
    assert len(claimed) == WEBHOOK_ENDPOINT_CALLS_MAX
    assert claim() == []

    for one in claimed:
        sending.settle(claim=one, answer=Answer(Outcome.TIMEOUT, 1), now=NOW)

    assert len(claim()) == 1
    assert claim() == []


def test_endpoints_that_fail_leave_room_for_those_that_do_not(cafe, added, listen, studio):
    apps = [build.make_app(studio) for _ in range(4)]
    for number, app in enumerate(apps):
        endpoint, _secret = added(listen(), app=app)
        if number < 3:
            endpoint.failing_since = NOW
            endpoint.save()
        happened(app)

    claimed = claim(most=64, most_failing=2)

    assert sorted(one.was_failing for one in claimed) == [False, True, True]


def test_endpoints_take_turns(cafe, added, listen):
    first, _ = added(listen())
    second, _ = added(listen())
    for number in range(3):
        happened(cafe, object_id=f"pay_{number}")

    times = [NOW + timedelta(milliseconds=number) for number in range(4)]
    turns = [claim(time, most=1)[0].endpoint_id for time in times]

    assert turns == [first.pk, second.pk] * 2


@pytest.mark.django_db(transaction=True)
def test_a_server_that_hangs_does_not_make_others_wait(cafe, added, listen, server):
    slow = listen(hangs(14))
    added(slow)
    added(server)
    for number in range(30):
        happened(cafe, object_id=f"pay_{number}")
    began = time.monotonic()

    def run() -> None:
        send()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        server.wait_for(30)
        assert time.monotonic() - began < 13
        assert slow.at_once_max > 0
        assert slow.at_once_max <= WEBHOOK_ENDPOINT_CALLS_MAX
        late = happened(cafe, object_id="pay_late")
        server.wait_for(31)
        assert server.event_ids[-1] == late.public_id
    finally:
        WebhookEndpoint.objects.filter(url=slow.url).update(state="off")
        slow.wake()
        thread.join(timeout=20)


# --- several workers ------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_each_delivery_once(cafe, added, listen):
    for _ in range(4):
        added(listen())
    for number in range(4):
        happened(cafe, object_id=f"pay_{number}")

    results = together(*[lambda: [one.delivery_id for one in claim()]] * 4)

    claimed = [key for result in results for key in result]
    assert len(claimed) == len(set(claimed))
    assert len(claimed) + len(claim()) == 16


@pytest.mark.django_db(transaction=True)
def test_no_row_is_locked_while_a_server_is_called(cafe, added, listen):
    receiver = listen(hangs(14))
    added(receiver)
    happened(cafe)

    def run() -> None:
        send()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        receiver.wait_for(1)
        with connection.cursor() as cursor:
            cursor.execute("select 1 from miniapps_webhookdelivery for update nowait")
            cursor.execute("select 1 from miniapps_webhookendpoint for update nowait")
        assert states() == ["waiting"]
    finally:
        receiver.wake()
        thread.join(timeout=20)
    assert states() == ["delivered"]


@pytest.mark.django_db(transaction=True)
def test_while_one_sender_works_another_leaves_at_once(cafe, added, server):
    added(server)
    happened(cafe)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with if_nobody_else("webhooks.sender") as ours:
            assert ours
            held.set()
            done.wait(timeout=20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(timeout=20)
    assert send() == 0
    done.set()
    thread.join(timeout=20)

    assert send() == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_before_the_commit_and_the_job_after_it(cafe, added, server):
    from django.db import transaction

    added(server)
    with transaction.atomic():
        happened(cafe)
        assert together(send) == [0]  # another connection does not see it

    assert OutboxJob.objects.filter(task="miniapps.send_webhooks").count() == 1
    assert send() == 1


def test_a_sender_that_has_worked_for_long_asks_for_a_successor(
    cafe, added, server, clock, monkeypatch
):
    added(server)
    happened(cafe)
    OutboxJob.objects.all().delete()
    monkeypatch.setattr(sending, "WEBHOOK_SENDER_RUN_S", -1.0)

    assert send(clock) == 0

    assert OutboxJob.objects.filter(task="miniapps.send_webhooks").count() == 1


def test_an_idle_look_costs_few_queries(cafe, added, listen, clock):
    for _ in range(5):
        added(listen())

    with CaptureQueriesContext(connection) as counted:
        send(clock)

    assert len(counted) <= 8


def test_old_attempts_are_forgotten_and_events_stay(cafe, added, server, clock):
    added(server)
    happened(cafe)
    send(clock)

    assert sending.forget_old_attempts(now=NOW + timedelta(days=90)) == 0
    assert sending.forget_old_attempts(now=NOW + timedelta(days=91)) == 1
    assert states() == ["delivered"]
