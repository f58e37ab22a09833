"""Two at the same moment, on two connections of the real database."""

import io
import threading
from collections.abc import Callable

import pytest
from django.db import connection

from core.models import AuditEvent
from core.problems import Problem
from miniapps import checking, registration, releasing, review, submission
from miniapps.errors import AlreadyClaimed, SlugTaken, SubmissionStateForbids
from miniapps.models import App, Release, Submission, Version
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.people import make_person

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run all at once, each on a connection of its own; return results and refusals in order."""
    barrier = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            results[place] = act()
        except Problem as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def kinds(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


@pytest.fixture
def app() -> App:
    return build.make_app(build.make_maker(make_person("سارا")))


def test_two_uploads_of_the_same_bytes_are_one_version(app):
    def upload() -> object:
        return submission.receive(
            app=app,
            upload=io.BytesIO(build.a_bundle()),
            actor=app.maker.founder,
            via="api",
            now=NOW,
        )

    (one, one_is_new), (two, two_is_new) = together(upload, upload)

    assert one == two
    assert {one_is_new, two_is_new} == {True, False}
    assert Version.objects.count() == 1


def test_two_zips_of_the_same_files_checked_at_once_are_one_version(app):
    uploads = [
        build.uploaded_version(app, build.packed(build.files(), level=level)) for level in (1, 9)
    ]

    with build.unconfined():
        one, two = together(
            *(
                lambda v=version: checking.check(version_id=v.public_id, now=NOW)
                for version in uploads
            )
        )

    assert one == two
    assert Version.objects.filter(state=Version.State.READY).count() == 1


def test_one_upload_checked_by_two_workers_is_ready_once(app):
    version = build.uploaded_version(app)

    with build.unconfined():
        together(*[lambda: checking.check(version_id=version.public_id, now=NOW)] * 2)

    version.refresh_from_db()
    assert version.state == Version.State.READY
    assert version.files.count() == 4
    assert AuditEvent.objects.filter(event="miniapps.version.checked").count() == 1


def test_of_two_reviewers_one_gets_the_case(app):
    case = build.submitted(app)
    reviewers = [make_person(role="reviewer"), make_person(role="reviewer")]

    results = together(
        *(lambda r=one: review.claim(submission=case, reviewer=r, now=NOW) for one in reviewers)
    )

    assert kinds(results) == sorted([AlreadyClaimed.__name__, "Submission"])


def test_approving_twice_at_once_approves_and_releases_once(app):
    reviewer = make_person(role="reviewer")
    case = build.claimed(app, reviewer)

    results = together(*[lambda: review.approve(submission=case, reviewer=reviewer, now=NOW)] * 2)

    assert kinds(results) == sorted(["Submission", SubmissionStateForbids.__name__])
    assert Release.objects.count() == 1
    assert AuditEvent.objects.filter(event="miniapps.version.approved").count() == 1


def test_approving_while_the_maker_withdraws_ends_in_one_of_the_two(app):
    reviewer = make_person(role="reviewer")
    case = build.claimed(app, reviewer)

    results = together(
        lambda: review.approve(submission=case, reviewer=reviewer, now=NOW),
        lambda: submission.withdraw(submission=case, actor=app.maker.founder, now=NOW),
    )

    case.refresh_from_db()
    assert kinds(results) == sorted(["Submission", SubmissionStateForbids.__name__])
    assert Release.objects.exists() == (case.state == Submission.State.APPROVED)


def test_two_releases_at_once_leave_one_full_release(app):
    first = build.approved_version(app)
    second = build.approved_version(app, "2.0.0", publish=False)

    together(
        *(
            lambda v=version: releasing.release(
                app=app, version=v, channel="production", actor=app.maker.founder, now=NOW
            )
            for version in (first, second)
        )
    )

    assert Release.objects.filter(state=Release.State.FULL).count() == 1


def test_a_slug_is_given_to_one_of_two(app):
    maker = app.maker

    def register() -> object:
        return registration.register(
            maker=maker,
            actor=maker.founder,
            slug="naron",
            name_fa="ن",
            name_en="N",
            category="food",
        )

    results = together(register, register)

    assert kinds(results) == sorted([SlugTaken.__name__, "tuple"])
    assert App.objects.filter(slug="naron").count() == 1


def test_two_submissions_at_once_are_one_case(app):
    version = build.ready_version(app)

    results = together(
        *[lambda: submission.submit(version=version, actor=app.maker.founder, now=NOW)] * 2
    )

    assert results[0] == results[1]
    assert Submission.objects.count() == 1
