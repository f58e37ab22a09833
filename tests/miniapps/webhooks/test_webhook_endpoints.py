"""Endpoints as makers manage them: added, changed, switched, removed; secrets and their rotation."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from core.models import AuditEvent
from core.problems import InvalidInput, NotFound, TooManyRequests
from miniapps import retiring
from miniapps.errors import (
    EndpointExists,
    EndpointIsOff,
    NobodyToTell,
    QuestionTaken,
    TooManyEndpoints,
)
from miniapps.models import WebhookDelivery, WebhookEndpoint
from miniapps.webhooks import endpoints, events, replaying, sending, signing
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.miniapps.test_concurrency import kinds as kinds_of
from tests.miniapps.test_concurrency import together
from tests.miniapps.webhooks.build import Clock, happened, send, states
from tests.miniapps.webhooks.receiver import answers

ASKED = "payment.pre_checkout"


def test_a_secret_is_given_once_and_kept_sealed(added, server):
    endpoint, secret = added(server)

    endpoint.refresh_from_db()
    kept = f"{vars(endpoint)} {list(AuditEvent.objects.values_list('facts', flat=True))}"
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in kept
    assert signing.secrets_of(endpoint, now=NOW) == [secret]


def test_all_faults_are_told_at_once(cafe, sara):
    with pytest.raises(InvalidInput) as refusal:
        endpoints.add(
            app=cafe, actor=sara, url="ftp://x", mode="real", kinds=["payment.eaten"],
            note="a\u202eb", now=NOW,
        )  # fmt: skip

    pointers = {fault.pointer for fault in refusal.value.faults}
    assert pointers == {"#/url", "#/mode", "#/kinds", "#/note"}


def test_an_address_is_there_once_in_each_mode(added, server, sara):
    endpoint, _secret = added(server)
    added(server, mode="test")

    with pytest.raises(EndpointExists) as refusal:
        added(server)
    assert refusal.value.members == {"endpoint": endpoint.public_id}

    endpoints.remove(endpoint=endpoint, actor=sara, now=NOW)
    assert added(server)


def test_an_app_has_only_so_many_endpoints_in_a_mode(added, server, listen, monkeypatch):
    monkeypatch.setattr(endpoints, "WEBHOOK_ENDPOINTS_MAX", 1)
    added(server)

    with pytest.raises(TooManyEndpoints):
        added(listen())
    assert added(server, mode="test")


def test_names_are_looked_up_only_so_often(added, listen, monkeypatch):
    monkeypatch.setattr(endpoints, "WEBHOOK_CHANGES_PER_HOUR_MAX", 1)
    added(listen())

    with pytest.raises(TooManyRequests):
        added(listen())


def test_a_question_has_one_endpoint_that_answers_it(cafe, added, listen, sara):
    judge, _secret = added(listen(), ASKED)
    other, _secret = added(listen())
    assert endpoints.find_judge(cafe, ASKED, test=False) == judge
    assert endpoints.find_judge(cafe, ASKED, test=True) is None

    with pytest.raises(QuestionTaken) as refusal:
        endpoints.change(endpoint=other, actor=sara, kinds=[ASKED], now=NOW)
    assert refusal.value.members == {"endpoint": judge.public_id, "kinds": [ASKED]}

    endpoints.change(endpoint=judge, actor=sara, kinds=[ASKED, "payment.held"], now=NOW)
    endpoints.change(endpoint=judge, actor=sara, kinds=[], now=NOW)
    endpoints.change(endpoint=other, actor=sara, kinds=[ASKED], now=NOW)
    assert endpoints.find_judge(cafe, ASKED, test=False) == other
    endpoints.change(endpoint=other, actor=sara, is_on=False, now=NOW)
    assert endpoints.find_judge(cafe, ASKED, test=False) is None


def test_what_is_changed_is_changed_and_the_rest_stays(added, server, listen, sara):
    endpoint, _secret = added(server, "payment.held", note="یک")
    new = listen()

    changed = endpoints.change(endpoint=endpoint, actor=sara, url=new.url, note="دو", now=NOW)

    changed.refresh_from_db()
    assert (changed.url, changed.note, changed.kinds) == (new.url, "دو", ["payment.held"])
    event = AuditEvent.objects.get(event="miniapps.webhook_endpoint.changed")
    assert set(event.facts["changed"]) == {"url", "note"}


def test_saying_what_is_true_already_changes_nothing(added, server, sara):
    endpoint, _secret = added(server, "payment.held", note="یک")

    endpoints.change(
        endpoint=endpoint, actor=sara, url=server.url, note="یک", kinds=["payment.held"],
        is_on=True, now=NOW,
    )  # fmt: skip

    assert not AuditEvent.objects.filter(event="miniapps.webhook_endpoint.changed").exists()


def test_a_new_address_is_checked_like_a_first_one(added, server, sara, settings):
    endpoint, _secret = added(server)

    with pytest.raises(InvalidInput):
        endpoints.change(endpoint=endpoint, actor=sara, url="https://10.0.0.1/", now=NOW)

    endpoint.refresh_from_db()
    assert endpoint.url == server.url


def test_what_waits_goes_on_when_the_endpoint_is_switched_on_again(cafe, added, server, sara):
    clock = Clock()
    endpoint, _secret = added(server)
    happened(cafe)
    endpoints.change(endpoint=endpoint, actor=sara, is_on=False, now=NOW)
    assert send(clock) == 0

    clock.pass_by(days=5)
    endpoints.change(endpoint=endpoint, actor=sara, is_on=True, now=clock.now)

    assert send(clock) == 1
    assert states() == ["delivered"]


def test_a_removed_endpoint_is_sent_nothing_more_and_keeps_its_log(cafe, added, server, sara):
    endpoint, _secret = added(server)
    happened(cafe)

    endpoints.remove(endpoint=endpoint, actor=sara, now=NOW)

    assert send() == 0
    assert states() == ["cancelled"]
    with pytest.raises(NotFound):
        endpoints.remove(endpoint=endpoint, actor=sara, now=NOW)
    with pytest.raises(NotFound):
        endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=NOW)


def test_an_endpoint_removed_while_it_is_called_stays_removed(cafe, added, server, sara):
    from miniapps.webhooks import claiming
    from miniapps.webhooks.calling import Answer

    endpoint, _secret = added(server)
    happened(cafe)
    (claim,) = claiming.claim(now=NOW, most=1, most_failing=1)
    endpoints.remove(endpoint=endpoint, actor=sara, now=NOW)

    sending.settle(claim=claim, answer=Answer("taken", 1, 204), now=NOW)

    endpoint.refresh_from_db()
    assert (endpoint.state, states()) == ("removed", ["cancelled"])


def test_with_the_app_its_endpoints_end(cafe, added, server, sara):
    endpoint, _secret = added(server)
    happened(cafe)

    retiring.delete(app=cafe, actor=sara, now=NOW)

    endpoint.refresh_from_db()
    assert (endpoint.state, states()) == ("removed", ["cancelled"])


@pytest.mark.django_db(transaction=True)
def test_the_same_address_added_twice_at_once_is_there_once(cafe, added, server):
    results = together(*[lambda: added(server)] * 2)

    assert kinds_of(results) == sorted([EndpointExists.__name__, "tuple"])
    assert WebhookEndpoint.objects.count() == 1


# --- rotation -------------------------------------------------------------------------------
def test_both_secrets_sign_until_the_overlap_ends(cafe, added, server, sara):
    now = timezone.now()
    endpoint, old = added(server, now=now)
    _endpoint, new = endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=now)
    assert new != old

    happened(cafe, at=now)
    sending.send_due(clock=timezone.now)

    (request,) = server.requests
    assert len(request.headers["webhook-signature"].split(" ")) == 2
    assert request.verified_by(old)
    assert request.verified_by(new)


@pytest.mark.parametrize(
    ("hours", "later", "signers"), [(24, 23.99, 2), (24, 24, 1), (0, 0, 1), (168, 167, 2)]
)
def test_the_old_secret_ends_with_its_overlap(  # noqa: PLR0917  (what it is about, by name)
    added, server, sara, hours, later, signers
):
    endpoint, _old = added(server)
    overlap = timedelta(hours=hours)

    rotated, new = endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=NOW, overlap=overlap)

    signing_then = signing.secrets_of(rotated, now=NOW + timedelta(hours=later))
    assert len(signing_then) == signers
    assert signing_then[0] == new


def test_the_old_secret_can_be_ended_at_once(cafe, added, server, sara):
    now = timezone.now()
    endpoint, old = added(server, now=now)
    _endpoint, new = endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=now)
    endpoints.end_old_secret(endpoint=endpoint, actor=sara)
    endpoints.end_old_secret(endpoint=endpoint, actor=sara)

    happened(cafe, at=now)
    sending.send_due(clock=timezone.now)

    assert server.requests[0].verified_by(new)
    with pytest.raises(WebhookVerificationError):
        server.requests[0].verified_by(old)
    ended = AuditEvent.objects.filter(event="miniapps.webhook_endpoint.old_secret_ended")
    assert ended.count() == 1


def test_a_third_secret_ends_the_first(added, server, sara):
    endpoint, first = added(server)
    _endpoint, second = endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=NOW)
    rotated, third = endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=NOW)

    assert signing.secrets_of(rotated, now=NOW) == [third, second]
    assert first not in signing.secrets_of(rotated, now=NOW)


@pytest.mark.parametrize("overlap", [timedelta(hours=-1), timedelta(days=8)])
def test_an_overlap_has_its_bounds(added, server, sara, overlap):
    endpoint, _secret = added(server)

    with pytest.raises(InvalidInput):
        endpoints.rotate_secret(endpoint=endpoint, actor=sara, now=NOW, overlap=overlap)


# --- replays --------------------------------------------------------------------------------
def test_a_replay_keeps_the_id_and_begins_the_waits_anew(cafe, added, listen, sara):
    clock = Clock()
    receiver = listen(answers(500), answers(204))
    added(receiver)
    event = happened(cafe)
    send(clock)
    event.deliveries.update(state="dead", settled_at=NOW, tries=14)

    replaying.replay(event=event, actor=sara, now=clock.now)
    send(clock)

    assert receiver.event_ids == [event.public_id] * 2
    delivery = event.deliveries.get()
    assert (delivery.state, delivery.tries, delivery.attempts_count) == ("delivered", 1, 2)


def test_what_waited_behind_a_replayed_event_goes_with_it(cafe, added, listen, sara):
    clock = Clock()
    receiver = listen(answers(500), answers(204))
    added(receiver)
    first, second = happened(cafe), happened(cafe)
    send(clock)

    replaying.replay(event=first, actor=sara, now=clock.now)
    send(clock)

    assert receiver.event_ids == [first.public_id, first.public_id, second.public_id]


def test_what_was_delivered_can_be_sent_again(cafe, added, server, sara):
    added(server)
    event = happened(cafe)
    send()

    replaying.replay(event=event, actor=sara, now=NOW)
    send()

    assert server.event_ids == [event.public_id] * 2


def test_a_replay_reaches_endpoints_that_came_later(cafe, added, server, listen, sara):
    added(server)
    event = happened(cafe)
    send()
    late, picky = listen(), listen()
    added(late)
    added(picky, "payment.refunded")

    replaying.replay(event=event, actor=sara, now=NOW)
    send()

    assert late.event_ids == [event.public_id]
    assert picky.event_ids == []


def test_a_replay_to_one_endpoint_reaches_that_one(cafe, added, server, listen, sara):
    added(server)
    other = listen()
    endpoint, _secret = added(other, "payment.refunded")
    event = happened(cafe)

    replaying.replay(event=event, actor=sara, endpoint=endpoint, now=NOW)
    send()

    assert other.event_ids == [event.public_id]


def test_what_is_on_its_way_is_not_sent_beside_itself(cafe, added, server, sara):
    from miniapps.webhooks import claiming

    added(server)
    event = happened(cafe)
    claiming.claim(now=NOW, most=1, most_failing=1)

    replaying.replay(event=event, actor=sara, now=NOW)

    assert send() == 0


def test_a_replay_to_nobody_is_refused(cafe, added, server, sara):
    event = happened(cafe)
    with pytest.raises(NobodyToTell):
        replaying.replay(event=event, actor=sara, now=NOW)

    endpoint, _secret = added(server)
    off = endpoints.change(endpoint=endpoint, actor=sara, is_on=False, now=NOW)
    with pytest.raises(NobodyToTell):
        replaying.replay(event=event, actor=sara, now=NOW)
    with pytest.raises(EndpointIsOff):
        replaying.replay(event=event, actor=sara, endpoint=off, now=NOW)
    with pytest.raises(EndpointIsOff):
        events.record_trial(endpoint=off, actor=sara, now=NOW)
    with pytest.raises(EndpointIsOff):
        replaying.replay_dead(endpoint=off, actor=sara, now=NOW)


def test_a_test_event_is_not_replayed_to_others(cafe, added, server, listen, sara):
    endpoint, _secret = added(server)
    event = events.record_trial(endpoint=endpoint, actor=sara, now=NOW)
    added(listen())

    assert len(replaying.replay(event=event, actor=sara, now=NOW)) == 1


def test_all_that_was_given_up_for_an_endpoint_goes_again(cafe, added, server, listen, sara):
    endpoint, _secret = added(server)
    added(listen())
    for number in range(3):
        happened(cafe, object_id=f"pay_{number}")
    WebhookDelivery.objects.update(state="dead", settled_at=NOW)

    assert replaying.replay_dead(endpoint=endpoint, actor=sara, now=NOW) == 3

    assert states(endpoint=endpoint) == ["waiting"] * 3
    assert states(state="dead") == ["dead"] * 3


@pytest.mark.parametrize("act", ["replay", "try"])
def test_sending_at_will_has_a_rate(  # noqa: PLR0917  (what it is about, by name)
    cafe, added, server, sara, monkeypatch, act
):
    monkeypatch.setattr(replaying, "WEBHOOK_REPLAYS_PER_MINUTE_MAX", 1)
    monkeypatch.setattr(events, "WEBHOOK_TESTS_PER_MINUTE_MAX", 1)
    endpoint, _secret = added(server)
    event = happened(cafe)
    acts = {
        "replay": lambda: replaying.replay(event=event, actor=sara, now=NOW),
        "try": lambda: events.record_trial(endpoint=endpoint, actor=sara, now=NOW),
    }
    acts[act]()

    with pytest.raises(TooManyRequests):
        acts[act]()


def test_an_app_of_another_maker_has_endpoints_of_its_own(cafe, added, server, listen):
    other = build.make_app()
    added(server)
    added(listen(), app=other)

    assert happened(cafe).deliveries.count() == 1
