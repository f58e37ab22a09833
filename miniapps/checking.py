"""Checking an upload: its findings, its files in the store, its served index.

A check may be begun again at any time: blobs are named by content, rows are written anew, and only
the last step makes the version ready. What breaks the checker is a finding too, never silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core import audit, jobs, live
from core.limits import CHECK_STUCK_AFTER, CHECK_TRIES_MAX
from miniapps import bundle, locking, publishing, registration, routing, screens
from miniapps.bundle.confined import inspect_confined
from miniapps.errors import IconRefused
from miniapps.models import App, Finding, Version, VersionFile
from miniapps.rulebook import CHECK_CRASHED, CHECK_INTERRUPTED, CRASHES, rules_version
from miniapps.states import VERSION
from miniapps.storage import Store

log = structlog.get_logger(__name__)
TASK = "miniapps.check_version"
State = Version.State
ROWS_AT_ONCE = 1_000
FINDING_PATH_CHARS = 255  # of a path that may be longer when it is the fault itself


def check(*, version_id: str, now: datetime) -> Version:
    """Check an uploaded version and return the one that its bytes are.

    A version that is checked already, or that another worker checks now, is returned as it is.
    """
    version = _begin(version_id, now)
    if version is None:
        known = Version.objects.select_related("same_as").get(public_id=version_id)
        return known.same_as or known
    try:
        report = _inspect(version)
        if any(found.rule == CHECK_INTERRUPTED for found in report.findings):
            return _not_finished(version, report.findings, now)
        if not report.accepted:
            return _refuse(version, report, now)
        _keep_files(version, report)
        known = _describe(version, report)
        if known.pk != version.pk:
            return _point_to(version, known, now)
        publishing.build_index(known)
        icon = _first_icon(known)
        screens.draw(known)
    except Exception as reason:
        log.exception("miniapps.check_crashed", version=version_id)
        facts: dict[str, str | int] = {"error": type(reason).__name__}
        crash = bundle.Finding(CHECK_CRASHED, "error", "", None, facts)
        return _not_finished(version, [crash], now)
    return _accept(version, icon, now)


@transaction.atomic
def recheck_stuck(*, now: datetime) -> int:
    """Ask again for checks that have said nothing for CHECK_STUCK_AFTER; return how many."""
    before = now - CHECK_STUCK_AFTER
    stuck = Version.objects.filter(
        Q(state=State.UPLOADED, uploaded_at__lte=before)
        | Q(state=State.PROCESSING, check_started_at__lte=before)
        | Q(state=State.PROCESSING, check_started_at=None, uploaded_at__lte=before)
    )
    names = list(stuck.order_by("pk").values_list("public_id", flat=True))
    for version_id in names:
        jobs.enqueue_on_commit(TASK, version_id=version_id)
    return len(names)


@transaction.atomic
def _begin(version_id: str, now: datetime) -> Version | None:
    """Take the version for a check; None when there is nothing to do or another worker is at it."""
    key = Version.objects.values_list("pk", flat=True).get(public_id=version_id)
    _app, version = locking.version(key)
    if not VERSION.permits("check", version.state):
        return None
    begun = version.check_started_at
    if begun is not None and begun > now - CHECK_STUCK_AFTER:
        return None
    version.state = VERSION.after("check", version.state)
    if version.check_tries >= CHECK_TRIES_MAX:
        _give_up(version, now)
        return None
    version.check_started_at = now
    version.check_tries += 1
    version.save(update_fields=["state", "check_started_at", "check_tries"])
    return version


def _inspect(version: Version) -> bundle.Report:
    archive = Store(settings.PRIVATE_UPLOADS).path(version.upload_sha256)
    return inspect_confined(
        archive, manifest_override=version.manifest_given, local_origins=settings.DEBUG
    )


def _keep_files(version: Version, report: bundle.Report) -> None:
    """Put every file into the store. Nothing is written under a name from the archive."""
    store = Store(settings.STORE)
    with Store(settings.PRIVATE_UPLOADS).open(version.upload_sha256) as upload:
        for facts, pieces in bundle.open_files(upload, report):
            sha256 = store.put(pieces)
            assert sha256 == facts.sha256


@transaction.atomic
def _describe(version: Version, report: bundle.Report) -> Version:
    """Write what the version holds; return it, or the older version that has the same content."""
    app, held = locking.version(version.pk)
    twins = Version.objects.filter(app=app, digest=report.digest).exclude(pk=held.pk)
    known = twins.exclude(state=State.CHECKS_FAILED).first()
    if known is not None:
        return known
    _write_findings(held, report.findings)
    held.files.all().delete()
    VersionFile.objects.bulk_create(
        [
            VersionFile(
                version=held,
                path=facts.path,
                sha256=facts.sha256,
                size_bytes=facts.size_bytes,
                media_type=facts.media_type,
            )
            for facts in report.files
        ],
        batch_size=ROWS_AT_ONCE,
    )
    assert report.manifest is not None
    held.digest, held.manifest = report.digest, report.manifest
    held.name = str(report.manifest["version"]["name"])[:40]
    held.size_bytes = sum(facts.size_bytes for facts in report.files)
    held.files_count = len(report.files)
    held.speaks = sorted(report.speaks)
    asked_for = report.manifest.get("barnamak", {}).get("relaxations", {})
    held.relaxations = sorted({*report.relaxations, *asked_for})
    held.rules_version = rules_version()
    held.save()
    return held


@transaction.atomic
def _accept(version: Version, icon: bytes | None, now: datetime) -> Version:
    app, held = locking.version(version.pk)
    if not VERSION.permits("accept", held.state):
        return held  # another worker was faster
    held.state = VERSION.after("accept", held.state)
    held.checked_at = now
    held.save(update_fields=["state", "checked_at"])
    if icon is not None and not app.icon:
        registration.keep_icon(app, icon)
    routing.write_routes(app, now=now)
    _tell(held, held)
    return held


@transaction.atomic
def _refuse(version: Version, report: bundle.Report, now: datetime) -> Version:
    app, held = locking.version(version.pk)
    if not VERSION.permits("refuse", held.state):
        return held
    held.state = VERSION.after("refuse", held.state)
    held.checked_at, held.rules_version = now, rules_version()
    if any(found.rule == "manifest-missing" for found in report.findings):
        proposal = bundle.suggest(report, app_id=app.public_id, version_code=held.number)
        held.manifest_proposed = proposal
    held.save()
    _write_findings(held, report.findings)
    _tell(held, held)
    return held


@transaction.atomic
def _point_to(version: Version, known: Version, now: datetime) -> Version:
    """Make the upload an echo of the version that has its content already."""
    _app, held = locking.version(version.pk)
    if held.state == State.PROCESSING:
        held.same_as, held.checked_at = known, now
        held.state = State.WITHDRAWN
        held.save(update_fields=["same_as", "checked_at", "state"])
        _tell(held, known)
    return known


@transaction.atomic
def _not_finished(version: Version, found: Iterable[bundle.Finding], now: datetime) -> Version:
    """Say that the check broke; begin it again, or refuse after CHECK_TRIES_MAX."""
    _app, held = locking.version(version.pk)
    if held.state != State.PROCESSING:
        return held
    _write_findings(held, found)
    held.check_started_at = None
    held.save(update_fields=["check_started_at"])
    if held.check_tries >= CHECK_TRIES_MAX:
        _give_up(held, now)
    else:
        jobs.enqueue_on_commit(TASK, version_id=held.public_id)
    return held


def _give_up(held: Version, now: datetime) -> None:
    held.state = VERSION.after("refuse", held.state)
    held.checked_at, held.rules_version, held.digest = now, rules_version(), None
    held.save()
    if not held.findings.filter(rule__in=CRASHES).exists():
        killed = bundle.Finding(CHECK_CRASHED, "error", "", None, {"error": "killed"})
        _write_findings(held, [killed])
    _tell(held, held)


def _write_findings(held: Version, found: Iterable[bundle.Finding]) -> None:
    """Write the checker's findings, all at once, in the place of an earlier try's."""
    held.findings.filter(submission=None).delete()
    Finding.objects.bulk_create(
        [
            Finding(
                version=held,
                rule=one.rule,
                severity=one.severity,
                path=one.path[:FINDING_PATH_CHARS],
                line=one.line,
                facts=one.facts,
            )
            for one in found
        ],
        batch_size=ROWS_AT_ONCE,
    )


def _tell(upload: Version, result: Version) -> None:
    """Write down how the check ended and tell those who watch the upload."""
    severities = list(result.findings.values_list("severity", flat=True))
    facts: dict[str, Any] = {
        "version": result.public_id,
        "state": result.state,
        "errors": severities.count(Finding.Severity.ERROR),
        "warnings": severities.count(Finding.Severity.WARNING),
    }
    audit.record("miniapps.version.checked", by=None, of=upload, **facts)
    live.publish_on_commit(f"version.{upload.public_id}", "version.checked", facts)


def _first_icon(version: Version) -> bytes | None:
    """Return the largest usable icon of the manifest, drawn anew, if the app has none yet."""
    app = App.objects.only("icon").get(pk=version.app_id)
    if app.icon:
        return None
    hashes = dict(version.files.values_list("path", "sha256"))
    store = Store(settings.STORE)
    for icon in sorted((version.manifest or {}).get("icons", []), key=_side, reverse=True):
        sha256 = hashes.get(str(icon["src"]).removeprefix("./").removeprefix("/"))
        if sha256 is None:
            continue
        try:
            return registration.icon_of(store.read(sha256))
        except IconRefused:
            continue
    return None


def _side(icon: dict[str, Any]) -> int:
    width = str(icon.get("sizes", "")).partition("x")[0]
    return int(width) if width.isdigit() else 0
