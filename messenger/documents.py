"""Messages, chats and people as JSON: the same on the API, over sockets and in pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, TypedDict

from identity.models import Person
from messenger.access import may_manage, may_write
from messenger.models import Chat, Membership, Message


class PersonDocument(TypedDict):
    """Somebody as other members see him; ``name`` is empty until he told one."""

    id: str
    name: str


class CardDocument(TypedDict):
    """A card's kind, the version its payload was written under, the payload."""

    kind: str
    version: int
    payload: dict[str, Any]


class MessageDocument(TypedDict):
    """One message. Text, card or service carries it, by ``kind``; a card may have a text above."""

    chat: str
    seq: int
    kind: str
    sender: PersonDocument | None
    client_id: str | None
    text: str
    card: CardDocument | None
    service: dict[str, str] | None
    revision: int
    sent_at: str


class PartnerDocument(PersonDocument):
    """The other person of a direct chat and how far he has read."""

    read_seq: int


class ChatDocument(TypedDict):
    """A chat as one member sees it."""

    id: str
    kind: str
    title: str
    about: str
    handle: str | None
    is_self: bool
    partner: PartnerDocument | None
    role: str
    muted: bool
    can_write: bool
    can_manage: bool
    members_count: int
    last_seq: int
    read_seq: int
    unread: int
    last_message_at: str
    last_message: MessageDocument | None


def instant(value: datetime) -> str:
    """Return an instant as RFC 3339 in UTC with milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def person_document(person: Person) -> PersonDocument:
    """Return what members of a chat see of each other: never the phone."""
    return {"id": person.public_id, "name": f"{person.first_name} {person.last_name}".strip()}


def message_document(message: Message, chat_id: str) -> MessageDocument:
    """Return one message of the chat with this public id; ``sender`` should be loaded."""
    is_service = message.kind == Message.Kind.SERVICE
    return {
        "chat": chat_id,
        "seq": message.seq,
        "kind": message.kind,
        "sender": None if message.sender is None else person_document(message.sender),
        "client_id": message.client_id,
        "text": "" if is_service else message.text,
        "card": _card_document(message),
        "service": json.loads(message.text) if is_service else None,
        "revision": message.revision,
        "sent_at": instant(message.created_at),
    }


def _card_document(message: Message) -> CardDocument | None:
    if message.kind != Message.Kind.CARD or message.card is None:
        return None
    return {
        "kind": message.card_kind,
        "version": message.card_version,
        "payload": message.card,
    }


def chat_document(
    membership: Membership, *, partner: Membership | None, last: Message | None
) -> ChatDocument:
    """Return the member's view; ``partner`` is the other side of a direct chat, if there is one."""
    chat = membership.chat
    other = None if partner is None else person_document(partner.person)
    return {
        "id": chat.public_id,
        "kind": chat.kind,
        "title": chat.title,
        "about": chat.about,
        "handle": chat.handle,
        "is_self": chat.kind == Chat.Kind.DIRECT and partner is None,
        "partner": None
        if partner is None or other is None
        else {"id": other["id"], "name": other["name"], "read_seq": partner.read_seq},
        "role": membership.role,
        "muted": membership.muted,
        "can_write": may_write(membership),
        "can_manage": may_manage(membership),
        "members_count": chat.members_count,
        "last_seq": chat.last_seq,
        "read_seq": membership.read_seq,
        "unread": max(0, chat.last_seq - membership.read_seq),
        "last_message_at": instant(chat.last_message_at),
        "last_message": None if last is None else message_document(last, chat.public_id),
    }
