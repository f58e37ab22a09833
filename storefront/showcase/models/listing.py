"""What a card can show: one row an app, shop or public channel, with what its place rests on.

Names, icons and states are read from the thing itself whenever a card is drawn; the row holds what
was computed. Nothing here tells of a single person but what he pinned himself.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from messenger.models import Chat
from miniapps.models import App
from storefront.shops.models import Shop


class Listing(models.Model):
    """An app, a shop or a public channel as the Showcase knows it."""

    class Kind(models.TextChoices):
        """What opens when the card is touched."""

        APP = "app", _("Mini-app")
        SHOP = "shop", _("Shop")
        CHANNEL = "channel", _("Channel")

    public_id = PublicIdField(prefix="lst")
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    app = models.OneToOneField(App, null=True, on_delete=models.CASCADE, related_name="+")
    shop = models.OneToOneField(Shop, null=True, on_delete=models.CASCADE, related_name="+")
    channel = models.OneToOneField(Chat, null=True, on_delete=models.CASCADE, related_name="+")
    is_open = models.BooleanField(_("can be found"), default=True)
    title = models.CharField(
        _("title"), max_length=64, default=""
    )  # for editors; cards ask the thing
    shelf = models.CharField(_("shelf"), max_length=40, default="", blank=True)
    name = models.CharField(max_length=64, default="")  # core_tight of the name
    words = models.TextField(default="")  # every name and address, each tight
    tsv = SearchVectorField(null=True)
    listed_at = models.DateTimeField(_("listed"))
    people = models.IntegerField(_("people in seven days"), default=0)
    people_before = models.IntegerField(default=0)  # in the seven days before those
    trend = models.FloatField(default=0)
    score = models.FloatField(_("score"), default=0)
    shown = models.BigIntegerField(_("times shown"), default=0)
    rating_sum = models.PositiveIntegerField(default=0)
    rating_n = models.PositiveIntegerField(_("ratings"), default=0)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="app", app__isnull=False, shop=None, channel=None)
                | Q(kind="shop", app=None, shop__isnull=False, channel=None)
                | Q(kind="channel", app=None, shop=None, channel__isnull=False),
                name="showcase_listing_of_one_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-score", "-id"], name="showcase_by_score", condition=Q(is_open=True)
            ),
            models.Index(
                fields=["shown", "-id"], name="showcase_by_shown", condition=Q(is_open=True)
            ),
            models.Index(
                fields=["-trend", "-id"], name="showcase_by_trend", condition=Q(is_open=True)
            ),
            models.Index(
                fields=["shelf", "-score"], name="showcase_by_shelf", condition=Q(is_open=True)
            ),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.title or self.public_id


class Day(models.Model):
    """What a listing had at the end of a day of Tehran: what a week's growth is told from."""

    id = models.BigAutoField(primary_key=True)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    people = models.IntegerField()
    members = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "day"], name="showcase_day_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.listing_id} {self.day}"


class Kin(models.Model):
    """Who follows a channel often follows this too; only where many people follow both."""

    id = models.BigAutoField(primary_key=True)
    follows = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="+", db_index=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    chat_id = models.BigIntegerField()  # of the listing: who follows it already is not told
    likeness = models.FloatField()  # cosine of the two circles of members

    class Meta:
        constraints = [
            # With what a page asks of them: it reads no rows.
            models.UniqueConstraint(
                fields=["follows", "listing"],
                include=["chat_id", "likeness"],
                name="showcase_kin_of_channel",
            )
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.follows_id} → {self.listing_id}"


class Pin(models.Model):
    """Somebody keeps this at hand."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "listing"], name="showcase_pin_once")
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} → {self.listing_id}"


class Taste(models.Model):
    """What somebody decided about his own Showcase."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    personal = models.BooleanField(default=True)  # False: the same page as everybody
    recents_after = models.DateTimeField(null=True)  # what was opened before is not shown

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.person_id)


class Front(models.Model):
    """A row of the first page that a formula fills, with its cards as they were drawn last.

    Made anew every minute (``showcase.front``), so that nobody who looks pays for the choice.
    """

    kind = models.CharField(primary_key=True, max_length=8)  # rising, top, new
    cards = models.JSONField[Any](default=list)  # cards.Facts, in the order of the row
    made_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind}: {len(self.cards)}"


class Mark(models.Model):
    """How far an incremental job has come."""

    name = models.CharField(primary_key=True, max_length=40)
    value = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"
