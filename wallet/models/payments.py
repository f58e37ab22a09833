"""Who pays whom for what: invoices, payments, refunds, pay links, and the terms of both sides."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import (
    INVOICE_ABOUT_CHARS_MAX,
    INVOICE_TITLE_CHARS_MAX,
    ORDER_REF_CHARS_MAX,
    PIN_FREE_RIALS,
    REFUND_REASON_CHARS_MAX,
)
from identity.models import Maker
from wallet.models.ledger import Account, Transfer
from wallet.money import AMOUNT_RIALS_MAX, Rials

AUDIENCE_CHARS = 40


class PayLink(models.Model):
    """A merchant's standing link or QR: each payment through it is an invoice of its own."""

    public_id = PublicIdField(prefix="lnk")
    book = models.CharField(_("book"), max_length=4, choices=Account.Book.choices)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="pay_links")
    key = models.CharField(max_length=320, null=True, unique=True)  # noqa: DJ001  (none before keys)
    title = models.CharField(_("title"), max_length=INVOICE_TITLE_CHARS_MAX)
    amount_rials = models.BigIntegerField(_("amount"), null=True)  # null: the payer says how much
    active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pay link")
        verbose_name_plural = _("pay links")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.title


class Invoice(models.Model):
    """What a merchant asks for. ``audience`` is the app it belongs to, as upper floors name it."""

    class State(models.TextChoices):
        """open → paid | cancelled | expired."""

        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    public_id = PublicIdField(prefix="inv")
    book = models.CharField(_("book"), max_length=4, choices=Account.Book.choices)
    maker = models.ForeignKey(
        Maker, verbose_name=_("maker"), on_delete=models.PROTECT, related_name="invoices"
    )
    audience = models.CharField(max_length=AUDIENCE_CHARS, default="", blank=True)
    link = models.ForeignKey(PayLink, null=True, on_delete=models.PROTECT, related_name="invoices")
    key = models.CharField(max_length=320)  # of the caller and its Idempotency-Key
    title = models.CharField(_("title"), max_length=INVOICE_TITLE_CHARS_MAX)
    about = models.CharField(max_length=INVOICE_ABOUT_CHARS_MAX, default="", blank=True)
    lines = models.JSONField[Any](default=list)  # [{"label", "amount_rials"}]
    amount_rials = models.BigIntegerField(_("amount"))
    order_ref = models.CharField(max_length=ORDER_REF_CHARS_MAX, default="", blank=True)
    payload = models.TextField(default="", blank=True)
    photo_url = models.CharField(max_length=500, default="", blank=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ask_first = models.BooleanField(default=False)  # the merchant's server says yes or no
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["audience", "book", "-id"], name="wallet_invoices_of_app"),
            models.Index(
                fields=["expires_at"], name="wallet_invoices_to_end", condition=Q(state="open")
            ),
            models.Index(
                fields=["order_ref", "maker"],
                name="wallet_invoice_order_ref",
                condition=~Q(order_ref=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="wallet_invoice_once"),
            models.CheckConstraint(
                condition=Q(amount_rials__gte=1, amount_rials__lte=AMOUNT_RIALS_MAX),
                name="wallet_invoice_amount",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "paid", "cancelled", "expired"]),
                name="wallet_invoice_state",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_test(self) -> bool:
        """Whether only test money pays it."""
        return self.book == Account.Book.TEST


class Payment(models.Model):
    """One person's payment of one invoice, from hold to capture."""

    class State(models.TextChoices):
        """held → captured | declined | expired."""

        HELD = "held", _("Held")
        CAPTURED = "captured", _("Paid")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")

    public_id = PublicIdField(prefix="pay")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    book = models.CharField(_("book"), max_length=4, choices=Account.Book.choices)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="payments")
    audience = models.CharField(max_length=AUDIENCE_CHARS, default="", blank=True)
    payer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="payments"
    )
    key = models.CharField(max_length=320)  # of the payer and the Idempotency-Key of the sheet
    amount_rials = models.BigIntegerField(_("amount"))
    fee_rials = models.BigIntegerField(_("fee"))
    refunded_rials = models.BigIntegerField(_("refunded"), default=0)
    fee_refunded_rials = models.BigIntegerField(default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    hold = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="+")
    decline_code = models.CharField(max_length=40, default="", blank=True)
    decline_reason = models.CharField(max_length=REFUND_REASON_CHARS_MAX, default="", blank=True)
    context = models.JSONField[Any](default=dict)  # where it was opened, in upper floors' words
    news = models.PositiveIntegerField(default=0)  # how many times others were told of it
    created_at = models.DateTimeField(_("time"))
    hold_ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(_("paid"), null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["audience", "book", "-id"], name="wallet_payments_of_app"),
            models.Index(fields=["maker", "book", "-id"], name="wallet_payments_of_maker"),
            models.Index(fields=["payer", "book", "-created_at"], name="wallet_payments_of_person"),
            models.Index(
                fields=["hold_ends_at"], name="wallet_holds_to_end", condition=Q(state="held")
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="wallet_payment_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(state__in=["held", "captured"]),
                name="wallet_invoice_paid_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["held", "captured", "declined", "expired"]),
                name="wallet_payment_state",
            ),
            models.CheckConstraint(
                condition=Q(refunded_rials__gte=0, refunded_rials__lte=F("amount_rials")),
                name="wallet_refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(fee_rials__gte=0, fee_rials__lte=F("amount_rials"))
                & Q(fee_refunded_rials__gte=0, fee_refunded_rials__lte=F("fee_rials")),
                name="wallet_fee_within_amount",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_test(self) -> bool:
        """Whether it was paid with test money."""
        return self.book == Account.Book.TEST

    @property
    def refundable(self) -> Rials:
        """What may still go back to the payer."""
        captured = self.amount_rials if self.state == self.State.CAPTURED else 0
        return Rials(max(0, captured - self.refunded_rials))


class Refund(models.Model):
    """Money of one captured payment that went back to its payer."""

    public_id = PublicIdField(prefix="rfd")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=320)
    amount_rials = models.BigIntegerField(_("amount"))
    fee_refunded_rials = models.BigIntegerField()
    reason = models.CharField(max_length=REFUND_REASON_CHARS_MAX, default="", blank=True)
    asked_by = models.CharField(max_length=64)  # a person's or a key's public id
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["key"], name="wallet_refund_once"),
            models.CheckConstraint(
                condition=Q(amount_rials__gte=1)
                & Q(fee_refunded_rials__gte=0, fee_refunded_rials__lte=F("amount_rials")),
                name="wallet_refund_amounts",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class News(models.Model):
    """What an app's maker is to be told of a payment or an invoice, in order, as it was then.

    Written in the transaction that made it happen; the upper floor takes it from here.
    """

    id = models.BigAutoField(primary_key=True)
    audience = models.CharField(max_length=AUDIENCE_CHARS)
    kind = models.CharField(max_length=32)
    object_id = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    test = models.BooleanField()
    document = models.JSONField[Any]()
    occurred_at = models.DateTimeField()
    told = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "news"
        default_permissions = ()
        indexes = [
            models.Index(fields=["occurred_at"], name="wallet_news_untold", condition=Q(told=False))
        ]
        constraints = [
            models.UniqueConstraint(fields=["object_id", "number"], name="wallet_news_once")
        ]

    def __str__(self) -> str:
        return f"{self.object_id} {self.kind}"


class MerchantTerms(models.Model):
    """What a maker pays us for a payment, where it differs from the house's terms."""

    maker = models.OneToOneField(Maker, on_delete=models.PROTECT, related_name="terms")
    fee_basis_points = models.PositiveSmallIntegerField(_("fee in basis points"))
    fee_max_rials = models.BigIntegerField(_("most fee of one payment, in rials"))

    class Meta:
        verbose_name = _("merchant's terms")
        verbose_name_plural = _("merchants' terms")
        constraints = [
            models.CheckConstraint(
                condition=Q(fee_basis_points__lte=10_000, fee_max_rials__gte=0),
                name="wallet_terms_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.fee_basis_points} bp"


class Spender(models.Model):
    """A person as somebody who pays: the level that limits him, his PIN."""

    class Level(models.TextChoices):
        """How well we know the person."""

        PHONE = "phone", _("Phone only")
        NATIONAL_CODE = "national_code", _("National code verified")
        FULL = "full", _("Fully verified")

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="spender",
    )
    level = models.CharField(_("level"), max_length=13, choices=Level.choices, default=Level.PHONE)
    pin = models.CharField(max_length=200, default="", blank=True)
    pin_free_rials = models.BigIntegerField(default=PIN_FREE_RIALS)
    pin_failures = models.PositiveSmallIntegerField(default=0)
    pin_locked_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("spender")
        verbose_name_plural = _("spenders")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=["phone", "national_code", "full"]), name="wallet_level_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.level}"


class SpendingLimit(models.Model):
    """What people of one level may spend, in rials. Changed in the admin, in force at once."""

    level = models.CharField(
        _("level"), max_length=13, choices=Spender.Level.choices, primary_key=True
    )
    transaction_rials = models.BigIntegerField(_("in one transaction"))
    day_rials = models.BigIntegerField(_("in one day"))
    month_rials = models.BigIntegerField(_("in one Jalali month"))

    class Meta:
        verbose_name = _("spending limit")
        verbose_name_plural = _("spending limits")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(transaction_rials__gte=1)
                & Q(day_rials__gte=F("transaction_rials"), month_rials__gte=F("day_rials")),
                name="wallet_limits_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.get_level_display()
