"""Shops as Django knows them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ShopsConfig(AppConfig):
    """Shops, their staff and their catalogues."""

    name = "storefront.shops"
    label = "shops"
    verbose_name = _("Shops")

    def ready(self) -> None:
        """Enter the card of a post, the desk's own pages, and an installation's categories."""
        from messenger import cards
        from storefront.shops import categories, postcards
        from storefront.shops.desk import DeskPage, add_page

        for page in (
            DeskPage(
                "home", pgettext_lazy("shop", "Desk"), "store", "shop_desk", place=0, tab=True
            ),
            DeskPage(
                "products", _("Products"), "package", "shop_products", "catalogue", 10, tab=True
            ),
            DeskPage("posts", _("Posts"), "megaphone", "shop_posts", "posts", 20, tab=True),
            DeskPage("imports", _("Import"), "upload", "shop_imports", "catalogue", 25),
            DeskPage("numbers", _("Numbers"), "chart-line", "shop_numbers", "numbers", 30),
            DeskPage("staff", _("Staff"), "users", "shop_staff", place=80),
            DeskPage("standing", _("Standing"), "shield-check", "shop_standing", place=85),
            DeskPage("keys", _("API keys"), "key-round", "shop_keys", "keys", 88),
            DeskPage("settings", _("Settings"), "settings", "shop_settings", "edit", 90, tab=True),
        ):
            add_page(page)

        cards.register(postcards.PRODUCTS)
        post_migrate.connect(
            categories.enter_first_categories, dispatch_uid="shops.categories", sender=self
        )
