"""The admin with our site: staff, password and one-time code."""

from django.contrib.admin.apps import AdminConfig


class BarnamakAdminConfig(AdminConfig):
    """Django's admin with the site of ``config.adminsite``."""

    default_site = "config.adminsite.StaffSite"
