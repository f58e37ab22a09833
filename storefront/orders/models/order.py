"""An order, its lines, its parcels, its returns, and everything that happened to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import PublicIdField
from core.limits import (
    ORDER_NOTE_CHARS_MAX,
    ORDER_REASON_CHARS_MAX,
    PRODUCT_TITLE_CHARS_MAX,
    SKU_CHARS_MAX,
    TRACKING_CHARS_MAX,
)
from storefront.orders.machine import STATES
from storefront.orders.models.terms import CommissionRule, Coupon
from storefront.shops.models import Shop, Variant
from wallet.models import Escrow


class Order(models.Model):
    """What one person bought in one shop at one time."""

    class State(models.TextChoices):
        """See ``orders.machine``, the one table of steps."""

        PLACED = "placed", _("Waiting for the shop")
        ACCEPTED = "accepted", _("Accepted")
        PACKED = "packed", _("Packed")
        SHIPPED = "shipped", _("On its way")
        DELIVERED = "delivered", pgettext_lazy("order", "Delivered")
        COMPLETED = "completed", _("Received")
        SETTLED = "settled", pgettext_lazy("order", "Done")
        DISPUTED = "disputed", _("Disputed")
        REFUNDED = "refunded", _("Money given back")
        CANCELLED = "cancelled", _("Cancelled")
        REJECTED = "rejected", _("Rejected by the shop")
        EXPIRED = "expired", _("The shop gave no answer")

    class Payment(models.TextChoices):
        """How it is paid."""

        WALLET = "wallet", _("From the wallet")
        CASH = "cash", _("Cash on delivery")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="ord")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders", db_index=False)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    key = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=9, choices=State.choices)
    seq = models.PositiveIntegerField(default=1)  # of the last event: what a step compares
    payment = models.CharField(_("payment"), max_length=6, choices=Payment.choices)
    escrow = models.OneToOneField(Escrow, null=True, on_delete=models.PROTECT, related_name="+")
    goods_rials = models.BigIntegerField(_("goods"))
    discount_rials = models.BigIntegerField(_("discount"), default=0)
    shipping_rials = models.BigIntegerField(_("shipping"), default=0)
    total_rials = models.BigIntegerField(_("total"))
    coupon = models.ForeignKey(
        Coupon, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    address = models.JSONField[Any](default=dict)  # a copy; empty for a pick-up
    shipping = models.JSONField[Any](default=dict)  # {"kind", "title"}
    note = models.CharField(max_length=ORDER_NOTE_CHARS_MAX, default="", blank=True)
    due_at = models.DateTimeField(null=True)  # when the clock takes the next step
    created_at = models.DateTimeField(_("placed"))
    changed_at = models.DateTimeField(_("changed"))
    told_seq = models.PositiveIntegerField(db_default=0)  # of the last event servers were told of
    card = models.BigIntegerField(null=True)  # of the message in the buyer–seller chat

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["buyer", "key"], name="orders_order_once"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="orders_order_state"),
            models.CheckConstraint(
                condition=Q(
                    total_rials=F("goods_rials") - F("discount_rials") + F("shipping_rials"),
                    goods_rials__gte=1,
                    discount_rials__gte=0,
                    discount_rials__lte=F("goods_rials"),
                    shipping_rials__gte=0,
                    total_rials__gte=1,
                ),
                name="orders_order_sums",
            ),
            models.CheckConstraint(
                condition=Q(payment="wallet", escrow__isnull=False)
                | Q(payment="cash", escrow=None),
                name="orders_order_money_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="orders_of_shop"),
            models.Index(fields=["buyer", "-id"], name="orders_of_buyer"),
            # What a shop has sold today, asked by every order (``grounds``).
            models.Index(fields=["shop", "created_at"], name="orders_of_day"),
            models.Index(fields=["due_at"], name="orders_due", condition=Q(due_at__isnull=False)),
        ]
        default_permissions = ("view",)
        permissions = [("decide_order", _("Can decide on disputes"))]

    def __str__(self) -> str:
        return self.public_id


class OrderLine(models.Model):
    """So many of a variant at a price, with what the house keeps of it: a copy that stays."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=PRODUCT_TITLE_CHARS_MAX)
    options = models.JSONField[Any](default=dict)
    sku = models.CharField(max_length=SKU_CHARS_MAX)
    quantity = models.PositiveIntegerField()
    unit_rials = models.BigIntegerField()
    paid_rials = models.BigIntegerField()  # of all pieces, less its share of the discount
    rule = models.ForeignKey(
        CommissionRule, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    commission_rials = models.BigIntegerField()
    returned = models.PositiveIntegerField(default=0)  # pieces whose money went back
    refunded_rials = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="orders_line_once"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=1,
                    returned__lte=F("quantity"),
                    refunded_rials__gte=0,
                    refunded_rials__lte=F("paid_rials"),
                    commission_rials__gte=0,
                    commission_rials__lte=F("paid_rials"),
                ),
                name="orders_line_bounds",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"


class OrderEvent(models.Model):
    """One step of an order. The database refuses to change or delete a row."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    seq = models.PositiveIntegerField()
    event = models.CharField(max_length=16)
    from_state = models.CharField(max_length=9, default="", blank=True)
    to_state = models.CharField(max_length=9)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+",
        db_index=False,
    )  # fmt: skip
    side = models.CharField(max_length=8)  # buyer, shop, clock, operator
    reason = models.CharField(max_length=ORDER_REASON_CHARS_MAX, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="orders_event_once"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.order_id}#{self.seq} {self.event}"


class Parcel(models.Model):
    """What left the shop at one time."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels")
    carrier = models.CharField(max_length=40, default="", blank=True)
    tracking = models.CharField(max_length=TRACKING_CHARS_MAX, default="", blank=True)
    shipped_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.tracking or str(self.pk)


class ParcelLine(models.Model):
    """So many pieces of a line in a parcel."""

    id = models.BigAutoField(primary_key=True)
    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="parcels")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="orders_parcel_line"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class Return(models.Model):
    """A buyer wants to give some pieces of a line back; the shop says yes or no."""

    class State(models.TextChoices):
        """asked → approved | refused."""

        ASKED = "asked", _("Asked for")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")

    public_id = PublicIdField(prefix="ret")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="returns")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=ORDER_REASON_CHARS_MAX)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    answer = models.CharField(max_length=ORDER_REASON_CHARS_MAX, default="", blank=True)
    refund_rials = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line"], condition=Q(state="asked"), name="orders_return_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="orders_return_quantity"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id
