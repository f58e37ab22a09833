"""A review case as its maker sees it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from identity.pages import person_of
from miniapps import access, submission
from miniapps.findings import text_of
from miniapps.models import Finding, Submission
from miniapps.pages.frame import go, of_app, page, show, step
from miniapps.pages.versions import SEVERITIES
from miniapps.pages.words import TONES
from miniapps.states import SUBMISSION

State = Submission.State


@page
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """``/console/cases/<case>/``: where it stands, what the reviewer found, what comes next."""
    person = person_of(request)
    found = access.submission_of(person, case_id)
    rows = sorted(
        found.findings.order_by("pk"),
        key=lambda one: (one.state != Finding.State.OPEN, SEVERITIES[one.severity]),
    )
    context = of_app(person, found.app, tab="versions") | {
        "case": found,
        "version": found.version,
        "tone": TONES[found.state],
        "steps": _steps(found),
        "findings": [{"finding": one, "words": text_of(one)} for one in rows],
        "can_withdraw": SUBMISSION.permits("withdraw", found.state),
        "now": timezone.now(),
    }
    return show(request, "case.html", context)


def _steps(found: Submission) -> list[dict[str, Any]]:
    """Return the way of a case, for the steps component."""
    state = found.state
    begun = state not in (State.QUEUED, State.WITHDRAWN)
    ended = {
        State.APPROVED: ("done", _("Approved")),
        State.REJECTED: ("failed", _("Rejected")),
        State.CHANGES_REQUESTED: ("failed", _("Changes requested")),
        State.WITHDRAWN: ("failed", _("Withdrawn")),
    }.get(State(state), ("ahead", _("Decision")))
    review = "done" if ended[0] != "ahead" and begun else "here" if begun else "ahead"
    waiting = "here" if state == State.QUEUED else "done"
    return [
        {"state": waiting, "title": _("Waiting for review")},
        {"state": review, "title": _("In review")},
        {"state": ended[0], "title": ended[1]},
    ]


@step
def withdraw(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take the case back."""
    person = person_of(request)
    found = access.submission_of(person, case_id, right="submit")
    submission.withdraw(submission=found, actor=person, now=timezone.now())
    flashes.success(request, _("The submission was withdrawn."))
    return go(request, "console_case", found.public_id)
