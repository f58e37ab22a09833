"""What people say: ratings of apps and shops, reviews of products by their buyers, reports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import PublicIdField
from core.limits import RATING_TEXT_CHARS_MAX, REPORT_TEXT_CHARS_MAX
from storefront.orders.models import OrderLine
from storefront.shops.models import Product
from storefront.showcase.models.listing import Listing


class Rating(models.Model):
    """One person's stars for an app, a shop, or a product that he bought."""

    public_id = PublicIdField(prefix="rat")
    listing = models.ForeignKey(
        Listing, null=True, on_delete=models.CASCADE, related_name="ratings", db_index=False
    )
    product = models.ForeignKey(
        Product, null=True, on_delete=models.CASCADE, related_name="ratings", db_index=False
    )
    line = models.OneToOneField(OrderLine, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    stars = models.PositiveSmallIntegerField(_("stars"))
    text = models.CharField(_("text"), max_length=RATING_TEXT_CHARS_MAX, default="", blank=True)
    reply = models.CharField(_("reply"), max_length=RATING_TEXT_CHARS_MAX, default="", blank=True)
    replied_at = models.DateTimeField(null=True)
    is_hidden = models.BooleanField(_("hidden"), default=False)
    created_at = models.DateTimeField(_("time"))
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            models.UniqueConstraint(fields=["listing", "person"], name="showcase_rating_once"),
            models.UniqueConstraint(fields=["product", "person"], name="showcase_review_once"),
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=5), name="showcase_rating_stars"
            ),
            models.CheckConstraint(
                condition=Q(listing__isnull=False, product=None, line=None)
                | Q(listing=None, product__isnull=False, line__isnull=False),
                name="showcase_rating_of_one_thing",
            ),
        ]
        indexes = [
            models.Index(fields=["listing", "-id"], name="showcase_ratings_page"),
            models.Index(fields=["product", "-id"], name="showcase_reviews_page"),
        ]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return f"{self.stars}★ {self.public_id}"


class ProductScore(models.Model):
    """The sum of a product's stars, apart from the product: it changes on its own."""

    product = models.OneToOneField(
        Product, primary_key=True, on_delete=models.CASCADE, related_name="score"
    )
    rating_sum = models.PositiveIntegerField(default=0)
    rating_n = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.rating_sum}/{self.rating_n}"


class Report(models.Model):
    """Somebody says that an app, a channel or a rating breaks the rules; each person once.

    Shops and their products have a queue of their own (``shops.reporting``).
    """

    class Reason(models.TextChoices):
        """What is wrong."""

        FRAUD = "fraud", _("Fraud")
        FORBIDDEN = "forbidden", _("Forbidden goods or content")
        INSULT = "insult", _("Insult")
        FALSE = "false", _("False or misleading")
        OTHER = "other", _("Something else")

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", pgettext_lazy("report", "Open")
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    public_id = PublicIdField(prefix="rpt")
    listing = models.ForeignKey(
        Listing, null=True, on_delete=models.CASCADE, related_name="reports"
    )
    rating = models.ForeignKey(Rating, null=True, on_delete=models.CASCADE, related_name="reports")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=9, choices=Reason.choices)
    text = models.CharField(_("text"), max_length=REPORT_TEXT_CHARS_MAX, default="", blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(
                condition=Q(listing__isnull=False, rating=None)
                | Q(listing=None, rating__isnull=False),
                name="showcase_report_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["person", "listing", "rating"],
                nulls_distinct=False,
                name="showcase_report_once",
            ),
        ]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.public_id
