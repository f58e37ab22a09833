"""People as one app knows them, what they have open, what is kept for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.ids import PublicIdField
from core.limits import PREPARED_TEXT_CHARS_MAX, START_PARAM_CHARS_MAX
from messenger.models import Chat
from miniapps.models.registered import App
from miniapps.models.versions import Release, Version

PREVIEW_AUDIENCE = ".preview"  # behind the app's id in a consent given to its preview


class AppPerson(models.Model):
    """A person as one app knows him: a pairwise number and string, never our own ids.

    A preview is another app in this respect: what is not reviewed yet meets another person, with
    consents and kept values of his own.
    """

    id = models.BigAutoField(primary_key=True)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="app_people"
    )
    preview = models.BooleanField(default=False)
    number = models.BigIntegerField()
    sub = models.CharField(max_length=40)
    asked = models.JSONField[Any](default=list)  # permissions the person was asked about
    first_opened_at = models.DateTimeField(auto_now_add=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "person", "preview"], name="app_person_once"),
            models.UniqueConstraint(fields=["app", "number"], name="app_number_once"),
            models.UniqueConstraint(fields=["app", "sub"], name="app_sub_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0, number__lt=2**52), name="app_number_range"
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.sub

    @property
    def audience(self) -> str:
        """What consents are given to: the app, or its preview. The caller has fetched the app."""
        return f"{self.app.public_id}{PREVIEW_AUDIENCE if self.preview else ''}"


class Launch(models.Model):
    """One opening of one version by one person."""

    public_id = PublicIdField(prefix="lnc")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="launches")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="launches")
    label = models.CharField(max_length=60)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="launches"
    )
    app_person = models.ForeignKey(AppPerson, on_delete=models.CASCADE, related_name="launches")
    chat = models.ForeignKey(Chat, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=16)
    channel = models.CharField(max_length=10, choices=Release.Channel.choices)
    start_param = models.CharField(max_length=512, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=24, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["app", "version"], name="launches_open", condition=Q(ended_at=None)
            ),
            models.Index(fields=["expires_at"], name="launches_to_end", condition=Q(ended_at=None)),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id


class StoredValue(models.Model):
    """What an app keeps for a person: CloudStorage, or localStorage that a browser blocks."""

    class Area(models.TextChoices):
        """Cloud: through the API. Local: localStorage of an app whose browser blocks it."""

        CLOUD = "cloud", "CloudStorage"
        LOCAL = "local", "localStorage"

    id = models.BigAutoField(primary_key=True)
    app_person = models.ForeignKey(AppPerson, on_delete=models.CASCADE, related_name="values")
    area = models.CharField(max_length=5, choices=Area.choices)
    key = models.TextField()
    value = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app_person", "area", "key"], name="value_key_once")
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class PreparedMessage(models.Model):
    """What an app's server wrote for one person to send, once, into a chat of his choice."""

    public_id = PublicIdField(prefix="prp")
    app_person = models.ForeignKey(
        AppPerson, on_delete=models.CASCADE, related_name="prepared_messages"
    )
    text = models.CharField(max_length=PREPARED_TEXT_CHARS_MAX)
    start_param = models.CharField(max_length=START_PARAM_CHARS_MAX, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id
