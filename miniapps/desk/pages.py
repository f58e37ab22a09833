"""The review desk: one case on one page, inside Django's admin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.answers import wants_json
from core.models import AuditEvent
from core.problems import Fault, InvalidInput, NotFound, Problem
from core.text import latin_digits
from identity.models import Maker, Person
from identity.pages import person_of
from miniapps import access, icons, launching, review
from miniapps.desk import reading
from miniapps.desk.compared import compared
from miniapps.desk.panel import due_words, panel
from miniapps.findings import OWN_RULES, REVIEW_RULES, text_of
from miniapps.models import App, Finding, Submission
from miniapps.pages.apps import audit_of
from miniapps.pages.frame import refuse_nul
from miniapps.pages.versions import SEVERITIES, finding_rows
from miniapps.pages.words import EVENTS, TONES, event_facts, problem_notice
from miniapps.screens import screens_of

EVENTS_SHOWN = 30
CASES_SHOWN = 10
FILES_SHOWN = 1_000
VIEW = "miniapps.view_submission"
Step = Callable[[HttpRequest, Submission, Person], str]


def find(request: HttpRequest, key: str) -> Submission:
    """Return the case for a member of staff who may look at cases. Raises NotFound."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    rows = Submission.objects.select_related(
        "app__maker__founder", "version__app", "claimed_by", "submitted_by", "decided_by"
    )
    if not (key.isascii() and key.isdecimal() and len(key) < 19):  # noqa: PLR2004  # a bigint
        raise NotFound
    case = rows.filter(pk=int(key)).first()
    if case is None:
        raise NotFound
    return case


def desk(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show the case: the app and its history, what there is to look at, the decision."""
    case = find(request, key)
    reviewer, now = person_of(request), timezone.now()
    own = sorted(
        case.findings.select_related("version", "author").order_by("pk"),
        key=lambda one: (one.state != Finding.State.OPEN, SEVERITIES[one.severity]),
    )
    changed = compared(case.version)
    due, due_tone = due_words(case, now=now)
    shown = panel(case, reviewer, own, now=now)
    context = site.each_context(request) | {
        "title": _("Review of %(name)s") % {"name": case.app.name},
        "case": case, "app": case.app, "version": case.version, "maker": case.app.maker,
        "app_icon": icons.url_of(case.app), "tone": TONES[case.state],
        "due": due, "due_tone": due_tone, "panel": shown,
        "machine": finding_rows(case.version),
        "own": [{"finding": one, "words": text_of(one)} for one in own],
        "own_count": len(own),
        "can_settle": shown.is_mine,
        "diff": changed, "changed": changed.changed_files[:FILES_SHOWN],
        "same": changed.same_files[:FILES_SHOWN],
        "screens": screens_of(case.version),
        "screens_before": screens_of(changed.base) if changed.base else [],
        "manifest": json.dumps(case.version.manifest, ensure_ascii=False, indent=2),
        "rules": [(rule, OWN_RULES[rule][0]) for rule in REVIEW_RULES],
        "severities": Finding.Severity.choices,
        "can_run": access.may_preview(reviewer, case.app) and case.version.state == "ready",
        "source": "desk",
        "opts": Submission._meta,  # noqa: SLF001  (Django's public name for it)
    } | _about(case.app, case, request)  # fmt: skip
    return render(request, "admin/miniapps/desk.html", context)


def _about(app: App, case: Submission, request: HttpRequest) -> dict[str, Any]:
    """Return the left column: who makes it, what was decided before, what happened."""
    maker: Maker = app.maker
    cases = Submission.objects.filter(app=app).exclude(pk=case.pk).select_related("version")
    events = audit_of(app).filter(
        Q(subject_kind="miniapps.submission", subject_id=case.public_id)
        | Q(subject_id=case.version.public_id)
        | Q(subject_kind="miniapps.app")
        | Q(subject_kind="miniapps.finding")
    )
    return {
        "maker_apps": maker.apps.exclude(status=App.Status.DELETED).count(),
        "maker_members": maker.memberships.count(),
        "earlier": [
            {"case": one, "tone": TONES[one.state]} for one in cases.order_by("-pk")[:CASES_SHOWN]
        ],
        "events": [_event(one) for one in events[:EVENTS_SHOWN]],
        "may_audit": request.user.has_perm("core.view_auditevent"),
    }


def _event(event: AuditEvent) -> dict[str, Any]:
    title, icon = EVENTS.get(event.event, (event.event, "activity"))
    return {
        "at": event.at, "title": title, "icon": icon, "actor": event.actor,
        "facts": event_facts(event.event, event.facts),
    }  # fmt: skip


def step(move: Step) -> Callable[[HttpRequest, str], HttpResponse]:
    """Make a view of a move: POST only, back to the desk, a refusal as a notice."""

    @require_POST
    def view(request: HttpRequest, key: str) -> HttpResponse:
        case = find(request, key)
        try:
            refuse_nul(request)
            said = move(request, case, person_of(request))
        except Problem as problem:
            if wants_json(request):
                raise
            flashes.error(request, problem_notice(problem))
        else:
            if said:
                flashes.success(request, said)
        if wants_json(request):
            return JsonResponse({})
        anchor = request.POST.get("anchor", "")
        place = reverse("admin:miniapps_submission_change", args=[case.pk])
        return HttpResponseRedirect(place + (f"#{anchor}" if anchor.isalpha() else ""))

    return view


def claim(request: HttpRequest, case: Submission, reviewer: Person) -> str:
    """Take the case, or show that one is still at it."""
    review.claim(submission=case, reviewer=reviewer, now=timezone.now())
    return "" if wants_json(request) else _("The case is yours.")


def unclaim(request: HttpRequest, case: Submission, reviewer: Person) -> str:
    """Give the case back."""
    del request
    review.unclaim(submission=case, reviewer=reviewer, now=timezone.now())
    return _("The case is back in the queue.")


def decide(request: HttpRequest, case: Submission, reviewer: Person) -> str:
    """Approve, request changes or reject."""
    given: dict[str, Any] = {
        "submission": case, "reviewer": reviewer, "now": timezone.now(),
        "reasons": request.POST.get("reasons", ""),
    }  # fmt: skip
    _require_same_version(request, case)
    match request.POST.get("decision"):
        case "approve":
            done = review.approve(**given)
            if done.publish_on_approval:
                return _("Approved and published to everyone.")
            return _("Approved. The maker releases it himself.")
        case "request_changes":
            review.request_changes(**given)
            return _("The maker reads now what must change.")
        case "reject":
            review.reject(**given)
            return _("Rejected. The maker reads your reasons.")
        case _:
            fault = Fault("#/decision", "must be approve, request_changes or reject", "choice")
            raise InvalidInput([fault])


def _require_same_version(request: HttpRequest, case: Submission) -> None:
    """Decide only about the bytes that were on the page."""
    if request.POST.get("version") != case.version.public_id:
        raise InvalidInput([Fault("#/version", "another version is here now", "changed")])


def add_finding(request: HttpRequest, case: Submission, reviewer: Person) -> str:
    """Write down what the reviewer found."""
    line = latin_digits(request.POST.get("line", "").strip())
    if line and not (line.isdecimal() and 0 < int(line[:10]) < 10**9):
        raise InvalidInput([Fault("#/line", "must be the number of a line", "range")])
    review.add_finding(
        submission=case,
        reviewer=reviewer,
        rule=request.POST.get("rule", ""),
        severity=request.POST.get("severity", ""),
        path=request.POST.get("path", "").strip(),
        line=int(line) if line else None,
        text=request.POST.get("text", ""),
    )
    return _("The finding is written down.")


def settle(request: HttpRequest, case: Submission, reviewer: Person) -> str:
    """Mark a finding as fixed or waived."""
    finding = case.findings.filter(public_id=request.POST.get("finding", "")).first()
    if finding is None:
        raise NotFound
    state = request.POST.get("state", "")
    review.settle_finding(finding=finding, reviewer=reviewer, state=state, now=timezone.now())
    return ""


@require_POST
def run(request: HttpRequest, key: str) -> HttpResponse:
    """Open the version in a page of its own, for browsers without scripts."""
    case = find(request, key)
    version = access.previewable_version(person_of(request), case.version.public_id)
    launch = launching.preview(
        person=person_of(request), version=version, source="desk", now=timezone.now()
    )
    return HttpResponseRedirect(f"/run/{launch.public_id}")


def file(request: HttpRequest, key: str, site: AdminSite) -> HttpResponse:
    """Show one file as text, with what changed in it; ``?part=1`` gives only the inner part."""
    case = find(request, key)
    base = review.differences(case.version).base
    found = reading.read(case.version, base, request.GET.get("path", ""))
    context: dict[str, Any] = {"case": case, "file": found, "base": base}
    if request.GET.get("part"):
        return render(request, "admin/miniapps/file_part.html", context)
    context |= site.each_context(request) | {"title": found.path}
    return render(request, "admin/miniapps/file.html", context)
