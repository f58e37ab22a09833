"""Money that waits for something to arrive: held, captured, then paid out or given back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import INVOICE_TITLE_CHARS_MAX
from identity.models import Maker
from wallet.models.ledger import Account, Transfer
from wallet.money import AMOUNT_RIALS_MAX


class Escrow(models.Model):
    """One person's money for one thing of a merchant, until an upper floor says whose it is."""

    class State(models.TextChoices):
        """held → captured | released | expired; what is captured leaves in parts."""

        HELD = "held", _("Held")
        CAPTURED = "captured", _("Captured")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")

    public_id = PublicIdField(prefix="esc")
    book = models.CharField(_("book"), max_length=4, choices=Account.Book.choices)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="escrows")
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="escrows"
    )
    key = models.CharField(max_length=320)
    title = models.CharField(_("title"), max_length=INVOICE_TITLE_CHARS_MAX)
    amount_rials = models.BigIntegerField(_("amount"))
    paid_out_rials = models.BigIntegerField(default=0)  # to the merchant, our fee counted
    fee_rials = models.BigIntegerField(_("fee"), default=0)  # of what was paid out
    given_back_rials = models.BigIntegerField(default=0)  # out of escrow, to the payer
    taken_back_rials = models.BigIntegerField(default=0)  # after it was paid out, to the payer
    fee_taken_back_rials = models.BigIntegerField(default=0)  # our share of that
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    hold = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created"))
    hold_ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("escrow")
        verbose_name_plural = _("escrows")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["key"], name="wallet_escrow_once"),
            models.CheckConstraint(
                condition=Q(amount_rials__gte=1, amount_rials__lte=AMOUNT_RIALS_MAX),
                name="wallet_escrow_amount",
            ),
            models.CheckConstraint(
                condition=Q(
                    paid_out_rials__gte=0,
                    given_back_rials__gte=0,
                    amount_rials__gte=F("paid_out_rials") + F("given_back_rials"),
                ),
                name="wallet_escrow_never_more_out_than_in",
            ),
            models.CheckConstraint(
                condition=Q(
                    fee_rials__gte=0,
                    fee_rials__lte=F("paid_out_rials"),
                    taken_back_rials__gte=0,
                    taken_back_rials__lte=F("paid_out_rials"),
                    fee_taken_back_rials__gte=0,
                    fee_taken_back_rials__lte=F("fee_rials"),
                ),
                name="wallet_escrow_parts",
            ),
            models.CheckConstraint(
                condition=Q(state="captured") | Q(paid_out_rials=0, given_back_rials=0),
                name="wallet_escrow_nothing_leaves_a_hold",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "captured", "released", "expired"]),
                name="wallet_escrow_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hold_ends_at"], name="wallet_escrows_to_end", condition=Q(state="held")
            ),
            models.Index(fields=["payer", "created_at"], name="wallet_escrows_of_payer"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def inside_rials(self) -> int:
        """What lies in escrow now."""
        if self.state != self.State.CAPTURED:
            return 0
        return self.amount_rials - self.paid_out_rials - self.given_back_rials
