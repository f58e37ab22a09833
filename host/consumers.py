"""The one socket of the host: messages out, news in.

A frame is a JSON object with ``do``; an answer or a piece of news is ``{"event", "data"}``. News is
a hint (core.live); what was missed is fetched over HTTP by sequence number. The socket is closed
with 4401 when its session has ended, 4400 for a frame that cannot be read, 4429 for too many.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError

from core.api.parsing import strict_json
from core.limits import (
    SOCKET_DB_THREADS,
    SOCKET_FRAME_BYTES_MAX,
    SOCKET_FRAMES_PER_10_S_MAX,
    SOCKET_RECHECK_S,
    SOCKET_TOPICS_MAX,
)
from core.live import group_of
from core.problems import Problem
from host import following
from identity.devices import seal_of
from identity.models import Person
from messenger.documents import person_document

log = structlog.get_logger(__name__)

UNREADABLE, SIGNED_OUT, TOO_FAST = 4400, 4401, 4429
WINDOW_S = 10.0  # the window of SOCKET_FRAMES_PER_10_S_MAX

_THREADS = ThreadPoolExecutor(max_workers=SOCKET_DB_THREADS, thread_name_prefix="rows")
Args = ParamSpec("Args")
Found = TypeVar("Found")
Frame = dict[str, Any]


class UnknownFrame(Problem):
    """The ``do`` of a socket frame is none that exists."""

    code, status = "unknown-frame", 400
    title = _("This is nothing a socket can do")


async def in_rows(
    function: Callable[Args, Found], *args: Args.args, **kwargs: Args.kwargs
) -> Found:
    """Run something that queries in a thread with a connection of its own."""
    run = database_sync_to_async(function, thread_sensitive=False, executor=_THREADS)
    found: Found = await run(*args, **kwargs)
    return found


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels has no stubs
    """One browser of one signed-in person."""

    person: Person
    session_key: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chats: dict[str, int] = {}  # public id → internal key, of those it follows
        self.topics: set[str] = set()  # launches and versions it asked for
        self.recent: deque[float] = deque()  # when its last frames came
        self.watch: asyncio.Task[None] | None = None
        self.doings: dict[str, Callable[[Frame], Awaitable[None]]] = {
            "send": self.do_send,
            "read": self.do_read,
            "typing": self.do_typing,
            "subscribe_launch": self.do_subscribe_launch,
            "subscribe_version": self.do_subscribe_version,
            "unsubscribe": self.do_unsubscribe,
            "ping": self.do_ping,
        }

    # --- coming and going -------------------------------------------------------------------

    async def connect(self) -> None:
        """Let a signed-in person in and follow his chats; tell everybody else why not."""
        await self.accept()
        person, session = self.scope.get("user"), self.scope.get("session")
        if not isinstance(person, Person) or session is None or session.session_key is None:
            await self.close(code=SIGNED_OUT)
            return
        self.person, self.session_key = person, session.session_key
        await self._follow(f"person.{person.pk}")
        if await self._look_again():
            self.watch = asyncio.create_task(self._keep_looking())
            await self.tell("hello", {"person": person.public_id, "chats": len(self.chats)})

    async def disconnect(self, code: int) -> None:
        """Follow nothing any more."""
        del code
        if self.watch is not None:
            self.watch.cancel()
        if not hasattr(self, "person"):
            return
        for topic in (f"person.{self.person.pk}", *self._chat_topics(), *self.topics):
            await self._unfollow(topic)
        self.chats, self.topics = {}, set()

    async def _keep_looking(self) -> None:
        signed_in = True
        while signed_in:
            await asyncio.sleep(SOCKET_RECHECK_S)
            try:
                signed_in = await self._look_again()
            except DatabaseError as reason:  # the next look will tell
                log.warning("live.not_looked", reason=repr(reason))

    async def _look_again(self) -> bool:
        """Bring what is followed in line with the rows; close when the session has ended."""
        now = await in_rows(following.standing, self.person.pk, self.session_key)
        if not now.signed_in:
            await self._end()
            return False
        for chat_id in self.chats.keys() - now.chats.keys():
            await self._unfollow(f"chat.{self.chats.pop(chat_id)}")
        for chat_id in now.chats.keys() - self.chats.keys():
            await self._follow_chat(chat_id, now.chats[chat_id])
        return True

    async def _end(self) -> None:
        await self.tell("session.ended", {})
        await self.close(code=SIGNED_OUT)

    # --- frames from the browser ------------------------------------------------------------

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Read one frame within its bounds and do what it says."""
        if not self._in_pace():
            await self.close(code=TOO_FAST)
            return
        frame = self._frame(text_data) if bytes_data is None else None
        if frame is None:
            await self.close(code=UNREADABLE)
            return
        doing = self.doings.get(str(frame.get("do")))
        try:
            if doing is None:
                raise UnknownFrame
            await doing(frame)
        except Problem as problem:
            await self.tell("refused", self._refusal(frame, problem))

    def _in_pace(self) -> bool:
        now = time.monotonic()
        while self.recent and self.recent[0] < now - WINDOW_S:
            self.recent.popleft()
        self.recent.append(now)
        return len(self.recent) <= SOCKET_FRAMES_PER_10_S_MAX

    @staticmethod
    def _frame(text: str | None) -> Frame | None:
        body = (text or "").encode()
        if len(body) > SOCKET_FRAME_BYTES_MAX:
            return None
        with contextlib.suppress(ParseError):
            value = strict_json(body)
            if isinstance(value, dict):
                return value
        return None

    def _refusal(self, frame: Frame, problem: Problem) -> Frame:
        """Say which frame was refused and why; the client finds its message by its own id."""
        known = {
            name: frame[name] for name in ("do", "chat", "client_id", "launch") if name in frame
        }
        with translation.override(self.person.language):
            return known | {"problem": problem.as_document()}

    async def do_send(self, frame: Frame) -> None:
        """Send a text; the answer carries its place in the chat."""
        message = await in_rows(following.send, self.person, frame)
        await self.tell(
            "message.ack",
            {
                "chat": message["chat"],
                "client_id": message["client_id"],
                "seq": message["seq"],
                "message": message,
            },
        )

    async def do_read(self, frame: Frame) -> None:
        """Note how far the person has read."""
        await in_rows(following.read, self.person, frame)

    async def do_typing(self, frame: Frame) -> None:
        """Tell the others of a chat that the person writes; nothing is kept."""
        key = self.chats.get(str(frame.get("chat")))
        if key is None:
            return
        await in_rows(following.may_write, self.person, frame)
        news = {"chat": frame["chat"], "person": person_document(self.person)}
        await self._publish(f"chat.{key}", "chat.typing", news)

    async def do_subscribe_launch(self, frame: Frame) -> None:
        """Hear when one's own launch ends, also when it has ended before one could ask."""
        launch = await in_rows(following.own_launch, self.person, frame)
        await self._subscribe(f"launch.{launch.public_id}")
        launch = await in_rows(following.own_launch, self.person, frame)
        if launch.ended_at is not None:
            news = {"launch": launch.public_id, "reason": launch.end_reason}
            await self.tell("launch.ended", news)

    async def do_subscribe_version(self, frame: Frame) -> None:
        """Hear when the check of one's own version is done."""
        await self._subscribe(await in_rows(following.version_topic, self.person, frame))

    async def do_unsubscribe(self, frame: Frame) -> None:
        """Hear no more of a launch or version."""
        topic = str(frame.get("topic"))
        if topic in self.topics:
            self.topics.discard(topic)
            await self._unfollow(topic)

    async def do_ping(self, frame: Frame) -> None:
        """Show that the socket lives."""
        await self.tell("pong", {"at": frame.get("at")})

    # --- news from the rows -----------------------------------------------------------------

    async def live_news(self, news: dict[str, Any]) -> None:
        """Pass on what happened; the channel layer calls this."""
        event, data = news["event"], dict(news["data"])
        if news["topic"].startswith("chat.") and news["topic"] not in self._chat_topics():
            return  # it was on its way when the person left the chat
        key = data.pop("chat_key", None)
        if event == "session.ended":
            if seal_of(self.session_key) in data.get("sessions", []):
                await self._end()
            return
        if event == "chat.joined" and key is not None:
            await self._follow_chat(data["chat"], key)
        elif event == "chat.left" and data["chat"] in self.chats:
            await self._unfollow(f"chat.{self.chats.pop(data['chat'])}")
        elif event == "chat.typing" and data["person"]["id"] == self.person.public_id:
            return
        await self.tell(event, data)

    async def tell(self, event: str, data: Any) -> None:
        """Send one piece of news to the browser; one that has gone away is no error."""
        text = json.dumps({"event": event, "data": data}, ensure_ascii=False)
        try:
            await self.send(text_data=text)
        except (OSError, RuntimeError) as reason:
            log.info("live.socket_gone", reason=repr(reason))

    # --- topics -----------------------------------------------------------------------------

    def _chat_topics(self) -> set[str]:
        return {f"chat.{key}" for key in self.chats.values()}

    async def _follow_chat(self, chat_id: str, key: int) -> None:
        if chat_id not in self.chats:
            self.chats[chat_id] = key
            await self._follow(f"chat.{key}")

    async def _subscribe(self, topic: str) -> None:
        if topic not in self.topics and len(self.topics) < SOCKET_TOPICS_MAX:
            self.topics.add(topic)
            await self._follow(topic)
        await self.tell("subscribed", {"topic": topic})

    async def _follow(self, topic: str) -> None:
        await self.channel_layer.group_add(group_of(topic), self.channel_name)

    async def _unfollow(self, topic: str) -> None:
        await self.channel_layer.group_discard(group_of(topic), self.channel_name)

    async def _publish(self, topic: str, event: str, data: Frame) -> None:
        message = {"type": "live.news", "topic": topic, "event": event, "data": data}
        await self.channel_layer.group_send(group_of(topic), message)
