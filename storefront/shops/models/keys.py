"""Keys with which a shop's own server works in the shop."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from storefront.shops.models.shop import Shop


class ShopKey(models.Model):
    """A scoped key of a shop's server: prefix shown, hash kept, shown whole only once."""

    class Scope(models.TextChoices):
        """What the key may do."""

        ORDERS_READ = "orders:read", _("Read orders")
        ORDERS_WRITE = "orders:write", _("Accept, send and cancel orders")
        PRODUCTS_READ = "products:read", _("Read products")
        PRODUCTS_WRITE = "products:write", _("Change prices and stock")

    caller_kind: ClassVar[str] = "shop-key"  # as idempotency tells callers apart

    public_id = PublicIdField(prefix="sky")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField[Any](default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.head}…"

    @property
    def head(self) -> str:
        """How the key's text begins; this much may be shown."""
        return f"bsk_{self.prefix}"
