"""Refusals of the bridge's server end."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import NotAllowed, Problem


class MethodUnknown(Problem):
    """The bridge has no such method. Members: ``method``."""

    code, status = "bridge-method-unknown", 404
    title = _("The bridge does not know this method")
    remedy = _("See the bridge reference for what it knows.")


class DeskTakesTestMoney(NotAllowed):
    """The desk was asked to pay an invoice in real money."""

    code = "desk-takes-test-money"
    title = _("The desk pays with test money only")
    remedy = _("Make the invoice with a key for test money.")


class PermissionUndeclared(NotAllowed):
    """The version's manifest does not ask for what the call needs. Members: ``permission``."""

    code = "permission-undeclared"
    title = _("This mini-app has not declared that it does this")
    remedy = _("Name the permission in req_permissions of the manifest and publish that version.")
