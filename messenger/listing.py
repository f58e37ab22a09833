"""Lists of chats and people, each with a number of queries that does not grow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from core.ids import is_id
from core.limits import CHATS_PAGE
from core.problems import Fault, InvalidInput
from core.text import fold
from identity.models import Person
from messenger import headcount, messages, wording
from messenger.documents import ChatDocument, chat_document
from messenger.models import Chat, Membership

CHANNELS_FOUND_MAX = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ChatPage:
    """Chats, the newest talk first, and the cursor of the next page or None."""

    chats: list[ChatDocument]
    next_cursor: str | None


def chats_of(person: Person, *, cursor: str = "", limit: int = CHATS_PAGE) -> ChatPage:
    """Return one page of the person's chats: three queries, whatever the page holds.

    Raises InvalidInput for a cursor that no answer gave.
    """
    # A direct chat in which nothing was said yet is nobody's news.
    silent = Q(chat__kind=Chat.Kind.DIRECT, chat__last_seq=0)
    return _page(person, Membership.objects.exclude(silent), cursor, limit)


def channels_of(person: Person, *, cursor: str = "", limit: int = CHATS_PAGE) -> ChatPage:
    """Return one page of the channels the person follows, with what is unread: two queries.

    Raises InvalidInput for a cursor that no answer gave.
    """
    return _page(person, Membership.objects.filter(chat__kind=Chat.Kind.CHANNEL), cursor, limit)


def _page(person: Person, rows: QuerySet[Membership], cursor: str, limit: int) -> ChatPage:
    rows = rows.filter(person=person).select_related("chat")
    if cursor:
        at, chat_id = _read_cursor(cursor)
        rows = rows.filter(
            Q(chat__last_message_at__lt=at)
            | Q(chat__last_message_at=at, chat__public_id__lt=chat_id)
        )
    ordered = rows.order_by("-chat__last_message_at", "-chat__public_id")
    found = list(ordered[: limit + 1])
    page = found[:limit]
    more = len(found) > limit
    return ChatPage(
        chats=_documents(person, page),
        next_cursor=_cursor(page[-1].chat) if more else None,
    )


def chat_for(person: Person, membership: Membership) -> ChatDocument:
    """Return one chat as this member sees it; a channel's followers counted to the last one."""
    if membership.chat.kind == Chat.Kind.CHANNEL:
        membership.chat.members_count = headcount.exactly(membership.chat)
    return _documents(person, [membership])[0]


def _documents(person: Person, memberships: list[Membership]) -> list[ChatDocument]:
    newest = messages.newest_of([membership.chat for membership in memberships])
    direct = [m.chat_id for m in memberships if m.chat.kind == Chat.Kind.DIRECT]
    partners = {
        row.chat_id: row
        for row in Membership.objects.filter(chat__in=direct)
        .exclude(person=person)
        .select_related("person")
    }
    return [
        chat_document(m, partner=partners.get(m.chat_id), last=newest.get(m.chat_id))
        for m in memberships
    ]


def members_of(chat: Chat) -> QuerySet[Membership]:
    """Return the members of a chat with their people."""
    return Membership.objects.filter(chat=chat).select_related("person")


def contacts_of(person: Person) -> list[Person]:
    """Return the people one has a direct chat with, by name."""
    mine = Membership.objects.filter(person=person, chat__kind=Chat.Kind.DIRECT)
    others = Membership.objects.filter(chat__in=mine.values("chat")).exclude(person=person)
    people = Person.objects.filter(memberships__in=others, is_active=True)
    return sorted(people, key=lambda someone: fold(someone.name))


def public_channels(text: str) -> list[Chat]:
    """Return public channels whose handle begins with the text, the largest first."""
    wanted = fold(text).removeprefix("@")
    if not wording.HANDLE_BEGINNING.fullmatch(wanted):
        return []
    rows = Chat.objects.filter(kind=Chat.Kind.CHANNEL, handle__startswith=wanted)
    return list(rows.order_by("-members_count", "handle")[:CHANNELS_FOUND_MAX])


def _cursor(chat: Chat) -> str:
    return f"{_micros(chat.last_message_at)}.{chat.public_id}"


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    micros, _dot, chat_id = cursor.partition(".")
    if not (micros.isascii() and micros.isdigit() and len(micros) <= 16 and is_id(chat_id, "cht")):  # noqa: PLR2004  (until the year 2286)
        raise InvalidInput([Fault("#/cursor", "must come from an earlier answer", "cursor")])
    seconds, rest = divmod(int(micros), 1_000_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest), chat_id


def _micros(value: datetime) -> int:
    """Return whole microseconds since 1970; a float would lose the last of them."""
    return (value - _EPOCH) // timedelta(microseconds=1)
