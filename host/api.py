"""The API's door for launches and token introspection."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.idempotency import once
from core.api.strict import StrictSerializer, Text
from core.limits import START_PARAM_CHARS_MAX
from core.problems import NotFound
from identity.models import Person
from messenger import access as chat_access
from miniapps import access, launching, payment_tokens
from miniapps.api.authentication import KeyAuth
from miniapps.introspection import introspect
from miniapps.models import AppKey, Launch

SOURCES = ("chat", "card", "link", "menu", "console", "desk")


class LaunchWish(StrictSerializer):
    """Which app to open, and from where."""

    app = Text(max_length=64, help_text="Public id or slug.")
    chat = Text(max_length=40, required=False, help_text="The chat it opens in.")
    start_param = Text(
        max_length=START_PARAM_CHARS_MAX, required=False, allow_blank=True, default=""
    )
    source = serializers.ChoiceField(SOURCES, default="link")  # type: ignore[assignment]  # DRF's own attribute of this name
    version = Text(
        max_length=40,
        required=False,
        help_text="A version to preview: for the maker's team and reviewers.",
    )


class LaunchMade(serializers.Serializer[Any]):
    """An open launch and the page that runs it."""

    id = serializers.CharField()
    run_url = serializers.CharField()


class LaunchView(APIView):
    """Opening an app."""

    @extend_schema(
        operation_id="launches_create",
        request=LaunchWish,
        responses={201: LaunchMade, "4XX": OpenApiResponse(description="A problem document.")},
    )
    @once
    def post(self, request: Request) -> Response:
        """Open an app for the person who is signed in; the page to show is ``run_url``."""
        wish = LaunchWish(data=request.data)
        wish.is_valid(raise_exception=True)
        launch = _opened(request, wish.validated_data)
        made = {"id": launch.public_id, "run_url": f"/run/{launch.public_id}"}
        return Response(made, status=status.HTTP_201_CREATED, headers={"Location": made["run_url"]})


def _opened(request: Request, wish: dict[str, Any]) -> Launch:
    now, person = timezone.now(), request.user
    assert isinstance(person, Person)
    if "version" in wish:
        version = access.previewable_version(person, wish["version"])
        if wish["app"] not in (version.app.public_id, version.app.slug):
            raise NotFound
        return launching.preview(
            person=person,
            version=version,
            source=wish["source"],
            start_param=wish["start_param"],
            now=now,
        )
    chat = chat_access.chat_of(person, wish["chat"]) if "chat" in wish else None
    return launching.launch(
        person=person,
        app=access.launchable_app(person, wish["app"]),
        chat=chat,
        source=wish["source"],
        start_param=wish["start_param"],
        now=now,
    )


class TokenToCheck(StrictSerializer):
    """The token that an app's server was given."""

    token = Text(max_length=payment_tokens.LENGTH_MAX)


class TokenAnswer(serializers.Serializer[Any]):
    """RFC 7662: ``active`` and, when it is true, the claims."""

    active = serializers.BooleanField()


class IntrospectionView(APIView):
    """For servers without a JWT library, and for those who want to know about closed launches."""

    authentication_classes = (KeyAuth,)

    @extend_schema(
        operation_id="tokens_introspect",
        request=TokenToCheck,
        responses={200: TokenAnswer, "4XX": OpenApiResponse(description="A problem document.")},
    )
    def post(self, request: Request) -> Response:
        """Tell what a user or payment token of the key's own app is worth now."""
        key = request.auth
        assert isinstance(key, AppKey)
        access.app_of(key, key.app.public_id, right="introspect")
        asked = TokenToCheck(data=request.data)
        asked.is_valid(raise_exception=True)
        answer = introspect(asked.validated_data["token"], key=key, now=timezone.now())
        return Response(answer, headers={"Cache-Control": "no-store"})
