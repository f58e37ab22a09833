"""What a reviewer may do with a case now, and why not: the words beside each button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.templatetags.ui import ago, clock, digits
from identity.models import Person
from miniapps import access
from miniapps.models import Finding, Submission, Version
from miniapps.states import APP, SUBMISSION, VERSION


@dataclass(frozen=True)
class Button:
    """A step; ``why_not`` is empty when it may be taken."""

    action: str
    label: str | Promise
    kind: str
    why_not: str = ""


@dataclass(frozen=True)
class Panel:
    """The decision panel of a case for one reviewer."""

    claim: Button | None
    unclaim: bool
    decisions: list[Button]
    outcome: str  # what approval will do
    refusal: str = ""  # why this person can do nothing here
    is_mine: bool = False


def panel(case: Submission, reviewer: Person, findings: list[Finding], *, now: datetime) -> Panel:
    """Return the panel; the operations judge again when a button is pressed."""
    refusal = _refusal(case, reviewer)
    mine = case.state == Submission.State.CLAIMED and case.claimed_by_id == reviewer.pk
    why_not = refusal or _not_mine(case, mine=mine, now=now)
    taken = _taken_by_another(case, reviewer, now)
    claim = None
    if SUBMISSION.permits("claim", case.state) and not mine and not refusal:
        claim = Button("claim", _("Take the case"), "primary", taken)
    decisions = []
    if SUBMISSION.permits("claim", case.state):
        decisions = [
            Button("approve", _("Approve"), "primary", why_not or _not_approvable(case, findings)),
            Button("request_changes", _("Request changes"), "", why_not),
            Button("reject", _("Reject"), "quiet-danger", why_not),
        ]
    return Panel(claim, mine, decisions, _outcome(case), refusal, mine)


def _refusal(case: Submission, reviewer: Person) -> str:
    if not reviewer.has_perm(access.REVIEW_PERMISSION):
        return _("You may look; only reviewers decide.")
    if access.is_team(reviewer, case.app) or reviewer.pk in (
        case.submitted_by_id,
        case.version.uploaded_by_id,
    ):
        return _("You belong to the maker of this app. Another reviewer must decide.")
    return ""


def _taken_by_another(case: Submission, reviewer: Person, now: datetime) -> str:
    other = case.claimed_by if case.claimed_by_id != reviewer.pk else None
    if case.state != Submission.State.CLAIMED or other is None:
        return ""
    if case.claimed_until is None or case.claimed_until <= now:
        return ""
    return _("%(name)s has taken the case, until %(time)s.") % {
        "name": other.name,
        "time": clock(case.claimed_until),
    }


def _not_mine(case: Submission, *, mine: bool, now: datetime) -> str:
    if not SUBMISSION.permits("claim", case.state):
        return _("The case is closed.")
    if mine:
        return ""
    if case.claimed_by is not None and case.claimed_until and case.claimed_until > now:
        return _("%(name)s has taken the case.") % {"name": case.claimed_by.name}
    return _("Take the case first.")


def _not_approvable(case: Submission, findings: list[Finding]) -> str:
    open_errors = sum(
        one.state == Finding.State.OPEN
        and one.severity == Finding.Severity.ERROR
        and one.version_id == case.version_id
        for one in findings
    )
    if open_errors:
        text = _("Open errors: %(n)d. Mark them as fixed or waived first.") % {"n": open_errors}
        return digits(text)
    if not VERSION.permits("approve", case.version.state):
        state = Version.State(case.version.state).label
        return _("The version is «%(state)s».") % {"state": state}
    if not APP.permits("release", case.app.status):
        return _("The app is «%(state)s».") % {"state": case.app.get_status_display()}
    return ""


def _outcome(case: Submission) -> str:
    name = case.version.name or str(case.version.number)
    if case.publish_on_approval:
        return _("Approval publishes version %(name)s to everyone at once.") % {"name": name}
    return _("Approval publishes nothing; the maker releases version %(name)s himself.") % {
        "name": name
    }


def due_words(case: Submission, *, now: datetime) -> tuple[str, str]:
    """Return when the decision is due, and the tone: late cases are bad, today's a warning."""
    if not SUBMISSION.permits("claim", case.state):
        return "", ""
    if case.due_at <= now:
        return _("overdue, %(when)s") % {"when": ago(case.due_at)}, "bad"
    soon = (case.due_at - now).total_seconds() < 24 * 3600
    return str(ago(case.due_at)), "warn" if soon else ""
