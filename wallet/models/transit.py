"""Money on its way in or out: top-ups through a gateway, payouts to a bank account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import PAYOUT_HOLDER_CHARS_MAX
from identity.models import Maker
from wallet.models.ledger import Account


class TopUp(models.Model):
    """One person's payment at a bank's gateway into his wallet. Believed only after verify."""

    class State(models.TextChoices):
        """waiting → open → credited | failed | returned; a late yes still credits a failed one."""

        WAITING = "waiting", _("Not yet at the bank")
        OPEN = "open", _("At the bank")
        CREDITED = "credited", _("Credited")
        FAILED = "failed", _("Not paid")
        RETURNED = "returned", _("Given back by the bank")

    public_id = PublicIdField(prefix="top")
    number = models.BigIntegerField(unique=True)  # the order id at the gateway
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="top_ups"
    )
    key = models.CharField(max_length=320, unique=True)
    gateway = models.CharField(_("gateway"), max_length=32)
    amount_rials = models.BigIntegerField(_("amount"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    token = models.CharField(max_length=200, default="", blank=True)
    redirect_url = models.TextField(default="", blank=True)
    receipt = models.CharField(_("bank's receipt"), max_length=64, default="", blank=True)
    card_masked = models.CharField(max_length=20, default="", blank=True)
    trouble = models.CharField(max_length=40, default="", blank=True)
    go_on_to = models.CharField(max_length=200, default="", blank=True)  # a path of ours
    tries = models.PositiveSmallIntegerField(default=0)
    ask_at = models.DateTimeField()
    created_at = models.DateTimeField(_("time"))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("top-up")
        verbose_name_plural = _("top-ups")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["person", "-id"], name="wallet_topups_of_person"),
            models.Index(fields=["ask_at"], name="wallet_topups_to_ask", condition=Q(state="open")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "receipt"],
                condition=~Q(receipt=""),
                name="wallet_receipt_credits_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "open", "credited", "failed", "returned"]),
                name="wallet_topup_state",
            ),
            models.CheckConstraint(condition=Q(amount_rials__gte=1), name="wallet_topup_amount"),
        ]

    def __str__(self) -> str:
        return self.public_id


class Payout(models.Model):
    """Money of a wallet on its way to a bank account."""

    class State(models.TextChoices):
        """asked → sent → settled | failed: a failed one is back in the wallet."""

        ASKED = "asked", _("Asked for")
        SENT = "sent", _("At the bank")
        SETTLED = "settled", _("Arrived")
        FAILED = "failed", _("Failed and given back")

    public_id = PublicIdField(prefix="out")
    number = models.BigIntegerField(unique=True)  # the order id at the gateway
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="payouts"
    )
    maker = models.ForeignKey(Maker, null=True, on_delete=models.PROTECT, related_name="payouts")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField(max_length=320, unique=True)
    gateway = models.CharField(_("gateway"), max_length=32)
    sheba = models.CharField(_("Sheba"), max_length=26)
    holder = models.CharField(_("account's holder"), max_length=PAYOUT_HOLDER_CHARS_MAX)
    amount_rials = models.BigIntegerField(_("amount"))
    slot = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")  # where it waits
    state = models.CharField(_("state"), max_length=7, choices=State.choices)
    receipt = models.CharField(_("bank's receipt"), max_length=64, default="", blank=True)
    trouble = models.CharField(max_length=40, default="", blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ask_at = models.DateTimeField()
    created_at = models.DateTimeField(_("time"))
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["person", "-created_at"], name="wallet_payouts_of_person"),
            models.Index(fields=["maker", "-id"], name="wallet_payouts_of_maker"),
            models.Index(
                fields=["ask_at"],
                name="wallet_payouts_to_ask",
                condition=Q(state__in=["asked", "sent"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["asked", "sent", "settled", "failed"]),
                name="wallet_payout_state",
            ),
            models.CheckConstraint(
                condition=Q(person=None, maker__isnull=False) | Q(person__isnull=False, maker=None),
                name="wallet_payout_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(amount_rials__gte=1), name="wallet_payout_amount"),
        ]

    def __str__(self) -> str:
        return self.public_id
