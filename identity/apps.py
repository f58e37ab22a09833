"""The identity floor as Django knows it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """People, makers, sign-in, signing keys, consents."""

    name = "identity"
    verbose_name = _("People")

    def ready(self) -> None:
        """Make the roles after each migration (Django's own hook for such rows)."""
        from identity.roles import make_groups

        post_migrate.connect(make_groups, dispatch_uid="identity.roles")
