"""What stands on My Bank to be tapped: services of the house and mini-apps, in a person's order.

A pin is a word: the name of a service in SERVICES, or the id of a mini-app. What cannot be opened
any more is not drawn; it is forgotten when the person arranges anything next.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.limits import BANK_APPS_OFFERED_MAX
from core.templatetags.ui import in_persian
from identity.models import Person
from miniapps.models import App
from miniapps.models import Category as Shelf
from storefront.bank.feed import rows_of

OPEN_STATES: Final = (App.Status.LIVE, App.Status.UNLISTED)


@dataclass(frozen=True)
class Service:
    """A page of the house: its name, its picture, the name of its address."""

    title: str | Promise
    icon: str
    address: str


# A floor's own page joins by a line here; what a person pinned keeps its place.
SERVICES: Final[dict[str, Service]] = {
    "months": Service(_("This month"), "chart-line", "wallet_month_now"),
    "export": Service(_("Statement as a file"), "download", "wallet_export"),
    "limits": Service(_("Level and limits"), "scale", "wallet_limits"),
    "security": Service(_("PIN and devices"), "shield-check", "wallet_security"),
    "apps": Service(_("All mini-apps"), "layout-grid", "apps"),
}
USUAL: Final = ["months", "export", "limits", "security"]

_PINNED: Final = """
with board as (select keys from storefront_board where person_id = %(person)s)
select (select keys from board) as keys, app.public_id as key, app.slug, app.name_fa, app.name_en,
       app.icon
  from (values (1)) one
  left join miniapps_app app
    on app.status = any(%(open)s)
   and app.public_id in (select jsonb_array_elements_text(keys) from board)
"""


@dataclass(frozen=True)
class Tile:
    """One place to tap. ``icon`` is a drawing of ours, ``picture`` an app's own."""

    key: str
    title: str
    href: str
    icon: str = ""
    picture: str = ""


def pinned(person: Person) -> list[Tile]:
    """Return what a person pinned, in his order: one query."""
    rows = rows_of(_PINNED, {"person": person.pk, "open": [str(one) for one in OPEN_STATES]})
    keys = USUAL if rows[0]["keys"] is None else json.loads(rows[0]["keys"])
    apps = {row["key"]: _app_tile(row) for row in rows if row["key"]}
    tiles = (service_tile(key) if key in SERVICES else apps.get(key) for key in keys)
    return [one for one in tiles if one is not None]


def offered(person: Person, taken: Iterable[str]) -> list[Tile]:
    """Return what may be pinned besides: services, money's mini-apps, those opened before."""
    used = set(taken)
    services = [service_tile(key) for key in SERVICES if key not in used]
    is_money = Q(category=Shelf.FINANCE, status=App.Status.LIVE)
    opened = Q(pk__in=App.objects.filter(people__person=person).values("pk"))
    found = App.objects.filter(is_money | opened, status__in=OPEN_STATES)
    rows = found.exclude(public_id__in=used).order_by("-pk")[:BANK_APPS_OFFERED_MAX]
    fields = ("slug", "name_fa", "name_en", "icon")
    return services + [
        _app_tile({"key": app.public_id} | {name: getattr(app, name) for name in fields})
        for app in rows
    ]


def service_tile(key: str) -> Tile:
    """Return the tile of a service of the house."""
    service = SERVICES[key]
    return Tile(key, str(service.title), reverse(service.address), icon=service.icon)


def _app_tile(row: dict[str, Any]) -> Tile:
    name = row["name_fa"] if in_persian() else row["name_en"]
    picture = reverse("icon", args=[row["icon"]]) if row["icon"] else ""
    return Tile(row["key"], name, reverse("app", args=[row["slug"]]), picture=picture)
