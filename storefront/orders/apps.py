"""Orders as Django knows them."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """Carts, checkout, orders. Stands on shops and on the wallet."""

    name = "storefront.orders"
    label = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Enter the card of an order and its pages of a shop's desk; give a first commission."""
        from messenger import cards
        from miniapps.webhooks import kinds
        from storefront.orders import card, commission, telling
        from storefront.shops.desk import DeskPage, add_page

        cards.register(card.ORDER)
        kinds.register(telling.KINDS)
        add_page(DeskPage("orders", _("Orders"), "inbox", "shop_orders", "orders", 5))
        add_page(DeskPage("money", _("Money"), "banknote", "shop_money", "money", 35))
        add_page(DeskPage("terms", _("Shipping and coupons"), "send", "shop_terms", "edit", 40))
        post_migrate.connect(
            commission.enter_first_rule, dispatch_uid="orders.commission", sender=self
        )
