"""The admin with our site: staff, password and one-time code."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class BarnamakAdminConfig(AdminConfig):
    """Django's admin with the site of ``config.adminsite``."""

    default_site = "config.adminsite.StaffSite"


class BarnamakStaticFilesConfig(StaticFilesConfig):
    """Django's static files without the parts of htmx we do not use.

    Their comments name TypeScript types by ``import()``, which the hashing of module imports takes
    for files that are missing.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "hx-*.js", "htmx-4*.js", "htm?x-4*.js"]
