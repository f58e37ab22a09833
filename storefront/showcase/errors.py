"""Refusals of the Showcase.

Problem
├── NotAllowed ── NotOpenedYet, NotBought
└── Conflict
    ├── TooManyPins(most)
    ├── SlotTaken(place)
    └── ReportDecided(state)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed


class NotOpenedYet(NotAllowed):
    """Only who has opened an app, or follows a shop or bought there, rates it."""

    code = "not-opened-yet"
    title = _("You have not used this yet")
    remedy = _("Open it first, or follow the shop, then say what you think.")


class NotBought(NotAllowed):
    """Only buyers who received a product review it."""

    code = "not-bought"
    title = _("Only buyers review a product")
    remedy = _("You can review it when your order has arrived.")


class TooManyPins(Conflict):
    """The person has pinned as many things as he may. Members: ``most``."""

    code = "too-many-pins"
    title = _("There are too many pinned things")
    remedy = _("Unpin one first.")


class SlotTaken(Conflict):
    """Another slot stands in this place at that time. Members: ``place``."""

    code = "slot-taken"
    title = _("Another slot stands in this place at that time")
    remedy = _("Choose another time or another place.")


class ReportDecided(Conflict):
    """Somebody has decided this report already. Members: ``state``."""

    code = "report-decided"
    title = _("This report has been decided")
    remedy = _("Load the page again.")
