"""The core floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Words every floor needs."""

    name = "core"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Enter the system checks."""
        from core import checks  # noqa: F401  (registers itself)
