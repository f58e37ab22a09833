"""The chats API: a view parses, asks ``access``, calls one operation, answers."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import rates
from core.api.idempotency import once
from core.api.paging import newest_first, page_size
from core.api.strict import ProblemDocument
from core.limits import (
    CHATS_PAGE,
    MESSAGES_PAGE,
    MESSAGES_PAGE_MAX,
    PEOPLE_LOOKUPS_MAX,
    PEOPLE_LOOKUPS_PERIOD_S,
)
from core.problems import Fault, InvalidInput
from identity.errors import PersonUnknown
from identity.models import Person
from identity.signin import phone_of
from messenger import access, chats, listing, messages, reading
from messenger.api import serializers as wire
from messenger.documents import message_document, person_document
from messenger.models import Chat

READS = {400: ProblemDocument, 401: ProblemDocument}
FINDS = READS | {404: ProblemDocument}
WRITES = FINDS | {
    403: ProblemDocument,
    409: ProblemDocument,
    415: ProblemDocument,
    422: ProblemDocument,
    429: ProblemDocument,
}
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="rows of one page, 1 to 200")
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="next_cursor of the page before")
KIND = OpenApiParameter(
    "kind", OpenApiTypes.STR, enum=["channel"], description="only the channels one follows"
)
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="the same request with the same key is carried out once",
)


def person_of(request: Request) -> Person:
    """Return the person who calls."""
    assert isinstance(request.user, Person)
    return request.user


def person_by_phone(request: Request, text: str) -> Person:
    """Return the person with this phone. Raises TooManyRequests, BadPhone, PersonUnknown.

    Looked-up phones are counted: nobody shall learn by trying who is here.
    """
    caller = str(person_of(request).pk)
    rates.hit("people-lookups", caller, limit=PEOPLE_LOOKUPS_MAX, period_s=PEOPLE_LOOKUPS_PERIOD_S)
    found = Person.objects.filter(phone=phone_of(text), is_active=True).first()
    if found is None:
        raise PersonUnknown
    return found


def people_among_contacts(person: Person, wanted: list[str]) -> list[Person]:
    """Return those contacts. Raises InvalidInput naming each id that is none."""
    known = {contact.public_id: contact for contact in listing.contacts_of(person)}
    faults = [
        Fault(f"#/people/{place}", "is nobody you have a chat with", "unknown")
        for place, public_id in enumerate(wanted)
        if public_id not in known
    ]
    if faults:
        raise InvalidInput(faults)
    return [known[public_id] for public_id in wanted]


def place(request: Request, name: str) -> int | None:
    """Read a message number from the query. Raises InvalidInput."""
    text = request.query_params.get(name)
    if text is None:
        return None
    readable = text.isascii() and text.isdigit() and len(text) <= len(str(wire.SEQ_MAX))
    if not readable or int(text) > wire.SEQ_MAX:
        raise InvalidInput([Fault(f"#/{name}", "must be the number of a message", "range")])
    return int(text)


class Chats(APIView):
    """One's chats."""

    @extend_schema(
        operation_id="list_chats",
        parameters=[LIMIT, CURSOR, KIND],
        responses={200: wire.ChatPageAnswer, **READS},
    )
    def get(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        if kind not in {"", Chat.Kind.CHANNEL}:
            raise InvalidInput([Fault("#/kind", "must be channel", "choice")])
        listed = listing.channels_of if kind else listing.chats_of
        page = listed(
            person_of(request),
            cursor=request.query_params.get("cursor", ""),
            limit=page_size(request, default=CHATS_PAGE),
        )
        return Response({"items": page.chats, "next_cursor": page.next_cursor})

    @extend_schema(
        operation_id="open_chat",
        parameters=[KEY],
        request=wire.NewChat,
        responses={201: wire.ChatAnswer, **WRITES},
    )
    @once
    def post(self, request: Request) -> Response:
        asked = wire.NewChat(data=request.data)
        asked.is_valid(raise_exception=True)
        person, wanted = person_of(request), asked.validated_data
        if wanted["kind"] == Chat.Kind.DIRECT:
            other = person_by_phone(request, wanted["phone"])
            chat = chats.open_direct(person=person, other=other)
        elif wanted["kind"] == Chat.Kind.GROUP:
            people = people_among_contacts(person, wanted.get("people", []))
            chat = chats.create_group(
                founder=person, title=wanted["title"], people=people, now=timezone.now()
            )
        else:
            chat = chats.create_channel(
                founder=person,
                title=wanted["title"],
                about=wanted.get("about", ""),
                handle=wanted.get("handle", ""),
                now=timezone.now(),
            )
        return Response(_document(person, chat.public_id), status=201)


def _document(person: Person, chat_id: str) -> dict[str, Any]:
    return dict(listing.chat_for(person, access.membership_of(person, chat_id)))


class OneChat(APIView):
    """One chat one is in."""

    @extend_schema(operation_id="get_chat", responses={200: wire.ChatAnswer, **FINDS})
    def get(self, request: Request, chat_id: str) -> Response:
        return Response(_document(person_of(request), chat_id))

    @extend_schema(
        operation_id="change_chat",
        request=wire.ChatChange,
        responses={200: wire.ChatAnswer, **WRITES},
    )
    def patch(self, request: Request, chat_id: str) -> Response:
        person = person_of(request)
        chat = access.chat_of(person, chat_id)
        asked = wire.ChatChange(data=request.data)
        asked.is_valid(raise_exception=True)
        words = dict(asked.validated_data)
        muted = words.pop("muted", None)
        if words:
            access.chat_of(person, chat_id, right="manage")
            kept = {"title": chat.title, "about": chat.about, "handle": chat.handle or ""}
            chats.edit(chat=chat, actor=person, now=timezone.now(), **(kept | words))
        if muted is not None:
            reading.set_muted(chat, person, muted=muted)
        return Response(_document(person, chat_id))


class Messages(APIView):
    """The messages of one chat."""

    @extend_schema(
        operation_id="list_messages",
        parameters=[
            LIMIT,
            OpenApiParameter("before", OpenApiTypes.INT, description="older than this number"),
            OpenApiParameter("after", OpenApiTypes.INT, description="newer than this number"),
        ],
        responses={200: wire.MessagePageAnswer, **FINDS},
    )
    def get(self, request: Request, chat_id: str) -> Response:
        chat = access.chat_of(person_of(request), chat_id)
        page = messages.history(
            chat,
            before=place(request, "before"),
            after=place(request, "after"),
            limit=page_size(request, default=MESSAGES_PAGE, most=MESSAGES_PAGE_MAX),
        )
        items = [message_document(message, chat.public_id) for message in page.messages]
        return Response({"items": items, "more": page.more})

    @extend_schema(
        operation_id="send_message",
        parameters=[KEY],
        request=wire.NewMessage,
        responses={201: wire.MessageAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, chat_id: str) -> Response:
        person = person_of(request)
        chat = access.chat_of(person, chat_id, right="write")
        asked = wire.NewMessage(data=request.data)
        asked.is_valid(raise_exception=True)
        message = messages.send_text(
            chat=chat,
            sender=person,
            text=asked.validated_data["text"],
            client_id=asked.validated_data.get("client_id") or uuid.uuid4().hex,
            now=timezone.now(),
        )
        return Response(message_document(message, chat.public_id), status=201)


class Read(APIView):
    """How far one has read."""

    @extend_schema(
        operation_id="mark_read", request=wire.ReadUpTo, responses={200: wire.ReadAnswer, **WRITES}
    )
    def post(self, request: Request, chat_id: str) -> Response:
        person = person_of(request)
        chat = access.chat_of(person, chat_id)
        asked = wire.ReadUpTo(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response({"seq": reading.mark_read(chat, person, asked.validated_data["seq"])})


class Members(APIView):
    """The members of one chat."""

    @extend_schema(
        operation_id="list_members",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.MemberPageAnswer, **FINDS, 403: ProblemDocument},
    )
    def get(self, request: Request, chat_id: str) -> Response:
        membership = access.membership_of(person_of(request), chat_id)
        if membership.chat.kind == Chat.Kind.CHANNEL:
            # Who follows a channel is the business of its staff.
            membership = access.membership_of(person_of(request), chat_id, right="manage")
        found, cursor = newest_first(request, listing.members_of(membership.chat), key="person_id")
        items = [{"person": person_document(m.person), "role": m.role} for m in found]
        return Response({"items": items, "next_cursor": cursor})

    @extend_schema(
        operation_id="add_member",
        parameters=[KEY],
        request=wire.NewMember,
        responses={201: wire.MemberAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, chat_id: str) -> Response:
        person = person_of(request)
        chat = access.chat_of(person, chat_id, right="manage")
        asked = wire.NewMember(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        if "phone" in wanted:
            other = person_by_phone(request, wanted["phone"])
        else:
            other = people_among_contacts(person, [wanted["person"]])[0]
        member = chats.add_member(chat=chat, person=other, actor=person, now=timezone.now())
        answer = {"person": person_document(other), "role": member.role}
        return Response(answer, status=201)


class OneMember(APIView):
    """One member of a chat; ``me`` stands for oneself."""

    @extend_schema(
        operation_id="change_member",
        request=wire.MemberChange,
        responses={200: wire.MemberAnswer, **WRITES},
    )
    def patch(self, request: Request, chat_id: str, person_id: str) -> Response:
        person = person_of(request)
        chat = access.chat_of(person, chat_id, right="manage")
        asked = wire.MemberChange(data=request.data)
        asked.is_valid(raise_exception=True)
        theirs = access.member(chat, person_id)
        changed = chats.set_role(
            chat=chat, person=theirs.person, role=asked.validated_data["role"], actor=person
        )
        return Response({"person": person_document(theirs.person), "role": changed.role})

    @extend_schema(operation_id="remove_member", request=None, responses={204: None, **WRITES})
    def delete(self, request: Request, chat_id: str, person_id: str) -> Response:
        person = person_of(request)
        if person_id in ("me", person.public_id):
            chat = access.chat_of(person, chat_id)
            chats.leave(chat=chat, person=person, now=timezone.now())
        else:
            chat = access.chat_of(person, chat_id, right="manage")
            theirs = access.member(chat, person_id)
            chats.remove_member(chat=chat, person=theirs.person, actor=person, now=timezone.now())
        return Response(status=204)


class Contacts(APIView):
    """People one has a direct chat with."""

    @extend_schema(operation_id="list_contacts", responses={200: wire.PeopleAnswer, **READS})
    def get(self, request: Request) -> Response:
        people = listing.contacts_of(person_of(request))
        return Response({"items": [person_document(someone) for someone in people]})


class Channels(APIView):
    """Public channels."""

    @extend_schema(
        operation_id="find_channels",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="how the handle begins")],
        responses={200: wire.ChannelsAnswer, **READS},
    )
    def get(self, request: Request) -> Response:
        found = listing.public_channels(request.query_params.get("q", "")[:64])
        items = [
            {
                "id": channel.public_id,
                "handle": channel.handle,
                "title": channel.title,
                "about": channel.about,
                "members_count": channel.members_count,
            }
            for channel in found
        ]
        return Response({"items": items})


class Join(APIView):
    """Following a public channel."""

    @extend_schema(
        operation_id="join_channel",
        request=wire.JoinChannel,
        responses={200: wire.ChatAnswer, **WRITES},
    )
    def post(self, request: Request) -> Response:
        asked = wire.JoinChannel(data=request.data)
        asked.is_valid(raise_exception=True)
        channel = access.public_channel(asked.validated_data["handle"])
        membership = chats.join(channel=channel, person=person_of(request))
        membership = access.membership_of(person_of(request), membership.chat.public_id)
        return Response(dict(listing.chat_for(person_of(request), membership)))
