"""What a check does to the store, to the rows, and when it breaks."""

import io
import json
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import translation
from PIL import Image

from core.limits import CHECK_STUCK_AFTER, CHECK_TRIES_MAX
from core.models import AuditEvent, OutboxJob
from miniapps import checking, findings, publishing
from miniapps.models import App, Finding, Route, Version
from miniapps.storage import Store
from tests.hostile.bundles.attacks import ATTACKS
from tests.miniapps import build
from tests.miniapps.build import NOW

LATER = NOW + CHECK_STUCK_AFTER + timedelta(seconds=1)


def in_the_store(store) -> list[str]:
    return [path.name for path in store.rglob("*") if path.is_file()]


def a_png(side: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), (10, 120, 90)).save(out, "PNG")
    return out.getvalue()


def test_a_good_build_becomes_a_ready_version(cafe, own_store):
    version = build.ready_version(cafe)

    assert (version.number, version.name, version.files_count) == (1, "1.0.0", 4)
    assert {file.path for file in version.files.all()} == set(build.files())
    assert all(Store(own_store).has(file.sha256) for file in version.files.all())
    assert json.loads(Store(own_store).read_index(version.digest))["digest"] == version.digest


def test_a_ready_version_can_be_seen_on_the_preview_origin_at_once(cafe):
    version = build.ready_version(cafe)

    preview = Route.objects.get(label__startswith=f"{cafe.label}--p")
    assert preview.record["versions"][version.digest[:16]]["digest"] == version.digest
    assert preview.record["default"] is None


def test_every_finding_of_a_bad_build_is_told_at_once(cafe):
    content = build.files()
    content["index.html"] = b"<html><script src='https://evil.example/x.js'></script></html>"
    content["run.php"] = b"<?php"
    version = build.checked_version(cafe, build.packed(content))

    rules = set(version.findings.filter(severity="error").values_list("rule", flat=True))
    assert version.state == Version.State.CHECKS_FAILED
    assert len(rules) >= 2


@pytest.mark.parametrize("name", sorted(ATTACKS)[::12])
def test_a_hostile_upload_leaves_nothing_in_the_store(name, cafe, own_store):
    rule, attack = ATTACKS[name]

    version = build.checked_version(cafe, attack())

    assert version.state == Version.State.CHECKS_FAILED
    assert rule in set(version.findings.values_list("rule", flat=True))
    assert in_the_store(own_store) == []
    assert (version.digest, version.files.count()) == (None, 0)


def test_another_zip_of_the_same_files_is_the_same_version(cafe):
    first = build.ready_version(cafe)

    second = build.checked_version(cafe, build.packed(build.files(), level=1))

    assert second == first
    echo = Version.objects.exclude(pk=first.pk).get()
    assert (echo.same_as, echo.state) == (first, Version.State.WITHDRAWN)


def test_checking_twice_changes_nothing(cafe):
    version = build.ready_version(cafe)
    heard = AuditEvent.objects.count()

    with build.unconfined():
        again = checking.check(version_id=version.public_id, now=LATER)

    assert again == version
    assert AuditEvent.objects.count() == heard


def test_a_worker_that_was_killed_in_the_middle_is_followed_by_another(cafe, own_store):
    version = build.uploaded_version(cafe)
    with (
        build.unconfined(),
        mock.patch.object(publishing, "build_index", side_effect=SystemExit),
        pytest.raises(SystemExit),
    ):
        checking.check(version_id=version.public_id, now=NOW)
    version.refresh_from_db()
    assert version.state == Version.State.PROCESSING

    assert checking.recheck_stuck(now=LATER) == 1
    with build.unconfined():
        checked = checking.check(version_id=version.public_id, now=LATER)

    assert checked.state == Version.State.READY
    assert checked.files.count() == 4
    assert Store(own_store).read_index(checked.digest)


def test_a_check_that_another_worker_has_begun_is_left_to_it(cafe):
    version = build.uploaded_version(cafe)
    Version.objects.update(state=Version.State.PROCESSING, check_started_at=NOW, check_tries=1)

    with build.unconfined():
        left = checking.check(version_id=version.public_id, now=NOW + timedelta(seconds=5))

    assert left.state == Version.State.PROCESSING
    assert checking.recheck_stuck(now=NOW + timedelta(seconds=5)) == 0


def test_a_crash_of_the_checker_is_a_finding_and_is_tried_again(cafe):
    version = build.uploaded_version(cafe)
    OutboxJob.objects.all().delete()

    with mock.patch.object(checking, "inspect_confined", side_effect=ZeroDivisionError):
        broken = checking.check(version_id=version.public_id, now=NOW)

    assert broken.state == Version.State.PROCESSING
    assert [(one.rule, one.facts) for one in broken.findings.all()] == [
        ("check-crashed", {"error": "ZeroDivisionError"})
    ]
    assert OutboxJob.objects.get().task == "miniapps.check_version"


def test_after_a_crash_the_next_try_may_succeed_and_takes_the_finding_away(cafe):
    version = build.uploaded_version(cafe)
    with mock.patch.object(checking, "inspect_confined", side_effect=OSError):
        checking.check(version_id=version.public_id, now=NOW)

    with build.unconfined():
        checked = checking.check(version_id=version.public_id, now=NOW)

    assert checked.state == Version.State.READY
    assert not checked.findings.filter(rule="check-crashed").exists()


def test_a_check_that_always_crashes_is_refused_after_the_last_try(cafe):
    version = build.uploaded_version(cafe)

    with mock.patch.object(checking, "inspect_confined", side_effect=OSError):
        for _ in range(CHECK_TRIES_MAX):
            broken = checking.check(version_id=version.public_id, now=NOW)

    assert broken.state == Version.State.CHECKS_FAILED
    assert [one.rule for one in broken.findings.all()] == ["check-crashed"]


def test_a_build_that_kills_every_worker_is_refused_in_the_end(cafe):
    version = build.uploaded_version(cafe)
    now = NOW
    for _ in range(CHECK_TRIES_MAX):
        with (
            mock.patch.object(checking, "inspect_confined", side_effect=SystemExit),
            pytest.raises(SystemExit),
        ):
            checking.check(version_id=version.public_id, now=now)
        now += CHECK_STUCK_AFTER

    refused = checking.check(version_id=version.public_id, now=now)

    assert refused.state == Version.State.CHECKS_FAILED
    assert refused.findings.get().facts == {"error": "killed"}


def test_after_a_crash_the_same_bytes_may_be_uploaded_again(cafe):
    version = build.uploaded_version(cafe)
    with mock.patch.object(checking, "inspect_confined", side_effect=OSError):
        for _ in range(CHECK_TRIES_MAX):
            checking.check(version_id=version.public_id, now=NOW)

    assert build.ready_version(cafe) != version


def test_the_confined_checker_itself_is_what_a_worker_runs(cafe):
    version = build.uploaded_version(cafe)

    checked = checking.check(version_id=version.public_id, now=NOW)

    assert checked.state == Version.State.READY


def test_the_first_ready_version_gives_the_app_its_icon(cafe, own_store):
    content = build.files(icons=[
        {"src": "small.png", "sizes": "64x64"}, {"src": "big.png", "sizes": "256x256"},
    ]) | {"small.png": a_png(64), "big.png": a_png(256)}  # fmt: skip

    version = build.checked_version(cafe, build.packed(content))

    assert version.state == Version.State.READY, list(version.findings.values("rule", "facts"))
    app = App.objects.get(pk=cafe.pk)
    with Image.open(io.BytesIO(Store(own_store).read(app.icon))) as icon:
        assert icon.size == (512, 512)


def test_those_who_watch_are_told_after_the_commit(cafe, django_capture_on_commit_callbacks):
    version = build.uploaded_version(cafe)

    with (
        mock.patch("core.live._publish") as publish,
        django_capture_on_commit_callbacks(execute=True),
        build.unconfined(),
    ):
        checking.check(version_id=version.public_id, now=NOW)

    facts = {"version": version.public_id, "state": "ready", "errors": 0, "warnings": 0}
    publish.assert_called_once_with(f"version.{version.public_id}", "version.checked", facts)


def test_every_finding_has_words_in_both_languages(cafe):
    version = build.checked_version(cafe, build.packed({"a.php": b"x"}))
    for language in ("fa", "en"):
        with translation.override(language):
            for finding in version.findings.all():
                words = findings.text_of(finding)
                assert words.title
                assert words.fix
                assert "%(" not in words.title + words.fix


def test_a_reviewers_own_text_comes_first(cafe):
    version = build.ready_version(cafe)
    finding = Finding(version=version, rule="review-function", text="دکمه کار نمی‌کند")

    assert findings.text_of(finding).title == "دکمه کار نمی‌کند"
