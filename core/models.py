"""Rows every floor needs: the audit trail, the outbox of jobs, remembered idempotency keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import IDEMPOTENCY_KEY_CHARS_MAX


class AuditEvent(models.Model):
    """What happened, who did it, to what. The database refuses to update or delete a row."""

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="aud")
    at = models.DateTimeField(_("time"), auto_now_add=True, db_index=True)
    event = models.CharField(_("event"), max_length=80, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    subject_kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.CharField(_("subject"), max_length=64)
    facts = models.JSONField[Any](_("facts"), default=dict)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-id"], name="audit_subject")]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.event} {self.subject_id}"


class OutboxJob(models.Model):
    """A job that a committed change asked for. Written with the change, handed over after it."""

    id = models.BigAutoField(primary_key=True)
    task = models.CharField(max_length=120)
    arguments = models.JSONField[Any](default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="outbox_waiting", condition=models.Q(handed_over_at=None)
            )
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.task} #{self.pk}"


class IdempotencyRecord(models.Model):
    """The first answer to a request that carried an ``Idempotency-Key``."""

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=IDEMPOTENCY_KEY_CHARS_MAX)
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(null=True)
    media_type = models.CharField(max_length=80, default="")
    headers = models.JSONField[Any](default=dict)  # of the first answer, such as Location
    money = models.BooleanField(default=False)  # kept for ever

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
