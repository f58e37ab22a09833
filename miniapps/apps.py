"""The mini-app floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MiniappsConfig(AppConfig):
    """Makers' apps: registration, versions, checks, review, releases, launch, tokens, serving."""

    name = "miniapps"
    verbose_name = _("Mini-apps")
