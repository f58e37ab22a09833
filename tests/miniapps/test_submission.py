"""Bytes arrive and become a version; a version asks for review."""

import io

import pytest

from core.models import AuditEvent, OutboxJob
from core.problems import InvalidInput
from miniapps import registration, review, submission
from miniapps.errors import (
    AlreadyApproved,
    BundleTooLarge,
    CaseOpen,
    ListingIncomplete,
    VersionStateForbids,
)
from miniapps.models import App, Submission, Version
from miniapps.storage import Store
from tests.miniapps import build
from tests.miniapps.build import NOW


class Endless:
    """An upload that never ends; counts what was read of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        self.read_bytes += size
        return b"\0" * size


def test_an_upload_is_kept_privately_and_its_check_is_asked_for(cafe, own_store, settings):
    version = build.uploaded_version(cafe, b"PK whatever")

    assert version.state == Version.State.UPLOADED
    assert Store(settings.PRIVATE_UPLOADS).read(version.upload_sha256) == b"PK whatever"
    assert not own_store.exists()
    job = OutboxJob.objects.get()
    assert (job.task, job.arguments) == (
        "miniapps.check_version",
        {"version_id": version.public_id},
    )


def test_the_same_bytes_are_the_same_version(cafe):
    first = build.uploaded_version(cafe)

    again, is_new = submission.receive(
        app=cafe, upload=io.BytesIO(build.a_bundle()), actor=cafe.maker.founder, via="api", now=NOW
    )

    assert (again, is_new) == (first, False)
    assert OutboxJob.objects.count() == 1


def test_the_same_bytes_with_another_manifest_are_another_version(cafe):
    first = build.uploaded_version(cafe, manifest_given={"name": "a"})

    second = build.uploaded_version(cafe, manifest_given={"name": "b"})

    assert second != first
    assert second.number == 2


def test_the_same_bytes_at_another_app_are_another_version(cafe, studio):
    other = build.make_app(studio)

    assert build.uploaded_version(cafe) != build.uploaded_version(other)


def test_an_upload_is_stopped_at_the_limit_and_leaves_nothing(cafe, settings, monkeypatch):
    monkeypatch.setattr(submission, "UPLOAD_BYTES_MAX", 300_000)
    upload = Endless()

    with pytest.raises(BundleTooLarge) as refusal:
        submission.receive(app=cafe, upload=upload, actor=cafe.maker.founder, via="api", now=NOW)

    assert refusal.value.members == {"limit_bytes": 300_000}
    assert upload.read_bytes < 300_000 + 2 * submission.PIECE_BYTES
    assert not [path for path in settings.PRIVATE_UPLOADS.rglob("*") if path.is_file()]
    assert not Version.objects.exists()


def test_bytes_that_were_refused_are_not_checked_again_under_the_same_rules(cafe):
    refused = build.checked_version(cafe, b"no zip")

    again = build.uploaded_version(cafe, b"no zip")

    assert refused.state == Version.State.CHECKS_FAILED
    assert again == refused


def test_bytes_that_were_refused_are_checked_again_under_new_rules(cafe):
    refused = build.checked_version(cafe, b"no zip")
    Version.objects.update(rules_version="older")

    again = build.uploaded_version(cafe, b"no zip")

    assert again != refused
    assert again.state == Version.State.UPLOADED


def test_a_note_has_a_limit(cafe):
    with pytest.raises(InvalidInput):
        build.uploaded_version(cafe, note="x" * 501)


def test_a_build_without_manifest_is_checked_again_with_one_from_the_form(cafe):
    content = build.files()
    del content["manifest.json"]
    bare = build.checked_version(cafe, build.packed(content))

    version, is_new = submission.with_manifest(
        version=bare, manifest=build.manifest(), actor=cafe.maker.founder, now=NOW
    )
    with build.unconfined():
        version = build.checking.check(version_id=version.public_id, now=NOW)

    assert is_new
    assert bare.manifest_proposed["pages"] == ["index.html"]
    assert version.state == Version.State.READY


def test_the_first_submission_puts_the_app_into_review(cafe):
    case = build.submitted(cafe)

    assert case.state == Submission.State.QUEUED
    assert case.due_at > case.first_submitted_at == NOW
    assert App.objects.get(pk=cafe.pk).status == App.Status.IN_REVIEW


def test_submitting_what_waits_already_returns_its_case(cafe):
    case = build.submitted(cafe)

    again = submission.submit(version=case.version, actor=cafe.maker.founder, now=NOW)

    assert again == case
    assert AuditEvent.objects.filter(event="miniapps.submission.queued").count() == 1


def test_a_second_version_waits_until_the_first_is_decided(cafe):
    case = build.submitted(cafe)
    second = build.ready_version(cafe, "1.0.1")

    with pytest.raises(CaseOpen) as refusal:
        submission.submit(version=second, actor=cafe.maker.founder, now=NOW)

    assert refusal.value.members == {"submission": case.public_id}


def test_after_requested_changes_the_new_version_keeps_the_place_in_the_queue(cafe, reza):
    case = build.claimed(cafe, reza)
    review.request_changes(submission=case, reviewer=reza, reasons="دکمه کار نمی‌کند", now=NOW)
    second = build.ready_version(cafe, "1.0.1")

    again = submission.submit(version=second, actor=cafe.maker.founder, now=NOW.replace(day=23))

    assert again.pk == case.pk
    assert (again.version, again.round, again.state) == (second, 2, Submission.State.QUEUED)
    assert (again.first_submitted_at, again.due_at) == (case.first_submitted_at, case.due_at)


def test_a_version_that_failed_its_checks_cannot_be_submitted(cafe):
    refused = build.checked_version(cafe, b"no zip")

    with pytest.raises(VersionStateForbids):
        submission.submit(version=refused, actor=cafe.maker.founder, now=NOW)


def test_a_listing_without_a_description_cannot_be_submitted(cafe, sara):
    registration.edit_listing(app=cafe, actor=sara, about_fa="")

    with pytest.raises(ListingIncomplete) as refusal:
        build.submitted(cafe)

    assert refusal.value.members == {"missing": ["about_fa"]}


def test_an_approved_version_needs_no_second_review(cafe):
    version = build.approved_version(cafe)

    with pytest.raises(AlreadyApproved):
        submission.submit(version=version, actor=cafe.maker.founder, now=NOW)


def test_withdrawing_the_only_case_makes_the_app_a_draft_again(cafe, sara):
    case = build.submitted(cafe)

    submission.withdraw(submission=case, actor=sara, now=NOW)

    assert App.objects.get(pk=cafe.pk).status == App.Status.DRAFT


def test_withdrawing_a_case_leaves_a_live_app_live(studio, sara):
    app = build.live_app(studio)
    case = build.submitted(app, "1.0.1")

    submission.withdraw(submission=case, actor=sara, now=NOW)

    assert App.objects.get(pk=app.pk).status == App.Status.LIVE
