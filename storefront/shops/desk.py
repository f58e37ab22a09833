"""What stands on a shop's desk: pages in its menu and panels on its first page, by name.

Apps above enter theirs in ``AppConfig.ready``; this app never imports them. Entering a name again
takes the place of what was there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from django.utils.functional import Promise

from storefront.shops.access import RIGHTS, Right
from storefront.shops.models import Shop


@dataclass(frozen=True)
class DeskPage:
    """A page of the menu. Its address takes the shop's slug; ``tab`` puts it into a phone's bar."""

    name: str
    label: str | Promise
    icon: str
    url: str
    right: Right = "see"
    place: int = 50
    tab: bool = False


@dataclass(frozen=True)
class Panel:
    """A part of the first page: a template, and what fills it. It states its own queries."""

    name: str
    template: str
    fill: Callable[[Shop, datetime], dict[str, Any]]
    right: Right = "see"
    place: int = 50


Entry = TypeVar("Entry", DeskPage, Panel)
_pages: Final[dict[str, DeskPage]] = {}
_panels: Final[dict[str, Panel]] = {}


def add_page(page: DeskPage) -> None:
    """Enter a page into every desk's menu."""
    _pages[page.name] = page


def add_panel(panel: Panel) -> None:
    """Enter a panel onto every desk's first page."""
    _panels[panel.name] = panel


def pages_for(role: str) -> list[DeskPage]:
    """Return the menu of a role."""
    return _open_to(role, _pages)


def panels_for(role: str) -> list[Panel]:
    """Return the panels of a role."""
    return _open_to(role, _panels)


def _open_to(role: str, entries: dict[str, Entry]) -> list[Entry]:
    rights = RIGHTS[role]
    found = [one for one in entries.values() if one.right in rights]
    return sorted(found, key=lambda one: (one.place, one.name))
