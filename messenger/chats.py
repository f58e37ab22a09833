"""Chats: opening, creating, changing; who comes and who goes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit, live, rates
from core.limits import CHATS_NEW_PER_HOUR_MAX, GROUP_MEMBERS_MAX
from core.problems import NotFound
from identity.models import Person
from messenger import headcount, messages, wording
from messenger.documents import person_document
from messenger.errors import (
    ChatRoleMissing,
    GroupFull,
    HandleTaken,
    LastChatOwner,
    NotInDirect,
)
from messenger.models import Chat, Membership

Role, Kind = Membership.Role, Chat.Kind


def open_direct(*, person: Person, other: Person) -> Chat:
    """Return the direct chat of two people, made at the first time.

    With oneself it is a notebook.
    """
    low, high = sorted((person.pk, other.pk))
    key = f"{low}:{high}"
    found = Chat.objects.filter(direct_key=key).first()
    if found is not None:
        return found
    people = [person] if person.pk == other.pk else [person, other]
    try:
        with transaction.atomic():
            chat = Chat.objects.create(
                kind=Kind.DIRECT, direct_key=key, created_by=person, members_count=len(people)
            )
            Membership.objects.bulk_create(
                [Membership(chat=chat, person=someone) for someone in people]
            )
            for someone in people:
                _tell_joined(chat, someone)
    except IntegrityError:  # the other one opened it at the same moment
        return Chat.objects.get(direct_key=key)
    return chat


@transaction.atomic
def create_group(
    *, founder: Person, title: str, people: Iterable[Person] = (), now: datetime
) -> Chat:
    """Make a group with its founder as owner. Raises InvalidInput, TooManyRequests, GroupFull."""
    return _create(founder, Kind.GROUP, wording.chat_title(title), people, now)


@transaction.atomic
def create_channel(
    *, founder: Person, title: str, about: str = "", handle: str = "", now: datetime
) -> Chat:
    """Make a channel; with a handle it is public.

    Raises InvalidInput, TooManyRequests, HandleTaken.
    """
    title = wording.chat_title(title)
    about = _about(about)
    name = wording.handle(handle) if handle.strip() else None
    return _create(founder, Kind.CHANNEL, title, (), now, about=about, handle=name)


def _create(
    founder: Person,
    kind: str,
    title: str,
    people: Iterable[Person],
    now: datetime,
    *,
    about: str = "",
    handle: str | None = None,
) -> Chat:
    rates.hit("new-chats", str(founder.pk), limit=CHATS_NEW_PER_HOUR_MAX, period_s=3600)
    others = {someone.pk: someone for someone in people if someone.pk != founder.pk}
    if len(others) + 1 > GROUP_MEMBERS_MAX:
        raise GroupFull(most=GROUP_MEMBERS_MAX)
    try:
        with transaction.atomic():
            chat = Chat.objects.create(
                kind=kind,
                title=title,
                about=about,
                handle=handle,
                created_by=founder,
                members_count=len(others) + 1,
            )
    except IntegrityError:
        raise HandleTaken from None
    members = [Membership(chat=chat, person=founder, role=Role.OWNER)]
    members += [Membership(chat=chat, person=someone) for someone in others.values()]
    Membership.objects.bulk_create(members)
    messages.add_service_line(
        chat=chat, event=f"{kind}-created", now=now, actor=founder, by=_name(founder)
    )
    Membership.objects.filter(chat=chat, person=founder).update(read_seq=chat.last_seq)
    audit.record(f"messenger.{kind}.created", by=founder, of=chat, title=title)
    for someone in (founder, *others.values()):
        _tell_joined(chat, someone)
    return chat


@transaction.atomic
def edit(
    *, chat: Chat, actor: Person, now: datetime, title: str, about: str = "", handle: str = ""
) -> Chat:
    """Change a group's or channel's words. The caller has asked ``access`` for "manage".

    Raises InvalidInput, HandleTaken.
    """
    locked = _locked(chat)
    before = locked.title
    locked.title, locked.about = wording.chat_title(title), _about(about)
    if locked.kind == Kind.CHANNEL:
        locked.handle = wording.handle(handle) if handle.strip() else None
    try:
        with transaction.atomic():
            locked.save(update_fields=["title", "about", "handle"])
    except IntegrityError:
        raise HandleTaken from None
    if before != locked.title:
        messages.add_service_line(
            chat=locked, event="renamed", now=now, actor=actor,
            by=_name(actor), title=locked.title,
        )  # fmt: skip
    audit.record("messenger.chat.edited", by=actor, of=locked, title=locked.title)
    news = {
        "chat": locked.public_id,
        "title": locked.title,
        "about": locked.about,
        "handle": locked.handle,
    }
    live.publish_on_commit(messages.topic_of(locked), "chat.changed", news)
    return locked


def join(*, channel: Chat, person: Person) -> Membership:
    """Follow a public channel; doing it twice changes nothing. Raises NotFound (not public)."""
    if channel.kind != Kind.CHANNEL or channel.handle is None:
        raise NotFound
    membership, _new = _follow(channel, person)
    return membership


@transaction.atomic
def add_member(*, chat: Chat, person: Person, actor: Person, now: datetime) -> Membership:
    """Bring somebody in. The caller has asked ``access`` for "manage". Raises GroupFull."""
    locked = chat if chat.kind == Kind.CHANNEL else _locked(chat)
    membership, new = _enter(locked, person)
    if new and locked.kind == Kind.GROUP:
        messages.add_service_line(
            chat=locked, event="member-added", now=now, actor=actor,
            by=_name(actor), who=_name(person),
        )  # fmt: skip
    if new:
        audit.record("messenger.member.added", by=actor, of=locked, person=person.public_id)
    return membership


@transaction.atomic
def leave(*, chat: Chat, person: Person, now: datetime) -> None:
    """Go out of a group or channel. Raises NotInDirect, NotFound, LastChatOwner.

    A plain follower leaves a channel without waiting for anybody.
    """
    if chat.kind == Kind.CHANNEL and headcount.go(chat.pk, person.pk, roles=[Role.MEMBER]):
        _tell_left(chat, person)
        return
    locked = _locked(chat)
    if locked.kind == Kind.DIRECT:
        raise NotInDirect
    _remove(locked, person)
    if locked.kind == Kind.GROUP and locked.members_count:
        messages.add_service_line(
            chat=locked, event="member-left", now=now, actor=person, who=_name(person)
        )


@transaction.atomic
def remove_member(*, chat: Chat, person: Person, actor: Person, now: datetime) -> None:
    """Send a member out; only owners send staff out.

    The caller has asked ``access`` for "manage". Raises, the first that applies: NotFound,
    ChatRoleMissing, LastChatOwner.
    """
    locked = _locked(chat)
    theirs = Membership.objects.filter(chat=locked, person=person).first()
    if theirs is None:
        raise NotFound
    if theirs.role != Role.MEMBER:
        _needs_owner(locked, actor)
    _remove(locked, person)
    if locked.kind == Kind.GROUP:
        messages.add_service_line(
            chat=locked, event="member-removed", now=now, actor=actor,
            by=_name(actor), who=_name(person),
        )  # fmt: skip
    audit.record("messenger.member.removed", by=actor, of=locked, person=person.public_id)


@transaction.atomic
def set_role(*, chat: Chat, person: Person, role: str, actor: Person) -> Membership:
    """Make a member an owner, an admin or a plain member: an owner's right.

    Raises ChatRoleMissing, NotFound, LastChatOwner.
    """
    locked = _locked(chat)
    _needs_owner(locked, actor)
    # The row itself too: a follower of a channel may be leaving without the chat's lock.
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    membership = rows.filter(chat=locked, person=person).first()
    if membership is None:
        raise NotFound
    if membership.role == Role.OWNER != role:
        _refuse_last_owner(locked, person)
    membership.role = role
    membership.save(update_fields=["role"])
    audit.record(
        "messenger.member.role_changed", by=actor, of=locked, person=person.public_id, role=role
    )
    news = {"chat": locked.public_id, "role": role}
    live.publish_on_commit(f"person.{person.pk}", "chat.role_changed", news)
    return membership


def _locked(chat: Chat) -> Chat:
    return Chat.objects.select_for_update(no_key=True).get(pk=chat.pk)


@transaction.atomic
def _follow(channel: Chat, person: Person) -> tuple[Membership, bool]:
    """Make the person a follower; what was said before is not unread. Nobody waits for anybody.

    Who sent him out at this very moment wins: then there is no membership. Raises NotFound.
    """
    new = headcount.enter(channel.pk, person.pk)
    membership = Membership.objects.filter(chat=channel, person=person).first()
    if membership is None:
        raise NotFound
    membership.chat = channel
    if new:
        _tell_joined(channel, person)
    return membership, new


def _enter(chat: Chat, person: Person) -> tuple[Membership, bool]:
    """Make the person a member of a locked chat; what was said before is not unread."""
    if chat.kind == Kind.CHANNEL:
        return _follow(chat, person)
    found = Membership.objects.filter(chat=chat, person=person).first()
    if found is not None:
        return found, False
    if chat.kind == Kind.DIRECT:
        raise NotInDirect
    if chat.kind == Kind.GROUP and chat.members_count >= GROUP_MEMBERS_MAX:
        raise GroupFull(most=GROUP_MEMBERS_MAX)
    membership = Membership.objects.create(chat=chat, person=person, read_seq=chat.last_seq)
    chat.members_count += 1
    chat.save(update_fields=["members_count"])
    _tell_joined(chat, person)
    return membership, True


def _remove(chat: Chat, person: Person) -> None:
    """Take a member out of a locked chat."""
    _refuse_last_owner(chat, person)
    if chat.kind == Kind.CHANNEL:
        if not headcount.go(chat.pk, person.pk, roles=list(Role)):
            raise NotFound
        _tell_left(chat, person)
        return
    gone, _rows = Membership.objects.filter(chat=chat, person=person).delete()
    if not gone:
        raise NotFound
    chat.members_count -= 1
    chat.save(update_fields=["members_count"])
    _tell_left(chat, person)


def _needs_owner(chat: Chat, actor: Person) -> None:
    if not Membership.objects.filter(chat=chat, person=actor, role=Role.OWNER).exists():
        raise ChatRoleMissing(needs="owner")


def _refuse_last_owner(chat: Chat, person: Person) -> None:
    """Keep the last owner, unless nobody else is left."""
    owners = Membership.objects.filter(chat=chat, role=Role.OWNER)
    others = Membership.objects.filter(chat=chat).exclude(person=person)
    is_last = list(owners.values_list("person_id", flat=True)[:2]) == [person.pk]
    if is_last and others.exists():
        raise LastChatOwner


def _tell_joined(chat: Chat, person: Person) -> None:
    news = {"chat": chat.public_id, "chat_key": chat.pk}
    live.publish_on_commit(f"person.{person.pk}", "chat.joined", news)


def _tell_left(chat: Chat, person: Person) -> None:
    news = {"chat": chat.public_id, "chat_key": chat.pk}
    live.publish_on_commit(f"person.{person.pk}", "chat.left", news)


def _about(text: str) -> str:
    return wording.one_line(text, pointer="#/about", most=wording.ABOUT_CHARS_MAX, needed=False)


def _name(person: Person) -> str:
    return person_document(person)["name"]
