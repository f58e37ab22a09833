"""The only way from a person and an id to a chat."""

from __future__ import annotations

from typing import Literal

from core.ids import is_id
from core.problems import NotFound
from identity.models import Person
from messenger import wording
from messenger.errors import CannotWrite, ChatRoleMissing, NotInDirect
from messenger.models import Chat, Membership

Right = Literal["read", "write", "manage"]
STAFF = (Membership.Role.OWNER, Membership.Role.ADMIN)


def may_write(membership: Membership) -> bool:
    """Tell whether the member may send messages into the chat."""
    return membership.chat.kind != Chat.Kind.CHANNEL or membership.role in STAFF


def may_manage(membership: Membership) -> bool:
    """Tell whether the member may change the chat, its people and its apps."""
    return membership.chat.kind != Chat.Kind.DIRECT and membership.role in STAFF


def membership_of(person: Person, chat_id: str, *, right: Right = "read") -> Membership:
    """Return the person's place in the chat with this public id, the chat with it.

    Raises NotFound to strangers (it does not tell whether the chat exists), CannotWrite,
    NotInDirect or ChatRoleMissing to members without ``right``.
    """
    if not is_id(chat_id, "cht"):
        raise NotFound
    membership = (
        Membership.objects.select_related("chat")
        .filter(person=person, chat__public_id=chat_id)
        .first()
    )
    if membership is None:
        raise NotFound
    if right == "write" and not may_write(membership):
        raise CannotWrite
    if right == "manage" and not may_manage(membership):
        if membership.chat.kind == Chat.Kind.DIRECT:
            raise NotInDirect
        raise ChatRoleMissing(needs="admin")
    return membership


def chat_of(person: Person, chat_id: str, *, right: Right = "read") -> Chat:
    """Return the chat itself; raises as ``membership_of``."""
    return membership_of(person, chat_id, right=right).chat


def public_channel(text: str) -> Chat:
    """Return the public channel with this handle. Raises NotFound."""
    name = text.strip().removeprefix("@").lower()
    if not wording.HANDLE.fullmatch(name):
        raise NotFound
    channel = Chat.objects.filter(kind=Chat.Kind.CHANNEL, handle=name).first()
    if channel is None:
        raise NotFound
    return channel


def member(chat: Chat, person_id: str) -> Membership:
    """Return another member of a chat one is in, by the person's public id. Raises NotFound."""
    if not is_id(person_id, "per"):
        raise NotFound
    found = (
        Membership.objects.select_related("person", "chat")
        .filter(chat=chat, person__public_id=person_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found
