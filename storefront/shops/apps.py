"""Shops as Django knows them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ShopsConfig(AppConfig):
    """Shops, their staff and their catalogues."""

    name = "storefront.shops"
    label = "shops"
    verbose_name = _("Shops")

    def ready(self) -> None:
        """Enter the card of a post; give an installation its categories after a migration."""
        from messenger import cards
        from storefront.shops import categories, postcards

        cards.register(postcards.PRODUCTS)
        post_migrate.connect(
            categories.enter_first_categories, dispatch_uid="shops.categories", sender=self
        )
