"""Corrections: a transfer by hand, proposed by one person and approved by another.

Migration 0010 holds the laws: what was proposed never changes, a decision is made once and by
somebody else, and an approved correction is exactly its transfer.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import MONEY_REASON_CHARS_MAX
from wallet.models.ledger import Account, Transfer
from wallet.money import AMOUNT_RIALS_MAX


class Correction(models.Model):
    """A wish to move money by hand. Its public id is the key of the transfer it becomes."""

    class State(models.TextChoices):
        """Proposed, then one of the others, for good."""

        PROPOSED = "proposed", _("Proposed")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        EXPIRED = "expired", _("Expired")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="cor")
    book = models.CharField(_("book"), max_length=4, choices=Account.Book.choices)
    # No foreign keys in the database for the two accounts: each would add a trigger to every change
    # of a balance. The trigger of this table looks whether they are there.
    debit_account = models.ForeignKey(
        Account,
        verbose_name=_("debit"),
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
    )
    credit_account = models.ForeignKey(
        Account,
        verbose_name=_("credit"),
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
    )
    amount_rials = models.BigIntegerField(_("amount"))
    reason = models.TextField(_("reason"), max_length=MONEY_REASON_CHARS_MAX)
    about = models.CharField(_("for"), max_length=40, default="", blank=True)  # pay_…, top_…, out_…
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    proposed_at = models.DateTimeField(_("proposed"))
    expires_at = models.DateTimeField(_("good until"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_reason = models.TextField(
        _("reason of the decision"), max_length=MONEY_REASON_CHARS_MAX, default=""
    )
    transfer = models.OneToOneField(
        Transfer, null=True, on_delete=models.PROTECT, related_name="correction"
    )

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        default_permissions = ("view",)
        permissions = [
            ("propose_correction", _("Can propose corrections")),
            ("approve_correction", _("Can approve and reject corrections")),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="wallet_correction_waiting",
                condition=Q(state="proposed"),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="wallet_correction_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(debit_account=F("credit_account")),
                name="wallet_correction_two_accounts",
            ),
            models.CheckConstraint(
                condition=Q(amount_rials__gte=1, amount_rials__lte=AMOUNT_RIALS_MAX),
                name="wallet_correction_amount",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="wallet_correction_has_a_reason"),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_by=None, decided_at=None, transfer=None)
                | Q(state="expired", decided_by=None, decided_at__isnull=False, transfer=None)
                | Q(
                    state="rejected",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transfer=None,
                )
                | Q(
                    state="approved",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transfer__isnull=False,
                ),
                name="wallet_correction_state",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
