"""The wallet floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WalletConfig(AppConfig):
    """Accounts, ledger, holds, payments, gateways. Knows neither apps nor shops."""

    name = "wallet"
    verbose_name = _("Wallet")
