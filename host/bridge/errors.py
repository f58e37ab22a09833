"""Refusals of the bridge's server end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Problem


class MethodUnknown(Problem):
    """The bridge has no such method. Members: ``method``."""

    code, status = "bridge-method-unknown", 404
    title = _("The bridge does not know this method")
    remedy = _("See the bridge reference for what it knows.")
