"""Deciding on a case: the queue, the claim, findings, the decision.

Every function holds the app and the case while it decides, so that of two reviewers one is first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from core import audit
from core.limits import REVIEW_CLAIM_TTL, REVIEW_TEXT_CHARS_MAX
from core.problems import Fault, InvalidInput, NotAllowed
from identity.models import Person
from miniapps import access, locking, releasing
from miniapps.errors import (
    AlreadyClaimed,
    FindingsMissing,
    FindingsOpen,
    NotYourClaim,
    ReasonsMissing,
    ReviewerIsMaker,
)
from miniapps.findings import REVIEW_RULES
from miniapps.models import App, Finding, Release, Submission, Version
from miniapps.states import APP, SUBMISSION, VERSION
from miniapps.submission import close_case

State = Submission.State
PATH_CHARS_MAX = 255


def waiting() -> QuerySet[Submission]:
    """Return the queue, what is due first coming first: cases that wait and cases in review."""
    return (
        Submission.objects.filter(state__in=[State.QUEUED, State.CLAIMED])
        .select_related("app__maker", "version", "claimed_by")
        .order_by("due_at", "pk")
    )


@transaction.atomic
def claim(*, submission: Submission, reviewer: Person, now: datetime) -> Submission:
    """Take a case, or stay with it: the claim lasts REVIEW_CLAIM_TTL from now.

    Raises, the first that applies: NotAllowed, ReviewerIsMaker, SubmissionStateForbids,
    AlreadyClaimed.
    """
    app, held = locking.submission(submission.pk)
    _require_reviewer(reviewer, app, held)
    state = SUBMISSION.after("claim", held.state)
    if _is_anothers(held, reviewer, now):
        raise AlreadyClaimed(until=held.claimed_until.isoformat() if held.claimed_until else None)
    is_new = held.state != State.CLAIMED or held.claimed_by_id != reviewer.pk
    held.state, held.claimed_by = state, reviewer
    held.claimed_until = now + REVIEW_CLAIM_TTL
    held.save(update_fields=["state", "claimed_by", "claimed_until"])
    if is_new:
        audit.record("miniapps.submission.claimed", by=reviewer, of=held)
    return held


@transaction.atomic
def unclaim(*, submission: Submission, reviewer: Person, now: datetime) -> Submission:
    """Give a case back to the queue. Raises SubmissionStateForbids, NotYourClaim."""
    del now
    _app, held = locking.submission(submission.pk)
    state = SUBMISSION.after("unclaim", held.state)
    _require_claim(held, reviewer)
    _to_queue(held, state)
    audit.record("miniapps.submission.unclaimed", by=reviewer, of=held)
    return held


@transaction.atomic
def release_stale_claims(*, now: datetime) -> int:
    """Give back the cases whose reviewers show no sign of life; return how many there were."""
    stale = Submission.objects.filter(state=State.CLAIMED, claimed_until__lte=now)
    freed = 0
    for held in stale.select_for_update(skip_locked=True):
        _to_queue(held, SUBMISSION.after("unclaim", held.state))
        audit.record("miniapps.submission.claim_expired", by=None, of=held)
        freed += 1
    return freed


@transaction.atomic
def add_finding(
    *,
    submission: Submission,
    reviewer: Person,
    rule: str,
    severity: str,
    text: str,
    path: str = "",
    line: int | None = None,
) -> Finding:
    """Write down what a reviewer found.

    Raises InvalidInput, SubmissionStateForbids, NotYourClaim.
    """
    faults = _finding_faults(rule, severity, text, path)
    if faults:
        raise InvalidInput(faults)
    _app, held = locking.submission(submission.pk)
    SUBMISSION.after("add_finding", held.state)
    _require_claim(held, reviewer)
    finding = Finding.objects.create(
        version=held.version,
        submission=held,
        rule=rule,
        severity=severity,
        path=path,
        line=line,
        text=text.strip(),
        author=reviewer,
    )
    audit.record("miniapps.finding.added", by=reviewer, of=finding, rule=rule, case=held.public_id)
    return finding


@transaction.atomic
def settle_finding(*, finding: Finding, reviewer: Person, state: str, now: datetime) -> Finding:
    """Mark a reviewer's finding as fixed or waived. Raises InvalidInput, NotYourClaim."""
    del now
    if state not in (Finding.State.FIXED, Finding.State.WAIVED):
        raise InvalidInput([Fault("#/state", "must be fixed or waived", "choice")])
    if finding.submission_id is None:
        raise InvalidInput([Fault("#/finding", "is the checker's, not a reviewer's", "kind")])
    _app, held = locking.submission(finding.submission_id)
    SUBMISSION.after("add_finding", held.state)
    _require_claim(held, reviewer)
    finding = Finding.objects.select_for_update().get(pk=finding.pk)
    finding.state = state
    finding.save(update_fields=["state"])
    audit.record("miniapps.finding.settled", by=reviewer, of=finding, state=state)
    return finding


@transaction.atomic
def approve(
    *, submission: Submission, reviewer: Person, now: datetime, reasons: str = ""
) -> Submission:
    """Permit the version to go to everyone; give it to them if the maker asked for that.

    Raises, the first that applies: NotAllowed, ReviewerIsMaker, SubmissionStateForbids,
    NotYourClaim, AppStateForbids, VersionStateForbids, FindingsOpen.
    """
    app, held = _held_for_decision(submission, reviewer, "approve")
    APP.after("release", app.status)
    VERSION.after("approve", held.version.state)
    open_errors = held.findings.filter(
        version=held.version, state=Finding.State.OPEN, severity=Finding.Severity.ERROR
    ).count()
    if open_errors:
        raise FindingsOpen(count=open_errors)
    _decide(held, "approve", reviewer, reasons, now)
    audit.record(
        "miniapps.version.approved", by=reviewer, of=held.version,
        case=held.public_id, digest=held.version.digest, publish=held.publish_on_approval,
    )  # fmt: skip
    if held.publish_on_approval:
        releasing.release(
            app=app,
            version=held.version,
            channel=Release.Channel.PRODUCTION,
            actor=reviewer,
            now=now,
        )
    return held


@transaction.atomic
def request_changes(
    *, submission: Submission, reviewer: Person, now: datetime, reasons: str = ""
) -> Submission:
    """Send the case back with everything that must change; it keeps its place in the queue.

    Raises as ``approve`` for the claim, and FindingsMissing when nothing is said.
    """
    _app, held = _held_for_decision(submission, reviewer, "request_changes")
    named = held.findings.filter(version=held.version, state=Finding.State.OPEN)
    if not reasons.strip() and not named.exists():
        raise FindingsMissing
    _decide(held, "request_changes", reviewer, reasons, now)
    audit.record(
        "miniapps.submission.changes_requested", by=reviewer, of=held, findings=named.count()
    )
    return held


@transaction.atomic
def reject(*, submission: Submission, reviewer: Person, now: datetime, reasons: str) -> Submission:
    """Close the case without approval. Raises as ``approve`` for the claim, and ReasonsMissing."""
    app, held = _held_for_decision(submission, reviewer, "reject")
    if not reasons.strip():
        raise ReasonsMissing
    _decide(held, "reject", reviewer, reasons, now)
    close_case(app)
    audit.record("miniapps.submission.rejected", by=reviewer, of=held, reasons=reasons.strip())
    return held


@dataclass(frozen=True)
class Differences:
    """What a version changes against the last one that was approved; all lists are sorted."""

    base: Version | None
    added: list[str]
    removed: list[str]
    changed: list[str]
    permissions_added: list[str]
    permissions_removed: list[str]
    origins_added: list[str]
    origins_removed: list[str]
    relaxations_added: list[str]

    @property
    def asks_for_more(self) -> bool:
        """Whether it may do something that the approved one may not."""
        return bool(self.permissions_added or self.origins_added or self.relaxations_added)


def differences(version: Version) -> Differences:
    """Compare a version with the last one of the app that was approved before it."""
    base = (
        Version.objects.filter(app=version.app_id, submissions__state=State.APPROVED)
        .exclude(pk=version.pk)
        .order_by("-submissions__decided_at")
        .first()
    )
    before, after = _hashes(base), _hashes(version)
    asked_before, asked = _permissions(base), _permissions(version)
    origins_before, origins = _origins(base), _origins(version)
    relaxed_before = set() if base is None else set(base.relaxations)
    return Differences(
        base=base,
        added=sorted(set(after) - set(before)),
        removed=sorted(set(before) - set(after)),
        changed=sorted(path for path in after if before.get(path, after[path]) != after[path]),
        permissions_added=sorted(asked - asked_before),
        permissions_removed=sorted(asked_before - asked),
        origins_added=sorted(origins - origins_before),
        origins_removed=sorted(origins_before - origins),
        relaxations_added=sorted(set(version.relaxations) - relaxed_before),
    )


def _hashes(version: Version | None) -> dict[str, str]:
    return {} if version is None else dict(version.files.values_list("path", "sha256"))


def _permissions(version: Version | None) -> set[str]:
    manifest = None if version is None else version.manifest
    return {asked["name"] for asked in (manifest or {}).get("req_permissions", [])}


def _origins(version: Version | None) -> set[str]:
    manifest = None if version is None else version.manifest
    network = (manifest or {}).get("barnamak", {}).get("network", {})
    return {f"{kind} {origin}" for kind, origins in network.items() for origin in origins}


def _held_for_decision(case: Submission, reviewer: Person, action: str) -> tuple[App, Submission]:
    app, held = locking.submission(case.pk)
    _require_reviewer(reviewer, app, held)
    SUBMISSION.after(action, held.state)
    _require_claim(held, reviewer)
    return app, held


def _decide(held: Submission, action: str, reviewer: Person, reasons: str, now: datetime) -> None:
    if len(reasons) > REVIEW_TEXT_CHARS_MAX:
        detail = f"must have at most {REVIEW_TEXT_CHARS_MAX} characters"
        raise InvalidInput([Fault("#/reasons", detail, "long")])
    held.state = SUBMISSION.after(action, held.state)
    held.decided_by, held.decided_at, held.reasons = reviewer, now, reasons.strip()
    held.claimed_by = held.claimed_until = None
    held.save()


def _to_queue(held: Submission, state: str) -> None:
    held.state, held.claimed_by, held.claimed_until = state, None, None
    held.save(update_fields=["state", "claimed_by", "claimed_until"])


def _is_anothers(held: Submission, reviewer: Person, now: datetime) -> bool:
    return (
        held.state == State.CLAIMED
        and held.claimed_by_id != reviewer.pk
        and held.claimed_until is not None
        and held.claimed_until > now
    )


def _require_reviewer(reviewer: Person, app: App, held: Submission) -> None:
    if not reviewer.has_perm(access.REVIEW_PERMISSION):
        raise NotAllowed
    if access.is_team(reviewer, app) or reviewer.pk in (
        held.submitted_by_id,
        held.version.uploaded_by_id,
    ):
        raise ReviewerIsMaker


def _require_claim(held: Submission, reviewer: Person) -> None:
    if held.claimed_by_id != reviewer.pk:
        raise NotYourClaim


def _finding_faults(rule: str, severity: str, text: str, path: str) -> list[Fault]:
    faults = []
    if rule not in REVIEW_RULES:
        faults.append(Fault("#/rule", "must be one of the reviewers' rules", "choice"))
    if severity not in Finding.Severity.values:
        faults.append(Fault("#/severity", "must be error, warning or note", "choice"))
    if not 1 <= len(text.strip()) <= REVIEW_TEXT_CHARS_MAX:
        detail = f"must have 1 to {REVIEW_TEXT_CHARS_MAX} characters"
        faults.append(Fault("#/text", detail, "long"))
    if len(path) > PATH_CHARS_MAX:
        faults.append(Fault("#/path", "is too long", "long"))
    return faults
