"""A shop's own terms (shipping, coupons) and the house's (commission)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import COUPON_CODE_CHARS_MAX, SHIPPING_TITLE_CHARS_MAX
from storefront.shops.models import Shop


class ShippingRate(models.Model):
    """One way to the buyer: where to, up to which weight, what it costs, from when it is free."""

    class Kind(models.TextChoices):
        """How it gets there."""

        POST = "post", _("Post")
        COURIER = "courier", _("Courier")
        PICKUP = "pickup", _("Pick up in the shop")

    public_id = PublicIdField(prefix="shr")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="shipping_rates")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=SHIPPING_TITLE_CHARS_MAX)
    province = models.CharField(_("province"), max_length=40, default="", blank=True)  # "": all
    city = models.CharField(_("city"), max_length=40, default="", blank=True)  # "": all of it
    up_to_g = models.PositiveIntegerField(_("up to grams"), null=True, blank=True)
    price = models.BigIntegerField(_("price in rials"))
    free_over = models.BigIntegerField(_("free from, in rials"), null=True, blank=True)
    cash_on_delivery = models.BooleanField(_("cash on delivery"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="orders_rate_price"),
            models.CheckConstraint(
                condition=~Q(province="") | Q(city=""), name="orders_rate_city_in_province"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["post", "courier", "pickup"]), name="orders_rate_kind"
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.title


class Coupon(models.Model):
    """A code that makes an order cheaper, so many times and no more."""

    class Kind(models.TextChoices):
        """What the value means."""

        PERCENT = "percent", _("Percent")
        AMOUNT = "amount", _("Amount")

    public_id = PublicIdField(prefix="cpn")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="coupons", db_index=False)
    code = models.CharField(_("code"), max_length=COUPON_CODE_CHARS_MAX)  # folded
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    value = models.BigIntegerField(_("value"))  # percent, or rials
    most_rials = models.BigIntegerField(_("at most"), null=True, blank=True)
    min_total = models.BigIntegerField(_("from a total of"), default=0)
    uses_max = models.PositiveIntegerField(_("times"), null=True, blank=True)
    per_person_max = models.PositiveSmallIntegerField(_("times a person"), default=1)
    used = models.PositiveIntegerField(_("used"), default=0)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="orders_coupon_once"),
            models.CheckConstraint(
                condition=Q(kind="percent", value__gte=1, value__lte=100)
                | Q(kind="amount", value__gte=1),
                name="orders_coupon_value",
            ),
            models.CheckConstraint(
                condition=Q(uses_max=None) | Q(used__lte=F("uses_max")),
                name="orders_coupon_never_used_up_twice",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.code


class CouponUse(models.Model):
    """A coupon in an order."""

    id = models.BigAutoField(primary_key=True)
    coupon = models.ForeignKey(
        Coupon, on_delete=models.PROTECT, related_name="uses", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    order = models.OneToOneField("orders.Order", on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["coupon", "person"], name="orders_coupon_uses")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.coupon_id} by {self.person_id}"


class CommissionRule(models.Model):
    """What the house keeps of a line: percent, at least, at most. Never changed."""

    id = models.AutoField(primary_key=True)
    basis_points = models.PositiveIntegerField(_("hundredths of a percent"))
    floor_rials = models.BigIntegerField(_("at least, in rials"), default=0)
    cap_rials = models.BigIntegerField(_("at most, in rials"))
    valid_from = models.DateTimeField(_("valid from"), unique=True)

    class Meta:
        verbose_name = _("commission rule")
        verbose_name_plural = _("commission rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    basis_points__lte=10_000,
                    floor_rials__gte=0,
                    cap_rials__gte=F("floor_rials"),
                ),
                name="orders_commission_bounds",
            ),
        ]
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return f"{self.basis_points / 100} %"

    def of(self, rials: int) -> int:
        """Return the commission of a line of so many rials; never more than the line."""
        share = (rials * self.basis_points + 5_000) // 10_000
        return min(max(share, self.floor_rials), self.cap_rials, rials)
