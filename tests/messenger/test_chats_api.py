"""The chats API: strict in what it takes, the same refusal for a stranger as for nothing."""

import pytest
from django.test import Client

from messenger import chats
from messenger.models import Message
from tests.messenger.conftest import say
from tests.people import make_person, signed_in


@pytest.fixture
def sara_client(sara) -> Client:
    return signed_in(sara)


def send(client: Client, path: str, body: object, **headers: str):
    return client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)


def test_strangers_to_the_house_are_told_to_sign_in(db, talk):
    for path in (
        "/chats",
        f"/chats/{talk.public_id}",
        f"/chats/{talk.public_id}/messages",
        "/contacts",
    ):
        answer = Client().get(f"/api/v1{path}")
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_a_stranger_to_the_chat_finds_nothing(talk, dara):
    client, at = signed_in(dara), f"/chats/{talk.public_id}"

    answers = [
        client.get(f"/api/v1{at}"),
        client.get(f"/api/v1{at}/messages"),
        client.get(f"/api/v1{at}/members"),
        client.get(f"/api/v1{at}/apps"),
        send(client, f"{at}/messages", {"text": "سلام"}),
        send(client, f"{at}/read", {"seq": 1}),
        send(client, f"{at}/members", {"phone": "09121234567"}),
        send(client, f"{at}/cards", {"app": "cafe"}),
        client.patch(f"/api/v1{at}", {"muted": True}, content_type="application/json"),
        client.delete(f"/api/v1{at}/members/me"),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert not Message.objects.filter(chat=talk).exists()


def test_a_text_is_sent_read_and_listed(talk, sara_client, mina):
    sent = send(
        sara_client, f"/chats/{talk.public_id}/messages", {"text": "سلام", "client_id": "a1"}
    )

    assert sent.status_code == 201
    assert (sent.json()["seq"], sent.json()["text"], sent.json()["client_id"]) == (1, "سلام", "a1")
    hers = signed_in(mina)
    page = hers.get(f"/api/v1/chats/{talk.public_id}/messages?after=0").json()
    assert [item["text"] for item in page["items"]] == ["سلام"]
    assert hers.get("/api/v1/chats").json()["items"][0]["unread"] == 1
    assert send(hers, f"/chats/{talk.public_id}/read", {"seq": 1}).json() == {"seq": 1}


def test_no_answer_holds_a_phone_or_an_internal_key(talk, sara, sara_client, mina):
    say(talk, sara, "سلام")

    body = sara_client.get("/api/v1/chats").content.decode()

    assert mina.phone not in body
    assert f'"{talk.pk}"' not in body
    assert f":{talk.pk}," not in body


def test_an_idempotency_key_sends_once(talk, sara_client):
    at, body = f"/chats/{talk.public_id}/messages", {"text": "سلام"}
    key = {"Idempotency-Key": "k-1"}

    first, again = (send(sara_client, at, body, **key) for _ in range(2))

    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Message.objects.filter(chat=talk).count() == 1
    other = send(sara_client, at, {"text": "دیگر"}, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"#/text"}),
        ({"text": 5}, {"#/text"}),
        ({"text": "  "}, {"#/text"}),
        ({"text": "x", "colour": "red"}, {"#/colour"}),
        ({"text": None, "client_id": 7, "more": 1}, {"#/text", "#/client_id", "#/more"}),
        ({"text": "x", "client_id": "a b"}, {"#/client_id"}),
    ],
)
def test_every_fault_of_a_message_is_named(talk, sara_client, body, pointers):
    answer = send(sara_client, f"/chats/{talk.public_id}/messages", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == pointers


@pytest.mark.parametrize(
    "query", ["before=x", "after=-1", "limit=0", "limit=201", "before=" + "9" * 30]
)
def test_a_wrong_place_is_refused(talk, sara_client, query):
    answer = sara_client.get(f"/api/v1/chats/{talk.public_id}/messages?{query}")

    assert answer.status_code == 400


@pytest.mark.parametrize("spelling", ["۰۹۱۲ ۰۰۰ ۰۰۹۹", "0912-000-0099", "+98 912 000 0099"])
def test_a_direct_chat_is_opened_by_phone_in_any_spelling(sara_client, spelling):
    from identity.models import Person

    other = Person.objects.create_user(phone="+989120000099", first_name="ناهید")

    answer = send(sara_client, "/chats", {"kind": "direct", "phone": spelling})

    assert answer.status_code == 201
    assert answer.json()["partner"]["id"] == other.public_id


@pytest.mark.parametrize(
    ("phone", "status", "code"),
    [("0912", 400, "bad-phone"), ("09129999999", 404, "person-unknown")],
)
def test_a_phone_that_nobody_has_is_refused(sara_client, phone, status, code):
    answer = send(sara_client, "/chats", {"kind": "direct", "phone": phone})

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_phones_cannot_be_tried_without_end(sara_client, monkeypatch):
    monkeypatch.setattr("messenger.api.views.PEOPLE_LOOKUPS_MAX", 2)

    codes = [
        send(sara_client, "/chats", {"kind": "direct", "phone": "09129999999"}).status_code
        for _ in range(3)
    ]

    assert codes == [404, 404, 429]


def test_a_group_takes_people_one_knows(sara, sara_client, mina, dara):
    chats.open_direct(person=sara, other=mina)

    known = send(
        sara_client, "/chats", {"kind": "group", "title": "گروه", "people": [mina.public_id]}
    )
    unknown = send(
        sara_client, "/chats", {"kind": "group", "title": "گروه", "people": [dara.public_id]}
    )

    assert (known.status_code, known.json()["members_count"]) == (201, 2)
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "#/people/0")


def test_the_kind_decides_what_is_needed(sara_client):
    for body, pointer in (
        ({"kind": "direct"}, "#/phone"),
        ({"kind": "group"}, "#/title"),
        ({"kind": "x"}, "#/kind"),
    ):
        answer = send(sara_client, "/chats", body)
        assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_channel_is_found_followed_and_left(channel, mina):
    client = signed_in(mina)

    found = client.get("/api/v1/channels?q=nar").json()["items"]
    joined = send(client, "/chats/join", {"handle": found[0]["handle"]})
    written = send(client, f"/chats/{channel.public_id}/messages", {"text": "من هم"})
    left = client.delete(f"/api/v1/chats/{channel.public_id}/members/me")

    assert (joined.status_code, joined.json()["can_write"]) == (200, False)
    assert (written.status_code, written.json()["code"]) == (403, "cannot-write")
    assert left.status_code == 204
    assert client.get(f"/api/v1/chats/{channel.public_id}").status_code == 404


def test_who_follows_a_channel_is_seen_by_its_staff_only(channel, sara_client, mina):
    chats.join(channel=channel, person=mina)

    assert signed_in(mina).get(f"/api/v1/chats/{channel.public_id}/members").status_code == 403
    assert len(sara_client.get(f"/api/v1/chats/{channel.public_id}/members").json()["items"]) == 2


def test_members_come_and_go_and_change_their_roles(group, sara_client, mina):
    at = f"/api/v1/chats/{group.public_id}/members"
    new = make_person("نوآمده")

    added = sara_client.post(at, {"phone": new.phone}, content_type="application/json")
    raised = sara_client.patch(
        f"{at}/{mina.public_id}", {"role": "admin"}, content_type="application/json"
    )
    removed = sara_client.delete(f"{at}/{new.public_id}")
    last = sara_client.delete(f"{at}/me")

    assert (added.status_code, raised.json()["role"], removed.status_code) == (201, "admin", 204)
    assert (last.status_code, last.json()["code"]) == (409, "last-chat-owner")


def test_muting_is_ones_own_and_words_are_the_staffs(group, sara_client, mina):
    hers, at = signed_in(mina), f"/api/v1/chats/{group.public_id}"

    muted = hers.patch(at, {"muted": True}, content_type="application/json")
    renamed = hers.patch(at, {"title": "مال من"}, content_type="application/json")

    assert muted.json()["muted"] is True
    assert sara_client.get(at).json()["muted"] is False
    assert renamed.status_code == 403


def test_a_form_of_another_site_is_refused(talk, sara):
    client = signed_in(sara, enforce_csrf_checks=True)

    answer = send(client, f"/chats/{talk.public_id}/messages", {"text": "سلام"})

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed")
