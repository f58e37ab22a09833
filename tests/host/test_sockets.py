"""The socket: who may open it, what it takes, what it tells, and that nothing is lost or doubled."""

import asyncio
import json
from typing import Any, Self

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from core import live
from host import consumers, following
from identity import devices
from identity.models import Device, Person
from messenger import chats, messages
from messenger.models import Chat, Message
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = settings.ORIGIN


@pytest.fixture(autouse=True)
async def threads_give_connections_back(monkeypatch):
    """Threads outlive a test; their connections must not.

    The consumer's own give theirs back after each use; the one of plain `sync_to_async`, which
    these tests and the asynchronous ORM use, has to be told.
    """
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    yield
    await sync_to_async(connections.close_all)()


class Socket:
    """A browser's socket; ``async with`` opens it and waits until it follows its chats."""

    def __init__(self, client: Client, origin: str = ORIGIN) -> None:
        from config.sockets import application

        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers = [(b"origin", origin.encode()), (b"cookie", cookies.encode())]
        scope = {
            "type": "websocket", "path": "/ws/", "headers": headers, "query_string": b"",
            "subprotocols": [], "client": ("127.0.0.1", 5), "server": ("localhost", 8000),
        }  # fmt: skip
        self.pipe = ApplicationCommunicator(application, scope)

    async def knock(self) -> bool:
        """Ask to be let in; return whether one was."""
        await self.pipe.send_input({"type": "websocket.connect"})
        answer = await self.pipe.receive_output(timeout=30)
        return answer["type"] == "websocket.accept"

    async def __aenter__(self) -> Self:
        assert await self.knock()
        await self.hear("hello")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Break the line, as a browser that goes away."""
        await self.pipe.send_input({"type": "websocket.disconnect", "code": 1006})
        await self.pipe.wait(timeout=30)

    async def put(self, **content: Any) -> None:
        await self.pipe.send_input({"type": "websocket.receive", **content})

    async def do(self, **frame: Any) -> None:
        await self.put(text=json.dumps(frame))

    async def next(self) -> dict[str, Any]:
        said = await self.pipe.receive_output(timeout=30)
        assert said["type"] == "websocket.send", said
        return json.loads(said["text"])

    async def hear(self, event: str) -> dict[str, Any]:
        """Return the data of the next news of this kind, passing over others."""
        while True:
            news = await self.next()
            if news["event"] == event:
                return news["data"]

    async def closed_with(self) -> int:
        while True:
            said = await self.pipe.receive_output(timeout=30)
            if said["type"] == "websocket.close":
                return said["code"]

    async def is_quiet(self) -> bool:
        return await self.pipe.receive_nothing(timeout=0.4)


@pytest.fixture
def sara() -> Person:
    return make_person("سارا")


@pytest.fixture
def mina() -> Person:
    return make_person("مینا")


@pytest.fixture
def talk(sara, mina) -> Chat:
    return chats.open_direct(person=sara, other=mina)


@pytest.fixture
def hers(sara) -> Client:
    return signed_in(sara)


@pytest.fixture
def minas(mina) -> Client:
    return signed_in(mina)


def say(chat: Chat, sender: Person, text: str, client_id: str) -> Message:
    return messages.send_text(
        chat=chat, sender=sender, text=text, client_id=client_id, now=timezone.now()
    )


async def missed(client: Client, chat: Chat, after: int) -> list[dict[str, Any]]:
    """Catch up over HTTP, as the page does."""
    answer = await sync_to_async(client.get)(
        f"/api/v1/chats/{chat.public_id}/messages?after={after}"
    )
    return answer.json()["items"]


async def test_a_message_is_acknowledged_and_heard_by_the_other(talk, hers, minas):
    async with Socket(hers) as sara, Socket(minas) as mina:
        await sara.do(do="send", chat=talk.public_id, client_id="m1", text="سلام")

        ack = await sara.hear("message.ack")
        heard = await mina.hear("message.new")

    assert (ack["client_id"], ack["seq"]) == ("m1", 1)
    assert (heard["text"], heard["seq"], heard["chat"]) == ("سلام", 1, talk.public_id)


async def test_the_same_message_sent_again_after_a_lost_answer_is_one(talk, hers, minas):
    async with Socket(minas) as mina:
        async with Socket(hers) as sara:
            await sara.do(do="send", chat=talk.public_id, client_id="m1", text="یک بار")
            await sara.hear("message.ack")
        async with Socket(hers) as again:
            await again.do(do="send", chat=talk.public_id, client_id="m1", text="یک بار")
            ack = await again.hear("message.ack")
        first = await mina.hear("message.new")

        assert (ack["seq"], first["seq"]) == (1, 1)
        assert await mina.is_quiet()
    assert await Message.objects.filter(chat=talk).acount() == 1


async def test_what_was_missed_while_the_socket_was_down_is_caught_up(talk, sara, hers, minas):
    async with Socket(minas) as mina:
        await sync_to_async(say)(talk, sara, "یک", "a")
        seen = [(await mina.hear("message.new"))["seq"]]
    for place in ("b", "c"):
        await sync_to_async(say)(talk, sara, place, place)
    async with Socket(minas) as mina:
        # The server follows all chats before it says hello: from here on nothing can slip between.
        caught = await missed(minas, talk, seen[-1])
        await sync_to_async(say)(talk, sara, "d", "d")
        fresh = await mina.hear("message.new")

    assert seen + [item["seq"] for item in caught] + [fresh["seq"]] == [1, 2, 3, 4]


async def test_many_messages_of_both_come_whole_over_broken_sockets(talk, hers, minas):
    async def write(client: Client, name: str) -> None:
        for place in range(8):
            socket = Socket(client)
            await socket.__aenter__()
            await socket.do(
                do="send", chat=talk.public_id, client_id=f"{name}{place}", text=f"{name} {place}"
            )
            if place % 3 == 0:  # the line breaks before the answer; the page sends again
                await socket.__aexit__()
                await socket_again(client, talk, f"{name}{place}", f"{name} {place}")
            else:
                await socket.hear("message.ack")
                await socket.__aexit__()

    await asyncio.gather(write(hers, "s"), write(minas, "m"))

    found = await missed(hers, talk, 0)
    assert [item["seq"] for item in found] == list(range(1, 17))
    assert len({item["client_id"] for item in found}) == 16


async def socket_again(client: Client, chat: Chat, client_id: str, text: str) -> None:
    async with Socket(client) as socket:
        await socket.do(do="send", chat=chat.public_id, client_id=client_id, text=text)
        await socket.hear("message.ack")


async def test_a_stranger_hears_nothing_of_a_chat_and_cannot_write(talk, sara):
    stranger = await sync_to_async(make_person)("غریبه")
    client = await sync_to_async(signed_in)(stranger)
    async with Socket(client) as socket:
        await socket.do(do="send", chat=talk.public_id, client_id="x", text="من هم")
        refused = await socket.hear("refused")
        await socket.do(do="read", chat=talk.public_id, seq=1)
        also = await socket.hear("refused")
        await socket.do(do="typing", chat=talk.public_id)
        await sync_to_async(say)(talk, sara, "راز", "a")

        assert await socket.is_quiet()
    assert (refused["problem"]["code"], refused["client_id"]) == ("not-found", "x")
    assert also["problem"]["code"] == "not-found"
    assert await Message.objects.filter(chat=talk).acount() == 1


async def test_one_who_is_sent_out_of_a_group_hears_no_more(sara, mina, minas):
    def make() -> Chat:
        return chats.create_group(founder=sara, title="گروه", people=[mina], now=timezone.now())

    group = await sync_to_async(make)()
    async with Socket(minas) as socket:
        await sync_to_async(chats.remove_member)(
            chat=group, person=mina, actor=sara, now=timezone.now()
        )
        left = await socket.hear("chat.left")
        await sync_to_async(say)(group, sara, "بی او", "a")

        assert left == {"chat": group.public_id}
        assert await socket.is_quiet()


async def test_a_new_chat_is_followed_at_once(sara, mina, minas):
    async with Socket(minas) as socket:
        chat = await sync_to_async(chats.open_direct)(person=sara, other=mina)
        joined = await socket.hear("chat.joined")
        await sync_to_async(say)(chat, sara, "سلام", "a")
        heard = await socket.hear("message.new")

    assert joined == {"chat": chat.public_id}
    assert heard["text"] == "سلام"


async def test_reading_is_told_to_the_partner(talk, sara, hers, minas):
    await sync_to_async(say)(talk, sara, "خوانده شد؟", "a")
    async with Socket(hers) as writer, Socket(minas) as reader:
        await reader.do(do="read", chat=talk.public_id, seq=1)
        news = await writer.hear("chat.read")

    assert news["seq"] == 1


async def test_writing_is_told_to_the_others_only(talk, sara, hers, minas):
    async with Socket(hers) as writer, Socket(minas) as other:
        await writer.do(do="typing", chat=talk.public_id)
        news = await other.hear("chat.typing")

        assert await writer.is_quiet()
    assert news["person"] == {"id": sara.public_id, "name": "سارا"}


async def test_a_reader_of_a_channel_is_not_heard_writing(sara, mina, hers, minas):
    def make() -> Chat:
        made = chats.create_channel(
            founder=sara, title="کانال", handle="silent", now=timezone.now()
        )
        chats.join(channel=made, person=mina)
        return made

    channel = await sync_to_async(make)()
    async with Socket(minas) as reader, Socket(hers) as owner:
        await reader.do(do="typing", chat=channel.public_id)
        refused = await reader.hear("refused")

        assert await owner.is_quiet()
    assert refused["problem"]["code"] == "cannot-write"


async def test_a_page_of_another_origin_cannot_open_it(hers):
    for origin in (
        "https://evil.example",
        "http://localhost:9999",
        "null",
        "http://app.apps.localhost:8000",
    ):
        assert await Socket(hers, origin).knock() is False, origin


async def test_without_a_session_it_closes_and_says_why():
    socket = Socket(Client())
    await socket.knock()

    assert await socket.closed_with() == consumers.SIGNED_OUT


async def test_signing_out_elsewhere_closes_it(sara, hers):
    key = hers.session.session_key
    await sync_to_async(devices.note)(person=sara, session_key=key, user_agent="", address="")
    device = await Device.objects.aget(session_key=key)
    async with Socket(hers) as socket:
        await sync_to_async(devices.sign_out)(person=sara, device_id=device.public_id)

        assert await socket.closed_with() == consumers.SIGNED_OUT


async def test_the_end_of_another_session_does_not_close_it(sara, hers):
    async with Socket(hers) as socket:
        await sync_to_async(devices.forget)(person=sara, session_key="another")

        assert await socket.is_quiet()


async def test_a_closed_account_is_seen_at_the_next_look(sara, hers, monkeypatch):
    monkeypatch.setattr(consumers, "SOCKET_RECHECK_S", 0.1)
    async with Socket(hers) as socket:
        await Person.objects.filter(pk=sara.pk).aupdate(is_active=False)

        assert await socket.closed_with() == consumers.SIGNED_OUT


async def test_news_of_a_membership_that_was_lost_is_made_up_at_the_next_look(
    sara, mina, minas, monkeypatch
):
    monkeypatch.setattr(consumers, "SOCKET_RECHECK_S", 0.1)
    async with Socket(minas) as socket:
        with monkeypatch.context() as deaf:
            deaf.setattr(live, "_publish", lambda *_: None)
            chat = await sync_to_async(chats.open_direct)(person=sara, other=mina)
        for place in range(60):  # until the next look, whenever this machine comes to it
            await sync_to_async(say)(chat, sara, "سلام", f"a{place}")
            if not await socket.is_quiet():
                break

        assert (await socket.hear("message.new"))["text"] == "سلام"


async def test_a_frame_that_cannot_be_read_closes_it(hers):
    texts = [
        "",
        "{",
        "[]",
        '"x"',
        '{"do": "ping", "do": "ping"}',
        "x" * 70_000,
        '{"do": "\\u0000"}',
    ]
    for frame in [*({"text": text} for text in texts), {"bytes": b"{}"}]:
        socket = await Socket(hers).__aenter__()
        await socket.put(**frame)

        assert await socket.closed_with() == consumers.UNREADABLE, frame


async def test_too_many_frames_close_it(hers, monkeypatch):
    monkeypatch.setattr(consumers, "SOCKET_FRAMES_PER_10_S_MAX", 5)
    socket = await Socket(hers).__aenter__()
    for _ in range(6):
        await socket.do(do="ping")

    assert await socket.closed_with() == consumers.TOO_FAST


REFUSED = [
    ({"do": "dance"}, "unknown-frame"),
    ({}, "unknown-frame"),
    ({"do": "send"}, "invalid-input"),
    ({"do": "send", "chat": 5, "text": "x", "client_id": "a"}, "invalid-input"),
    ({"do": "subscribe_launch", "launch": "lnc_" + "0" * 26}, "not-found"),
    ({"do": "subscribe_launch", "launch": {}}, "invalid-input"),
    ({"do": "subscribe_version", "version": "ver_" + "0" * 26}, "not-found"),
]


async def test_a_frame_that_is_refused_tells_why_and_the_socket_stays(hers):
    async with Socket(hers) as socket:
        for frame, code in REFUSED:
            await socket.do(**frame)
            assert (await socket.hear("refused"))["problem"]["code"] == code, frame
        await socket.do(do="ping", at=7)

        assert await socket.hear("pong") == {"at": 7}


async def test_a_read_place_must_be_a_number(talk, hers):
    async with Socket(hers) as socket:
        for seq in ("1", True, -1, None, 2**60):
            await socket.do(do="read", chat=talk.public_id, seq=seq)
            assert (await socket.hear("refused"))["problem"]["code"] == "invalid-input"


def test_a_socket_follows_the_newest_chats_up_to_its_bound(sara, monkeypatch):
    monkeypatch.setattr(following, "CHATS_LIVE_MAX", 2)
    made = [chats.open_direct(person=sara, other=make_person(f"p{n}")) for n in range(3)]
    for chat in made:
        say(chat, sara, "سلام", chat.public_id)
    key = signed_in(sara).session.session_key

    assert set(following.standing(sara.pk, key).chats) == {made[1].public_id, made[2].public_id}
