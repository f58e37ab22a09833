"""The admin with our site: staff, password and one-time code."""

from django.contrib.admin.apps import AdminConfig


class BarnamakAdminConfig(AdminConfig):
    """Django's admin with the site of ``config.adminsite``."""

    default_site = "config.adminsite.StaffSite"

    def ready(self) -> None:
        """Also let every process that asks for jobs know the broker."""
        from config import celery  # noqa: F401  (makes our Celery app the current one)

        super().ready()
