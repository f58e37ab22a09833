"""Accounts, transfers, postings. Only ``wallet.ledger`` causes a row; the database watches.

The laws stand in the triggers of migration 0002, not in CHECK constraints: PostgreSQL reads every
CHECK of a table anew in each statement, which costs more than all the rest of a transfer.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField, new_id
from identity.models import Maker
from wallet.chart import CHART
from wallet.money import Rials


def new_transfer_id() -> str:
    """Return a new ``trf_…`` id."""
    return new_id("trf")


class Account(models.Model):
    """One account of the chart: its four balances and the flags that are law."""

    class Book(models.TextChoices):
        """Real money, or test money kept wholly apart."""

        LIVE = "live", _("Real money")
        TEST = "test", _("Test money")

    class Kind(models.TextChoices):
        """A line of the chart; see ``wallet.chart``."""

        PERSON = "person", _("Person's wallet")
        MERCHANT = "merchant", _("Merchant's wallet")
        ESCROW = "escrow", _("Escrow")
        CUSTODY = "custody", _("Kept until it arrives")
        PAYOUTS = "payouts", _("Payouts under way")
        FEES = "fees", _("Fees")
        FEE_REFUNDS = "fee_refunds", _("Fees given back")
        GATEWAY = "gateway", _("Gateway clearing")
        BANK = "bank", _("Bank")
        PROMOTIONS = "promotions", _("Promotions")
        SUSPENSE = "suspense", _("Suspense")
        ISSUER = "issuer", _("Issuer of test money")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="acc")
    book = models.CharField(_("book"), max_length=4, choices=Book.choices)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # the constraints below begin with it
        related_name="accounts",
    )
    maker = models.ForeignKey(
        Maker,
        verbose_name=_("maker"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_index=False,  # the constraints below begin with it
        related_name="accounts",
    )
    name = models.CharField(_("name"), max_length=32, default="", blank=True)  # a gateway's
    slot = models.SmallIntegerField(_("slot"), default=0)  # 0: the account itself
    slots = ArrayField(models.BigIntegerField(), default=list, blank=True)  # ids of its slots
    debits_must_not_exceed_credits = models.BooleanField(default=False)
    credits_must_not_exceed_debits = models.BooleanField(default=False)
    frozen = models.BooleanField(_("frozen"), default=False)
    debits_pending = models.BigIntegerField(default=0)
    debits_posted = models.BigIntegerField(default=0)
    credits_pending = models.BigIntegerField(default=0)
    credits_posted = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)  # of its last posting
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        default_permissions = ("view",)
        permissions = [("freeze_account", _("Can freeze and unfreeze accounts"))]
        indexes = [
            models.Index(fields=["id"], name="wallet_account_frozen", condition=Q(frozen=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "book"], name="wallet_person_account_once"),
            models.UniqueConstraint(
                fields=["maker", "book", "slot"], name="wallet_maker_account_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "book", "name", "slot"],
                condition=Q(person=None, maker=None),
                name="wallet_platform_account_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def balance(self) -> Rials:
        """What stands on the account's normal side, holds not counted; of this row alone."""
        net = self.credits_posted - self.debits_posted
        return Rials(net if CHART[self.kind].normal == "credit" else -net)  # type: ignore[index]  # a kind

    @property
    def available(self) -> Rials:
        """What may still leave a wallet: the balance less what is held; of this row alone."""
        return Rials(self.credits_posted - self.debits_posted - self.debits_pending)


class Transfer(models.Model):
    """One movement between two accounts. Written once, never changed.

    ``posted`` moves at once; ``pending`` sets aside; ``post`` moves all or a part of a pending
    transfer and frees the rest; ``void`` frees all of it.
    """

    class Kind(models.TextChoices):
        """Two-phase transfers as TigerBeetle words them."""

        POSTED = "posted", _("Posted")
        PENDING = "pending", _("Held")
        POST = "post", _("Captured")
        VOID = "void", _("Released")

    id = models.BigAutoField(primary_key=True)
    # Unique by constraint: unique=True would add a second index for LIKE to each, in a hot table.
    public_id = models.CharField(max_length=32, default=new_transfer_id, editable=False)
    key = models.CharField(_("idempotency key"), max_length=80)
    book = models.CharField(_("book"), max_length=4, choices=Account.Book.choices)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    # No foreign keys in the database for accounts and hold: the triggers read those rows, and
    # neither an account with postings nor a transfer can be deleted.
    debit_account = models.ForeignKey(
        Account,
        verbose_name=_("debit"),
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    credit_account = models.ForeignKey(
        Account,
        verbose_name=_("credit"),
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    amount_rials = models.BigIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=20)
    pending = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="settled_by",
        db_constraint=False,
        db_index=False,
    )
    held_rials = models.BigIntegerField(null=True)  # of the pending transfer that this one settles
    expires_at = models.DateTimeField(null=True)  # of a pending one: after it there is no post
    reference = models.CharField(_("for"), max_length=40, default="", blank=True)
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        default_permissions = ("view",)
        indexes = [
            models.Index(
                fields=["reference"], name="wallet_transfer_for", condition=~Q(reference="")
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="wallet_transfer_id_once"),
            models.UniqueConstraint(fields=["key"], name="wallet_transfer_key_once"),
            models.UniqueConstraint(
                fields=["pending"],
                condition=Q(pending__isnull=False),
                name="wallet_hold_settled_once",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Posting(models.Model):
    """One side of a transfer: the account's balances after it, counted by ``seq``."""

    pk = models.CompositePrimaryKey("account_id", "seq")
    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )
    seq = models.BigIntegerField()
    transfer = models.ForeignKey(
        Transfer,
        on_delete=models.PROTECT,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )
    is_debit = models.BooleanField()
    debits_pending = models.BigIntegerField()
    debits_posted = models.BigIntegerField()
    credits_pending = models.BigIntegerField()
    credits_posted = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "is_debit"], name="wallet_one_posting_a_side"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}#{self.seq}"
