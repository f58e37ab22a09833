"""How a shop stands: what verified it, who reported it, what was taken down and why."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import APPEAL_CHARS_MAX, REPORT_CHARS_MAX
from storefront.shops.models.catalogue import Product
from storefront.shops.models.shop import Shop


class Reason(models.TextChoices):
    """Why somebody reports, and why something is taken down."""

    FAKE = "fake", _("Fake or copied goods")
    FORBIDDEN = "forbidden", _("Goods that may not be sold")
    MISLEADING = "misleading", _("Picture, price or description misleads")
    RUDE = "rude", _("Insulting or indecent")
    FRAUD = "fraud", _("Fraud, or goods that never come")
    OTHER = "other", _("Something else")


class Verification(models.Model):
    """A shop's request for a level, with what proves it; operators decide."""

    class State(models.TextChoices):
        """A request waits, then it is accepted or refused; a newer one takes its place."""

        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        REPLACED = "replaced", _("Replaced by a newer one")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="vrf")
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, related_name="verifications", verbose_name=_("shop")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Shop.Level.choices)
    enamad_number = models.CharField(_("e-namad number"), max_length=20, default="", blank=True)
    enamad_until = models.DateField(_("e-namad until"), null=True, blank=True)
    document = models.CharField(max_length=64, default="", blank=True)  # digest in a private store
    state = models.CharField(
        _("status"), max_length=8, choices=State.choices, default=State.WAITING
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    answer = models.CharField(_("answer"), max_length=APPEAL_CHARS_MAX, default="", blank=True)

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], condition=Q(state="waiting"), name="shops_verification_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(level__in=[1, 2]), name="shops_verification_level_known"
            ),
        ]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"{self.shop_id} → {self.level}"


class Report(models.Model):
    """What a person says against a shop or a product of it."""

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="rpt")
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, related_name="reports", verbose_name=_("shop")
    )
    product = models.ForeignKey(
        Product,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("product"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    text = models.CharField(_("text"), max_length=REPORT_CHARS_MAX, default="", blank=True)
    created_at = models.DateTimeField(_("reported"))
    closed_at = models.DateTimeField(_("closed"), null=True)  # none: it waits

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "shop", "product"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
                name="shops_report_once",
            ),
        ]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"{self.reason} · {self.shop_id}"


class Takedown(models.Model):
    """A shop or a product that the platform took down. Its shop may appeal once."""

    class State(models.TextChoices):
        """It stands until the shop appeals; then it is upheld for good, or lifted."""

        STANDING = "standing", _("Taken down")
        APPEALED = "appealed", _("Appealed")
        UPHELD = "upheld", _("Upheld after an appeal")
        LIFTED = "lifted", _("Lifted")

    BINDING = (State.STANDING, State.APPEALED, State.UPHELD)

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="tkd")
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, related_name="takedowns", verbose_name=_("shop")
    )
    product = models.ForeignKey(
        Product,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("product"),
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    text = models.CharField(_("text"), max_length=APPEAL_CHARS_MAX)
    state = models.CharField(
        _("status"), max_length=8, choices=State.choices, default=State.STANDING
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_at = models.DateTimeField(_("taken down"))
    appeal = models.CharField(_("appeal"), max_length=APPEAL_CHARS_MAX, default="", blank=True)
    appealed_at = models.DateTimeField(_("appealed"), null=True)
    answer = models.CharField(_("answer"), max_length=APPEAL_CHARS_MAX, default="", blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta:
        verbose_name = _("takedown")
        verbose_name_plural = _("takedowns")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "product"],
                condition=~Q(state="lifted"),
                nulls_distinct=False,
                name="shops_takedown_once",
            ),
            models.CheckConstraint(
                condition=Q(state="standing", appealed_at=None)
                | Q(state__in=["appealed", "upheld"], appealed_at__isnull=False)
                | Q(state="lifted"),
                name="shops_takedown_appeal",
            ),
        ]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"{self.shop_id} · {self.reason}"
