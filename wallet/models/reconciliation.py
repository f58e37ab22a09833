"""What was found when the books were checked: one row a look, one row a difference."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField


class ReconciliationRun(models.Model):
    """One look at the books: how deep, when, what the trial balance was, what the banks said."""

    class Depth(models.TextChoices):
        """What a look reads."""

        RECENT = "recent", _("All balances and what was booked lately")
        FULL = "full", _("Everything that was ever booked")

    class State(models.TextChoices):
        """How it ended."""

        RUNNING = "running", _("Running")
        CLEAN = "clean", _("The books agree")
        DIFFERS = "differs", _("Differences")
        FAILED = "failed", _("Could not be finished")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="rec")
    depth = models.CharField(_("depth"), max_length=6, choices=Depth.choices)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    since_transfer = models.BigIntegerField(default=0)  # a recent look reads transfers after it
    trial_balance = models.JSONField[Any](default=list)  # wallet.invariants.trial_balance
    clearing = models.JSONField[Any](default=list)  # wallet.clearing.compared, one row a day
    standing = models.PositiveIntegerField(_("differences"), default=0)  # that stood at its end
    fresh = models.PositiveIntegerField(_("new"), default=0)  # that it saw first
    shortened = models.JSONField[Any](default=list)  # codes of which there were more than listed

    class Meta:
        verbose_name = _("check of the books")
        verbose_name_plural = _("reconciliation")
        default_permissions = ("view",)
        permissions = [("run_reconciliation", _("Can have the books checked now"))]

    def __str__(self) -> str:
        return self.public_id


class Difference(models.Model):
    """One place where the books, or a bank and the books, do not agree; from first to last seen."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    book = models.CharField(max_length=4, default="", blank=True)
    amount_rials = models.BigIntegerField(null=True)  # how much they differ by, where it is money
    facts = models.JSONField[Any](default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    alarmed_at = models.DateTimeField(null=True)  # when it had stood longer than it may
    gone_at = models.DateTimeField(null=True)
    first_run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(ReconciliationRun, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["code", "subject"],
                condition=Q(gone_at=None),
                name="wallet_difference_stands_once",
            )
        ]
        indexes = [models.Index(fields=["-last_seen_at"], name="wallet_difference_seen")]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"
