"""Apps: registering one, its overview, its listing, what happened to it, closing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.api.uploads import file_of
from core.limits import UPLOADS_PER_HOUR_MAX
from core.models import AuditEvent
from core.problems import Fault, InvalidInput, Problem
from identity.makers import RIGHTS, maker_of
from identity.models import MakerMember, Person
from identity.pages import person_of
from miniapps import access, registration, retiring
from miniapps.models import (
    App,
    AppKey,
    Category,
    Finding,
    Release,
    Submission,
    Version,
    WebhookEndpoint,
)
from miniapps.pages.frame import form_page, go, of_app, page, show, step
from miniapps.pages.steps import SHOWN_VERSIONS, journey, next_step, standing
from miniapps.pages.words import (
    EVENTS,
    TONES,
    event_facts,
    faults_by_field,
    problem_notice,
    upload_limit,
)
from miniapps.states import APP

EVENTS_PAGE = 40
LISTING = registration.LISTING_FIELDS
TOKEN_SHOWN = "console-token"  # session key of a token that is shown once  # noqa: S105


@form_page
def register(request: HttpRequest) -> HttpResponse:
    """``/console/apps/new/``: register an app; its token is shown on the next page, once."""
    person = person_of(request)
    makers = _makers_that_may(person, "edit")
    if request.method != "POST":
        given = {"maker": request.GET.get("maker", ""), "slug": ""}
        return show(request, "register.html", _register_context(makers, given))
    given = {name: request.POST.get(name, "").strip() for name in ("maker", "slug", *LISTING)}
    maker = maker_of(person, given["maker"], right="edit")
    words = {name: given[name] for name in ("slug", *LISTING)}
    try:
        app, token = registration.register(maker=maker, actor=person, **words)
    except InvalidInput as problem:
        context = _register_context(makers, given) | {"faults": faults_by_field(problem)}
        return show(request, "register.html", context, status=problem.status)
    except Problem as problem:
        context = _register_context(makers, given) | {"refusal": problem_notice(problem)}
        return show(request, "register.html", context, status=problem.status)
    request.session[TOKEN_SHOWN] = {"app": app.public_id, "token": token}
    flashes.success(request, _("«%(name)s» is registered.") % {"name": app.name})
    return go(request, "console_app", app.public_id)


def _register_context(makers: list[MakerMember], given: dict[str, str]) -> dict[str, Any]:
    return {
        "section": "apps", "makers": makers, "given": given, "categories": Category.choices,
    }  # fmt: skip


def _makers_that_may(person: Person, right: str) -> list[MakerMember]:
    mine = MakerMember.objects.filter(person=person).select_related("maker").order_by("pk")
    return [membership for membership in mine if right in RIGHTS[membership.role]]


@page
def overview(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/``: where the app stands, the next step, the upload, its versions."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id)
    now = standing(app)
    context = of_app(person, app, tab="overview") | {
        "now": now,
        "next": next_step(app, now),
        "journey": journey(now),
        "tone": TONES[app.status],
        "channels": channels(now.releases),
        "versions": version_rows(now.versions, now.approved),
        "more_versions": len(now.versions) == SHOWN_VERSIONS,
        "token": _token_once(request, app),
        "missing": registration.missing_in_listing(app),
        "upload_limit": upload_limit(),
        "uploads_per_hour": UPLOADS_PER_HOUR_MAX,
        "can_upload": APP.permits("upload", app.status),
    }
    return show(request, "overview.html", context)


def _token_once(request: HttpRequest, app: App) -> str:
    """Return the token that was just made for this app, and forget it."""
    kept = request.session.get(TOKEN_SHOWN)
    if not kept or kept.get("app") != app.public_id:
        return ""
    del request.session[TOKEN_SHOWN]
    return str(kept["token"])


def channels(releases: dict[str, list[Release]]) -> list[dict[str, Any]]:
    """Return the three channels, the public one first, with what is given on each."""
    order = (Release.Channel.PRODUCTION, Release.Channel.PREVIEW, Release.Channel.DEV)
    return [
        {
            "name": channel,
            "label": channel.label,
            "releases": [
                {"release": one, "tone": TONES[one.state]} for one in releases.get(channel, [])
            ],
        }
        for channel in order
    ]


def version_rows(versions: list[Version], approved: frozenset[int]) -> list[dict[str, Any]]:
    """Return what a list of versions shows of each."""
    return [
        {"version": one, "tone": TONES[one.state], "approved": one.pk in approved}
        for one in versions
    ]


@page
def versions(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/versions/``: all versions, the newest first."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id)
    now = standing(app, versions=500)
    context = of_app(person, app, tab="versions") | {
        "versions": version_rows(now.versions, now.approved),
    }
    return show(request, "versions.html", context)


@form_page
def listing(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/listing/``: names, descriptions, category, icon."""
    person = person_of(request)
    right = "edit" if request.method == "POST" else "see"
    app = access.app_of_maker(person, app_id, right=right)
    context = of_app(person, app, tab="listing") | {
        "categories": Category.choices,
        "given": {name: getattr(app, name) for name in LISTING},
    }
    if request.method != "POST":
        return show(request, "listing.html", context)
    given = {name: request.POST.get(name, "").strip() for name in LISTING}
    try:
        registration.edit_listing(app=app, actor=person, **given)
    except Problem as problem:
        faults = faults_by_field(problem) if isinstance(problem, InvalidInput) else {}
        refusal = "" if faults else problem_notice(problem)
        context |= {"given": given, "faults": faults, "refusal": refusal}
        return show(request, "listing.html", context, status=problem.status)
    flashes.success(request, _("The listing was saved."))
    return go(request, "console_listing", app.public_id)


@step
def set_icon(request: HttpRequest, app_id: str) -> HttpResponse:
    """Give the app a new icon."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="edit")
    registration.set_icon(app=app, actor=person, image=file_of(request, "image"))
    flashes.success(request, _("The icon was changed."))
    return go(request, "console_listing", app.public_id)


@page
def history(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/history/``: what happened, who did it."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id)
    rows = audit_of(app)
    before = request.GET.get("before", "")
    if before.isdecimal() and before.isascii():
        rows = rows.filter(pk__lt=int(before[:18]))
    found = list(rows[: EVENTS_PAGE + 1])
    team = set(app.maker.memberships.values_list("person_id", flat=True))
    named = {one.facts.get("version") for one in found} | {one.subject_id for one in found}
    versions = Version.objects.filter(app=app, public_id__in=named - {None})
    numbers = dict(versions.values_list("public_id", "number"))
    context = of_app(person, app, tab="history") | {
        "events": [_event(one, team, numbers) for one in found[:EVENTS_PAGE]],
        "older": found[EVENTS_PAGE - 1].pk if len(found) > EVENTS_PAGE else None,
    }
    return show(request, "history.html", context)


def audit_of(app: App) -> QuerySet[AuditEvent]:
    """Return every event about the app and what belongs to it, the newest first."""
    wanted = Q(subject_kind="miniapps.app", subject_id=app.public_id)
    for kind, rows in (
        ("version", Version.objects.filter(app=app)),
        ("submission", Submission.objects.filter(app=app)),
        ("release", Release.objects.filter(app=app)),
        ("appkey", AppKey.objects.filter(app=app)),
        ("finding", Finding.objects.filter(version__app=app)),
        ("webhookendpoint", WebhookEndpoint.objects.filter(app=app)),
    ):
        wanted |= Q(subject_kind=f"miniapps.{kind}", subject_id__in=rows.values("public_id"))
    return AuditEvent.objects.filter(wanted).select_related("actor").order_by("-pk")


def _event(event: AuditEvent, team: set[int], numbers: dict[str, int]) -> dict[str, Any]:
    """Return an event in words; who reviews is not told to makers."""
    title, icon = EVENTS.get(event.event, (event.event, "activity"))
    who = ""
    if event.actor is not None:
        who = event.actor.name if event.actor_id in team else _("the platform")
    number = numbers.get(event.subject_id) or numbers.get(str(event.facts.get("version")))
    return {
        "number": number,
        "at": event.at, "title": title, "icon": icon, "who": who,
        "facts": event_facts(event.event, event.facts),
    }  # fmt: skip


@page
def settings(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/settings/``: the permanent names, the token, hiding, closing."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id)
    context = of_app(person, app, tab="settings") | {
        "token": _token_once(request, app),
        "can": dict.fromkeys(APP.actions(app.status), True),
        "public_path": f"/a/{app.slug}",
    }
    return show(request, "settings.html", context)


@step
def rotate_token(request: HttpRequest, app_id: str) -> HttpResponse:
    """Make a new app token; it is shown once, on the next page."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="keys")
    token = registration.rotate_token(app=app, actor=person)
    request.session[TOKEN_SHOWN] = {"app": app.public_id, "token": token}
    return go(request, "console_settings", app.public_id, anchor="token")


@step
def set_listed(request: HttpRequest, app_id: str) -> HttpResponse:
    """Hide the app from lists, or show it again."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="edit")
    listed = request.POST.get("listed") == "yes"
    retiring.set_listed(app=app, actor=person, listed=listed, now=timezone.now())
    said = _("The app is shown in lists.") if listed else _("Only who has the link finds the app.")
    flashes.success(request, said)
    return go(request, "console_settings", app.public_id)


@step
def archive(request: HttpRequest, app_id: str) -> HttpResponse:
    """Close the app for good and keep it for reading."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="keys")
    _require_name(request, app)
    retiring.archive(app=app, actor=person, now=timezone.now())
    flashes.success(request, _("«%(name)s» is closed.") % {"name": app.name})
    return go(request, "console_settings", app.public_id)


@step
def delete(request: HttpRequest, app_id: str) -> HttpResponse:
    """Delete the app for good."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="keys")
    _require_name(request, app)
    retiring.delete(app=app, actor=person, now=timezone.now())
    flashes.success(request, _("«%(name)s» was deleted.") % {"name": app.name})
    return go(request, "console")


def _require_name(request: HttpRequest, app: App) -> None:
    """Let a final step pass only with the app's own slug. Raises InvalidInput."""
    if request.POST.get("slug", "").strip() != app.slug:
        fault = Fault("#/slug", "must be the slug of the app", "repeat")
        raise InvalidInput([fault])
