"""Messages that an app prepares: only its person sends them, once, and as they were shown."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from messenger import chats
from messenger.models import Message
from miniapps import launching, pairwise, preparing
from miniapps.errors import PreparedMessageGone
from miniapps.models import AppKey, PreparedMessage
from tests.miniapps import build
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db
WORDS = "امشب چای؟"


@pytest.fixture
def app():
    return build.live_app()


@pytest.fixture
def server(app):
    _key, text = build.make_key(app, AppKey.Scope.MESSAGES, now=timezone.now())
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.fixture
def chat(mina):
    return chats.create_group(founder=mina, title="چای", now=timezone.now())


def prepares(server, app, **wish):
    at = f"/api/v1/apps/{app.public_id}/prepared-messages"
    return server.post(at, {"text": WORDS, **wish}, content_type="application/json")


def prepared_for(app, person, **more):
    known = pairwise.person_in(app, person)
    now = more.pop("now", timezone.now())
    return preparing.prepare(app=app, name=known.sub, text=WORDS, start_param="tea", now=now)


def sends(person, chat, message_id):
    at = f"/api/v1/chats/{chat.public_id}/cards"
    return signed_in(person).post(at, {"prepared": message_id}, content_type="application/json")


def reads(launch, person, message_id):
    body = {"method": "message.read", "params": {"id": message_id}}
    at = f"/run/{launch.public_id}/bridge"
    return signed_in(person).post(at, body, content_type="application/json")


def test_what_a_server_prepares_is_shown_to_its_person_and_sent_as_his_own(app, server, mina, chat):
    launch = launching.launch(person=mina, app=app, now=timezone.now())
    number = pairwise.person_in(app, mina).number

    prepared = prepares(server, app, user=number, start_param="tea")

    assert prepared.status_code == 201, prepared.content
    made = prepared.json()["id"]
    assert reads(launch, mina, made).json()["result"] == {"id": made, "text": WORDS}
    assert sends(mina, chat, made).status_code == 201
    message = Message.objects.get(chat=chat, kind=Message.Kind.CARD)
    assert (message.sender, message.card["app"]) == (mina, app.public_id)
    assert (message.card["text"], message.card["start_param"]) == (WORDS, "tea")


def test_it_is_sent_once(app, mina, chat):
    made = prepared_for(app, mina).public_id

    assert sends(mina, chat, made).status_code == 201
    again = sends(mina, chat, made)

    assert (again.status_code, again.json()["code"]) == (409, "prepared-message-gone")
    assert Message.objects.filter(chat=chat, kind=Message.Kind.CARD).count() == 1


def test_a_chat_one_may_not_write_in_leaves_it_to_be_sent(app, mina, sara, chat):
    other = chats.create_group(founder=sara, title="دیگران", now=timezone.now())
    made = prepared_for(app, mina).public_id

    assert sends(mina, other, made).status_code == 404
    assert sends(mina, chat, made).status_code == 201


def test_nobody_else_and_no_other_app_sees_it(app, mina, sara):
    stranger = build.live_app(build.make_maker(make_person("دیگری")), slug="other-app")
    mine = prepared_for(app, mina).public_id
    hers = launching.launch(person=sara, app=app, now=timezone.now())
    elsewhere = launching.launch(person=mina, app=stranger, now=timezone.now())
    group = chats.create_group(founder=sara, title="سارا", now=timezone.now())

    assert reads(hers, sara, mine).json()["code"] == "prepared-message-gone"
    assert reads(elsewhere, mina, mine).json()["code"] == "prepared-message-gone"
    assert sends(sara, group, mine).json()["code"] == "prepared-message-gone"
    assert sends(sara, group, "prp_no").json()["code"] == "prepared-message-gone"


def test_it_is_good_for_a_day_and_then_forgotten(app, mina, chat):
    old = prepared_for(app, mina, now=timezone.now() - timedelta(days=1))
    new = prepared_for(app, mina)

    assert sends(mina, chat, old.public_id).json()["code"] == "prepared-message-gone"
    assert preparing.forget_old(now=timezone.now()) == 1
    assert list(PreparedMessage.objects.all()) == [new]


@pytest.mark.parametrize(
    ("wish", "pointer"),
    [
        ({"user": "x" * 26}, "#/user"),
        ({"user": 5}, "#/user"),
        ({}, "#/user"),
        ({"text": ""}, "#/text"),
        ({"text": "x" * 301}, "#/text"),
        ({"start_param": "نه"}, "#/start_param"),
        ({"chat": "c"}, "#/chat"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_its_place(app, server, mina, wish, pointer):
    known = {"user": pairwise.person_in(app, mina).sub} if wish else {}

    answer = prepares(server, app, **{**known, **wish})

    assert answer.status_code in {400, 422}
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


def test_a_key_without_the_scope_prepares_nothing(app, mina):
    _key, text = build.make_key(app, AppKey.Scope.VERSIONS_READ, now=timezone.now())
    client = Client(headers={"authorization": f"Bearer {text}"})
    answer = prepares(client, app, user=pairwise.person_in(app, mina).sub)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_gets_it(app, mina):
    made = prepared_for(app, mina).public_id

    def take(_number):
        try:
            return preparing.take(mina, made, now=timezone.now()).public_id
        except PreparedMessageGone:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(4)))

    assert sorted(taken, key=str) == [None, None, None, made]
