"""The runner page: one frame, one origin, and nobody else's launch."""

import json
import re

import pytest

from identity import consents
from miniapps import governing, launching
from miniapps.models import AppPerson, Launch
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.people import signed_in

pytestmark = pytest.mark.django_db
ASKING = {
    "req_permissions": [
        {"name": "profile", "reason": "تا شما را به نام صدا کنیم."},
        {"name": "camera", "reason": "برای کد میز."},
        {"name": "clipboard-write", "reason": "برای رونوشت."},
    ]
}


@pytest.fixture
def browser(mina):
    return signed_in(mina)


def open_app(browser, app, **wish):
    return browser.post(
        "/api/v1/launches", {"app": app.public_id, **wish}, content_type="application/json"
    )


def config_of(answer):
    found = re.search(
        r'<script id="run-config" type="application/json">(.+?)</script>', answer.content.decode()
    )
    return json.loads(found[1])


def directive(answer, name):
    policy = answer.headers["Content-Security-Policy"]
    return next(part for part in policy.split("; ") if part.startswith(f"{name} "))


def asking_app():
    app = build.make_app()
    build.approved_version(app, **ASKING)
    app.refresh_from_db()
    return app


def test_opening_an_app_makes_a_launch_and_names_its_page(browser, mina):
    app = build.live_app()

    answer = open_app(browser, app, start_param="table-7")

    launch = Launch.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {"id": launch.public_id, "run_url": f"/run/{launch.public_id}"}
    assert (launch.person, launch.app, launch.start_param) == (mina, app, "table-7")


def test_the_page_frames_exactly_the_apps_origin(browser):
    app = build.live_app()
    page = browser.get(open_app(browser, app).json()["run_url"])

    assert page.status_code == 200
    assert directive(page, "frame-src") == f"frame-src http://{app.label}.apps.localhost:8000"
    assert directive(page, "frame-ancestors") == "frame-ancestors 'self'"
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert page.headers["Cache-Control"] == "no-store"


def test_nothing_secret_stands_in_the_address_of_a_new_app(browser):
    app = build.live_app()
    config = config_of(browser.get(open_app(browser, app).json()["run_url"]))

    digest = Launch.objects.get().version.digest
    assert config["url"] == f"http://{app.label}.apps.localhost:8000/?bnv={digest[:16]}"
    assert {scheme["url"] for scheme in config["schemes"].values()} == {config["url"]}


def test_strangers_sign_in_first_and_other_people_find_nothing(client, browser, dara):
    run_url = open_app(browser, build.live_app()).json()["run_url"]

    assert client.get(run_url).headers["Location"].startswith("/signin/")
    assert signed_in(dara).get(run_url).status_code == 404


def test_a_person_is_asked_once_and_the_answer_is_kept(browser, mina):
    app = asking_app()
    run_url = open_app(browser, app).json()["run_url"]

    sheet = browser.get(run_url).content.decode()
    after = browser.post(f"{run_url}/consent", {"grant": ["profile", "payments"]})

    assert 'value="profile"' in sheet
    assert 'value="camera"' in sheet
    assert "clipboard-write" not in sheet
    assert after.headers["Location"] == run_url
    assert consents.granted(mina, app.public_id) == {"profile"}
    assert AppPerson.objects.get().asked == ["camera", "profile"]
    assert config_of(browser.get(run_url))["granted"] == ["profile"]


def test_the_frame_is_lent_only_what_was_asked_for_and_granted(browser):
    run_url = open_app(browser, asking_app()).json()["run_url"]

    browser.post(f"{run_url}/consent", {"grant": ["profile"]})

    assert config_of(browser.get(run_url))["allow"] == "clipboard-write"


def test_a_page_that_never_answered_asks_again(browser):
    app = asking_app()
    browser.get(open_app(browser, app).json()["run_url"])

    again = browser.get(open_app(browser, app).json()["run_url"])

    assert 'name="grant"' in again.content.decode()


def test_a_suspended_app_is_gone_for_new_launches_and_open_pages(browser, omid):
    app = build.live_app()
    run_url = open_app(browser, app).json()["run_url"]

    governing.suspend(app=app, actor=omid, reason="فریب", now=NOW)

    assert open_app(browser, app).json()["code"] == "app-unavailable"
    ended = browser.get(run_url)
    assert ended.status_code == 410
    assert "launch-ended" in ended.content.decode()


def test_a_draft_cannot_be_opened_by_people_but_previewed_by_its_team(browser, sara):
    app = build.make_app(build.make_maker(sara))
    version = build.ready_version(app)

    refused = open_app(browser, app)
    stranger = open_app(browser, app, version=version.public_id)
    team = open_app(signed_in(sara), app, version=version.public_id)

    assert (refused.status_code, stranger.status_code) == (404, 404)
    assert team.status_code == 201
    assert Launch.objects.get().label.startswith(f"{app.label}--p")


@pytest.mark.parametrize("start", ["a b", "x" * 513, "کد", "<script>"])
def test_a_start_parameter_of_another_shape_is_refused(browser, start):
    answer = open_app(browser, build.live_app(), start_param=start)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("#/start_param")


def test_opening_costs_a_bounded_number_of_queries(browser, django_assert_max_num_queries):
    app = build.live_app()
    open_app(browser, app)

    with django_assert_max_num_queries(12):
        open_app(browser, app)


def test_a_launch_of_a_chat_needs_membership(browser):
    answer = open_app(browser, build.live_app(), chat="cht_00000000000000000000000000")

    assert answer.status_code == 404


def test_init_data_of_a_telegram_page_stands_in_the_fragment_with_everything(browser, mina):
    app = build.live_app()
    launch_id = open_app(browser, app).json()["id"]
    launch = launching.launch_of(mina, launch_id)
    launch.version.speaks = ["telegram"]
    launch.version.save()

    config = config_of(browser.get(f"/run/{launch_id}"))

    fragment = config["schemes"]["dark"]["url"].partition("#")[2]
    names = [part.partition("=")[0] for part in fragment.split("&")]
    assert names == [
        "tgWebAppData", "tgWebAppVersion", "tgWebAppPlatform", "tgWebAppThemeParams",
    ]  # fmt: skip
    assert "tgWebAppVersion=8.0" in fragment
