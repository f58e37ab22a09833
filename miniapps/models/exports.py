"""Exports of a maker's money that are too long to be made while a person waits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from identity.models import Maker


class Export(models.Model):
    """One file for a maker's people: asked for, written by a worker, forgotten after a day."""

    class Kind(models.TextChoices):
        """What its rows are."""

        PAYMENTS = "payments", _("All payments")
        REFUNDS = "refunds", _("Refunds")

    class Form(models.TextChoices):
        """What kind of file it is."""

        CSV = "csv", _("CSV")
        EXCEL = "xlsx", _("Excel")

    class State(models.TextChoices):
        """waiting → running → ready | failed → forgotten."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being written")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Not made")
        FORGOTTEN = "forgotten", _("Deleted")

    public_id = PublicIdField(prefix="exp")
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="exports")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    form = models.CharField(max_length=4, choices=Form.choices)
    language = models.CharField(max_length=2)
    wanted = models.JSONField[Any]()  # wallet.merchants.Wanted
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    rows_total = models.PositiveIntegerField()
    rows_done = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField()
    alive_at = models.DateTimeField()  # the last word of the worker that writes it
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["maker", "-id"], name="exports_of_maker"),
            models.Index(
                fields=["alive_at"],
                condition=~Q(state="forgotten"),
                name="exports_to_care_for",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "ready", "failed", "forgotten"]),
                name="export_state",
            ),
            models.CheckConstraint(
                condition=Q(rows_done__lte=F("rows_total")), name="export_rows_within"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], ended_at=None)
                | Q(state__in=["ready", "failed", "forgotten"], ended_at__isnull=False),
                name="export_ended",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_moving(self) -> bool:
        """Whether something new is to be expected."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def file_name(self) -> str:
        """What the file is called where it is kept."""
        return f"{self.public_id}.{self.form}"
