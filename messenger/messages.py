"""Writing and reading messages.

A message gets the next number of its chat under the chat's row lock, so numbers have no holes and
no twins; the number is what clients catch up by. Sending is idempotent by chat, sender and
client id: a message that is sent again after a lost answer is found, not doubled.
"""

from __future__ import annotations

import functools
import json
import operator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from core import live, rates
from core.limits import MESSAGES_PAGE, MESSAGES_PAGE_MAX, MESSAGES_PER_MINUTE_MAX
from core.problems import NotFound
from identity.models import Person
from messenger import cards, wording
from messenger.documents import message_document
from messenger.errors import ClientIdReused
from messenger.models import Chat, Membership, Message


def topic_of(chat: Chat) -> str:
    """Return the live topic of a chat."""
    return f"chat.{chat.pk}"


@dataclass(frozen=True)
class Content:
    """What a message carries, already checked."""

    kind: str
    text: str = ""
    card_kind: str = ""
    card_version: int = 0
    card: cards.Payload | None = None

    def is_of(self, message: Message) -> bool:
        """Tell whether the message carries just this."""
        return (self.kind, self.text, self.card_kind, self.card) == (
            message.kind, message.text, message.card_kind, message.card,
        )  # fmt: skip


def send_text(*, chat: Chat, sender: Person, text: str, client_id: str, now: datetime) -> Message:
    """Send a text; sending it again with the same client id returns the first message.

    The caller has asked ``access`` for the right to write. Raises, the first that applies:
    InvalidInput, TooManyRequests, ClientIdReused, NotFound (no member any more).
    """
    content = Content(kind=Message.Kind.TEXT, text=wording.message_text(text))
    return _send(chat, sender, content, wording.client_id(client_id), now)


def post_card(
    *,
    chat: Chat,
    sender: Person,
    kind: str,
    version: int,
    payload: object,
    client_id: str,
    now: datetime,
) -> Message:
    """Post a card of a registered kind; idempotent like ``send_text``.

    Raises, the first that applies: InvalidInput, TooManyRequests, ClientIdReused.
    """
    content = Content(
        kind=Message.Kind.CARD,
        card_kind=kind,
        card_version=version,
        card=cards.checked(kind, version, payload),
    )
    return _send(chat, sender, content, wording.client_id(client_id), now)


def post_notice(
    *,
    chat: Chat,
    sender: Person,
    kind: str,
    version: int,
    payload: object,
    client_id: str,
    now: datetime,
    text: str = "",
) -> Message:
    """Post a card of the house's own (a receipt); like ``post_card``, but not bounded in number.

    ``sender`` is the account that writes for the house, never a person who asked for it; the floor
    above bounds how many there are. ``text`` stands above a card whose words are no facts.
    """
    content = Content(
        kind=Message.Kind.CARD,
        text=wording.message_text(text) if text else "",
        card_kind=kind,
        card_version=version,
        card=cards.checked(kind, version, payload),
    )
    return _written(chat, sender, content, wording.client_id(client_id), now)


def _send(chat: Chat, sender: Person, content: Content, client_id: str, now: datetime) -> Message:
    rates.hit("messages", str(sender.pk), limit=MESSAGES_PER_MINUTE_MAX, period_s=60)
    return _written(chat, sender, content, client_id, now)


def _written(
    chat: Chat, sender: Person, content: Content, client_id: str, now: datetime
) -> Message:
    with transaction.atomic():
        locked = Chat.objects.select_for_update(no_key=True).get(pk=chat.pk)
        twin = Message.objects.filter(chat=locked, sender=sender, client_id=client_id).first()
        if twin is not None:
            if not content.is_of(twin):
                raise ClientIdReused
            twin.sender = sender
            return twin
        message = _append(locked, content, sender=sender, client_id=client_id, now=now)
        # Whoever writes has the chat before his eyes, unless he was sent out this moment.
        mine = Membership.objects.filter(chat=locked, person=sender)
        if not mine.update(read_seq=message.seq):
            raise NotFound
    return message


def add_service_line(
    *, chat: Chat, event: str, now: datetime, actor: Person | None = None, **names: str
) -> Message:
    """Write what happened to the chat as a line in it; every reader sees it in his language.

    ``chat`` must be locked by the caller's transaction.
    """
    text = json.dumps({"event": event} | names, ensure_ascii=False)
    content = Content(kind=Message.Kind.SERVICE, text=text)
    return _append(chat, content, sender=actor, client_id=None, now=now)


def _append(
    chat: Chat, content: Content, *, sender: Person | None, client_id: str | None, now: datetime
) -> Message:
    """Write the next message of a locked chat and tell it after the commit."""
    chat.last_seq += 1
    chat.last_message_at = now
    message = Message.objects.create(
        chat=chat,
        seq=chat.last_seq,
        kind=content.kind,
        sender=sender,
        client_id=client_id,
        text=content.text,
        card_kind=content.card_kind,
        card_version=content.card_version,
        card=content.card,
    )
    chat.save(update_fields=["last_seq", "last_message_at"])
    document = dict(message_document(message, chat.public_id))
    live.publish_on_commit(topic_of(chat), "message.new", document)
    return message


@transaction.atomic
def update_card(*, message_id: int, version: int, payload: object, now: datetime) -> Message:
    """Replace the payload of a card; readers get the new revision live.

    Called by the floor that owns the kind. Raises NotFound, InvalidInput.
    """
    message = (
        Message.objects.select_for_update(of=("self",), no_key=True)
        .select_related("chat", "sender")
        .filter(pk=message_id, kind=Message.Kind.CARD)
        .first()
    )
    if message is None:
        raise NotFound
    message.card = cards.checked(message.card_kind, version, payload)
    message.card_version = version
    message.changed_at = now
    message.revision += 1
    message.save(update_fields=["card", "card_version", "changed_at", "revision"])
    document = dict(message_document(message, message.chat.public_id))
    live.publish_on_commit(topic_of(message.chat), "message.changed", document)
    return message


@dataclass(frozen=True)
class Page:
    """Messages in rising order and whether there are more in the direction that was asked."""

    messages: list[Message]
    more: bool


def history(
    chat: Chat, *, before: int | None = None, after: int | None = None, limit: int = MESSAGES_PAGE
) -> Page:
    """Return the messages next to a place, by key, never by offset.

    ``after`` gives what came after that number (catching up), else ``before`` (older history) or,
    with neither, the newest. ``limit`` is bounded by MESSAGES_PAGE_MAX.
    """
    size = min(max(limit, 1), MESSAGES_PAGE_MAX)
    rows = Message.objects.filter(chat=chat).select_related("sender")
    if after is not None:
        rising = list(rows.filter(seq__gt=after).order_by("seq")[: size + 1])
        return Page(messages=rising[:size], more=len(rising) > size)
    if before is not None:
        rows = rows.filter(seq__lt=before)
    falling = list(rows.order_by("-seq")[: size + 1])
    return Page(messages=falling[:size][::-1], more=len(falling) > size)


def newest_of(chats: list[Chat]) -> dict[int, Message]:
    """Return the last message of each chat by the chat's key, in one query.

    By place, which the chats know: a year of a channel's posts is not looked through for its last.
    """
    if not chats:
        return {}
    places = functools.reduce(operator.or_, [Q(chat=chat, seq=chat.last_seq) for chat in chats])
    rows = Message.objects.filter(places).select_related("sender")
    return {row.chat_id: row for row in rows}
