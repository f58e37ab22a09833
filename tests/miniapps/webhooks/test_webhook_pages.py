"""Webhooks in the console: what each role sees and does, and that secrets are shown once."""

import re

import pytest
from django.utils import timezone

from identity import makers
from miniapps.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from miniapps.webhooks import sending, signing
from tests.miniapps import build
from tests.miniapps.browsing import counted, said, words
from tests.miniapps.build import NOW
from tests.miniapps.test_console_makers import english
from tests.miniapps.webhooks.build import happened, send
from tests.miniapps.webhooks.receiver import answers, names
from tests.people import make_person


@pytest.fixture
def client(sara):
    return english(sara)


@pytest.fixture
def place(cafe) -> str:
    return f"/console/apps/{cafe.public_id}/webhooks/"


def at(place: str, endpoint: WebhookEndpoint, then: str = "") -> str:
    return f"{place}endpoints/{endpoint.public_id}/{then}"


def test_an_address_is_added_and_its_secret_is_shown_once(client, place, server):
    given = {"url": server.url, "mode": "live", "which": "all", "note": "سرور اصلی"}
    answer = client.post(place, given)
    endpoint = WebhookEndpoint.objects.get()
    first, second = client.get(answer["Location"]), client.get(answer["Location"])

    (secret,) = signing.secrets_of(endpoint, now=NOW)
    assert answer["Location"] == at(place, endpoint)
    assert secret in words(first)
    assert "no-store" in first["Cache-Control"]
    assert secret not in words(second)
    assert (endpoint.kinds, endpoint.note) == ([], "سرور اصلی")
    assert server.url in words(client.get(place))


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"url": "https://127.0.0.1/"}, "url", "Use the name of your server"),
        ({"url": "http://hooks.naron.ir/"}, "url", "must begin with https"),
        ({"url": "https://inner.naron.ir/"}, "url", "not public"),
        ({"url": "https://nobody.naron.ir/"}, "url", "was not found"),
        ({"url": "https://hooks.naron.ir:22/"}, "url", "Only ports 443"),
        ({"which": "some"}, "", "Choose at least one"),
        ({"mode": "real"}, "", "Choose one of the list"),
        ({"note": "x" * 121}, "note", "empty or too long"),
    ],
)
def test_a_fault_stands_beside_its_field_and_the_rest_is_kept(client, place, given, field, says):
    sent = {"url": "https://hooks.naron.ir/in", "mode": "test", "which": "all", "note": "n"}

    with names(hooks_naron_ir=["8.8.8.8"], inner_naron_ir=["10.0.0.1"]):
        answer = client.post(place, sent | given)

    assert answer.status_code == 400
    assert says in words(answer)
    assert not field or f'id="{field}-error"' in answer.content.decode()
    assert (sent | given)["url"] in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_the_same_address_twice_is_told_with_its_code(client, place, added, server):
    added(server)

    answer = client.post(place, {"url": server.url, "mode": "live", "which": "all"})

    assert answer.status_code == 409
    assert "endpoint-exists" in words(answer)


def test_nothing_ticked_does_not_become_everything(client, place, added, server):
    endpoint, _secret = added(server, "payment.held")

    answer = client.post(at(place, endpoint), {"url": server.url, "which": "some"})

    endpoint.refresh_from_db()
    assert answer.status_code == 400
    assert endpoint.kinds == ["payment.held"]


def test_an_address_is_changed_switched_and_removed(client, place, added, server):
    endpoint, _secret = added(server)
    given = {"url": server.url, "which": "some", "kinds": ["payment.held"], "note": "دو"}
    assert "was changed" in said(client, client.post(at(place, endpoint), given))
    endpoint.refresh_from_db()
    assert (endpoint.kinds, endpoint.note) == (["payment.held"], "دو")

    off = said(client, client.post(at(place, endpoint, "switch/"), {"on": "no"}))
    assert "Switched off since" in off
    said(client, client.post(at(place, endpoint, "switch/"), {"on": "yes"}))
    endpoint.refresh_from_db()
    assert endpoint.is_on

    assert "was removed" in said(client, client.post(at(place, endpoint, "remove/")))
    assert client.get(at(place, endpoint)).status_code == 404
    assert "No address yet" in words(client.get(place))


def test_a_secret_is_rotated_with_an_overlap_that_can_be_ended(client, place, added, server):
    endpoint, old = added(server)
    answer = client.post(at(place, endpoint, "secret/"), {"overlap": "72"})
    page = words(client.get(answer["Location"]))
    endpoint.refresh_from_db()
    new, still = signing.secrets_of(endpoint, now=timezone.now())
    assert new in page
    assert (still, old in page) == (old, False)
    assert "The old secret signs too until" in page

    ended = said(client, client.post(at(place, endpoint, "old-secret/")))
    endpoint.refresh_from_db()
    assert "no longer signs" in ended
    assert signing.secrets_of(endpoint, now=timezone.now()) == [new]


def test_an_overlap_that_is_not_offered_is_refused(client, place, added, server):
    endpoint, secret = added(server)

    client.post(at(place, endpoint, "secret/"), {"overlap": "9999", "back": place})

    endpoint.refresh_from_db()
    assert signing.secrets_of(endpoint, now=timezone.now()) == [secret]


def test_a_test_event_leads_to_its_page_which_asks_until_it_has_arrived(
    client, place, added, server
):
    endpoint, _secret = added(server)
    answer = client.post(at(place, endpoint, "test/"))
    event = WebhookEvent.objects.get()
    assert answer["Location"] == f"{place}events/{event.public_id}/"
    assert "hx-get" in client.get(answer["Location"]).content.decode()

    sending.send_due(clock=timezone.now)

    part = client.get(f"{answer['Location']}?part=deliveries")
    assert "Accepted 2xx" in words(part)
    assert "hx-get" not in part.content.decode()
    assert "<html" not in part.content.decode()


def test_an_event_shows_what_was_sent_and_each_try_but_not_the_answer(
    client, place, cafe, added, listen
):
    added(listen(answers(500, b"a secret of the server")))
    event = happened(cafe, payload={"order_ref": "نارون-۱۲"}, at=timezone.now())
    sending.send_due(clock=timezone.now)

    page = words(client.get(f"{place}events/{event.public_id}/"))

    assert "نارون-۱۲" in page
    assert "Refused by the server 5xx" in page
    assert "The next try is" in page
    assert "a secret of" not in page


def test_the_log_is_filtered_by_state_kind_and_object(client, place, cafe, added, server):
    added(server)
    happened(cafe, "payment.held", "pay_1")
    happened(cafe, "payment.captured", "pay_2")
    send()

    def shown(query: str) -> set[str]:
        page = client.get(f"{place}log/{query}").content.decode()
        return set(re.findall(r"<code[^>]*>(pay_\d)</code>", page))

    assert shown("") == {"pay_1", "pay_2"}
    assert shown("?kind=payment.held") == {"pay_1"}
    assert shown("?object=pay_2") == {"pay_2"}
    assert shown("?state=waiting") == set()
    assert shown("?state=nonsense&endpoint=nonsense") == {"pay_1", "pay_2"}
    assert "Nothing fits" in words(client.get(f"{place}log/?state=waiting"))


def test_a_long_log_has_pages_and_keeps_its_filter(client, place, cafe, added, server):
    added(server)
    for number in range(51):
        happened(cafe, "payment.held", f"pay_{number}")
    first = client.get(f"{place}log/?kind=payment.held").content.decode()
    (following,) = re.findall(r'href="(\?kind=payment\.held&amp;before=\d+)"', first)

    second = client.get(f"{place}log/{following.replace('&amp;', '&')}").content.decode()

    assert "pay_50</code>" in first
    assert "pay_0</code>" not in first
    assert re.findall(r"<code[^>]*>(pay_\d+)</code>", second) == ["pay_0"]


def test_what_was_given_up_has_a_tab_and_goes_again_by_a_button(client, place, cafe, added, server):
    endpoint, _secret = added(server)
    event = happened(cafe)
    event.deliveries.update(state="dead", settled_at=NOW)
    assert "Given up 1" in words(client.get(place))
    page = words(client.get(f"{place}log/?state=dead"))
    assert "Send all 1 again" in page

    told = said(client, client.post(at(place, endpoint, "replay/")))

    assert "1 event goes again" in told
    assert WebhookDelivery.objects.get().state == "waiting"
    assert "Nothing was given up" in words(client.get(f"{place}log/?state=dead"))


def test_an_event_is_sent_again_by_a_button(client, place, cafe, added, server):
    added(server)
    event = happened(cafe)
    send()

    told = said(client, client.post(f"{place}events/{event.public_id}/replay/"))
    sending.send_due(clock=timezone.now)

    assert "with the same id" in told
    assert server.event_ids == [event.public_id] * 2


def test_a_replay_to_nobody_is_a_notice(client, place, cafe):
    event = happened(cafe)
    back = f"{place}events/{event.public_id}/"
    assert "Nobody was told" in words(client.get(back))

    assert "nobody-to-tell" in said(client, client.post(f"{back}replay/", {"back": back}))


def test_a_server_that_is_gone_or_fails_for_long_is_told_of(client, place, cafe, added, listen):
    endpoint, _secret = added(listen(answers(410)))
    happened(cafe)
    send()
    assert "Your server answered 410" in words(client.get(at(place, endpoint)))

    WebhookEndpoint.objects.update(state="on", failing_since=NOW)
    assert "failed for a day or longer" in words(client.get(at(place, endpoint)))
    assert "Fails for long" in words(client.get(place))


@pytest.mark.parametrize(
    ("role", "sees", "does"),
    [("owner", 200, 303), ("developer", 200, 303), ("analyst", 200, 403), ("billing", 403, 403)],
)
def test_each_role_sees_and_does_what_it_may(  # noqa: PLR0917  (what it is about, by name)
    place, cafe, added, server, role, sees, does
):
    endpoint, _secret = added(server)
    event = happened(cafe)
    person = make_person("نیما")
    makers.set_member(maker=cafe.maker, phone=person.phone, role=role, actor=cafe.maker.founder)
    client = english(person)

    for path in (place, at(place, endpoint), f"{place}log/", f"{place}events/{event.public_id}/"):
        answer = client.get(path)
        assert answer.status_code == sees
        if role == "analyst":
            assert 'method="post" action="/console/' not in answer.content.decode()
    assert client.post(at(place, endpoint, "test/")).status_code == does
    assert client.post(f"{place}events/{event.public_id}/replay/").status_code == does
    assert ("Webhooks" in words(client.get(f"/console/apps/{cafe.public_id}/"))) == (sees == 200)


def test_what_belongs_to_another_app_is_not_there(client, place, added, server, mina):
    other = build.make_app(build.make_maker(mina))
    endpoint, _secret = added(server, app=other)
    event = happened(other)

    assert client.get(at(place, endpoint)).status_code == 404
    assert client.post(at(place, endpoint, "remove/")).status_code == 404
    assert client.get(f"{place}events/{event.public_id}/").status_code == 404


def test_a_full_log_costs_as_many_queries_as_a_short_one(client, place, cafe, added, server):
    added(server)
    happened(cafe)
    with counted() as short:
        client.get(f"{place}log/")
    for number in range(30):
        happened(cafe, object_id=f"pay_{number}")

    with counted() as full:
        client.get(f"{place}log/")

    assert full() == short()


def test_the_history_of_the_app_tells_of_its_addresses(client, cafe, added, server):
    added(server)

    page = words(client.get(f"/console/apps/{cafe.public_id}/history/"))

    assert "A webhook address was added" in page
