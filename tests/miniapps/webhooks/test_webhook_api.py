"""Webhooks by API: as a person of the maker, and as a server with a key."""

import pytest
from django.test import Client

from miniapps.models import AppKey, WebhookEndpoint, WebhookEvent
from tests.miniapps import build
from tests.miniapps.webhooks.build import happened, send
from tests.miniapps.webhooks.receiver import answers
from tests.people import make_person, signed_in

JSON = "application/json"


@pytest.fixture
def caller(cafe) -> Client:
    """A server of the maker, with a key for webhooks and nothing else."""
    _key, text = build.make_key(cafe, AppKey.Scope.WEBHOOKS)
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.fixture
def place(cafe) -> str:
    return f"/api/v1/apps/{cafe.public_id}/webhooks"


def test_a_server_adds_changes_rotates_and_removes_its_endpoint(caller, place, server):
    new = {"url": server.url, "mode": "live", "kinds": ["payment.captured"], "note": "اصلی"}
    made = caller.post(f"{place}/endpoints", new, JSON)
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    assert made.json()["secret"].startswith("whsec_")
    own = made["Location"]
    assert own == f"{place}/endpoints/{made.json()['id']}"

    got = caller.get(own).json()
    assert "secret" not in got
    assert got | new == got
    assert (got["state"], got["failing_since"], got["is_flagged"]) == ("on", None, False)

    changed = caller.patch(own, {"kinds": [], "on": False}, JSON).json()
    assert (changed["kinds"], changed["state"]) == ([], "off")

    rotated = caller.post(f"{own}/secret", {}, JSON)
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != made.json()["secret"]
    assert rotated.json()["old_secret_until"] is not None
    ended = caller.delete(f"{own}/old-secret").json()
    assert ended["old_secret_until"] is None

    assert caller.delete(own).status_code == 204
    assert caller.get(own).status_code == 404
    assert caller.get(f"{place}/endpoints").json()["items"] == []


def test_a_refused_address_says_why(caller, place):
    answer = caller.post(f"{place}/endpoints", {"url": "https://127.0.0.1/", "mode": "live"}, JSON)

    assert answer.status_code == 400
    assert [one["code"] for one in answer.json()["errors"]] == ["literal"]


def test_the_log_tells_what_was_sent_and_hides_what_was_answered(
    caller, place, cafe, added, listen
):
    added(listen(answers(500, b"a secret of the server")))
    event = happened(cafe, payload={"amount_rials": 120_000})
    send()

    told = caller.get(f"{place}/events/{event.public_id}")
    (delivery,) = told.json()["deliveries"]
    (attempt,) = delivery["attempts"]

    assert told.json()["body"]["data"] == {"amount_rials": 120_000}
    assert (attempt["outcome"], attempt["status_class"]) == ("status", 5)
    assert attempt["duration_ms"] >= 0
    assert (delivery["state"], delivery["last_status_class"]) == ("waiting", 5)
    assert delivery["due_at"]
    for hidden in ("secret of", "127.0.0.1", ":500"):
        assert hidden not in told.content.decode()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 3),
        ("?state=delivered", 2),
        ("?state=dead", 1),
        ("?state=waiting", 0),
        ("?kind=payment.held", 1),
        ("?object=pay_2", 1),
        ("?object=pay_9", 0),
        ("?event={event}", 1),
        ("?endpoint={endpoint}", 3),
        ("?endpoint=whe_nothing", 0),
    ],
)
def test_the_log_is_filtered(  # noqa: PLR0917  (what it is about, by name)
    caller, place, cafe, added, server, query, count
):
    endpoint, _secret = added(server)
    event = happened(cafe, "payment.held")
    happened(cafe, "payment.captured")
    dead = happened(cafe, "payment.captured", "pay_2")
    send()
    dead.deliveries.update(state="dead")
    query = query.format(event=event.public_id, endpoint=endpoint.public_id)

    answer = caller.get(f"{place}/deliveries{query}")

    assert len(answer.json()["items"]) == count


@pytest.mark.parametrize(
    "query",
    ["?state=lost", "?kind=payment.eaten", f"?object={'a' * 65}", "?limit=x"],
)
def test_a_filter_that_means_nothing_is_refused(caller, place, query):
    assert caller.get(f"{place}/deliveries{query}").status_code == 400


def test_lists_are_paged_by_cursor(caller, place, cafe, added, server):
    added(server)
    told = [happened(cafe).public_id for _ in range(5)]
    found, cursor = [], ""
    while cursor is not None:
        page = caller.get(f"{place}/events?limit=2&cursor={cursor}").json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]

    assert found == told[::-1]


def test_an_event_is_replayed_with_its_id(caller, place, cafe, added, server):
    endpoint, _secret = added(server)
    event = happened(cafe)
    send()

    answer = caller.post(
        f"{place}/events/{event.public_id}/replay", {"endpoint": endpoint.public_id}, JSON
    )
    from django.utils import timezone

    from miniapps.webhooks import sending

    sending.send_due(clock=timezone.now)

    assert answer.status_code == 202
    assert answer.json()["deliveries"][0]["state"] == "waiting"
    assert server.event_ids == [event.public_id] * 2


def test_the_same_replay_asked_twice_is_one(caller, place, cafe, added, server):
    added(server)
    event = happened(cafe)
    headers = {"Idempotency-Key": "once"}
    path = f"{place}/events/{event.public_id}/replay"

    first = caller.post(path, {}, JSON, headers=headers)
    second = caller.post(path, {}, JSON, headers=headers)

    assert second["Idempotency-Replayed"] == "true"
    assert first.content == second.content


def test_a_test_event_is_sent_and_seen(caller, place, added, server):
    endpoint, secret = added(server, mode="test")
    answer = caller.post(f"{place}/endpoints/{endpoint.public_id}/test")
    from django.utils import timezone

    from miniapps.webhooks import sending

    sending.send_due(clock=timezone.now)
    seen = caller.get(f"{place}/events/{answer.json()['id']}").json()

    assert answer.status_code == 202
    assert seen["deliveries"][0]["state"] == "delivered"
    assert server.requests[0].verified_by(secret)
    assert server.requests[0].event["test"] is True


def test_all_dead_letters_of_an_endpoint_are_replayed(caller, place, cafe, added, server):
    endpoint, _secret = added(server)
    happened(cafe).deliveries.update(state="dead", settled_at=build.NOW)

    answer = caller.post(f"{place}/endpoints/{endpoint.public_id}/replay")

    assert (answer.status_code, answer.json()) == (202, {"replayed": 1})


def test_what_belongs_to_another_app_is_not_there(caller, place, added, server, sara):
    other = build.make_app(build.make_maker(sara))
    endpoint, _secret = added(server, app=other)
    event = happened(other)

    for path in (
        f"{place}/endpoints/{endpoint.public_id}",
        f"{place}/events/{event.public_id}",
        f"/api/v1/apps/{other.public_id}/webhooks/events",
    ):
        assert caller.get(path).status_code == 404
    assert caller.get(f"{place}/deliveries?event={event.public_id}").json()["items"] == []


@pytest.mark.parametrize(
    ("role", "reads", "manages"),
    [("owner", 200, 204), ("developer", 200, 204), ("analyst", 200, 403), ("billing", 403, 403)],
)
def test_each_role_reads_and_manages_as_it_should(  # noqa: PLR0917  (what it is about, by name)
    cafe, place, added, server, role, reads, manages
):
    from identity import makers

    endpoint, _secret = added(server)
    person = make_person("نیما")
    makers.set_member(maker=cafe.maker, phone=person.phone, role=role, actor=cafe.maker.founder)
    client = signed_in(person)

    for path in ("endpoints", "events", "deliveries", f"endpoints/{endpoint.public_id}"):
        assert client.get(f"{place}/{path}").status_code == reads
    answer = client.delete(f"{place}/endpoints/{endpoint.public_id}")
    assert answer.status_code == manages


def test_without_a_right_nothing_is_written(cafe, place, server):
    _key, text = build.make_key(cafe, AppKey.Scope.VERSIONS_READ)
    client = Client(headers={"authorization": f"Bearer {text}"})

    answer = client.post(f"{place}/endpoints", {"url": server.url, "mode": "live"}, JSON)

    assert (answer.status_code, answer.json()["needs"]) == (403, "webhooks:manage")
    assert not WebhookEndpoint.objects.exists()
    assert not WebhookEvent.objects.exists()
