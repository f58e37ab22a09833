"""A version: uploading it, watching its check, its findings, asking for review."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.api.uploads import file_of
from core.limits import VERSION_NOTE_CHARS_MAX
from core.problems import Fault, InvalidInput
from identity.pages import person_of
from miniapps import access, launching, retiring, submission
from miniapps.findings import text_of
from miniapps.models import App, Finding, Submission, Version
from miniapps.pages.asked import asked
from miniapps.pages.frame import go, of_app, page, show, step
from miniapps.pages.words import TONES
from miniapps.screens import screens_of
from miniapps.states import APP, VERSION

FILES_SHOWN = 100
BEING_CHECKED = (Version.State.UPLOADED, Version.State.PROCESSING)
SEVERITIES = {"error": 0, "warning": 1, "note": 2}


@step
def upload(request: HttpRequest, app_id: str) -> HttpResponse:
    """Take a zip; lead to its version, which is being checked."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="upload")
    file = file_of(request, "bundle")
    version, is_new = submission.receive(
        app=app, upload=file, actor=person, via=Version.Via.PAGE,
        note=request.POST.get("note", ""), now=timezone.now(),
    )  # fmt: skip
    if not is_new:
        flashes.info(request, _("These bytes were uploaded before: this is their version."))
    return go(request, "console_version", version.public_id)


@page
def version(request: HttpRequest, version_id: str) -> HttpResponse:
    """``/console/versions/<version>/``: everything about one version."""
    person = person_of(request)
    found = access.version_of_maker(person, version_id)
    if found.public_id != version_id:  # an upload whose content another version has already
        flashes.info(request, _("These bytes were uploaded before: this is their version."))
        return HttpResponseRedirect(reverse("console_version", args=[found.public_id]))
    app = found.app
    context = of_app(person, app, tab="versions") | _version_context(request, app, found)
    return show(request, "version.html", context)


def _version_context(request: HttpRequest, app: App, found: Version) -> dict[str, Any]:
    cases = list(found.submissions.order_by("-pk"))
    open_case = _open_case(app)
    ready = VERSION.permits("submit", found.state) and APP.permits("submit", app.status)
    approved = any(case.state == Submission.State.APPROVED for case in cases)
    joins = open_case is not None and open_case.state == Submission.State.CHANGES_REQUESTED
    findings = finding_rows(found)
    whole = request.GET.get("files") == "all"
    files = found.files.order_by("path")
    return {
        "version": found,
        "tone": TONES[found.state],
        "being_checked": found.state in BEING_CHECKED,
        "findings": findings,
        "lacks_manifest_only": [row["finding"].rule for row in findings if is_error(row)]
        == ["manifest-missing"],
        "asked": asked(found),
        "files": files if whole else files[:FILES_SHOWN],
        "files_left": 0 if whole else max(0, found.files_count - FILES_SHOWN),
        "case": cases[0] if cases else None,
        "case_tone": TONES[cases[0].state] if cases else "",
        "open_case": open_case,
        "approved": approved,
        "can_submit": ready and not approved and (open_case is None or joins),
        "joins_case": joins,
        "can_withdraw": VERSION.permits("withdraw", found.state),
        "can_preview": VERSION.permits("submit", found.state),
        "can_propose": found.state == Version.State.CHECKS_FAILED
        and found.manifest_proposed is not None,
        "screens": screens_of(found) if found.digest else [],
        "manifest_text": json.dumps(found.manifest, ensure_ascii=False, indent=2),
        "note_max": VERSION_NOTE_CHARS_MAX,
    }  # fmt: skip


def _open_case(app: App) -> Submission | None:
    waiting = [
        Submission.State.QUEUED, Submission.State.CLAIMED, Submission.State.CHANGES_REQUESTED,
    ]  # fmt: skip
    return Submission.objects.filter(app=app, state__in=waiting).select_related("version").first()


def finding_rows(found: Version, **which: Any) -> list[dict[str, Any]]:
    """Return the findings in words, errors first; the checker's unless ``which`` says otherwise."""
    rows = Finding.objects.filter(version=found, **(which or {"submission": None})).order_by("pk")
    shown = [
        {"finding": one, "words": text_of(one), "where": one.path, "line": one.line} for one in rows
    ]
    return sorted(shown, key=lambda row: SEVERITIES[row["finding"].severity])


def is_error(row: dict[str, Any]) -> bool:
    """Tell whether a finding refuses the version."""
    return bool(row["finding"].severity == Finding.Severity.ERROR)


@page
def check(request: HttpRequest, version_id: str) -> HttpResponse:
    """Return the part of the page that tells how the check goes; a page asks for it again."""
    found = access.version_of_maker(person_of(request), version_id)
    done = found.public_id != version_id or found.state not in BEING_CHECKED
    if not done and request.GET.get("state") == found.state:
        return HttpResponse(status=204)  # nothing new to say
    answer = render(request, "miniapps/check.html", {"version": found})
    if done:
        answer.headers["HX-Redirect"] = reverse("console_version", args=[found.public_id])
    return answer


@step
def preview(request: HttpRequest, version_id: str) -> HttpResponse:
    """Open the version before it is released, for browsers without scripts."""
    person = person_of(request)
    found = access.previewable_version(person, version_id)
    launch = launching.preview(person=person, version=found, source="console", now=timezone.now())
    return HttpResponseRedirect(f"/run/{launch.public_id}")


@step
def submit(request: HttpRequest, version_id: str) -> HttpResponse:
    """Ask for review."""
    person = person_of(request)
    found = access.version_of_maker(person, version_id, right="submit")
    case = submission.submit(
        version=found,
        actor=person,
        publish_on_approval=request.POST.get("publish") == "yes",
        note=request.POST.get("note", ""),
        now=timezone.now(),
    )
    flashes.success(request, _("The version waits for review now."))
    return go(request, "console_case", case.public_id)


@step
def withdraw(request: HttpRequest, version_id: str) -> HttpResponse:
    """Take a version back for good."""
    person = person_of(request)
    found = access.version_of_maker(person, version_id, right="release")
    if request.POST.get("number", "") != str(found.number):
        raise InvalidInput([Fault("#/number", "must be the number of the version", "range")])
    retiring.withdraw_version(version=found, actor=person, now=timezone.now())
    flashes.success(request, _("The version was withdrawn."))
    return go(request, "console_version", found.public_id)
