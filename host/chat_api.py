"""The API's door for mini-apps in a chat: its menu, and sharing an app as a card."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.idempotency import once
from core.api.strict import StrictSerializer, Text
from core.limits import PREPARED_TEXT_CHARS_MAX, START_PARAM_CHARS_MAX
from host import chat_apps
from messenger import access
from messenger.api.serializers import MessageAnswer
from messenger.api.views import FINDS, KEY, WRITES, person_of
from messenger.documents import message_document
from messenger.models import Chat
from miniapps.access import launchable_app


class AppChoice(StrictSerializer):
    """An app by public id or slug."""

    app = Text(max_length=64)


class NewAppCard(AppChoice):
    """An app to share, with a word of one's own."""

    text = Text(max_length=PREPARED_TEXT_CHARS_MAX, required=False, allow_blank=True, default="")
    start_param = Text(
        max_length=START_PARAM_CHARS_MAX, required=False, allow_blank=True, default=""
    )
    client_id = Text(max_length=64, required=False)


class PreparedChoice(StrictSerializer):
    """A message that an app prepared for oneself."""

    prepared = Text(max_length=64)
    client_id = Text(max_length=64, required=False)


class AppAnswer(serializers.Serializer[Any]):
    """An app in a menu."""

    id = serializers.CharField()
    slug = serializers.CharField()
    name = serializers.CharField()
    name_fa = serializers.CharField()
    name_en = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    icon = serializers.CharField(allow_blank=True)
    maker = serializers.CharField()
    verified = serializers.BooleanField()


class AppMenuAnswer(serializers.Serializer[Any]):
    """What one may open in this chat."""

    in_chat = AppAnswer(many=True)
    recent = AppAnswer(many=True)
    found = AppAnswer(many=True)
    can_change = serializers.BooleanField()


def may_change(membership: Any) -> bool:
    """Tell whether the member may change the chat's menu: staff, and both in a direct chat."""
    direct: bool = membership.chat.kind == Chat.Kind.DIRECT
    return direct or access.may_manage(membership)


class ChatApps(APIView):
    """The apps of one chat."""

    @extend_schema(
        operation_id="list_chat_apps",
        parameters=[OpenApiParameter("q", OpenApiTypes.STR, description="part of an app's name")],
        responses={200: AppMenuAnswer, **FINDS},
    )
    def get(self, request: Request, chat_id: str) -> Response:
        """List the chat's own apps, one's recent ones, and listed apps by name."""
        person = person_of(request)
        membership = access.membership_of(person, chat_id)
        wanted = request.query_params.get("q", "")[:60]
        found = chat_apps.find_apps(wanted)
        return Response(
            {
                "in_chat": [chat_apps.app_document(a) for a in chat_apps.apps_in(membership.chat)],
                "recent": [chat_apps.app_document(a) for a in chat_apps.recent_apps(person)],
                "found": [chat_apps.app_document(a) for a in found],
                "can_change": may_change(membership),
            }
        )

    @extend_schema(operation_id="add_chat_app", request=AppChoice, responses={204: None, **WRITES})
    def post(self, request: Request, chat_id: str) -> Response:
        """Put an app into the chat's menu."""
        person = person_of(request)
        membership = access.membership_of(person, chat_id)
        if not may_change(membership):
            access.membership_of(person, chat_id, right="manage")
        asked = AppChoice(data=request.data)
        asked.is_valid(raise_exception=True)
        app = launchable_app(person, asked.validated_data["app"])
        chat_apps.put_into(chat=membership.chat, app=app, actor=person)
        return Response(status=204)


class OneChatApp(APIView):
    """One app of a chat's menu."""

    @extend_schema(operation_id="remove_chat_app", responses={204: None, **WRITES})
    def delete(self, request: Request, chat_id: str, app_id: str) -> Response:
        """Take an app out of the chat's menu."""
        person = person_of(request)
        membership = access.membership_of(person, chat_id)
        if not may_change(membership):
            access.membership_of(person, chat_id, right="manage")
        chat_apps.take_out(chat=membership.chat, app_id=app_id, actor=person)
        return Response(status=204)


class AppCards(APIView):
    """Sharing an app."""

    @extend_schema(
        operation_id="share_app",
        parameters=[KEY],
        request=PolymorphicProxySerializer(
            "AppCardOrPrepared", [NewAppCard, PreparedChoice], resource_type_field_name=None
        ),
        responses={201: MessageAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, chat_id: str) -> Response:
        """Post an app's card into the chat, or the one that an app `prepared` for oneself."""
        person = person_of(request)
        chat = access.chat_of(person, chat_id, right="write")
        if isinstance(request.data, dict) and "prepared" in request.data:
            chosen = PreparedChoice(data=request.data)
            chosen.is_valid(raise_exception=True)
            message = chat_apps.share_prepared(
                chat=chat,
                sender=person,
                message_id=chosen.validated_data["prepared"],
                client_id=chosen.validated_data.get("client_id") or uuid.uuid4().hex,
                now=timezone.now(),
            )
            return Response(message_document(message, chat.public_id), status=201)
        asked = NewAppCard(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        message = chat_apps.share(
            chat=chat,
            sender=person,
            app=launchable_app(person, wanted["app"]),
            text=wanted["text"],
            start_param=wanted["start_param"],
            client_id=wanted.get("client_id") or uuid.uuid4().hex,
            now=timezone.now(),
        )
        return Response(message_document(message, chat.public_id), status=201)
