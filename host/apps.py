"""The host floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HostConfig(AppConfig):
    """The messenger's screens, the sheet around an app, the server end of the bridge, sockets."""

    name = "host"
    verbose_name = _("Host")
