"""Uploading a build over the API, by session and by key."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.models import OutboxJob
from miniapps.models import Version
from tests.miniapps import build
from tests.people import signed_in


def upload(client: Client, app, content: bytes | None = None, headers=None, **fields):
    file = SimpleUploadedFile("build.zip", build.a_bundle() if content is None else content)
    place = f"/api/v1/apps/{app.public_id}/versions"
    return client.post(place, {"bundle": file, **fields}, headers=headers or {})


def test_an_upload_is_accepted_for_checking_and_says_where_to_look(as_sara, cafe):
    answer = upload(as_sara, cafe, note="نسخهٔ نخست")

    version = Version.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/versions/{version.public_id}"
    assert answer.json()["state"] == "uploaded"
    assert answer.json()["note"] == "نسخهٔ نخست"
    assert as_sara.get(answer["Location"]).json()["id"] == version.public_id


def test_a_key_with_the_scope_uploads(with_key, cafe):
    answer = upload(with_key("versions:write"), cafe)

    assert answer.status_code == 202
    assert Version.objects.get().via == "api"


def test_the_same_bytes_answer_200_with_the_same_version(as_sara, cafe):
    first = upload(as_sara, cafe)

    second = upload(as_sara, cafe)

    assert second.status_code == 200
    assert second.json()["id"] == first.json()["id"]


def test_the_same_idempotency_key_gives_the_first_answer_again(as_sara, cafe):
    key = {"idempotency-key": "build-7"}
    first = upload(as_sara, cafe, headers=key)

    second = upload(as_sara, cafe, headers=key)

    assert (second.status_code, second.content) == (202, first.content)
    assert second["Idempotency-Replayed"] == "true"
    assert OutboxJob.objects.count() == 1


def test_the_same_idempotency_key_with_another_build_is_refused(as_sara, cafe):
    key = {"idempotency-key": "build-7"}
    upload(as_sara, cafe, headers=key)

    answer = upload(as_sara, cafe, build.a_bundle("2.0.0"), headers=key)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_what_is_larger_than_the_limit_is_not_read_to_its_end(as_sara, cafe, monkeypatch):
    monkeypatch.setattr("core.api.uploads.UPLOAD_BYTES_MAX", 100_000)

    answer = upload(as_sara, cafe, b"\0" * 400_000)

    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert not Version.objects.exists()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({}, "#/bundle"),
        ({"manifest": "{"}, "#"),
        ({"manifest": "[1]"}, "#/manifest"),
        ({"manifest": '{"a": NaN}'}, "#"),
        ({"colour": "red"}, "#/colour"),
        ({"note": "x" * 501}, "#/note"),
    ],
)
def test_a_form_with_a_fault_is_refused_by_name(as_sara, cafe, fields, pointer):
    if fields:
        fields["bundle"] = SimpleUploadedFile("build.zip", build.a_bundle())

    answer = as_sara.post(f"/api/v1/apps/{cafe.public_id}/versions", fields)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}
    assert not Version.objects.exists()


def test_a_body_that_is_no_form_is_refused(as_sara, cafe):
    answer = as_sara.post(
        f"/api/v1/apps/{cafe.public_id}/versions", b"{}", content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_a_manifest_may_come_beside_a_build_that_has_none(as_sara, cafe):
    content = build.files()
    del content["manifest.json"]

    answer = upload(as_sara, cafe, build.packed(content), manifest=json.dumps(build.manifest()))

    assert answer.status_code == 202
    assert Version.objects.get().manifest_given == build.manifest()


def test_the_findings_stand_in_the_version_in_the_callers_language(as_sara, cafe):
    version = build.checked_version(cafe, b"no zip")

    persian = as_sara.get(f"/api/v1/versions/{version.public_id}")
    english = as_sara.get(
        f"/api/v1/versions/{version.public_id}", headers={"accept-language": "en"}
    )

    finding = english.json()["findings"][0]
    assert english.json()["state"] == "checks_failed"
    assert finding["severity"] == "error"
    assert finding["title"]
    assert finding["fix"]
    assert finding["rule"] == persian.json()["findings"][0]["rule"]


def test_an_upload_with_known_content_leads_to_the_version_that_has_it(as_sara, cafe):
    first = build.ready_version(cafe)
    echo = build.uploaded_version(cafe, build.packed(build.files(), level=1))
    with build.unconfined():
        build.checking.check(version_id=echo.public_id, now=build.NOW)

    answer = as_sara.get(f"/api/v1/versions/{echo.public_id}")

    assert answer.json()["id"] == first.public_id


def test_a_session_without_the_csrf_proof_uploads_nothing(sara, cafe):
    strict = signed_in(sara, enforce_csrf_checks=True)

    answer = upload(strict, cafe)

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed")


def test_a_server_with_a_key_needs_no_csrf_proof(cafe):
    _key, text = build.make_key(cafe)
    strict = Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {text}"})

    assert upload(strict, cafe).status_code == 202


def test_an_icon_is_set_by_form(as_sara, cafe):
    from tests.miniapps.test_registration import a_picture

    body = {"image": SimpleUploadedFile("icon.png", a_picture(300, 300).read())}
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    answer = as_sara.put(
        f"/api/v1/apps/{cafe.public_id}/icon",
        encode_multipart(BOUNDARY, body),
        content_type=MULTIPART_CONTENT,
    )

    assert answer.status_code == 200
    path = answer.json()["icon_url"].partition("localhost:8000")[2]
    picture = Client().get(path)
    assert picture["Content-Type"] == "image/png"
    assert "immutable" in picture["Cache-Control"]
    assert io.BytesIO(b"".join(picture.streaming_content)).read(8) == b"\x89PNG\r\n\x1a\n"


def test_the_icon_address_gives_out_no_other_bytes_of_the_store(cafe):
    version = build.ready_version(cafe)
    sha256 = version.files.get(path="index.html").sha256

    assert Client().get(f"/icons/{sha256}.png").status_code == 404
