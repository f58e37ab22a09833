"""The Showcase as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShowcaseConfig(AppConfig):
    """Slots, collections, ranking, search, ratings, public pages."""

    name = "storefront.showcase"
    label = "showcase"
    verbose_name = _("Showcase")
