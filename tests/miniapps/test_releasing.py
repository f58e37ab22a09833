"""Who gets which version."""

import pytest

from core.models import AuditEvent
from core.problems import InvalidInput, NotFound
from miniapps import releasing, retiring
from miniapps.errors import (
    AppStateForbids,
    NotApproved,
    NothingToRollBackTo,
    ReleaseForTeamIsWhole,
    ReleaseStateForbids,
    VersionStateForbids,
)
from miniapps.models import App, Release, Version
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.people import make_person

PUBLIC = Release.Channel.PRODUCTION


def give(app, version, **more) -> Release:
    words = {"channel": PUBLIC, "actor": app.maker.founder, "now": NOW} | more
    return releasing.release(app=app, version=version, **words)


@pytest.fixture
def first(studio) -> Version:
    """The version that everybody has."""
    app = build.live_app(studio)
    return Version.objects.select_related("app__maker").get(app=app)


@pytest.fixture
def app(first) -> App:
    return first.app


@pytest.fixture
def second(first) -> Version:
    """The next version, approved and not released."""
    return build.approved_version(first.app, "2.0.0", publish=False)


def test_a_release_to_everyone_ends_the_one_before(app, first, second, mina):
    give(app, second)

    assert Release.objects.get(version=first).state == Release.State.SUPERSEDED
    assert releasing.chosen_version(app, mina, PUBLIC) == second


def test_releasing_what_is_released_changes_nothing(app, first):
    events = AuditEvent.objects.count()

    again = give(app, first)

    assert again == Release.objects.get(version=first)
    assert AuditEvent.objects.count() == events


def test_a_version_that_is_not_approved_reaches_nobody(app):
    version = build.ready_version(app, "2.0.0")

    with pytest.raises(NotApproved):
        give(app, version)


def test_a_version_of_another_app_is_not_there(app, studio):
    other = build.ready_version(build.make_app(studio))

    with pytest.raises(NotFound):
        give(app, other)


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_a_percentage_is_from_1_to_100(app, second, percent):
    with pytest.raises(InvalidInput):
        give(app, second, percent=percent)


def test_a_rollout_reaches_about_its_percentage_and_always_the_same_people(app, first, second):
    give(app, second, percent=30)
    people = [make_person() for _ in range(40)]

    once = {person.pk: releasing.chosen_version(app, person, PUBLIC) for person in people}
    twice = {person.pk: releasing.chosen_version(app, person, PUBLIC) for person in people}

    assert once == twice
    assert set(once.values()) == {first, second}
    assert 3 <= list(once.values()).count(second) <= 24


def test_who_has_the_new_version_keeps_it_when_the_percentage_grows(app, second):
    release = give(app, second, percent=30)
    people = [make_person() for _ in range(30)]
    before = [p for p in people if releasing.chosen_version(app, p, PUBLIC) == second]

    releasing.set_percent(release=release, percent=60, actor=app.maker.founder, now=NOW)

    after = [p for p in people if releasing.chosen_version(app, p, PUBLIC) == second]
    assert set(before) <= set(after)


def test_the_percentage_may_also_go_down(app, second):
    release = give(app, second, percent=50)

    changed = releasing.set_percent(release=release, percent=5, actor=app.maker.founder, now=NOW)

    assert (changed.percent, changed.state) == (5, Release.State.ROLLING)


def test_at_100_percent_the_rollout_is_the_release(app, first, second):
    release = give(app, second, percent=5)

    done = releasing.set_percent(release=release, percent=100, actor=app.maker.founder, now=NOW)

    assert done.state == Release.State.FULL
    assert Release.objects.get(version=first).state == Release.State.SUPERSEDED


def test_a_paused_rollout_reaches_nobody_until_it_goes_on(app, first, second, mina):
    release = give(app, second, percent=99)
    releasing.pause(release=release, actor=app.maker.founder, now=NOW)
    paused = releasing.chosen_version(app, mina, PUBLIC)

    releasing.resume(release=release, actor=app.maker.founder, now=NOW)

    assert paused == first
    assert Release.objects.get(pk=release.pk).state == Release.State.ROLLING


def test_rolling_back_a_rollout_leaves_everybody_with_the_full_release(app, first, second, mina):
    release = give(app, second, percent=99)

    current = releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)

    assert current.version == first
    assert Release.objects.get(pk=release.pk).state == Release.State.ROLLED_BACK
    assert releasing.chosen_version(app, mina, PUBLIC) == first


def test_rolling_back_a_full_release_returns_to_the_last_good_one(app, first, second, mina):
    give(app, second)

    current = releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)

    assert (current.version, current.state) == (first, Release.State.FULL)
    assert releasing.chosen_version(app, mina, PUBLIC) == first


def test_rolling_back_skips_what_never_reached_everyone(app, first, second):
    give(app, second, percent=5)
    third = build.approved_version(app, "3.0.0", publish=False)
    give(app, third)

    current = releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)

    assert current.version == first


def test_rolling_back_does_not_return_to_a_withdrawn_version(app, first, second):
    give(app, second)
    retiring.withdraw_version(version=first, actor=app.maker.founder, now=NOW)

    with pytest.raises(NothingToRollBackTo):
        releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)


def test_rolling_back_twice_does_not_swing_between_two_versions(app, first, second):
    give(app, second)
    releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)

    with pytest.raises(NothingToRollBackTo):
        releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)


def test_a_release_that_is_over_takes_no_percentage(app, second):
    release = give(app, second, percent=5)
    releasing.roll_back(app=app, channel=PUBLIC, actor=app.maker.founder, now=NOW)

    with pytest.raises(ReleaseStateForbids):
        releasing.set_percent(release=release, percent=50, actor=app.maker.founder, now=NOW)


def test_the_team_gets_a_version_without_review(cafe, sara, ana):
    version = build.ready_version(cafe)

    give(cafe, version, channel="dev")

    assert releasing.chosen_version(cafe, sara, "dev") == version
    assert releasing.chosen_version(cafe, ana, "dev") == version
    assert App.objects.get(pk=cafe.pk).status == App.Status.DRAFT


def test_strangers_get_nothing_from_the_channels_of_the_team(cafe, mina, reza, saman):
    version = build.ready_version(cafe)
    give(cafe, version, channel="preview")

    assert releasing.chosen_version(cafe, mina, "preview") is None
    assert releasing.chosen_version(cafe, saman, "preview") is None
    assert releasing.chosen_version(cafe, reza, "preview") == version


def test_the_channels_of_the_team_know_no_percentage(cafe):
    with pytest.raises(ReleaseForTeamIsWhole):
        give(cafe, build.ready_version(cafe), channel="dev", percent=50)


def test_a_first_rollout_is_for_the_chosen_people_only(cafe):
    version = build.approved_version(cafe, publish=False)
    give(cafe, version, percent=50)
    people = [make_person() for _ in range(20)]

    chosen = {releasing.chosen_version(cafe, person, PUBLIC) for person in people}

    assert chosen == {version, None}


def test_withdrawing_the_released_version_returns_to_the_last_good_one(app, first, second, mina):
    give(app, second)

    retiring.withdraw_version(version=second, actor=app.maker.founder, now=NOW)

    assert releasing.chosen_version(app, mina, PUBLIC) == first
    assert Release.objects.get(version=second).state == Release.State.HALTED


def test_a_withdrawn_version_is_not_released_again(app, second):
    retiring.withdraw_version(version=second, actor=app.maker.founder, now=NOW)

    with pytest.raises(VersionStateForbids):
        give(app, second)


def test_an_archived_app_releases_nothing(app, second):
    retiring.archive(app=app, actor=app.maker.founder, now=NOW)

    with pytest.raises(AppStateForbids):
        give(app, second)


def test_choosing_a_version_is_one_query(app, mina, django_assert_num_queries):
    with django_assert_num_queries(1):
        releasing.chosen_version(app, mina, PUBLIC)
