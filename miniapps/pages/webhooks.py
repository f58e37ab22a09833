"""Webhook endpoints of an app: added, looked at, changed, tried, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.problems import Fault, InvalidInput, Problem
from core.templatetags.ui import digits
from identity.models import Person
from identity.pages import person_of
from miniapps import access
from miniapps.models import App, WebhookDelivery, WebhookEndpoint
from miniapps.pages.frame import form_page, go, of_app, show, step
from miniapps.pages.webhook_log import kind_choices, rows_of, tabs
from miniapps.pages.words import TONES, faults_by_field, problem_notice
from miniapps.webhooks import endpoints, events, replaying
from miniapps.webhooks.kinds import KINDS, choices

SECRET_SHOWN = "console-webhook"  # session key of a secret that is shown once  # noqa: S105
RECENT_SHOWN = 5
OVERLAPS_HOURS = (24, 72, 168, 0)
Mode, State = WebhookEndpoint.Mode, WebhookEndpoint.State


@form_page
def endpoints_page(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/webhooks/``: the endpoints, and a form for another one."""
    person = person_of(request)
    right = "webhooks" if request.method == "POST" else "see_webhooks"
    app = access.app_of_maker(person, app_id, right=right)
    if request.method != "POST":
        return show(request, "webhooks.html", _list_context(person, app))
    given = _given(request) | {"mode": request.POST.get("mode", "")}
    try:
        endpoint, secret = endpoints.add(
            app=app, actor=person, url=given["url"], mode=given["mode"],
            kinds=given["kinds"], note=given["note"], now=timezone.now(),
        )  # fmt: skip
    except Problem as problem:
        context = _list_context(person, app) | _refused(problem, given)
        return show(request, "webhooks.html", context, status=problem.status)
    request.session[SECRET_SHOWN] = {"endpoint": endpoint.public_id, "secret": secret}
    flashes.success(request, _("The address was added."))
    return go(request, "console_webhook", app.public_id, endpoint.public_id)


def _list_context(person: Person, app: App) -> dict[str, Any]:
    rows = WebhookEndpoint.objects.filter(app=app).exclude(state=State.REMOVED).order_by("-pk")
    return of_app(person, app, tab="webhooks") | {
        "tabs": tabs(app, "endpoints"),
        "endpoints": [_row(one) for one in rows],
        "kinds": kind_choices(choices()),
        "modes": Mode.choices,
        "given": {"mode": Mode.LIVE, "all": True, "kinds": []},
    }


def _row(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Return what a page shows of an endpoint."""
    return {
        "endpoint": endpoint,
        "tone": TONES[endpoint.state],
        "kinds": [KINDS[kind].title for kind in endpoint.kinds if kind in KINDS],
        "flagged": endpoint.is_flagged(now=timezone.now()),
    }


def _given(request: HttpRequest) -> dict[str, Any]:
    """Return what the form says: every event, or those that are ticked."""
    every = request.POST.get("which") == "all"
    kinds = [] if every else request.POST.getlist("kinds")
    if not every and not kinds:
        kinds = [""]  # nothing ticked must not become everything
    return {
        "url": request.POST.get("url", "").strip(),
        "note": request.POST.get("note", "").strip(),
        "all": every,
        "kinds": kinds,
    }


def _refused(problem: Problem, given: dict[str, Any]) -> dict[str, Any]:
    faults = faults_by_field(problem) if isinstance(problem, InvalidInput) else {}
    if "kinds" in faults:
        faults["kinds"] = _("Choose at least one of them.")
    return {"given": given, "faults": faults, "refusal": "" if faults else problem_notice(problem)}


@form_page
def endpoint_page(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """``…/webhooks/endpoints/<endpoint>/``: its health, its secret, a form to change it."""
    person = person_of(request)
    right = "webhooks" if request.method == "POST" else "see_webhooks"
    app = access.app_of_maker(person, app_id, right=right)
    endpoint = access.webhook_endpoint_in(app, endpoint_id)
    if request.method != "POST":
        context = _context(person, app, endpoint) | {"secret": _secret_once(request, endpoint)}
        return show(request, "webhook.html", context)
    given = _given(request)
    try:
        endpoints.change(
            endpoint=endpoint, actor=person, url=given["url"], kinds=given["kinds"],
            note=given["note"], now=timezone.now(),
        )  # fmt: skip
    except Problem as problem:
        context = _context(person, app, endpoint) | _refused(problem, given)
        return show(request, "webhook.html", context, status=problem.status)
    flashes.success(request, _("The address was changed."))
    return go(request, "console_webhook", app.public_id, endpoint.public_id)


def _context(person: Person, app: App, endpoint: WebhookEndpoint) -> dict[str, Any]:
    now = timezone.now()
    mine = WebhookDelivery.objects.filter(endpoint=endpoint)
    return (
        of_app(person, app, tab="webhooks")
        | _row(endpoint)
        | {
            "tabs": tabs(app, "endpoints"),
            "choices": kind_choices(choices()),
            "given": {
                "url": endpoint.url, "note": endpoint.note, "kinds": endpoint.kinds,
                "all": not endpoint.kinds,
            },
            "has_old_secret": bool(endpoint.old_secret_until and endpoint.old_secret_until > now),
            "dead": replaying.dead_letters(mine).count(),
            "waiting": mine.filter(state=WebhookDelivery.State.WAITING).count(),
            "recent": rows_of(mine.order_by("-pk")[:RECENT_SHOWN]),
            "overlaps": OVERLAPS_HOURS,
        }
    )  # fmt: skip


def _secret_once(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    """Return the secret that was just made for this endpoint, and forget it."""
    kept = request.session.get(SECRET_SHOWN)
    if not kept or kept.get("endpoint") != endpoint.public_id:
        return ""
    del request.session[SECRET_SHOWN]
    return str(kept["secret"])


def _held(request: HttpRequest, app_id: str, endpoint_id: str) -> WebhookEndpoint:
    app = access.app_of_maker(person_of(request), app_id, right="webhooks")
    return access.webhook_endpoint_in(app, endpoint_id)


def _back(request: HttpRequest, endpoint: WebhookEndpoint, anchor: str = "") -> HttpResponse:
    place = (endpoint.app.public_id, endpoint.public_id)
    return go(request, "console_webhook", *place, anchor=anchor)


@step
def switch(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """Stop sending, or go on."""
    endpoint = _held(request, app_id, endpoint_id)
    is_on = request.POST.get("on") == "yes"
    endpoints.change(endpoint=endpoint, actor=person_of(request), is_on=is_on, now=timezone.now())
    said = _("Events are sent to it again.") if is_on else _("Nothing is sent to it now.")
    flashes.success(request, said)
    return _back(request, endpoint)


@step
def rotate(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """Make a new secret; it is shown once, on the next page."""
    endpoint = _held(request, app_id, endpoint_id)
    hours = request.POST.get("overlap", "")
    if hours not in map(str, OVERLAPS_HOURS):
        raise InvalidInput([Fault("#/overlap", "must be one of the choices", "choice")])
    _endpoint, secret = endpoints.rotate_secret(
        endpoint=endpoint, actor=person_of(request), now=timezone.now(),
        overlap=timedelta(hours=int(hours)),
    )  # fmt: skip
    request.session[SECRET_SHOWN] = {"endpoint": endpoint.public_id, "secret": secret}
    return _back(request, endpoint, anchor="secret-shown")


@step
def end_old_secret(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """Let only the newest secret sign."""
    endpoint = _held(request, app_id, endpoint_id)
    endpoints.end_old_secret(endpoint=endpoint, actor=person_of(request))
    flashes.success(request, _("The old secret no longer signs."))
    return _back(request, endpoint)


@step
def send_test(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """Send a test event and lead to it."""
    endpoint = _held(request, app_id, endpoint_id)
    event = events.record_trial(endpoint=endpoint, actor=person_of(request), now=timezone.now())
    place = (endpoint.app.public_id, event.public_id)
    return go(request, "console_webhook_event", *place)


@step
def replay_dead(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """Send again what was given up for this endpoint."""
    endpoint = _held(request, app_id, endpoint_id)
    count = replaying.replay_dead(endpoint=endpoint, actor=person_of(request), now=timezone.now())
    text = ngettext("%(n)d event goes again.", "%(n)d events go again.", count) % {"n": count}
    flashes.success(request, digits(text))
    return _back(request, endpoint)


@step
def remove(request: HttpRequest, app_id: str, endpoint_id: str) -> HttpResponse:
    """Remove the endpoint for good."""
    endpoint = _held(request, app_id, endpoint_id)
    endpoints.remove(endpoint=endpoint, actor=person_of(request), now=timezone.now())
    flashes.success(request, _("The address was removed."))
    return go(request, "console_webhooks", endpoint.app.public_id)
