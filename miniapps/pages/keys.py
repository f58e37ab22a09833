"""Keys of an app: made, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.limits import APP_KEYS_MAX
from core.problems import InvalidInput, Problem
from identity.models import Person
from identity.pages import person_of
from miniapps import access, apikeys
from miniapps.models import App, AppKey
from miniapps.pages.frame import form_page, go, of_app, show, step
from miniapps.pages.words import faults_by_field, problem_notice

LIVES_DAYS = (30, 90, 365)


@form_page
def keys(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/keys/``: the keys, and the one that was just made, whole."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="keys")
    if request.method != "POST":
        return show(request, "keys.html", _context(person, app))
    now = timezone.now()
    given: dict[str, Any] = {
        "name": request.POST.get("name", "").strip(),
        "scopes": request.POST.getlist("scopes"),
        "days": request.POST.get("days", ""),
        "test": request.POST.get("test") == "1",
    }
    lives = int(given["days"]) if given["days"] in map(str, LIVES_DAYS) else None
    expires_at = None if lives is None else now + timedelta(days=lives)
    try:
        key, text = apikeys.issue(
            app=app, actor=person, name=given["name"], scopes=given["scopes"],
            expires_at=expires_at, test=given["test"], now=now,
        )  # fmt: skip
    except Problem as problem:
        faults = faults_by_field(problem) if isinstance(problem, InvalidInput) else {}
        refusal = "" if faults else problem_notice(problem)
        context = _context(person, app) | {"given": given, "faults": faults, "refusal": refusal}
        return show(request, "keys.html", context, status=problem.status)
    context = _context(person, app) | {"made": key, "made_text": text}
    return show(request, "keys.html", context, status=201)


def _context(person: Person, app: App) -> dict[str, Any]:
    now = timezone.now()
    rows = AppKey.objects.filter(app=app).select_related("created_by").order_by("-pk")
    labels = dict(AppKey.Scope.choices)
    return of_app(person, app, tab="keys") | {
        "keys": [
            {
                "key": key,
                "scopes": [labels.get(scope, scope) for scope in key.scopes],
                "live": key.revoked_at is None and (key.expires_at is None or key.expires_at > now),
            }
            for key in rows[: 3 * APP_KEYS_MAX]
        ],
        "scopes": AppKey.Scope.choices,
        "lives": LIVES_DAYS,
        "given": {"days": "90", "scopes": ["versions:write", "versions:read"]},
    }


@step
def revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    """Make a key worthless from now on."""
    person = person_of(request)
    key = access.key_of(person, key_id)
    apikeys.revoke(key=key, actor=person, now=timezone.now())
    flashes.success(request, _("The key «%(name)s» is worthless now.") % {"name": key.name})
    return go(request, "console_keys", key.app.public_id)
