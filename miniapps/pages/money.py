"""A maker's money: balance, payments with search and filters, refunds, what each day brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.limits import MONEY_DAYS_MAX, MONEY_PAGE
from core.problems import InvalidInput
from identity.models import Maker
from identity.pages import person_of
from miniapps import access
from miniapps.models import App, Export
from miniapps.pages.frame import of_app, page, show
from miniapps.pages.money_forms import apps_of, book_in, frame_of, maker_frame, wanted_in
from miniapps.pages.words import TONES
from wallet import merchants
from wallet.merchants import Wanted
from wallet.models import Payment
from wallet.spending import TEHRAN

FIRST_DAYS = 30  # days that the table of settlements begins with


@page
def payments(request: HttpRequest, maker_id: str) -> HttpResponse:
    """``/console/makers/<maker>/money/``: balance and payments of all apps of a maker."""
    maker, frame = maker_frame(request, maker_id, tab="payments")
    return _payments(request, maker, frame, None)


@page
def payments_of_app(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/money/``: the app's part of it."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id)
    frame = frame_of(person, app.maker, tab="payments", book=book_in(request), app=app)
    return _payments(request, app.maker, of_app(person, app, tab="money") | frame, app)


def _payments(
    request: HttpRequest, maker: Maker, frame: dict[str, Any], app: App | None
) -> HttpResponse:
    apps = apps_of(maker)
    wanted, faults = wanted_in(request, apps)
    if app is not None:
        wanted = replace(wanted, audience=app.public_id)
        frame["month"] = _month(maker, wanted)
    else:
        frame["balance"] = merchants.balance(maker, wanted.book)
    found: list[Any] = []
    more = False
    if not faults:
        rows = merchants.payments(maker, wanted).select_related("invoice")
        before = request.GET.get("before", "")
        found, more = merchants.page_of(rows, before=before, size=MONEY_PAGE)
    context = frame | _listed(request, wanted, apps, faults) | {
        "rows": [{"payment": one, "app": apps.get(one.audience), "tone": TONES[one.state]}
                 for one in found],
        "older": found[-1].public_id if more else "",
        "states": Payment.State.choices,
        "export_kind": Export.Kind.PAYMENTS,
    }  # fmt: skip
    status = InvalidInput.status if faults else 200
    return show(request, "money.html", context, status=status)


def _listed(
    request: HttpRequest, wanted: Wanted, apps: dict[str, App], faults: dict[str, str]
) -> dict[str, Any]:
    """Return what every list of money shares: its filters as given, and how to go on."""
    kept = request.GET.copy()
    kept.pop("before", None)
    return {
        "wanted": wanted,
        "given": {name: request.GET.get(name, "") for name in ("q", "since", "until")},
        "faults": faults,
        "is_filtered": wanted.is_filtered,
        "apps": [app for app in apps.values() if app.status != App.Status.DELETED],
        "query": kept.urlencode(),
        "forms": Export.Form.choices,
    }


def _month(maker: Maker, wanted: Wanted) -> merchants.Day:
    today = timezone.localtime(timezone=TEHRAN).date()
    since = today - timedelta(days=FIRST_DAYS - 1)
    span = Wanted(wanted.book, wanted.audience, since=since, until=today)
    return merchants.total(merchants.days(maker, span), today)


@page
def refunds(request: HttpRequest, maker_id: str) -> HttpResponse:
    """``…/money/refunds/``: what went back to payers, the newest first."""
    maker, frame = maker_frame(request, maker_id, tab="refunds")
    apps = apps_of(maker)
    wanted, faults = wanted_in(request, apps)
    found: list[Any] = []
    more = False
    if not faults:
        rows = merchants.refunds(maker, wanted).select_related("payment__invoice")
        before = request.GET.get("before", "")
        found, more = merchants.page_of(rows, before=before, size=MONEY_PAGE)
    context = frame | _listed(request, wanted, apps, faults) | {
        "rows": [{"refund": one, "app": apps.get(one.payment.audience)} for one in found],
        "older": found[-1].public_id if more else "",
        "export_kind": Export.Kind.REFUNDS,
    }  # fmt: skip
    status = InvalidInput.status if faults else 200
    return show(request, "money_refunds.html", context, status=status)


@page
def days(request: HttpRequest, maker_id: str) -> HttpResponse:
    """``…/money/days/``: what was paid, what we took, what went back, day by day."""
    maker, frame = maker_frame(request, maker_id, tab="days")
    apps = apps_of(maker)
    wanted, faults = wanted_in(request, apps)
    today = timezone.localtime(timezone=TEHRAN).date()
    until = wanted.until or today
    since = wanted.since or until - timedelta(days=FIRST_DAYS - 1)
    since = max(since, until - timedelta(days=MONEY_DAYS_MAX - 1))
    span = replace(wanted, since=since, until=until)
    rows = [] if faults else merchants.days(maker, span)
    context = frame | _listed(request, wanted, apps, faults) | {
        "rows": rows, "sum": merchants.total(rows, until), "since": since, "until": until,
    }  # fmt: skip
    status = InvalidInput.status if faults else 200
    return show(request, "money_days.html", context, status=status)
