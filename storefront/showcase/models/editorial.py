"""What editors put onto the Showcase, and when. Two things never stand in one place at one time."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import SHOWCASE_TEXT_CHARS_MAX, SHOWCASE_TITLE_CHARS_MAX
from storefront.showcase.models.listing import Listing


def in_language(persian: str, english: str) -> str:
    """Return the text of the active language, the Persian one where there is no other."""
    return persian if (get_language() or "fa").startswith("fa") else english or persian


class Slot(models.Model):
    """A place at the top of the page for a time. The database lets no two overlap."""

    class Place(models.TextChoices):
        """Where it stands."""

        HERO = "hero", _("Hero")
        SIDE = "side", _("Beside the hero")
        STRIP = "strip", _("Strip below the rows")

    public_id = PublicIdField(prefix="slt")
    place = models.CharField(_("place"), max_length=5, choices=Place.choices)
    listing = models.ForeignKey(
        Listing, verbose_name=_("what opens"), on_delete=models.PROTECT, related_name="+"
    )
    title_fa = models.CharField(_("title in Persian"), max_length=SHOWCASE_TITLE_CHARS_MAX)
    title_en = models.CharField(
        _("title in English"), max_length=SHOWCASE_TITLE_CHARS_MAX, default="", blank=True
    )
    text_fa = models.CharField(
        _("text in Persian"), max_length=SHOWCASE_TEXT_CHARS_MAX, default="", blank=True
    )
    text_en = models.CharField(
        _("text in English"), max_length=SHOWCASE_TEXT_CHARS_MAX, default="", blank=True
    )
    is_paid = models.BooleanField(_("paid placement"), default=False)  # always said on the card
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("featured place")
        verbose_name_plural = _("featured places")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="showcase_slot_ends_later"
            ),
            models.CheckConstraint(
                condition=Q(place__in=["hero", "side", "strip"]), name="showcase_slot_place"
            ),
            ExclusionConstraint(
                name="showcase_slot_alone",
                violation_error_message=_("Another slot stands in this place at that time"),
                expressions=[
                    ("place", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_at"),
                            F("ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        default_permissions = ("view", "add", "change", "delete")

    def __str__(self) -> str:
        return f"{self.get_place_display()}: {self.title_fa}"

    @property
    def title(self) -> str:
        """The title in the language that is active now."""
        return in_language(self.title_fa, self.title_en)

    @property
    def text(self) -> str:
        """The text in the language that is active now."""
        return in_language(self.text_fa, self.text_en)


class Collection(models.Model):
    """An editor's choice of things under one title."""

    public_id = PublicIdField(prefix="col")
    title_fa = models.CharField(_("title in Persian"), max_length=SHOWCASE_TITLE_CHARS_MAX)
    title_en = models.CharField(
        _("title in English"), max_length=SHOWCASE_TITLE_CHARS_MAX, default="", blank=True
    )
    about_fa = models.CharField(
        _("text in Persian"), max_length=SHOWCASE_TEXT_CHARS_MAX, default="", blank=True
    )
    about_en = models.CharField(
        _("text in English"), max_length=SHOWCASE_TEXT_CHARS_MAX, default="", blank=True
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="showcase_collection_ends_later",
            ),
        ]
        default_permissions = ("view", "add", "change", "delete")

    def __str__(self) -> str:
        return self.title_fa

    @property
    def title(self) -> str:
        """The title in the language that is active now."""
        return in_language(self.title_fa, self.title_en)

    @property
    def about(self) -> str:
        """The text in the language that is active now."""
        return in_language(self.about_fa, self.about_en)


class CollectionItem(models.Model):
    """The place of a thing in a collection."""

    id = models.BigAutoField(primary_key=True)
    collection = models.ForeignKey(
        Collection, on_delete=models.CASCADE, related_name="items", db_index=False
    )
    listing = models.ForeignKey(
        Listing, verbose_name=_("what opens"), on_delete=models.CASCADE, related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("item")
        verbose_name_plural = _("items")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "listing"], name="showcase_collection_item_once"
            ),
        ]
        default_permissions = ("view", "add", "change", "delete")

    def __str__(self) -> str:
        return str(self.listing_id)
