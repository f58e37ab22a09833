"""What the assets process is told."""

from datetime import timedelta

import pytest

from core.limits import OLD_VERSION_GRACE
from miniapps import releasing, routing
from miniapps.models import App, Release, Route, Version
from tests.miniapps import build
from tests.miniapps.build import NOW


@pytest.fixture
def app(studio) -> App:
    return build.live_app(studio)


def served(app: App) -> dict:
    return Route.objects.get(label=app.label).record


def test_a_live_app_is_served_at_its_label_with_the_full_release(app):
    version = Version.objects.get(app=app)

    assert served(app) == {
        "app": app.public_id,
        "status": "live",
        "versions": {version.digest[:16]: {"digest": version.digest, "until": None}},
        "default": version.digest[:16],
    }


def test_an_app_without_release_is_not_served_in_public(cafe):
    build.ready_version(cafe)

    assert served(cafe)["versions"] == {}


def test_a_superseded_version_is_served_to_open_pages_for_a_while(app):
    first = Version.objects.get(app=app)
    second = build.approved_version(app, "2.0.0")

    record = served(app)

    until = (NOW + OLD_VERSION_GRACE).isoformat()
    assert record["default"] == second.digest[:16]
    assert record["versions"][first.digest[:16]]["until"] == until


def test_after_its_grace_a_superseded_version_is_taken_out(app):
    first = Version.objects.get(app=app)
    build.approved_version(app, "2.0.0")

    early = routing.retire_old_versions(now=NOW + OLD_VERSION_GRACE - timedelta(seconds=1))
    late = routing.retire_old_versions(now=NOW + OLD_VERSION_GRACE)

    assert (early, late) == (0, 1)
    assert first.digest[:16] not in served(app)["versions"]


def test_during_a_rollout_both_versions_are_served_and_the_full_one_is_the_default(app):
    first = Version.objects.get(app=app)
    second = build.approved_version(app, "2.0.0", publish=False)

    releasing.release(
        app=app, version=second, channel="production", percent=5, actor=app.maker.founder, now=NOW
    )

    record = served(app)
    assert set(record["versions"]) == {first.digest[:16], second.digest[:16]}
    assert all(entry["until"] is None for entry in record["versions"].values())
    assert record["default"] == first.digest[:16]


def test_a_version_that_returns_by_roll_back_is_served_without_end(app):
    first = Version.objects.get(app=app)
    build.approved_version(app, "2.0.0")

    releasing.roll_back(app=app, channel="production", actor=app.maker.founder, now=NOW)

    assert served(app)["versions"][first.digest[:16]]["until"] is None


def test_the_labels_of_the_team_cannot_be_guessed_and_are_no_label_of_an_app(app):
    labels = {routing.label_of(app, channel) for channel in Release.Channel.values}

    assert len(labels) == 3
    assert all("--" in label for label in labels - {app.label})
    assert all(len(label) <= 63 for label in labels)


def test_a_label_stays_the_same_over_versions(app):
    before = routing.label_of(app, "preview")
    version = build.ready_version(app, "2.0.0")

    assert routing.preview_label(version) == before


def test_writing_what_is_written_already_wakes_no_poller(app):
    before = set(Route.objects.values_list("label", "revision"))

    routing.write_routes(app, now=NOW)

    assert set(Route.objects.values_list("label", "revision")) == before


def test_every_change_has_a_higher_number(app):
    before = Route.objects.get(label=app.label).revision

    build.approved_version(app, "2.0.0")

    assert Route.objects.get(label=app.label).revision > before


def test_a_version_in_review_is_served_to_the_desk_however_old_it_is(cafe, monkeypatch):
    monkeypatch.setattr(routing, "PREVIEW_VERSIONS_MAX", 1)
    case = build.submitted(cafe)
    newer = build.ready_version(cafe, "1.0.1")

    record = Route.objects.get(label=routing.preview_label(case.version)).record

    assert set(record["versions"]) == {case.version.digest[:16], newer.digest[:16]}
