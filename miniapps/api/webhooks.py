"""Webhooks by API: endpoints and their secrets, what happened, what was sent, sending it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from core.api.idempotency import once
from core.api.paging import newest_first
from core.limits import WEBHOOK_ATTEMPTS_SHOWN
from miniapps import access
from miniapps.api import webhook_serializers as wire
from miniapps.api.authentication import actor_of
from miniapps.api.views import CURSOR, FINDS, KEY, LIMIT, WRITES, MakerView
from miniapps.models import App, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from miniapps.webhooks import endpoints, events, replaying
from miniapps.webhooks.kinds import KINDS

SECRET_ONCE = {"Cache-Control": "no-store"}
KIND = OpenApiParameter("kind", OpenApiTypes.STR, enum=list(KINDS))
OBJECT = OpenApiParameter("object", OpenApiTypes.STR, description="such as pay_…")
STATE = OpenApiParameter("state", OpenApiTypes.STR, enum=WebhookDelivery.State.values)
ENDPOINT = OpenApiParameter("endpoint", OpenApiTypes.STR, description="whe_…")
EVENT = OpenApiParameter("event", OpenApiTypes.STR, description="evt_…")


def _page(request: Request, rows: QuerySet[Any], answer: type[Serializer[Any]]) -> Response:
    found, following = newest_first(request, rows)
    return Response({"items": answer(found, many=True).data, "next_cursor": following})


def _wanted(request: Request, form: type[Serializer[Any]]) -> dict[str, str]:
    asked = form(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _body(request: Request, form: type[Serializer[Any]]) -> dict[str, Any]:
    asked = form(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


# --- endpoints ------------------------------------------------------------------------------
class Endpoints(MakerView):
    """The endpoints of an app."""

    @extend_schema(
        operation_id="list_webhook_endpoints",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.EndpointPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_webhooks")
        rows = WebhookEndpoint.objects.filter(app=app)
        living = rows.exclude(state=WebhookEndpoint.State.REMOVED)
        return _page(request, living, wire.EndpointAnswer)

    @extend_schema(
        operation_id="add_webhook_endpoint",
        description="Add an endpoint. Its secret is in this answer only, so it is never replayed.",
        request=wire.NewEndpoint,
        responses={201: wire.EndpointMade, **WRITES},
    )
    def post(self, request: Request, app_id: str) -> Response:
        actor = actor_of(request)
        app = access.app_of(actor, app_id, right="webhooks")
        words = _body(request, wire.NewEndpoint)
        made, secret = endpoints.add(app=app, actor=actor, now=timezone.now(), **words)
        place = f"/api/v1/apps/{app.public_id}/webhooks/endpoints/{made.public_id}"
        return _secret(made, secret, headers={"Location": place})


def _secret(
    endpoint: WebhookEndpoint, secret: str, headers: dict[str, str] | None = None
) -> Response:
    answer = wire.EndpointAnswer(endpoint).data | {"secret": secret}
    return Response(answer, status=201, headers=SECRET_ONCE | (headers or {}))


class EndpointView(MakerView):
    """What concerns one endpoint."""

    def found(self, request: Request, app_id: str, endpoint_id: str) -> WebhookEndpoint:
        """Return the endpoint if the caller may manage it. Raises as ``access.app_of``."""
        app = access.app_of(actor_of(request), app_id, right="webhooks")
        return access.webhook_endpoint_in(app, endpoint_id)


class OneEndpoint(EndpointView):
    """One endpoint."""

    @extend_schema(
        operation_id="get_webhook_endpoint", responses={200: wire.EndpointAnswer, **FINDS}
    )
    def get(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_webhooks")
        return Response(wire.EndpointAnswer(access.webhook_endpoint_in(app, endpoint_id)).data)

    @extend_schema(
        operation_id="change_webhook_endpoint",
        description="Change the address, the kinds or the note, or switch it on or off.",
        request=wire.EndpointChange,
        responses={200: wire.EndpointAnswer, **WRITES},
    )
    def patch(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        endpoint = self.found(request, app_id, endpoint_id)
        words = _body(request, wire.EndpointChange)
        changed = endpoints.change(
            endpoint=endpoint, actor=actor_of(request), now=timezone.now(),
            is_on=words.pop("on", None), **words,
        )  # fmt: skip
        return Response(wire.EndpointAnswer(changed).data)

    @extend_schema(
        operation_id="remove_webhook_endpoint",
        description="Remove the endpoint for good; what waits for it is cancelled.",
        responses={204: None, **WRITES},
    )
    def delete(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        endpoint = self.found(request, app_id, endpoint_id)
        endpoints.remove(endpoint=endpoint, actor=actor_of(request), now=timezone.now())
        return Response(status=204)


class EndpointSecret(EndpointView):
    """A new secret."""

    @extend_schema(
        operation_id="rotate_webhook_secret",
        description="Make a new secret, shown this once; for a while the old one signs as well.",
        request=wire.Rotation,
        responses={201: wire.EndpointMade, **WRITES},
    )
    def post(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        endpoint = self.found(request, app_id, endpoint_id)
        overlap = timedelta(hours=_body(request, wire.Rotation)["overlap_hours"])
        rotated, secret = endpoints.rotate_secret(
            endpoint=endpoint, actor=actor_of(request), now=timezone.now(), overlap=overlap
        )
        return _secret(rotated, secret)


class OldSecret(EndpointView):
    """The secret before."""

    @extend_schema(
        operation_id="end_old_webhook_secret",
        description="Let only the newest secret sign from now on.",
        responses={200: wire.EndpointAnswer, **WRITES},
    )
    def delete(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        endpoint = self.found(request, app_id, endpoint_id)
        ended = endpoints.end_old_secret(endpoint=endpoint, actor=actor_of(request))
        return Response(wire.EndpointAnswer(ended).data)


class EndpointTests(EndpointView):
    """Trying an endpoint."""

    @extend_schema(
        operation_id="send_test_webhook",
        description="Send a `webhook.test` event to this endpoint, once.",
        parameters=[KEY],
        request=None,
        responses={202: wire.EventAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        endpoint = self.found(request, app_id, endpoint_id)
        event = events.record_trial(endpoint=endpoint, actor=actor_of(request), now=timezone.now())
        return _event(endpoint.app, event.public_id, status=202)


class EndpointReplays(EndpointView):
    """Sending all that was given up."""

    @extend_schema(
        operation_id="replay_dead_webhooks",
        description="Send again what was given up for this endpoint, at most 1000 at once.",
        parameters=[KEY],
        request=None,
        responses={202: wire.ReplayedAll, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str, endpoint_id: str) -> Response:
        endpoint = self.found(request, app_id, endpoint_id)
        count = replaying.replay_dead(
            endpoint=endpoint, actor=actor_of(request), now=timezone.now()
        )
        return Response({"replayed": count}, status=202)


# --- events and deliveries ------------------------------------------------------------------
class Events(MakerView):
    """What happened."""

    @extend_schema(
        operation_id="list_webhook_events",
        parameters=[LIMIT, CURSOR, KIND, OBJECT],
        responses={200: wire.EventPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_webhooks")
        wanted = _wanted(request, wire.EventFilter)
        names = {"kind": "kind", "object": "object_id"}
        rows = WebhookEvent.objects.filter(app=app)
        rows = rows.filter(**{names[name]: value for name, value in wanted.items()})
        return _page(request, rows, wire.EventSummary)


class OneEvent(MakerView):
    """One event."""

    @extend_schema(operation_id="get_webhook_event", responses={200: wire.EventAnswer, **FINDS})
    def get(self, request: Request, app_id: str, event_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_webhooks")
        return _event(app, event_id)


class EventReplays(MakerView):
    """Sending an event again."""

    @extend_schema(
        operation_id="replay_webhook_event",
        description="Send the event again with the same webhook-id, to one endpoint or to all.",
        parameters=[KEY],
        request=wire.Replay,
        responses={202: wire.EventAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str, event_id: str) -> Response:
        actor = actor_of(request)
        app = access.app_of(actor, app_id, right="webhooks")
        event = access.webhook_event_in(app, event_id)
        name = _body(request, wire.Replay).get("endpoint")
        endpoint = None if name is None else access.webhook_endpoint_in(app, name)
        replaying.replay(event=event, actor=actor, endpoint=endpoint, now=timezone.now())
        return _event(app, event.public_id, status=202)


class Deliveries(MakerView):
    """What was sent, and how it went."""

    @extend_schema(
        operation_id="list_webhook_deliveries",
        parameters=[LIMIT, CURSOR, STATE, KIND, OBJECT, ENDPOINT, EVENT],
        responses={200: wire.DeliveryPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="see_webhooks")
        rows = WebhookDelivery.objects.filter(app=app)
        rows = rows.matching(**_wanted(request, wire.LogFilter)).with_last_try()
        return _page(request, rows.select_related("event", "endpoint"), wire.DeliverySummary)


def _event(app: App, event_id: str, *, status: int = 200) -> Response:
    event = access.webhook_event_in(app, event_id)
    rows = WebhookDelivery.objects.with_last_try().select_related("event", "endpoint")
    newest = WebhookAttempt.objects.order_by("-number")[:WEBHOOK_ATTEMPTS_SHOWN]
    prefetch_related_objects(
        [event],
        Prefetch("deliveries", rows.order_by("pk")),
        Prefetch("deliveries__attempts", newest, to_attr="newest_attempts"),
    )
    return Response(wire.EventAnswer(event).data, status=status)
