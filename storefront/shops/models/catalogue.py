"""Products, their variants, pictures, and the narrow row that knows how many are left.

Prices are integer rials. What changes with every order (``Stock``) stands apart from what is read
on every page, so that selling writes one small row (ADR 0016).
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import (
    PICTURE_ALT_CHARS_MAX,
    PRODUCT_DESCRIPTION_CHARS_MAX,
    PRODUCT_TAG_CHARS_MAX,
    PRODUCT_TITLE_CHARS_MAX,
    SKU_CHARS_MAX,
)
from storefront.shops.models.shop import Category, Shop


class Product(models.Model):
    """A thing a shop sells, in one variant or in several."""

    class Status(models.TextChoices):
        """Only what is published can be found and bought."""

        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="prd")
    shop = models.ForeignKey(
        Shop, on_delete=models.PROTECT, related_name="products", db_index=False
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.DRAFT
    )
    title = models.CharField(_("title"), max_length=PRODUCT_TITLE_CHARS_MAX)
    description = models.CharField(
        _("description"), max_length=PRODUCT_DESCRIPTION_CHARS_MAX, default="", blank=True
    )
    tags = ArrayField(models.CharField(max_length=PRODUCT_TAG_CHARS_MAX), default=list, blank=True)
    # [{"name": "رنگ", "values": ["سبز", "آبی"]}], at most PRODUCT_OPTIONS_MAX
    options = models.JSONField[Any](default=list, blank=True)
    min_price = models.BigIntegerField()  # rials, of the variants that are sold
    max_price = models.BigIntegerField()
    cover = models.CharField(max_length=64, default="", blank=True)  # Picture.digest of the first
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            # What a composite foreign key of a variant points at: a variant is of the same shop.
            models.UniqueConstraint(fields=["shop", "id"], name="shops_product_of_shop"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published", "archived"]),
                name="shops_product_status_known",
            ),
            models.CheckConstraint(
                condition=Q(min_price__gte=1) & Q(max_price__gte=F("min_price")),
                name="shops_product_prices",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shop", "-id"],
                name="shops_product_page",
                condition=Q(status="published"),
            ),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.title


class Variant(models.Model):
    """One choice of a product: what is really put into a cart. A product has at least one."""

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="vrt")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    sku = models.CharField(_("SKU"), max_length=SKU_CHARS_MAX)
    options = models.JSONField[Any](default=dict, blank=True)  # {"رنگ": "سبز"}
    price = models.BigIntegerField(_("price in rials"))
    compare_price = models.BigIntegerField(_("price before, in rials"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight in grams"), default=0)
    position = models.PositiveSmallIntegerField(default=0)
    is_sold = models.BooleanField(default=True)  # False: taken out, kept for its orders

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        constraints = [
            models.UniqueConstraint(fields=["shop", "sku"], name="shops_variant_sku_once"),
            models.CheckConstraint(condition=Q(price__gte=1), name="shops_variant_price"),
            models.CheckConstraint(
                condition=Q(compare_price=None) | Q(compare_price__gt=F("price")),
                name="shops_variant_compare_price",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.sku


class Stock(models.Model):
    """How many of a variant there are, and how many of those are promised to orders."""

    variant = models.OneToOneField(
        Variant, primary_key=True, on_delete=models.PROTECT, related_name="stock"
    )
    on_hand = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved__lte=F("on_hand")), name="shops_stock_never_oversold"
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.on_hand - self.reserved} of {self.on_hand}"

    @property
    def free(self) -> int:
        """How many can be ordered now."""
        return self.on_hand - self.reserved


class LowStock(models.Model):
    """A variant of which STOCK_LOW or fewer are left: kept by triggers of the database alone."""

    variant = models.OneToOneField(
        Variant, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    shop_id = models.IntegerField()
    free = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["shop_id", "free", "variant"], name="shops_low_first")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.free} of {self.variant_id}"


class Picture(models.Model):
    """A picture of a shop, drawn anew by us and named by its content; its bytes are files."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)  # SHA-256 of the stored bytes
    width = models.PositiveSmallIntegerField()  # pixels
    height = models.PositiveSmallIntegerField()
    size_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "digest"], name="shops_picture_once"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest[:12]


class ProductPicture(models.Model):
    """The place of a picture among those of a product."""

    id = models.BigAutoField(primary_key=True)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="pictures", db_index=False
    )
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    alt = models.CharField(max_length=PICTURE_ALT_CHARS_MAX, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "position"],
                name="shops_product_picture_place",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.product_id}#{self.position}"
