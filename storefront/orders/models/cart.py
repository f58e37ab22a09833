"""What a person has put aside in a shop, and where his parcels go."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import ADDRESS_LINE_CHARS_MAX, CART_QUANTITY_MAX, NAME_CHARS_MAX
from storefront.shops.models import Shop, Variant


class Cart(models.Model):
    """One for a person and a shop, on all his devices."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="carts", db_index=False
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "shop"], name="orders_cart_once"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} in {self.shop_id}"


class CartLine(models.Model):
    """So many of a variant, at the price that the person saw."""

    id = models.BigAutoField(primary_key=True)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines", db_index=False)
    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    price_seen = models.BigIntegerField()  # rials of one piece, when it was last shown

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="orders_cart_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=CART_QUANTITY_MAX),
                name="orders_cart_line_quantity",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.quantity} of {self.variant_id}"


class Address(models.Model):
    """A place in a person's address book. An order keeps a copy of it."""

    public_id = PublicIdField(prefix="adr")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses"
    )
    name = models.CharField(_("recipient"), max_length=NAME_CHARS_MAX)
    phone = models.CharField(_("phone"), max_length=16)
    province = models.CharField(_("province"), max_length=40)
    city = models.CharField(_("city"), max_length=40)
    line = models.CharField(_("address"), max_length=ADDRESS_LINE_CHARS_MAX)
    postal_code = models.CharField(_("postal code"), max_length=10)
    used_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.city}، {self.line}"

    def as_snapshot(self) -> dict[str, str]:
        """Return the address as an order keeps it."""
        names = ("name", "phone", "province", "city", "line", "postal_code")
        return {name: getattr(self, name) for name in names}
