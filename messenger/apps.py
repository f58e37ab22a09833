"""The messenger floor as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessengerConfig(AppConfig):
    """People talking: chats, members, messages, cards."""

    name = "messenger"
    verbose_name = _("Messenger")
