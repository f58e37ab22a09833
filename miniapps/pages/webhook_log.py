"""What was sent to an app's server: the log, what was given up, one event with all its tries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages as flashes
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import WEBHOOK_ATTEMPTS_SHOWN
from identity.pages import person_of
from miniapps import access
from miniapps.models import App, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from miniapps.models.webhooks import OBJECT_CHARS_MAX
from miniapps.pages.frame import go, of_app, page, show, step
from miniapps.pages.words import TONES
from miniapps.webhooks import replaying
from miniapps.webhooks.kinds import KINDS, events

LOG_PAGE = 50
Outcome, State = WebhookAttempt.Outcome, WebhookDelivery.State


def tabs(app: App, current: str) -> list[dict[str, Any]]:
    """Return the tabs of the webhook pages; the dead letters are counted."""
    dead = replaying.dead_letters(WebhookDelivery.objects.filter(app=app)).count()
    log = reverse("console_webhook_log", args=[app.public_id])
    return [
        {
            "label": _("Addresses"),
            "href": reverse("console_webhooks", args=[app.public_id]),
            "current": current == "endpoints",
        },
        {"label": _("Deliveries"), "href": log, "current": current == "log"},
        {
            "label": _("Given up"),
            "href": f"{log}?state=dead",
            "current": current == "dead",
            "count": dead,
        },
    ]


def kind_choices(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return kinds with their words, for a form."""
    return [(name, str(KINDS[name].title)) for name in names]


def rows_of(rows: QuerySet[WebhookDelivery]) -> list[dict[str, Any]]:
    """Return what a list shows of deliveries, which keep their order."""
    found = {one.pk: one for one in rows.select_related("event", "endpoint")}
    tried = WebhookDelivery.objects.filter(pk__in=found).with_last_try()
    last = {one.pk: one for one in tried}
    return [
        {
            "delivery": one,
            "title": _title(one.kind),
            "tone": TONES[one.state],
            "outcome": _outcome(getattr(last[one.pk], "last_outcome", None)),
            "status_class": getattr(last[one.pk], "last_status_class", None),
        }
        for one in found.values()
    ]


def _title(kind: str) -> str:
    return str(KINDS[kind].title) if kind in KINDS else kind


def _outcome(name: str | None) -> str:
    return str(Outcome(name).label) if name else ""


@page
def log(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/webhooks/log/``: deliveries, the newest first, filtered."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="see_webhooks")
    endpoints = list(WebhookEndpoint.objects.filter(app=app).order_by("-pk"))
    wanted = _wanted(request, endpoints)
    rows: QuerySet[WebhookDelivery] = WebhookDelivery.objects.filter(app=app).matching(**wanted)
    if wanted["state"] == State.DEAD:
        rows = replaying.dead_letters(rows)
    before = request.GET.get("before", "")
    if before.isdecimal() and before.isascii():
        rows = rows.filter(pk__lt=int(before[:18]))
    found = rows_of(rows.order_by("-pk")[: LOG_PAGE + 1])
    shown = found[:LOG_PAGE]
    kept = request.GET.copy()
    kept.pop("before", None)
    context = of_app(person, app, tab="webhooks") | {
        "tabs": tabs(app, "dead" if wanted["state"] == State.DEAD else "log"),
        "rows": shown,
        "wanted": wanted,
        "is_filtered": any(wanted.values()),
        "states": State.choices,
        "kinds": kind_choices(events()),
        "endpoints": endpoints,
        "show_endpoint": len(endpoints) > 1 and not wanted["endpoint"],
        "dead_endpoints": _dead_by_endpoint(endpoints) if wanted["state"] == State.DEAD else [],
        "older": shown[-1]["delivery"].pk if len(found) > LOG_PAGE else None,
        "query": kept.urlencode(),
    }
    return show(request, "webhook_log.html", context)


def _dead_by_endpoint(endpoints: list[WebhookEndpoint]) -> list[dict[str, Any]]:
    """Return the endpoints that are on and have dead letters, with their number."""
    on = {one.pk: one for one in endpoints if one.is_on}
    dead = replaying.dead_letters(WebhookDelivery.objects.filter(endpoint__in=on))
    counted = dead.order_by().values_list("endpoint").annotate(n=Count("pk"))
    return [{"endpoint": on[key], "count": count} for key, count in counted]


def _wanted(request: HttpRequest, endpoints: list[WebhookEndpoint]) -> dict[str, str]:
    """Return the filters that mean something; others ask nothing."""
    known: dict[str, Iterable[str]] = {
        "state": State.values, "kind": events(), "endpoint": [one.public_id for one in endpoints],
    }  # fmt: skip
    found = {name: request.GET.get(name, "") for name in known}
    wanted = {name: text if text in known[name] else "" for name, text in found.items()}
    return wanted | {"object": request.GET.get("object", "").strip()[:OBJECT_CHARS_MAX]}


@page
def event(request: HttpRequest, app_id: str, event_id: str) -> HttpResponse:
    """``…/webhooks/events/<event>/``: what happened, what is sent, each delivery with its tries.

    While something is under way the page asks for its deliveries again.
    """
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="see_webhooks")
    found = access.webhook_event_in(app, event_id)
    context = of_app(person, app, tab="webhooks") | {"event": found} | _deliveries(found)
    if request.GET.get("part") == "deliveries":
        return render(request, "miniapps/webhook_deliveries.html", context)
    told = json.dumps(json.loads(found.body), ensure_ascii=False, indent=2)
    context |= {"tabs": tabs(app, ""), "title": _title(found.kind), "body": told}
    return show(request, "webhook_event.html", context)


def _deliveries(found: WebhookEvent) -> dict[str, Any]:
    now = timezone.now()
    rows = []
    moving = False
    for row in rows_of(WebhookDelivery.objects.filter(event=found).order_by("pk")):
        one = row["delivery"]
        moving = moving or _is_moving(one)
        newest = one.attempts.order_by("-number")[:WEBHOOK_ATTEMPTS_SHOWN]
        rows.append(row | {"attempts": list(newest), "is_next_later": one.due_at > now})
    return {"deliveries": rows, "moving": moving}


def _is_moving(delivery: WebhookDelivery) -> bool:
    """Tell whether something new is to be expected in a moment."""
    if delivery.state != State.WAITING or not delivery.endpoint.is_on:
        return False
    return delivery.lease_until is not None or delivery.due_at <= timezone.now()


@step
def replay(request: HttpRequest, app_id: str, event_id: str) -> HttpResponse:
    """Send an event again, with the same id: to one endpoint, or to all that had it or want it."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="webhooks")
    found = access.webhook_event_in(app, event_id)
    name = request.POST.get("endpoint", "")
    endpoint = access.webhook_endpoint_in(app, name) if name else None
    replaying.replay(event=found, actor=person, endpoint=endpoint, now=timezone.now())
    flashes.success(request, _("The event goes again, with the same id."))
    return go(request, "console_webhook_event", app.public_id, found.public_id)
