"""The storefront floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StorefrontConfig(AppConfig):
    """What people find, buy and own: My Bank. Stands on mini-apps and on the wallet."""

    name = "storefront"
    verbose_name = _("Storefront")
