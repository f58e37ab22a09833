"""The host floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HostConfig(AppConfig):
    """The messenger's screens, the sheet around an app, the server end of the bridge, sockets."""

    name = "host"
    verbose_name = _("Host")

    def ready(self) -> None:
        """Register our kinds of cards with the messenger."""
        from host.cards import MINIAPP
        from messenger.cards import register

        register(MINIAPP)
