"""From a zip to everyone: upload, findings, manifest form, review case, releases, keys, history."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from miniapps import checking, review
from miniapps.models import AppKey, Release, Submission, Version
from tests.miniapps import build
from tests.miniapps.browsing import counted, said, words
from tests.people import make_person, signed_in

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def client(sara):
    """Sara's browser, in English."""
    browser = signed_in(sara)
    browser.cookies["language"] = "en"
    return browser


def zipped(content=None, name="app.zip"):
    return SimpleUploadedFile(name, content or build.a_bundle(), "application/zip")


def check(version):
    with build.unconfined():
        checking.check(version_id=version.public_id, now=build.NOW)
    version.refresh_from_db()
    return version


def upload(client, app, content=None, **more):
    """Send a build by the form and check it; return its version and its page."""
    given = {"bundle": zipped(content)} | more
    answer = client.post(f"/console/apps/{app.public_id}/upload/", given)
    assert answer.status_code == 303, words(answer)
    version = check(Version.objects.get(public_id=answer["Location"].split("/")[-2]))
    return version, client.get(answer["Location"])


def test_an_upload_leads_to_its_version_and_every_finding_is_there_at_once(client, cafe):
    files = build.files() | {
        "index.html": b"<script src='https://cdn.example.com/x.js'></script>\n<p onclick='go()'>"
    }

    version, page = upload(client, cafe, build.packed(files))
    html = page.content.decode()

    assert version.state == Version.State.CHECKS_FAILED
    for rule in ("html-remote-script", "html-inline-handler"):
        assert f'href="/console/rules/#{rule}"' in html
    assert "index.html:1" in html
    assert "https://cdn.example.com/x.js" in words(page)
    assert "Submit for review" not in words(page)


def test_the_rules_page_has_an_anchor_for_each_rule(client):
    html = client.get("/console/rules/").content.decode()

    assert 'id="html-remote-script"' in html
    assert 'id="review-security"' in html
    assert "%(" not in html


def test_a_script_gets_the_address_or_the_problem(client, cafe):
    place = f"/console/apps/{cafe.public_id}/upload/"

    good = client.post(place, {"bundle": zipped()}, **JSON)
    missing = client.post(place, {}, **JSON)

    assert good.json()["url"].startswith("/console/versions/ver_")
    assert missing.status_code == 400
    assert missing.json()["code"] == "invalid-input"


def test_no_file_is_a_notice_that_says_what_to_do(client, cafe):
    back = f"/console/apps/{cafe.public_id}/"

    page = said(client, client.post(f"{back}upload/", {"back": back}))

    assert "Choose a zip file first" in page


def test_a_check_is_watched_and_its_end_is_told(client, cafe):
    version = build.uploaded_version(cafe)
    page = client.get(f"/console/versions/{version.public_id}/").content.decode()
    part = f"/console/versions/{version.public_id}/check/"

    same = client.get(f"{part}?state={version.state}")
    other = client.get(f"{part}?state=processing")
    check(version)
    done = client.get(f"{part}?state={version.state}")

    assert f'hx-get="{part}?state=uploaded"' in page
    assert (same.status_code, other.status_code) == (204, 200)
    assert done["HX-Redirect"] == f"/console/versions/{version.public_id}/"


def test_the_same_content_packed_anew_leads_to_its_version(client, cafe):
    first = build.ready_version(cafe)

    echo, page = upload(client, cafe, build.packed(build.files(), level=1))

    assert echo.same_as == first
    assert page["Location"] == f"/console/versions/{first.public_id}/"
    assert "uploaded before" in words(client.get(page["Location"]))


def test_a_build_without_a_manifest_gets_one_from_a_form(client, cafe):
    files = build.files()
    del files["manifest.json"]
    refused, page = upload(client, cafe, build.packed(files))
    place = f"/console/versions/{refused.public_id}/manifest/"
    assert f'href="{place}"' in page.content.decode()

    form = client.get(place).content.decode()
    given = {
        "name": "کافه",
        "version_name": "1.2.0",
        "lang": "fa",
        "connect": "https://api.example.ir",
    }
    answer = client.post(place, given)
    version = check(Version.objects.get(public_id=answer["Location"].split("/")[-2]))

    assert 'value="کافه 1.0.0"' in form  # the title of the page
    assert version.state == Version.State.READY
    assert version.name == "1.2.0"
    assert version.manifest["barnamak"]["network"] == {"connect": ["https://api.example.ir"]}


def without_manifest(**more: bytes) -> bytes:
    files = build.files() | {name.replace("_", "."): data for name, data in more.items()}
    del files["manifest.json"]
    return build.packed(files)


def test_the_manifest_form_asks_for_permissions_and_tells_why(client, cafe):
    refused, _page = upload(client, cafe, without_manifest(more_js=b"eval('1')"))
    place = f"/console/versions/{refused.public_id}/manifest/"
    given = {
        "name": "کافه", "version_name": "1.2.0", "lang": "fa",
        "permission": ["profile"], "reason-permission-profile": "نام روی سفارش",
        "relaxation": ["popups"], "reason-relaxation-popups": "پرداخت در پنجرهٔ بانک",
        "reason-relaxation-unsafe-eval": "قالب‌ها", "reason-permission-phone": "بی‌علامت",
    }  # fmt: skip

    answer = client.post(place, given)
    version = check(Version.objects.get(public_id=answer["Location"].split("/")[-2]))

    assert version.state == Version.State.READY
    assert version.manifest["req_permissions"] == [{"name": "profile", "reason": "نام روی سفارش"}]
    assert version.manifest["barnamak"]["relaxations"] == {
        "popups": "پرداخت در پنجرهٔ بانک", "unsafe-eval": "قالب‌ها",
    }  # fmt: skip
    assert version.relaxations == ["popups", "unsafe-eval"]


def test_the_manifest_form_wants_a_reason_for_what_is_asked(client, cafe):
    refused, _page = upload(client, cafe, without_manifest())
    given = {"name": "کافه", "version_name": "1", "permission": ["camera", "no-such-thing"]}

    answer = client.post(f"/console/versions/{refused.public_id}/manifest/", given)

    assert answer.status_code == 400
    assert words(answer).count("Say why.") == 1
    assert Version.objects.count() == 1


def test_a_build_that_lacks_only_its_manifest_is_not_told_to_upload_again(client, cafe):
    lacking, page = upload(client, cafe, without_manifest())
    broken, _other = upload(client, cafe, without_manifest(more_js=b"let = ;"))

    assert "Only one thing is missing" in words(page)
    assert "This version was refused." not in words(page)
    assert lacking.state == broken.state == Version.State.CHECKS_FAILED


def test_the_manifest_form_keeps_what_was_written_when_a_part_is_missing(client, cafe):
    files = build.files()
    del files["manifest.json"]
    refused, _page = upload(client, cafe, build.packed(files))

    answer = client.post(
        f"/console/versions/{refused.public_id}/manifest/", {"name": "", "description": "شرح من"}
    )

    assert answer.status_code == 400
    assert "شرح من" in words(answer)


def test_a_version_is_submitted_followed_and_taken_back(client, cafe):
    version = build.ready_version(cafe)
    answer = client.post(
        f"/console/versions/{version.public_id}/submit/", {"publish": "yes", "note": "سلام"}
    )
    case = Submission.objects.get(version=version)

    page = said(client, answer)
    back = client.post(f"/console/cases/{case.public_id}/withdraw/")

    assert case.publish_on_approval
    assert "published on approval" in page
    assert "was withdrawn" in said(client, back)


def test_without_the_tick_nothing_is_published_on_approval(client, cafe):
    version = build.ready_version(cafe)

    client.post(f"/console/versions/{version.public_id}/submit/", {"note": ""})

    assert not Submission.objects.get().publish_on_approval


def test_an_incomplete_listing_is_refused_by_the_names_of_its_fields(client, studio):
    app = build.make_app(studio, about_fa="")
    version = build.ready_version(app)
    back = f"/console/versions/{version.public_id}/"

    page = said(client, client.post(f"{back}submit/", {"back": back}))

    assert "Missing: Description in Persian" in page
    assert "complete what people will see" in words(client.get(f"/console/apps/{app.public_id}/"))


def test_the_reviewers_words_reach_the_maker_without_his_name(client, cafe, reza):
    case = build.claimed(cafe, reza)
    review.add_finding(
        submission=case, reviewer=reza, rule="review-function", severity="error",
        text="دکمه <b>کار</b> نمی‌کند", path="app.js", line=3,
    )  # fmt: skip
    review.request_changes(
        submission=case, reviewer=reza, reasons="دکمه را درست کنید", now=build.NOW
    )

    page = client.get(f"/console/cases/{case.public_id}/")
    history = client.get(f"/console/apps/{cafe.public_id}/history/")

    assert "دکمه را درست کنید" in words(page)
    assert "دکمه <b>کار</b> نمی‌کند" in words(page)
    assert "<b>کار</b>" not in page.content.decode()
    assert "The reviewer requested changes" in words(history)
    assert reza.name not in words(page) + words(history)


def test_the_corrected_version_joins_the_case(client, cafe, reza):
    case = build.claimed(cafe, reza)
    review.request_changes(submission=case, reviewer=reza, reasons="x", now=build.NOW)
    version = build.ready_version(cafe, "1.0.1")

    page = client.get(f"/console/versions/{version.public_id}/")
    client.post(f"/console/versions/{version.public_id}/submit/", {"publish": "yes"})

    case.refresh_from_db()
    assert "joins your open case" in words(page)
    assert (case.round, case.version) == (2, version)


def test_a_preview_opens_the_version(client, cafe):
    version = build.ready_version(cafe)

    page = client.get(f"/console/versions/{version.public_id}/").content.decode()
    answer = client.post(f"/console/versions/{version.public_id}/preview/")

    assert f'data-version="{version.public_id}"' in page
    assert answer["Location"].startswith("/run/lnc_")


def test_a_release_goes_in_steps_and_back(client, cafe):
    build.approved_version(cafe)
    second = build.approved_version(cafe, "1.1.0", publish=False)
    place = f"/console/apps/{cafe.public_id}/releases/"

    client.post(
        f"{place}new/", {"version": second.public_id, "channel": "production", "percent": "۵٪"}
    )
    rolling = Release.objects.get(version=second)
    assert (rolling.state, rolling.percent) == ("rolling", 5)
    step = f"/console/releases/{rolling.public_id}/"
    client.post(f"{step}pause/")
    assert "Paused" in words(client.get(place))
    client.post(f"{step}resume/")
    client.post(f"{step}percent/", {"percent": "100"})
    rolling.refresh_from_db()
    assert (rolling.state, rolling.percent) == ("full", 100)

    page = said(client, client.post(f"{place}back/", {"channel": "production"}))
    assert "Version 1.0.0 is back" in page
    assert Release.objects.get(app=cafe, state="full").version.name == "1.0.0"


@pytest.mark.parametrize("percent", ["0", "101", "x", "", "-5", "1e2"])
def test_a_share_that_is_none_is_refused(client, cafe, percent):
    version = build.approved_version(cafe, publish=False)
    place = f"/console/apps/{cafe.public_id}/releases/"
    given = {
        "version": version.public_id,
        "channel": "production",
        "percent": percent,
        "back": place,
    }

    page = said(client, client.post(f"{place}new/", given))

    assert "number from 1 to 100" in page
    assert not Release.objects.exists()


def test_what_is_not_approved_goes_to_the_team_only(client, cafe):
    version = build.ready_version(cafe)
    place = f"/console/apps/{cafe.public_id}/releases/"
    given = {"version": version.public_id, "percent": "100", "back": place}

    refused = said(client, client.post(f"{place}new/", given | {"channel": "production"}))
    given_to_team = said(client, client.post(f"{place}new/", given | {"channel": "preview"}))

    assert "not-approved" in refused
    assert "Your team gets this version now" in given_to_team


def test_the_console_does_not_tell_which_reviewer_published(client, cafe):
    build.approved_version(cafe)
    reviewer = Submission.objects.get().decided_by

    page = words(client.get(f"/console/apps/{cafe.public_id}/releases/"))

    assert reviewer.name not in page
    assert "the platform" in page


def test_a_version_is_withdrawn_only_by_its_own_number(client, cafe):
    version = build.ready_version(cafe)
    place = f"/console/versions/{version.public_id}/"

    client.post(f"{place}withdraw/", {"number": "9", "back": place})
    version.refresh_from_db()
    before = version.state
    client.post(f"{place}withdraw/", {"number": str(version.number)})
    version.refresh_from_db()

    assert (before, version.state) == ("ready", "withdrawn")


def test_a_key_is_shown_once_and_revoked(client, cafe):
    place = f"/console/apps/{cafe.public_id}/keys/"

    made = client.post(place, {"name": "CI", "scopes": ["versions:write"], "days": "30"})
    key = AppKey.objects.get()
    later = client.get(place)
    client.post(f"/console/keys/{key.public_id}/revoke/")
    key.refresh_from_db()

    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    assert f"bnk_{key.prefix}_" in words(made)
    assert f"bnk_{key.prefix}_" not in words(later)
    assert key.scopes == ["versions:write"]
    assert key.revoked_at is not None


def test_a_test_key_is_made_and_marked(client, cafe):
    place = f"/console/apps/{cafe.public_id}/keys/"

    made = client.post(place, {"name": "t", "scopes": ["payments:write"], "days": "", "test": "1"})
    listed = words(client.get(place))

    key = AppKey.objects.get()
    assert (made.status_code, key.test) == (201, True)
    assert f"bnk_test_{key.prefix}_" in words(made)
    assert f"bnk_test_{key.prefix}… test" in " ".join(listed.split())


def test_a_test_key_that_could_do_more_is_not_made(client, cafe):
    body = {"name": "t", "scopes": ["releases:write"], "days": "", "test": "1"}

    answer = client.post(f"/console/apps/{cafe.public_id}/keys/", body)

    assert answer.status_code == 400
    assert "A test key may only handle payments and check tokens." in words(answer)
    assert not AppKey.objects.exists()


def test_a_key_without_scopes_is_refused_beside_them(client, cafe):
    answer = client.post(f"/console/apps/{cafe.public_id}/keys/", {"name": "CI", "days": ""})

    assert answer.status_code == 400
    assert "Choose at least one" in words(answer)


PLACES = [
    "/console/apps/{app}/", "/console/apps/{app}/versions/", "/console/apps/{app}/releases/",
    "/console/apps/{app}/listing/", "/console/apps/{app}/history/", "/console/apps/{app}/settings/",
    "/console/versions/{version}/", "/console/cases/{case}/", "/console/makers/{maker}/",
]  # fmt: skip
STEPS = [
    "/console/apps/{app}/upload/", "/console/apps/{app}/icon/", "/console/apps/{app}/token/",
    "/console/apps/{app}/listing/", "/console/apps/{app}/archive/", "/console/apps/{app}/delete/",
    "/console/apps/{app}/listed/", "/console/apps/{app}/releases/new/",
    "/console/apps/{app}/releases/back/", "/console/apps/{app}/keys/",
    "/console/versions/{version}/submit/", "/console/versions/{version}/withdraw/",
    "/console/cases/{case}/withdraw/", "/console/releases/{release}/percent/",
    "/console/releases/{release}/pause/", "/console/releases/{release}/resume/",
    "/console/makers/{maker}/members/",
]  # fmt: skip


@pytest.fixture
def names(studio):
    """Something of everything."""
    app = build.live_app(studio)
    return {
        "app": app.public_id,
        "version": app.versions.get().public_id,
        "case": app.submissions.get().public_id,
        "release": app.releases.get().public_id,
        "maker": studio.public_id,
    }


@pytest.mark.parametrize("place", PLACES)
def test_members_look_and_strangers_find_nothing(names, ana, dara, mina, place):
    place = place.format(**names)

    assert signed_in(ana).get(place).status_code == 200
    assert signed_in(dara).get(place).status_code == 200
    assert signed_in(mina).get(place).status_code == 404


@pytest.mark.parametrize("place", STEPS)
def test_an_analyst_changes_nothing_and_a_stranger_finds_nothing(names, ana, mina, place):
    place = place.format(**names)

    assert signed_in(ana).post(place).status_code == 403
    assert signed_in(mina).post(place).status_code == 404


@pytest.mark.parametrize("place", [p for p in STEPS if not p.endswith(("listing/", "keys/"))])
def test_a_step_is_no_link(names, sara, place):
    assert signed_in(sara).get(place.format(**names)).status_code == 405


def test_an_analyst_sees_no_button_that_changes_something(names, ana):
    html = signed_in(ana).get(f"/console/apps/{names['app']}/releases/").content.decode()

    assert 'action="/console/' not in html


@pytest.mark.parametrize("page", ["", "versions/", "releases/", "history/"])
def test_pages_ask_as_much_for_many_versions_as_for_one(client, cafe, page):
    build.approved_version(cafe)
    place = f"/console/apps/{cafe.public_id}/{page}"
    client.get(place)
    with counted() as one:
        client.get(place)
    for number in range(3):
        build.approved_version(cafe, f"1.{number}.1")
    with counted() as many:
        assert client.get(place).status_code == 200

    assert many() == one()


def test_history_is_read_page_by_page(client, cafe):
    for number in range(45):
        given = {"name_fa": f"نام {number}", "name_en": "x", "category": "food", "about_fa": "y"}
        client.post(f"/console/apps/{cafe.public_id}/listing/", given)

    first = client.get(f"/console/apps/{cafe.public_id}/history/").content.decode()
    place = first.split('href="?before=')[1].split('"')[0]
    second = words(client.get(f"/console/apps/{cafe.public_id}/history/?before={place}"))

    assert first.count("timeline__item") == 40
    assert "The app was registered" in second


def test_pages_keep_the_policy_of_the_house(client, cafe):
    answer = client.get(f"/console/apps/{cafe.public_id}/")

    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert "script-src 'self'" in policy
    assert "no-store" in answer["Cache-Control"]


def test_a_reviewer_who_is_no_member_has_no_console_of_the_app(cafe):
    reviewer = make_person("رضا", role="reviewer")

    assert signed_in(reviewer).get(f"/console/apps/{cafe.public_id}/").status_code == 404
