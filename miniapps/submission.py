"""Bytes arrive, and a version asks for review.

An upload becomes a version; the same bytes become the same version. A submission is one case: after
requested changes the new version joins the same case and keeps its place in the queue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from core import jobs, rates
from core.limits import (
    REVIEW_DUE_AFTER,
    UPLOAD_BYTES_MAX,
    UPLOADS_PER_HOUR_MAX,
    UPLOADS_PER_PERSON_HOUR_MAX,
    VERSION_NOTE_CHARS_MAX,
)
from core.problems import Fault, InvalidInput
from miniapps import actors, governing, locking, registration, releasing
from miniapps.actors import Actor
from miniapps.errors import AlreadyApproved, BundleTooLarge, CaseOpen, ListingIncomplete
from miniapps.models import App, Submission, Version
from miniapps.rulebook import CRASHES, rules_version
from miniapps.states import APP, SUBMISSION, VERSION
from miniapps.storage import Store

PIECE_BYTES = 64 * 1024
CHECK_TASK = "miniapps.check_version"


def receive(
    *,
    app: App,
    upload: BinaryIO,
    actor: Actor,
    via: str,
    now: datetime,
    manifest_given: Mapping[str, Any] | None = None,
    note: str = "",
) -> tuple[Version, bool]:
    """Take an upload and ask for its check; return the version and whether it is new.

    The raw bytes are kept privately and never served. The same bytes with the same manifest are the
    same version, also when two uploads of them arrive together. Raises TooManyRequests,
    InvalidInput, AppStateForbids, BundleTooLarge.
    """
    APP.after("upload", app.status)
    _refuse_bad_note(note)
    rates.hit("uploads", app.public_id, limit=UPLOADS_PER_HOUR_MAX, period_s=3600)
    uploader = str(actors.person_of(actor).pk)
    rates.hit("uploads-person", uploader, limit=UPLOADS_PER_PERSON_HOUR_MAX, period_s=3600)
    size = _Size()
    sha256 = Store(settings.PRIVATE_UPLOADS).put(size.bounded(upload))
    return _enter(
        app,
        sha256=sha256,
        size_bytes=size.bytes,
        manifest_given=None if manifest_given is None else dict(manifest_given),
        actor=actor,
        via=via,
        note=note.strip(),
        now=now,
    )


@transaction.atomic
def submit(
    *,
    version: Version,
    actor: Actor,
    now: datetime,
    publish_on_approval: bool = True,
    note: str = "",
) -> Submission:
    """Ask for review. After requested changes the version joins the open case.

    Submitting what waits already returns its case. Raises, the first that applies:
    AppStateForbids, VersionStateForbids, ListingIncomplete, AlreadyApproved, CaseOpen.
    """
    _refuse_bad_note(note)
    app, held = locking.version(version.pk)
    status = APP.after("submit", app.status)
    VERSION.after("submit", held.state)
    missing = registration.missing_in_listing(app)
    if missing:
        raise ListingIncomplete(missing=missing)
    if releasing.is_approved(held):
        raise AlreadyApproved
    case = (
        Submission.objects.select_for_update()
        .filter(app=app, state__in=governing.OPEN_CASE)
        .first()
    )
    if case is not None and not SUBMISSION.permits("resubmit", case.state):
        if case.version_id == held.pk:
            return case
        raise CaseOpen(submission=case.public_id)
    if case is None:
        case = _new_case(app, held, actor, now)
    else:
        case.state = SUBMISSION.after("resubmit", case.state)
        case.round += 1
    case.version, case.note = held, note.strip()
    case.publish_on_approval = publish_on_approval
    case.save()
    if status != app.status:
        app.status = status
        app.save(update_fields=["status"])
    actors.record(
        "miniapps.submission.queued", by=actor, of=case,
        version=held.public_id, round=case.round, publish_on_approval=publish_on_approval,
    )  # fmt: skip
    return case


@transaction.atomic
def withdraw(*, submission: Submission, actor: Actor, now: datetime) -> Submission:
    """Take a case back before it is decided. Raises SubmissionStateForbids."""
    del now
    app, held = locking.submission(submission.pk)
    held.state = SUBMISSION.after("withdraw", held.state)
    held.claimed_by = held.claimed_until = None
    held.save(update_fields=["state", "claimed_by", "claimed_until"])
    close_case(app)
    actors.record("miniapps.submission.withdrawn", by=actor, of=held)
    return held


def close_case(app: App) -> None:
    """Let an app that was never released be a draft again; the caller holds it."""
    status = APP.after("close_case", app.status)
    if status != app.status:
        app.status = status
        app.save(update_fields=["status"])


def is_final(version: Version) -> bool:
    """Tell whether checking a refused version again would only repeat what was said."""
    crashed = version.findings.filter(rule__in=CRASHES).exists()
    return version.rules_version == rules_version() and not crashed


@transaction.atomic
def with_manifest(
    *, version: Version, manifest: Mapping[str, Any], actor: Actor, now: datetime
) -> tuple[Version, bool]:
    """Check the bytes of an upload again, with a manifest from a form; they are not sent again.

    Returns the version and whether it is new. Raises TooManyRequests, AppStateForbids.
    """
    rates.hit("uploads", version.app.public_id, limit=UPLOADS_PER_HOUR_MAX, period_s=3600)
    size_bytes = Store(settings.PRIVATE_UPLOADS).size_bytes(version.upload_sha256)
    return _enter(
        version.app,
        sha256=version.upload_sha256,
        size_bytes=size_bytes,
        manifest_given=dict(manifest),
        actor=actor,
        via=version.via,
        note=version.note,
        now=now,
    )


class _Size:
    """Counts what is read and stops at the limit, so that no more is ever on the disk."""

    def __init__(self) -> None:
        self.bytes = 0

    def bounded(self, upload: BinaryIO) -> Iterator[bytes]:
        while piece := upload.read(PIECE_BYTES):
            self.bytes += len(piece)
            if self.bytes > UPLOAD_BYTES_MAX:
                raise BundleTooLarge(limit_bytes=UPLOAD_BYTES_MAX)
            yield piece


@transaction.atomic
def _enter(
    app: App,
    *,
    sha256: str,
    size_bytes: int,
    manifest_given: dict[str, Any] | None,
    actor: Actor,
    via: str,
    note: str,
    now: datetime,
) -> tuple[Version, bool]:
    held = locking.app(app.pk)
    APP.after("upload", held.status)
    known = _find_known(held, sha256, manifest_given)
    if known is not None:
        return known, False
    last = held.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(
        app=held,
        number=last + 1,
        upload_sha256=sha256,
        size_bytes=size_bytes,
        manifest_given=manifest_given,
        note=note,
        via=via,
        uploaded_by=actors.person_of(actor),
    )
    actors.record(
        "miniapps.version.received", by=actor, of=version,
        app=held.public_id, sha256=sha256, size_bytes=size_bytes, via=via,
    )  # fmt: skip
    del now
    jobs.enqueue_on_commit(CHECK_TASK, version_id=version.public_id)
    return version, True


def _find_known(app: App, sha256: str, manifest_given: dict[str, Any] | None) -> Version | None:
    """Return the version these bytes are already, unless newer rules might judge them otherwise."""
    earlier = app.versions.filter(upload_sha256=sha256).select_related("same_as")
    for version in earlier.order_by("-pk"):
        if version.manifest_given != manifest_given:
            continue
        if version.state == Version.State.CHECKS_FAILED and not is_final(version):
            continue
        known = version.same_as or version
        known.app = app
        return known
    return None


def _new_case(app: App, version: Version, actor: Actor, now: datetime) -> Submission:
    return Submission(
        app=app,
        version=version,
        submitted_by=actors.person_of(actor),
        first_submitted_at=now,
        due_at=now + REVIEW_DUE_AFTER,
    )


def _refuse_bad_note(note: str) -> None:
    if len(note) > VERSION_NOTE_CHARS_MAX:
        detail = f"must have at most {VERSION_NOTE_CHARS_MAX} characters"
        raise InvalidInput([Fault("#/note", detail, "long")])
    if "\x00" in note:
        raise InvalidInput([Fault("#/note", "holds a character that is not allowed", "characters")])
