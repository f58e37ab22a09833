"""The wallet floor as Django knows it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class WalletConfig(AppConfig):
    """Accounts, ledger, holds, payments, gateways. Knows neither apps nor shops."""

    name = "wallet"
    verbose_name = _("Wallet")

    def ready(self) -> None:
        """Enter system checks and the card of receipts; give levels limits after a migration."""
        from messenger import cards
        from wallet import (
            checks,  # noqa: F401  (registers itself)
            receipts,
            spending,
        )

        post_migrate.connect(spending.enter_first_limits, dispatch_uid="wallet.limits", sender=self)
        cards.register(receipts.RECEIPT)
