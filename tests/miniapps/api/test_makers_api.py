"""The way of an app over the API, from registration to roll-back."""

import pytest
from django.test import Client

from miniapps import review
from miniapps.models import App, AppKey, Release, Submission
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.people import signed_in

JSON = "application/json"


def test_the_makers_one_belongs_to_are_listed_with_ones_role(dara, studio):
    answer = signed_in(dara).get("/api/v1/makers")

    assert answer.json() == {
        "items": [
            {"id": studio.public_id, "name": "استودیو", "kind": "organisation", "role": "developer"}
        ]
    }


def register(client: Client, maker, **fields):
    body = {
        "maker": maker.public_id, "slug": "naron", "name_fa": "نارون", "name_en": "Naron",
        "category": "food",
    } | fields  # fmt: skip
    return client.post("/api/v1/apps", body, content_type=JSON)


def test_an_app_is_registered_and_read(as_sara, studio):
    answer = register(as_sara, studio)

    assert answer.status_code == 201
    app = as_sara.get(answer["Location"]).json()
    assert app == answer.json()
    assert (app["slug"], app["status"], app["icon_url"]) == ("naron", "draft", None)
    assert app["origin"] == "http://naron.apps.localhost:8000"


def test_the_token_is_shown_when_it_is_made_and_never_else(as_sara, studio):
    app = register(as_sara, studio).json()

    answer = as_sara.post(f"/api/v1/apps/{app['id']}/token")

    number, _, secret = answer.json()["token"].partition(":")
    assert (answer.status_code, int(number)) == (201, app["number"])
    assert answer["Cache-Control"] == "no-store"
    assert secret not in as_sara.get(f"/api/v1/apps/{app['id']}").content.decode()


def test_every_fault_of_a_registration_is_told_with_its_pointer(as_sara, studio):
    answer = register(as_sara, studio, slug=7, category="none", colour="red")

    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert (answer.status_code, pointers) == (400, {"#/slug", "#/category", "#/colour"})


def test_a_listing_is_changed_and_hidden(as_sara, studio):
    app = build.live_app(studio)
    place = f"/api/v1/apps/{app.public_id}"

    answer = as_sara.patch(place, {"name_en": "Other", "listed": False}, content_type=JSON)

    assert (answer.json()["name_en"], answer.json()["status"]) == ("Other", "unlisted")


def test_a_deleted_app_is_not_found(as_sara, cafe):
    place = f"/api/v1/apps/{cafe.public_id}"

    assert as_sara.delete(place).status_code == 204
    assert as_sara.get(place).status_code == 404


def test_a_version_is_submitted_and_taken_back(as_sara, cafe):
    version = build.ready_version(cafe)
    place = f"/api/v1/apps/{cafe.public_id}/submissions"

    made = as_sara.post(place, {"version": version.public_id}, content_type=JSON)
    back = as_sara.post(f"{made['Location']}/withdraw")

    assert (made.status_code, made.json()["state"]) == (201, "queued")
    assert made.json()["first_submitted_at"].endswith("Z")
    assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
    assert Submission.objects.get().state == "withdrawn"


def test_a_decision_is_read_with_its_reasons(as_sara, cafe, reza):
    case = build.claimed(cafe, reza)
    review.reject(submission=case, reviewer=reza, reasons="نام گمراه‌کننده", now=NOW)

    answer = as_sara.get(f"/api/v1/submissions/{case.public_id}").json()

    assert (answer["state"], answer["reasons"]) == ("rejected", "نام گمراه‌کننده")


def test_a_version_is_rolled_out_in_steps_paused_and_rolled_back(as_sara, studio):
    app = build.live_app(studio)
    second = build.approved_version(app, "2.0.0", publish=False)
    place = f"/api/v1/apps/{app.public_id}"
    body = {"version": second.public_id, "channel": "production", "percent": 5}

    made = as_sara.post(f"{place}/releases", body, content_type=JSON)
    more = as_sara.patch(made["Location"], {"percent": 50}, content_type=JSON)
    still = as_sara.patch(made["Location"], {"state": "paused"}, content_type=JSON)
    goes = as_sara.patch(made["Location"], {"state": "rolling"}, content_type=JSON)
    back = as_sara.post(f"{place}/roll-back", {"channel": "production"}, content_type=JSON)

    assert [a.status_code for a in (made, more, still, goes, back)] == [201, 200, 200, 200, 200]
    assert (more.json()["percent"], still.json()["state"], goes.json()["state"]) == (
        50, "paused", "rolling",
    )  # fmt: skip
    assert back.json()["version"] != second.public_id
    assert Release.objects.get(version=second).state == "rolled_back"


@pytest.mark.parametrize("body", [{}, {"percent": 5, "state": "paused"}, {"percent": "5"}])
def test_a_release_takes_exactly_one_change(as_sara, studio, body):
    release = Release.objects.get(app=build.live_app(studio), channel="production")

    answer = as_sara.patch(f"/api/v1/releases/{release.public_id}", body, content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


def test_a_forbidden_move_names_the_state_and_what_would_permit_it(as_sara, studio):
    release = Release.objects.get(app=build.live_app(studio), channel="production")

    answer = as_sara.patch(
        f"/api/v1/releases/{release.public_id}", {"state": "paused"}, content_type=JSON
    )

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "release-state-forbids")
    assert (problem["state"], problem["permitted_in"]) == ("full", ["rolling"])


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(as_sara, cafe):
    place = f"/api/v1/apps/{cafe.public_id}/keys"

    made = as_sara.post(place, {"name": "CI", "scopes": ["versions:write"]}, content_type=JSON)
    listed = as_sara.get(place)
    gone = as_sara.delete(f"/api/v1/keys/{made.json()['id']}")

    secret = made.json()["key"].rpartition("_")[2]
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    assert secret not in listed.content.decode()
    assert listed.json()["items"][0]["prefix"] in made.json()["key"]
    assert gone.json()["revoked_at"] is not None
    assert AppKey.objects.get().revoked_at is not None


def test_a_revoked_key_is_nobody(with_key, cafe):
    client = with_key()
    place = f"/api/v1/apps/{cafe.public_id}"
    before = client.get(place).status_code
    AppKey.objects.update(revoked_at=NOW)

    after = client.get(place)

    assert (before, after.status_code) == (200, 401)
    assert after["WWW-Authenticate"] == 'Bearer realm="barnamak"'


@pytest.mark.parametrize("word", ["Bearer", "Bearer x y", "Bearer bnk_x", "bearer \xff"])
def test_what_calls_itself_a_key_and_is_none_is_refused(cafe, word):
    answer = Client(headers={"authorization": word}).get(f"/api/v1/apps/{cafe.public_id}")

    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")


def test_a_bad_key_is_not_forgiven_for_a_good_session(sara, cafe):
    client = signed_in(sara)

    answer = client.get(f"/api/v1/apps/{cafe.public_id}", headers={"authorization": "Bearer bnk_x"})

    assert answer.status_code == 401


def test_lists_are_paged_by_key(as_sara, cafe):
    versions = [build.uploaded_version(cafe, bytes([n])).public_id for n in range(5)]
    place = f"/api/v1/apps/{cafe.public_id}/versions"

    first = as_sara.get(place, {"limit": 2}).json()
    second = as_sara.get(place, {"limit": 2, "cursor": first["next_cursor"]}).json()
    third = as_sara.get(place, {"limit": 2, "cursor": second["next_cursor"]}).json()

    seen = [item["id"] for page in (first, second, third) for item in page["items"]]
    assert seen == versions[::-1]
    assert third["next_cursor"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=W10"])
def test_a_page_that_cannot_be_is_refused(as_sara, cafe, query):
    answer = as_sara.get(f"/api/v1/apps/{cafe.public_id}/versions?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


@pytest.mark.parametrize(
    ("what", "queries"), [("versions", 4), ("submissions", 4), ("releases", 4), ("keys", 4)]
)
def test_a_list_costs_the_same_whatever_its_length(
    as_sara, studio, what, queries, django_assert_max_num_queries
):
    app = build.live_app(studio)
    for number in range(3):
        build.approved_version(app, f"2.{number}.0")
        build.make_key(app)
    place = f"/api/v1/apps/{app.public_id}/{what}"
    as_sara.get(place)

    with django_assert_max_num_queries(queries):
        answer = as_sara.get(place)

    assert len(answer.json()["items"]) >= 3


def test_the_list_of_apps_costs_the_same_whatever_its_length(
    as_sara, studio, django_assert_max_num_queries
):
    for _ in range(4):
        build.make_app(studio)
    as_sara.get("/api/v1/apps")

    with django_assert_max_num_queries(2):
        answer = as_sara.get("/api/v1/apps")

    assert len(answer.json()["items"]) == App.objects.count() == 4
