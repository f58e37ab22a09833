"""What the platform takes away is gone at once: for new launches, open ones and the routes."""

from datetime import timedelta
from unittest import mock

import pytest

from core.models import AuditEvent
from core.problems import NotAllowed
from miniapps import ending, governing, launching, releasing, retiring
from miniapps.errors import AppUnavailable, ReasonsMissing
from miniapps.models import App, Launch, Release, Route, Submission, Version
from tests.miniapps import build
from tests.miniapps.build import NOW


@pytest.fixture
def app(studio) -> App:
    return build.live_app(studio)


@pytest.fixture
def opened(app, mina) -> Launch:
    """Mina has the app open."""
    return launching.launch(person=mina, app=app, source="link", now=NOW)


@pytest.fixture
def told():
    with mock.patch("core.live._publish") as publish:
        yield publish


def served(app: App) -> dict:
    return Route.objects.get(label=app.label).record


def test_suspending_ends_open_launches_and_tells_their_pages(
    app, opened, omid, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        governing.suspend(app=app, actor=omid, reason="هرزنامه", now=NOW)

    opened.refresh_from_db()
    assert (opened.ended_at, opened.end_reason) == (NOW, "app-suspended")
    news = {"launch": opened.public_id, "reason": "app-suspended"}
    told.assert_called_once_with(f"launch.{opened.public_id}", "launch.ended", news)


def test_many_open_launches_end_with_one_statement(app, mina, omid, django_assert_num_queries):
    for _ in range(5):
        launching.launch(person=mina, app=app, source="link", now=NOW)

    with django_assert_num_queries(1):
        ended = ending.end_of_app(app, reason="app-suspended", now=NOW)

    assert ended == 5


def test_a_suspended_app_is_served_no_more_and_opens_no_more(app, omid, mina):
    governing.suspend(app=app, actor=omid, reason="هرزنامه", now=NOW)

    assert served(app) == {
        "app": app.public_id, "status": "suspended", "versions": {}, "default": None,
    }  # fmt: skip
    app.refresh_from_db()
    with pytest.raises(AppUnavailable):
        launching.launch(person=mina, app=app, source="link", now=NOW)


def test_the_previews_of_a_suspended_app_are_served_no_more(app, omid):
    governing.suspend(app=app, actor=omid, reason="هرزنامه", now=NOW)

    assert all(route.record["versions"] == {} for route in Route.objects.filter(app=app))


def test_a_restored_app_is_what_it_was(app, omid, sara):
    retiring.unlist(app=app, actor=sara, now=NOW)
    before = served(app)
    governing.suspend(app=app, actor=omid, reason="هرزنامه", now=NOW)

    restored = governing.restore(app=app, actor=omid, reason="درست شد", now=NOW)

    assert restored.status == App.Status.UNLISTED
    assert served(app) == before


@pytest.mark.parametrize("somebody", ["sara", "mina", "reza", "saman"])
def test_only_operators_suspend(app, somebody, request):
    with pytest.raises(NotAllowed):
        governing.suspend(app=app, actor=request.getfixturevalue(somebody), reason="x", now=NOW)


def test_nothing_is_taken_away_without_a_reason(app, omid):
    with pytest.raises(ReasonsMissing):
        governing.suspend(app=app, actor=omid, reason=" ", now=NOW)


def test_the_reason_and_the_number_of_ended_launches_stand_in_the_audit_trail(app, opened, omid):
    governing.suspend(app=app, actor=omid, reason="هرزنامه", now=NOW)

    event = AuditEvent.objects.get(event="miniapps.app.suspended")
    assert (event.actor, event.facts) == (omid, {"reason": "هرزنامه", "launches": 1})


def test_a_ban_closes_the_open_case(app, omid):
    case = build.submitted(app, "2.0.0")

    governing.ban(app=app, actor=omid, reason="کلاهبرداری", now=NOW)

    case.refresh_from_db()
    assert case.state == Submission.State.WITHDRAWN
    assert served(app)["status"] == "banned"


def test_a_soft_block_stops_new_launches_and_lets_open_pages_go_on(app, opened, omid, mina):
    governing.block_version(version=opened.version, actor=omid, reason="خطا", hard=False, now=NOW)

    opened.refresh_from_db()
    assert opened.ended_at is None
    assert opened.version.digest[:16] in served(app)["versions"]
    assert releasing.chosen_version(app, mina, "production") is None


def test_a_hard_block_ends_open_launches_and_serves_no_byte_more(app, opened, omid):
    governing.block_version(
        version=opened.version, actor=omid, reason="بدافزار", hard=True, now=NOW
    )

    opened.refresh_from_db()
    assert opened.end_reason == "version-blocked"
    assert all(route.record["versions"] == {} for route in Route.objects.filter(app=app))


def test_where_a_blocked_version_was_full_the_last_good_one_returns(app, omid, mina):
    first = Version.objects.get(app=app)
    second = build.approved_version(app, "2.0.0")

    governing.block_version(version=second, actor=omid, reason="خطا", hard=True, now=NOW)

    assert releasing.chosen_version(app, mina, "production") == first
    assert served(app)["default"] == first.digest[:16]


def test_withdrawing_a_version_ends_its_launches(app, opened, sara):
    retiring.withdraw_version(version=opened.version, actor=sara, now=NOW)

    opened.refresh_from_db()
    assert opened.end_reason == "version-withdrawn"


def test_withdrawing_a_version_that_waits_for_review_withdraws_its_case(cafe, sara):
    case = build.submitted(cafe)

    retiring.withdraw_version(version=case.version, actor=sara, now=NOW)

    case.refresh_from_db()
    assert case.state == Submission.State.WITHDRAWN


def test_launches_whose_time_is_over_are_ended(opened):
    over = opened.expires_at + timedelta(seconds=1)

    assert (ending.end_expired(now=NOW), ending.end_expired(now=over)) == (0, 1)
    opened.refresh_from_db()
    assert opened.end_reason == "expired"


def test_a_deleted_app_keeps_its_row_and_is_served_no_more(app, sara):
    retiring.delete(app=app, actor=sara, now=NOW)

    app.refresh_from_db()
    assert app.status == App.Status.DELETED
    assert served(app)["versions"] == {}
    assert Release.objects.filter(app=app).exists()
