"""What the money pages read: amounts in toman, days of two calendars, filters, the book."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from persiantools.jdatetime import JalaliDate

from core.limits import ORDER_REF_CHARS_MAX
from core.problems import Fault, InvalidInput
from core.text import latin_digits
from identity.makers import RIGHTS, maker_of, role_of
from identity.models import Maker, Person
from identity.pages import person_of
from miniapps.models import App
from miniapps.pages.words import faults_by_field
from wallet.merchants import Wanted
from wallet.models import Payment
from wallet.money import AMOUNT_RIALS_MAX, Rials

BOOKS: Final = ("live", "test")
DAY: Final = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
# Separators of thousands, then at most one decimal: the odd rial.
TOMAN: Final = re.compile(r"(\d{1,3}(?:[,٬\s]\d{3})+|\d+)(?:[.٫](\d))?")
JALALI_BEFORE: Final = 1700  # years below it are of the Persian calendar
INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
MARKS: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def toman_in(text: str) -> Rials | None:
    """Return an amount written in toman, in digits of any kind, as rials; None if it is none."""
    plain = latin_digits(INVISIBLE.sub("", text)).strip()
    match = TOMAN.fullmatch(plain)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match[1])
    if len(whole) > len(str(AMOUNT_RIALS_MAX)):
        return None
    return Rials(int(whole) * 10 + int(match[2] or 0))


def day_in(text: str) -> date | None:
    """Return a day written as ۱۴۰۵/۰۹/۰۳ or 2026-11-24; None if there is no such day."""
    match = DAY.fullmatch(latin_digits(INVISIBLE.sub("", text)).strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        if year >= JALALI_BEFORE:
            return date(year, month, day)
        shamsi: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]  # typed results only
    except ValueError:
        return None
    return shamsi


def book_in(request: HttpRequest) -> str:
    """Return the book that the page is about; real money, unless test money is asked for."""
    return "test" if request.GET.get("mode") == "test" else "live"


def wanted_in(request: HttpRequest, apps: dict[str, App]) -> tuple[Wanted, dict[str, str]]:
    """Return what the page's filters ask for, and the faults of what could not be read."""
    asked = request.POST if request.method == "POST" else request.GET
    given = {name: asked.get(name, "").strip() for name in ("q", "state", "app", "since", "until")}
    faults = []
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        days[name] = day_in(given[name]) if given[name] else None
        if given[name] and days[name] is None:
            faults.append(Fault(f"#/{name}", "must be a day such as 1405/09/03", "day"))
    # Marks of direction are copied along with a reference; none has them.
    text = MARKS.sub("", given["q"].replace("\x00", "")).strip()
    if len(text) > ORDER_REF_CHARS_MAX:
        faults.append(Fault("#/q", "is too long", "long"))
        text = ""
    wanted = Wanted(
        book="test" if asked.get("mode") == "test" else "live",
        audience=given["app"] if given["app"] in apps else "",
        state=given["state"] if given["state"] in Payment.State.values else "",
        text=text,
        **days,
    )
    return wanted, faults_by_field(InvalidInput(faults)) if faults else {}


def apps_of(maker: Maker) -> dict[str, App]:
    """Return the apps of a maker by public id, deleted ones too: their payments stay."""
    return {app.public_id: app for app in App.objects.filter(maker=maker).order_by("pk")}


def maker_frame(
    request: HttpRequest, maker_id: str, *, tab: str, right: str = "see"
) -> tuple[Maker, dict[str, Any]]:
    """Return the maker and what all money pages share. Raises as ``maker_of``."""
    person = person_of(request)
    maker = maker_of(person, maker_id, right=right)
    return maker, frame_of(person, maker, tab=tab, book=book_in(request))


def frame_of(
    person: Person, maker: Maker, *, tab: str, book: str, app: App | None = None
) -> dict[str, Any]:
    """Return what all money pages of a maker, or of one of his apps, share."""
    return {
        "section": "money",
        "maker": maker,
        "may": dict.fromkeys(RIGHTS.get(role_of(person, maker) or "", frozenset()), True),
        "book": book,
        "tabs": _tabs(maker, tab, book, app),
    }


def _tabs(maker: Maker, current: str, book: str, app: App | None) -> list[dict[str, Any]]:
    names = {
        "payments": ("console_money", _("All payments")),
        "refunds": ("console_money_refunds", _("Refunds")),
        "days": ("console_money_days", _("Settlement and fees")),
        "links": ("console_money_links", _("Pay links")),
    }
    mode = {"mode": "test"} if book == "test" else {}
    tabs = []
    for key, (name, label) in names.items():
        place, asked = reverse(name, args=[maker.public_id]), dict(mode)
        if app is not None and key == "payments":
            place = reverse("console_app_money", args=[app.public_id])
        elif app is not None and key != "links":
            asked["app"] = app.public_id
        href = f"{place}?{urlencode(asked)}" if asked else place
        tabs.append({"label": label, "href": href, "current": key == current})
    return tabs


def mode_query(book: str) -> str:
    """Return what a link carries so that the next page is about the same book."""
    return "?mode=test" if book == "test" else ""
