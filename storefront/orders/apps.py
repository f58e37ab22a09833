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
        """Enter the card of an order; give an installation its commission after a migration."""
        from messenger import cards
        from storefront.orders import card, commission

        cards.register(card.ORDER)
        post_migrate.connect(
            commission.enter_first_rule, dispatch_uid="orders.commission", sender=self
        )
