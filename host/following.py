"""What a socket may follow: asked from the rows, for the consumer, which may not query itself."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.ids import is_id
from core.limits import CHATS_LIVE_MAX
from core.problems import Fault, InvalidInput, NotFound
from identity.models import Person
from messenger import access, messages, reading
from messenger.documents import MessageDocument, message_document
from messenger.models import Membership
from miniapps import access as app_access
from miniapps.models import Launch


@dataclass(frozen=True)
class Standing:
    """How a signed-in browser stands now: whether it still is, and the chats it follows."""

    signed_in: bool
    chats: dict[str, int]  # public id → internal key


def standing(person_key: int, session_key: str) -> Standing:
    """Look again whether the session lives and which chats the person is in, the newest first."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    alive = store().exists(session_key)
    person = Person.objects.filter(pk=person_key, is_active=True).exists()
    if not (alive and person):
        return Standing(signed_in=False, chats={})
    rows = Membership.objects.filter(person=person_key).order_by("-chat__last_message_at")
    newest = rows.values_list("chat__public_id", "chat_id")[:CHATS_LIVE_MAX]
    return Standing(signed_in=True, chats=dict(newest))


def send(person: Person, frame: dict[str, Any]) -> MessageDocument:
    """Send the text of a frame. Raises what ``access`` and ``messages.send_text`` raise."""
    chat = access.chat_of(person, _text(frame, "chat"), right="write")
    message = messages.send_text(
        chat=chat,
        sender=person,
        text=_text(frame, "text"),
        client_id=_text(frame, "client_id"),
        now=timezone.now(),
    )
    return message_document(message, chat.public_id)


def read(person: Person, frame: dict[str, Any]) -> None:
    """Note how far the person has read. Raises NotFound, InvalidInput."""
    chat = access.chat_of(person, _text(frame, "chat"))
    seq = frame.get("seq")
    if type(seq) is not int or not 0 <= seq < 2**53:
        raise InvalidInput([Fault("#/seq", "must be the number of a message", "range")])
    reading.mark_read(chat, person, seq)


def may_write(person: Person, frame: dict[str, Any]) -> None:
    """Let those pass who may write in the chat: a channel's readers are not heard in it.

    Raises what ``access`` raises.
    """
    access.chat_of(person, _text(frame, "chat"), right="write")


def own_launch(person: Person, frame: dict[str, Any]) -> Launch:
    """Return one of the person's own launches, ended or not. Raises NotFound."""
    launch_id = _text(frame, "launch")
    if not is_id(launch_id, "lnc"):
        raise NotFound
    launch = Launch.objects.filter(public_id=launch_id, person=person).first()
    if launch is None:
        raise NotFound
    return launch


def version_topic(person: Person, frame: dict[str, Any]) -> str:
    """Return the topic of a version of one's own makers. Raises NotFound, NotInMaker."""
    version = app_access.version_of_maker(person, _text(frame, "version"))
    return f"version.{version.public_id}"


def _text(frame: dict[str, Any], name: str) -> str:
    value = frame.get(name)
    if not isinstance(value, str):
        raise InvalidInput([Fault(f"#/{name}", "must be a string", "type")])
    return value
