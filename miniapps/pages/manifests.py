"""The manifest of a build that came without one, filled in by a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.problems import InvalidInput, Problem
from identity.pages import person_of
from miniapps import access, submission
from miniapps.consent_texts import WORDS
from miniapps.models import App, Version
from miniapps.pages.frame import form_page, go, of_app, show
from miniapps.pages.words import RELAXATIONS, problem_notice

TEXTS = ("name", "short_name", "description", "version_name", "lang", "connect")
LANGUAGES = (
    ("fa", "فارسی"),
    ("en", "English"),
    ("ar", "العربية"),
    ("ckb", "کوردی"),
    ("az", "Azərbaycanca"),
)
# Rules of the check that tell which relaxation the code seems to need.
NEEDS = {
    "html-inline-handler": "inline-handlers",
    "js-eval": "unsafe-eval",
    "js-implied-eval": "unsafe-eval",
    "js-wasm": "wasm",
    "js-worker": "workers",
}


@form_page
def manifest(request: HttpRequest, version_id: str) -> HttpResponse:
    """``/console/versions/<version>/manifest/``: fill it in; the same bytes are checked with it."""
    person = person_of(request)
    right = "upload" if request.method == "POST" else "see"
    found = access.version_of_maker(person, version_id, right=right)
    proposed = found.manifest_proposed
    if found.state != Version.State.CHECKS_FAILED or proposed is None:
        return HttpResponseRedirect(reverse("console_version", args=[found.public_id]))
    context = of_app(person, found.app, tab="versions") | {
        "version": found, "languages": LANGUAGES, "given": _given_of(proposed, found.app),
        "wishes": _wishes(None, found),
    }  # fmt: skip
    if request.method != "POST":
        return show(request, "manifest.html", context)
    given = {name: request.POST.get(name, "").strip() for name in TEXTS}
    wishes = _wishes(request.POST, found)
    context |= {"given": given, "wishes": wishes}
    faults = {
        name: _("This must not be empty.") for name in ("name", "version_name") if not given[name]
    }
    if faults or any(wish["fault"] for wish in wishes):
        return show(
            request, "manifest.html", context | {"faults": faults}, status=InvalidInput.status
        )
    try:
        checked, _is_new = submission.with_manifest(
            version=found,
            manifest=_filled(proposed, given, wishes),
            actor=person,
            now=timezone.now(),
        )
    except Problem as problem:
        refusal = {"refusal": problem_notice(problem)}
        return show(request, "manifest.html", context | refusal, status=problem.status)
    return go(request, "console_version", checked.public_id)


def _given_of(proposed: dict[str, Any], app: App) -> dict[str, str]:
    """Return what the form begins with: what the build says of itself, else the listing."""
    network = proposed.get("barnamak", {}).get("network", {})
    return {
        "name": proposed.get("name") or app.name_fa,
        "short_name": proposed.get("short_name", ""),
        "description": proposed.get("description") or app.about_fa,
        "version_name": proposed["version"]["name"],
        "lang": proposed.get("lang", "fa"),
        "connect": "\n".join(network.get("connect", [])),
    }


def _wishes(given: QueryDict | None, found: Version) -> list[dict[str, Any]]:
    """Return everything a manifest may ask for, with what the form says of each.

    What the code seems to need comes with the version in any case; its reason may be told here.
    """
    rules = set(found.findings.values_list("rule", flat=True)) & NEEDS.keys()
    needed = {("relaxation", NEEDS[rule]) for rule in rules}
    offered = [("permission", name, words.title, words.meaning) for name, words in WORDS.items()]
    offered += [("relaxation", name, *words) for name, words in RELAXATIONS.items()]
    wishes = []
    for kind, name, title, meaning in offered:
        field = f"reason-{kind}-{name}"
        reason = "" if given is None else given.get(field, "").strip()
        is_needed = (kind, name) in needed
        is_chosen = given is not None and name in given.getlist(kind)
        wishes.append(
            {
                "kind": kind, "name": name, "title": title, "meaning": meaning, "field": field,
                "is_ticked": is_needed or is_chosen, "is_needed": is_needed, "reason": reason,
                "fault": _("Say why.") if is_chosen and not reason else "",
            }
        )  # fmt: skip
    return wishes


def _filled(
    proposed: dict[str, Any], given: Mapping[str, str], wishes: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the proposed manifest with what the form says in its place."""
    whole = json.loads(json.dumps(proposed))
    whole["name"] = given["name"]
    whole["version"] |= {"name": given["version_name"]}
    for name in ("short_name", "description", "lang"):
        if given[name]:
            whole[name] = given[name]
        else:
            whole.pop(name, None)
    ours = whole.pop("barnamak", {})
    network = ours.pop("network", {}) | {"connect": list(dict.fromkeys(given["connect"].split()))}
    asked = [wish for wish in wishes if wish["is_ticked"] and wish["reason"]]
    permissions = [
        {"name": wish["name"], "reason": wish["reason"]}
        for wish in asked
        if wish["kind"] == "permission"
    ]
    ours |= {
        "network": {kind: origins for kind, origins in network.items() if origins},
        "relaxations": {
            wish["name"]: wish["reason"] for wish in asked if wish["kind"] == "relaxation"
        },
    }
    ours = {name: value for name, value in ours.items() if value}
    whole |= {"req_permissions": permissions} if permissions else {}
    return dict(whole | ({"barnamak": ours} if ours else {}))
