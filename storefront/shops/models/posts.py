"""What a shop says in its channel, who was nudged about it, and what is counted of a day.

A post is one row and one message, a push is one row and a key; neither is ever a row for each
follower. Counts are sums of a day: nothing here knows who looked at what.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import MESSAGE_CHARS_MAX, POST_PRODUCTS_MAX
from messenger.models import Message
from storefront.shops.models.shop import Shop


class Post(models.Model):
    """A post of a shop: waiting for its time, sent, called off, or refused when its time came."""

    class State(models.TextChoices):
        """Only what waits can still change."""

        SCHEDULED = "scheduled", _("Scheduled")
        SENT = "sent", _("Sent")
        CANCELLED = "cancelled", _("Called off")
        DROPPED = "dropped", _("Not sent")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="pst")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="posts", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.CharField(_("text"), max_length=MESSAGE_CHARS_MAX)
    products = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    nudges = models.BooleanField(default=False)  # people are told, not only the channel
    state = models.CharField(max_length=9, choices=State.choices, default=State.SCHEDULED)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    message = models.OneToOneField(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    views = models.PositiveIntegerField(default=0)  # different people, counted now and then
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["scheduled", "sent", "cancelled", "dropped"]),
                name="shops_post_state_known",
            ),
            models.CheckConstraint(
                condition=Q(products__len__lte=POST_PRODUCTS_MAX), name="shops_post_products"
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="shops_post_page"),
            models.Index(fields=["due_at"], name="shops_post_due", condition=Q(state="scheduled")),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id


class Push(models.Model):
    """People being told of a post: how far it has come, as the key of the last person."""

    post = models.OneToOneField(Post, primary_key=True, on_delete=models.CASCADE)
    cursor = models.BigIntegerField(default=0)  # everybody up to this person's key is done
    due_at = models.DateTimeField(null=True)  # when to go on; null: done
    told = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], name="shops_push_due", condition=Q(due_at__isnull=False)
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.post_id} after {self.cursor}"


class Nudge(models.Model):
    """Somebody really was told of a post. Kept for three days, for the daily bound."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "person"], name="shops_nudge_once"),
        ]
        indexes = [
            models.Index(fields=["person", "at"], name="shops_nudge_of_day"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} of {self.post_id}"


class DayCount(models.Model):
    """How often something happened in a shop on one day, in sum."""

    class Kind(models.TextChoices):
        """From looking to paying, in this order; visitors are different people."""

        VISITORS = "visitors", _("Visitors")
        VIEWS = "views", _("Views of products")
        CARTS = "carts", _("Put into carts")
        ORDERS = "orders", _("Orders")
        REVENUE = "revenue", _("Sales in rials")

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()  # in Tehran
    kind = models.CharField(max_length=8, choices=Kind.choices)
    n = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "day", "kind"], name="shops_day_count_once"),
            models.CheckConstraint(condition=Q(n__gte=0), name="shops_day_count_positive"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.shop_id} {self.day} {self.kind} {self.n}"


class ProductCount(models.Model):
    """How many of a product were sold on a day, and for how much."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    product_id = models.BigIntegerField()
    day = models.DateField()
    pieces = models.BigIntegerField(default=0)
    rials = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "day", "product_id"], name="shops_product_count_once"
            ),
            models.CheckConstraint(
                condition=Q(pieces__gte=0) & Q(rials__gte=0),
                name="shops_product_count_positive",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.product_id} {self.day} {self.pieces}"


class CountFold(models.Model):
    """A batch of counts that was added, so that none is added twice after a crash."""

    name = models.CharField(primary_key=True, max_length=64)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
