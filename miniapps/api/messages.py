"""The makers' API of prepared messages."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.idempotency import once
from core.api.strict import StrictSerializer, Text
from core.limits import PREPARED_TEXT_CHARS_MAX, START_PARAM_CHARS_MAX
from miniapps import access, preparing
from miniapps.api.authentication import actor_of
from miniapps.api.money_serializers import Recipient
from miniapps.api.serializers import Moment
from miniapps.api.views import KEY, WRITES, MakerView


class NewPreparedMessage(StrictSerializer):
    """What a person is to share, and who."""

    user = Recipient(help_text="sub of the user token, or the number of initData")
    text = Text(max_length=PREPARED_TEXT_CHARS_MAX)
    start_param = serializers.RegexField(
        r"^[A-Za-z0-9_-]*$", max_length=START_PARAM_CHARS_MAX, required=False, allow_blank=True,
        help_text="what the app is opened with from the message",
    )  # fmt: skip


class PreparedMessageAnswer(serializers.Serializer[Any]):
    """Hand ``id`` to `shareMessage`."""

    id = serializers.CharField(source="public_id")
    expires_at = Moment()


class PreparedMessages(MakerView):
    """Messages for people to share."""

    @extend_schema(
        operation_id="prepare_message",
        parameters=[KEY],
        request=NewPreparedMessage,
        responses={201: PreparedMessageAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str) -> Response:
        """Prepare a message: the person sends it, once, into a chat that he chooses."""
        app = access.app_of(actor_of(request), app_id, right="prepare_messages")
        asked = NewPreparedMessage(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        made = preparing.prepare(
            app=app, name=wanted["user"], text=wanted["text"],
            start_param=wanted.get("start_param", ""), now=timezone.now(),
        )  # fmt: skip
        return Response(PreparedMessageAnswer(made).data, status=201)
