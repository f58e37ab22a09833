"""Operators: apps and versions found, suspended, restored, banned, blocked; always with a reason."""

import pytest

from core.models import AuditEvent
from miniapps.models import App, Version
from tests.miniapps import build
from tests.miniapps.browsing import at_the_desk, counted, said, words

APPS, VERSIONS, RELEASES = (f"/admin/miniapps/{name}/" for name in ("app", "version", "release"))


def english(person):
    client = at_the_desk(person)
    client.cookies["language"] = "en"
    return client


def test_an_app_is_suspended_and_restored_with_reasons(studio, omid):
    app, client = build.live_app(studio), english(omid)
    place = f"{APPS}{app.pk}/do/suspend/"
    assert f'href="{place}"' in client.get(f"{APPS}{app.pk}/change/").content.decode()

    asked = words(client.get(place))
    done = said(client, client.post(place, {"reason": "دادهٔ مردم لو رفت"}))
    app.refresh_from_db()
    suspended = app.status
    client.post(f"{APPS}{app.pk}/do/restore/", {"reason": "درست شد"})
    app.refresh_from_db()

    assert "New launches stop at once" in asked
    assert "Nobody can open it" in done
    assert (suspended, app.status) == (App.Status.SUSPENDED, App.Status.LIVE)
    event = AuditEvent.objects.get(event="miniapps.app.suspended")
    assert event.facts["reason"] == "دادهٔ مردم لو رفت"


def test_without_a_reason_nothing_happens(studio, omid):
    app, client = build.live_app(studio), english(omid)

    answer = client.post(f"{APPS}{app.pk}/do/suspend/", {"reason": " "})

    app.refresh_from_db()
    assert answer.status_code == 409
    assert "reasons-missing" in words(answer)
    assert app.status == App.Status.LIVE


def test_a_step_that_the_state_forbids_is_refused_in_words(studio, omid):
    app, client = build.live_app(studio), english(omid)

    answer = client.post(f"{APPS}{app.pk}/do/restore/", {"reason": "x"})

    assert answer.status_code == 409
    assert "app-state-forbids" in words(answer)


@pytest.mark.parametrize("role", ["reza", "saman"])
def test_reviewers_and_support_govern_nothing(studio, role, request):
    app, client = build.live_app(studio), english(request.getfixturevalue(role))
    place = f"{APPS}{app.pk}/do/ban/"

    page = client.get(f"{APPS}{app.pk}/change/")

    assert page.status_code == 200
    assert place not in page.content.decode()
    assert client.get(place).status_code == 403
    assert client.post(place, {"reason": "x"}).status_code == 403


def test_an_app_is_banned_for_good(studio, omid):
    app, client = build.live_app(studio), english(omid)

    client.post(f"{APPS}{app.pk}/do/ban/", {"reason": "کلاهبرداری"})

    app.refresh_from_db()
    page = client.get(f"{APPS}{app.pk}/change/").content.decode()
    assert app.status == App.Status.BANNED
    assert "/do/" not in page


def test_a_version_is_stopped_freed_and_blocked(studio, omid):
    app, client = build.live_app(studio), english(omid)
    version = app.versions.get()
    place = f"{VERSIONS}{version.pk}/do/"

    states = []
    for step in ("block-soft", "unblock", "block-hard"):
        client.post(f"{place}{step}/", {"reason": "x"})
        version.refresh_from_db()
        states.append(version.state)

    assert states == ["blocked_soft", "ready", "blocked_hard"]


@pytest.mark.parametrize(
    "place", [f"{APPS}1/do/explode/", f"{APPS}999999/do/ban/", f"{VERSIONS}999999/do/unblock/"]
)
def test_what_is_not_there_is_not_found(db, omid, place):
    assert english(omid).post(place, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("place", [APPS, VERSIONS, RELEASES])
def test_lists_are_read_only_and_cost_the_same_for_many(studio, omid, place):
    build.live_app(studio)
    client = english(omid)
    client.get(place)
    with counted() as one:
        page = client.get(place)
    for _ in range(3):
        build.live_app(studio)
    with counted() as many:
        client.get(place)

    assert page.status_code == 200
    assert many() == one()
    assert client.get(f"{place}add/").status_code == 403


def test_rows_cannot_be_changed_by_the_forms_of_django(studio, omid):
    app, client = build.live_app(studio), english(omid)
    version = app.versions.get()

    answer = client.post(f"{VERSIONS}{version.pk}/change/", {"name": "9.9.9"})

    version.refresh_from_db()
    assert answer.status_code == 403
    assert version.name == "1.0.0"
    assert client.post(f"{APPS}{app.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Version.objects.filter(pk=version.pk).exists()


def test_operators_come_from_an_app_to_its_audit_trail(studio, omid, reza):
    app = build.live_app(studio)
    link = f"/admin/core/auditevent/?q={app.public_id}"

    assert link in english(omid).get(f"{APPS}{app.pk}/change/").content.decode()
    assert "miniapps.app.registered" in words(english(omid).get(link))
    assert link not in english(reza).get(f"{APPS}{app.pk}/change/").content.decode()
