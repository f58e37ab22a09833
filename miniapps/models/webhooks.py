"""Webhooks: where a maker's server listens, what happened, what was sent of it and how it went.

An event is written once, in the transaction that made it happen, and never changes. A delivery is
the event on its way to one endpoint; an attempt is one call. Deliveries of one lane, the same
endpoint and the same object, go one after another (docs/decisions/0013).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import WEBHOOK_FLAG_AFTER, WEBHOOK_NOTE_CHARS_MAX, WEBHOOK_URL_CHARS_MAX
from miniapps.models.registered import App

KIND_CHARS_MAX = 40
OBJECT_CHARS_MAX = 64
DEDUPE_CHARS_MAX = 120


class WebhookEndpoint(models.Model):
    """An address of a maker's server, for one app in one mode."""

    class Mode(models.TextChoices):
        """Whether real money is at stake."""

        LIVE = "live", _("Live mode")
        TEST = "test", _("Test mode")

    class State(models.TextChoices):
        """Whether anything is sent to it."""

        ON = "on", _("On")
        OFF = "off", _("Off")
        GONE = "gone", _("Switched off by its server")
        REMOVED = "removed", _("Removed")

    public_id = PublicIdField(prefix="whe")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="webhook_endpoints")
    mode = models.CharField(max_length=4, choices=Mode.choices)
    url = models.CharField(max_length=WEBHOOK_URL_CHARS_MAX)
    note = models.CharField(max_length=WEBHOOK_NOTE_CHARS_MAX, default="", blank=True)
    # Kinds of events; an empty list wants every one, also those that come later, but no question.
    kinds = models.JSONField[Any](default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ON)
    state_since = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)  # the first failure after the last success
    claimed_at = models.DateTimeField(null=True)  # whose turn it is among those that wait
    secret_sealed = models.BinaryField(editable=False)
    old_secret_sealed = models.BinaryField(null=True, editable=False)
    old_secret_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["app", "mode", "url"],
                condition=~Q(state="removed"),
                name="webhook_address_once",
            ),
            models.CheckConstraint(condition=Q(mode__in=["live", "test"]), name="webhook_mode"),
            models.CheckConstraint(
                condition=Q(state__in=["on", "off", "gone", "removed"]), name="webhook_state"
            ),
            models.CheckConstraint(
                condition=Q(old_secret_sealed=None, old_secret_until=None)
                | Q(old_secret_sealed__isnull=False, old_secret_until__isnull=False),
                name="webhook_old_secret_ends",
            ),
        ]
        indexes = [models.Index(fields=["app", "mode"], name="webhook_of_app")]
        default_permissions = ()

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        """Whether events are sent to it."""
        return self.state == self.State.ON

    def is_flagged(self, *, now: datetime) -> bool:
        """Whether it has failed for so long that its maker should look."""
        return self.failing_since is not None and self.failing_since <= now - WEBHOOK_FLAG_AFTER


class WebhookEvent(models.Model):
    """What happened to one object of an app. The database refuses to change or delete it.

    ``body`` is what is sent, to the byte: every try signs the same text.
    """

    public_id = PublicIdField(prefix="evt")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="webhook_events")
    kind = models.CharField(max_length=KIND_CHARS_MAX)
    object_id = models.CharField(max_length=OBJECT_CHARS_MAX)
    sequence = models.PositiveIntegerField()
    test = models.BooleanField()
    dedupe = models.CharField(max_length=DEDUPE_CHARS_MAX)
    body = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "dedupe"], name="webhook_event_once"),
            models.UniqueConstraint(
                fields=["app", "object_id", "sequence"], name="webhook_sequence_once"
            ),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="webhook_sequence_from_1"),
        ]
        indexes = [models.Index(fields=["app", "-id"], name="webhook_events_of_app")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} #{self.sequence}"


class Deliveries(models.QuerySet["WebhookDelivery"]):
    """Questions about the log."""

    def matching(self, **which: str) -> Deliveries:
        """Return those of a state, kind, object, endpoint or event; what is empty asks nothing."""
        names = {
            "state": "state",
            "kind": "kind",
            "object": "object_id",
            "endpoint": "endpoint__public_id",
            "event": "event__public_id",
        }
        return self.filter(**{names[name]: value for name, value in which.items() if value})

    def behind(self, one: WebhookDelivery) -> Deliveries:
        """Return what waits in the same lane for this one to be settled."""
        lane = self.filter(endpoint=one.endpoint_id, object_id=one.object_id)
        return lane.filter(sequence__gt=one.sequence, state=WebhookDelivery.State.WAITING)

    def with_last_try(self) -> Deliveries:
        """Add how the newest try ended: ``last_outcome`` and ``last_status_class``."""
        newest = WebhookAttempt.objects.filter(delivery=models.OuterRef("pk")).order_by("-number")
        return self.annotate(
            last_outcome=models.Subquery(newest.values("outcome")[:1]),
            last_status_class=models.Subquery(newest.values("status_class")[:1]),
        )


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. Its app, kind, object and sequence are the event's."""

    class State(models.TextChoices):
        """Where it has come to."""

        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        DEAD = "dead", _("Given up")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = PublicIdField(prefix="whd")
    event = models.ForeignKey(WebhookEvent, on_delete=models.PROTECT, related_name="deliveries")
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=KIND_CHARS_MAX)
    object_id = models.CharField(max_length=OBJECT_CHARS_MAX)
    sequence = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts_count = models.PositiveIntegerField(default=0)  # of all time: the number of the last
    tries = models.PositiveSmallIntegerField(default=0)  # since it was recorded or replayed
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = Deliveries.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "delivered", "dead", "cancelled"]),
                name="webhook_delivery_state",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at=None)
                | Q(~Q(state="waiting"), settled_at__isnull=False, lease_until=None),
                name="webhook_delivery_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at"], condition=Q(state="waiting"), name="webhook_due"
            ),
            models.Index(
                fields=["endpoint", "object_id", "sequence"],
                condition=Q(state="waiting"),
                name="webhook_lane",
            ),
            models.Index(fields=["app", "-id"], name="webhook_log"),
            models.Index(fields=["app", "object_id"], name="webhook_log_of_object"),
            models.Index(
                fields=["app", "-id"], condition=Q(state="dead"), name="webhook_dead_letters"
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.event_id} to {self.endpoint_id}"


class WebhookAttempt(models.Model):
    """One call. Of the answer nothing is kept but the class of its status and how long it took."""

    class Outcome(models.TextChoices):
        """How a call ended. All but the first two are failures."""

        UNDER_WAY = "under_way", _("Under way")
        TAKEN = "taken", _("Accepted")
        STATUS = "status", _("Refused by the server")
        REDIRECTED = "redirected", _("Redirected; redirects are not followed")
        TIMEOUT = "timeout", _("No answer in time")
        REFUSED = "refused", _("Could not be reached")
        CLOSED = "closed", _("The connection was closed early")
        TLS = "tls", _("The certificate could not be verified")
        NAME = "name", _("The name was not found")
        ADDRESS = "address", _("The address is not allowed")
        UNREADABLE = "unreadable", _("The answer could not be read")
        LOST = "lost", _("Interrupted on our side")

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    began_at = models.DateTimeField(db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.UNDER_WAY)
    status_class = models.PositiveSmallIntegerField(null=True)  # 2 for 200 to 299, and so on
    duration_ms = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "number"], name="webhook_attempt_once"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.delivery_id} #{self.number} {self.outcome}"
