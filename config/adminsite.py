"""The staff site: signed in by password and a one-time code from an authenticator (TOTP)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django_otp.admin import OTPAdminSite


class StaffSite(OTPAdminSite):  # type: ignore[misc]  # django-otp has no stubs
    """Django's admin behind TOTP, with our name."""

    site_header = _("Barnamak desk")
    site_title = _("Barnamak desk")
    index_title = _("Work")
    enable_nav_sidebar = True
