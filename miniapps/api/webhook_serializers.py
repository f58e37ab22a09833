"""What goes over the wire about webhooks: requests are strict, answers are described."""

from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.api.strict import StrictSerializer, Text, Whole, YesNo
from core.limits import WEBHOOK_NOTE_CHARS_MAX, WEBHOOK_OVERLAP, WEBHOOK_OVERLAP_MAX
from miniapps.api.serializers import ID_CHARS_MAX, Moment
from miniapps.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from miniapps.models.webhooks import OBJECT_CHARS_MAX
from miniapps.webhooks.kinds import KINDS, choices

URL_CHARS_MAX = 2_000  # what is longer than an address may be is refused with its own words
HOUR_S = 3600


class KindList(serializers.ListField):
    """Kinds of events; an empty list is every event."""

    def __init__(self, **kwargs: Any) -> None:
        child = serializers.ChoiceField(choices=choices())
        super().__init__(child=child, max_length=len(choices()), **kwargs)


class NewEndpoint(StrictSerializer):
    """An address to which events are sent."""

    url = Text(max_length=URL_CHARS_MAX, help_text="https, a public name, port 443 or 8443")
    mode = serializers.ChoiceField(choices=WebhookEndpoint.Mode.choices)
    kinds = KindList(required=False, help_text="empty or missing: every event")
    note = Text(max_length=WEBHOOK_NOTE_CHARS_MAX, required=False, allow_blank=True)


class EndpointChange(StrictSerializer):
    """What is to be different; what is missing stays."""

    url = Text(max_length=URL_CHARS_MAX, required=False)
    kinds = KindList(required=False)
    note = Text(max_length=WEBHOOK_NOTE_CHARS_MAX, required=False, allow_blank=True)
    on = YesNo(required=False, help_text="false stops sending; what waits goes on when true")


class EndpointAnswer(serializers.Serializer[Any]):
    """An endpoint and its health."""

    id = serializers.CharField(source="public_id")
    mode = serializers.ChoiceField(choices=WebhookEndpoint.Mode.choices)
    url = serializers.CharField()
    note = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=WebhookEndpoint.State.choices)
    state_since = Moment()
    failing_since = Moment(allow_null=True)
    is_flagged = serializers.SerializerMethodField(
        help_text="it has failed for a day or longer: look at it"
    )
    old_secret_until = Moment(allow_null=True)
    created_at = Moment()

    def get_is_flagged(self, endpoint: WebhookEndpoint) -> bool:
        """Tell whether it has failed for long."""
        return endpoint.is_flagged(now=timezone.now())


class EndpointMade(EndpointAnswer):
    """An endpoint with its secret, which is shown this once."""

    secret = serializers.CharField(help_text="whsec_…")


class EndpointPage(serializers.Serializer[Any]):
    """Endpoints, newest first."""

    items = EndpointAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Rotation(StrictSerializer):
    """How long the old secret still signs beside the new one."""

    overlap_hours = Whole(
        min_value=0,
        max_value=int(WEBHOOK_OVERLAP_MAX.total_seconds() // HOUR_S),
        required=False,
        default=int(WEBHOOK_OVERLAP.total_seconds() // HOUR_S),
        help_text="0 ends the old secret at once",
    )


class Replay(StrictSerializer):
    """To whom; without an endpoint to all that had it or want it."""

    endpoint = Text(max_length=ID_CHARS_MAX, required=False)


class ReplayedAll(serializers.Serializer[Any]):
    """How many deliveries go again."""

    replayed = serializers.IntegerField()


class LogFilter(serializers.Serializer[Any]):
    """What part of the log is wanted."""

    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices, required=False)
    kind = serializers.ChoiceField(choices=list(KINDS), required=False)
    object = serializers.CharField(max_length=OBJECT_CHARS_MAX, required=False)
    endpoint = serializers.CharField(max_length=ID_CHARS_MAX, required=False)
    event = serializers.CharField(max_length=ID_CHARS_MAX, required=False)


class EventFilter(serializers.Serializer[Any]):
    """Which events are wanted."""

    kind = serializers.ChoiceField(choices=list(KINDS), required=False)
    object = serializers.CharField(max_length=OBJECT_CHARS_MAX, required=False)


class AttemptAnswer(serializers.Serializer[Any]):
    """One call. Of the answer only the class of its status is kept."""

    number = serializers.IntegerField()
    began_at = Moment()
    outcome = serializers.ChoiceField(choices=WebhookAttempt.Outcome.choices)
    status_class = serializers.IntegerField(allow_null=True, help_text="2 for 200 to 299")
    duration_ms = serializers.IntegerField(allow_null=True)


class DeliverySummary(serializers.Serializer[Any]):
    """An event on its way to an endpoint."""

    id = serializers.CharField(source="public_id")
    event = serializers.CharField(source="event.public_id")
    endpoint = serializers.CharField(source="endpoint.public_id")
    kind = serializers.CharField()
    object = serializers.CharField(source="object_id")
    sequence = serializers.IntegerField()
    state = serializers.ChoiceField(choices=WebhookDelivery.State.choices)
    attempts_count = serializers.IntegerField()
    due_at = serializers.SerializerMethodField(help_text="null when it is settled")
    settled_at = Moment(allow_null=True)
    last_outcome = serializers.ChoiceField(choices=WebhookAttempt.Outcome.choices, allow_null=True)
    last_status_class = serializers.IntegerField(allow_null=True)

    def get_due_at(self, delivery: WebhookDelivery) -> str | None:
        """Return when it goes next, or null."""
        if delivery.state != WebhookDelivery.State.WAITING:
            return None
        return str(Moment().to_representation(delivery.due_at))


class DeliveryAnswer(DeliverySummary):
    """A delivery with its newest tries."""

    attempts = AttemptAnswer(many=True, source="newest_attempts")


class DeliveryPage(serializers.Serializer[Any]):
    """Deliveries, newest first."""

    items = DeliverySummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class EventSummary(serializers.Serializer[Any]):
    """What happened."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    object = serializers.CharField(source="object_id")
    sequence = serializers.IntegerField()
    test = serializers.BooleanField()
    occurred_at = Moment()
    recorded_at = Moment()


class EventAnswer(EventSummary):
    """An event whole: what is sent, and to whom it went."""

    body = serializers.SerializerMethodField(help_text="what is sent, as an object")
    deliveries = DeliveryAnswer(many=True)

    def get_body(self, event: WebhookEvent) -> dict[str, Any]:
        """Return what is sent."""
        told: dict[str, Any] = json.loads(event.body)
        return told


class EventPage(serializers.Serializer[Any]):
    """Events, newest first."""

    items = EventSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)
