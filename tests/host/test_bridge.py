"""The server end of the bridge: a closed table, checked parameters, one's own open launch."""

import hmac
import json
from urllib.parse import parse_qsl

import pytest
from django.utils import timezone

from core.limits import USER_TOKENS_PER_MINUTE_MAX
from host.bridge import dispatch, methods
from identity import consents
from miniapps import launching, registration
from tests.miniapps import build
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def launch(mina):
    return launching.launch(person=mina, app=build.live_app(), now=timezone.now())


@pytest.fixture
def call(mina, launch):
    return caller(mina, launch)


def opened(person, *, asking):
    """Open a live app whose manifest asks for these permissions."""
    wishes = [{"name": name, "reason": "Because."} for name in asking]
    app = build.make_app()
    build.approved_version(app, req_permissions=wishes)
    app.refresh_from_db()
    launch = launching.launch(person=person, app=app, now=timezone.now())
    return launch, caller(person, launch)


def caller(person, launch):
    browser = signed_in(person)

    def ask(method, params=None, *, raw=None):
        body = json.dumps({"method": method, "params": params}) if raw is None else raw
        return browser.post(
            f"/run/{launch.public_id}/bridge", body, content_type="application/json"
        )

    return ask


def test_the_table_is_what_the_reference_says():
    assert methods.__all__ == [
        "launch",
        "local",
        "messages",
        "payments",
        "permissions",
        "storage",
        "token",
    ]
    assert dispatch.names() == [
        "contact.share", "launch.close", "local.save", "message.read", "payments.choose_pin", "payments.confirm", "payments.open",
        "payments.test_money", "permission.answer", "permission.get", "storage.delete", "storage.get", "storage.keys",
        "storage.save", "time.now", "token.get", "write_access.request",
    ]  # fmt: skip


def test_a_token_comes_with_its_end(call):
    answer = call("token.get").json()["result"]

    assert answer["token"].count(".") == 2
    assert isinstance(answer["expires_at"], int)


def test_storage_goes_round(call):
    assert call("storage.save", {"key": "a", "value": "ب"}).json() == {"result": True}
    assert call("storage.get", {"keys": ["a", "b"]}).json() == {"result": {"a": "ب", "b": ""}}
    assert call("storage.keys").json() == {"result": ["a"]}
    assert call("storage.delete", {"keys": ["a"]}).json() == {"result": True}
    assert call("storage.keys", "").json() == {"result": []}


@pytest.mark.parametrize(
    ("method", "params", "pointer"),
    [
        ("storage.save", {"key": "a"}, "#/params/value"),
        ("storage.save", {"key": "a", "value": 1}, "#/params/value"),
        ("storage.save", {"key": "a", "value": "b", "app": "app_x"}, "#/params/app"),
        ("storage.get", {"keys": "a"}, "#/params/keys"),
        ("storage.get", {"keys": [1]}, "#/params/keys"),
        ("local.save", {"changes": {"a": 1}}, "#/params/changes"),
        ("launch.close", {"reason": "boredom"}, "#/params/reason"),
        ("write_access.request", {"granted": 1}, "#/params/granted"),
        ("storage.keys", [1], "#/params"),
        ("permission.get", {"name": "camera"}, "#/params/name"),
        ("permission.answer", {"name": "phone"}, "#/params/granted"),
    ],
)
def test_parameters_are_checked(call, method, params, pointer):
    answer = call(method, params)

    assert answer.status_code == 400
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


@pytest.mark.parametrize("method", ["constructor", "__proto__", "token", "", "pay", "é" * 300])
def test_an_unknown_method_is_answered(call, method):
    answer = call(method, {})

    assert (answer.status_code, answer.json()["code"]) == (404, "bridge-method-unknown")


@pytest.mark.parametrize(
    "raw", ["", "{", "[]", '"x"', "null", '{"method": 1e999}', "\x00", "[" * 60]
)
def test_a_body_that_is_no_call_is_a_problem_and_no_crash(call, raw):
    answer = call(None, raw=raw)

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"]


def test_write_access_is_kept_after_the_person_said_yes(call, launch):
    first = call("write_access.request", {"granted": False}).json()["result"]
    second = call("write_access.request", {"granted": True}).json()["result"]
    third = call("write_access.request", {"granted": False}).json()["result"]

    assert [one["status"] for one in (first, second, third)] == ["cancelled", "allowed", "allowed"]
    assert consents.granted(launch.person, launch.app.public_id) == {"messages"}


def test_the_number_is_shared_after_a_yes_and_not_after_it_was_taken_back(mina):
    launch, call = opened(mina, asking=["phone"])
    assert call("permission.get", {"name": "phone"}).json()["result"] == {
        "declared": True, "asked": False, "granted": False,
    }  # fmt: skip
    assert call("contact.share").status_code == 403

    call("permission.answer", {"name": "phone", "granted": True})
    signed = call("contact.share").json()["result"]

    fields = dict(parse_qsl(signed, strict_parsing=True))
    shared = json.loads(fields["contact"])
    assert (shared["phone_number"], shared["user_id"]) == (mina.phone, launch.app_person.number)
    lines = f"auth_date={fields['auth_date']}\ncontact={fields['contact']}"
    secret = registration.app_secret(launch.app)
    assert hmac.new(secret, lines.encode(), "sha256").hexdigest() == fields["hash"]
    consents.revoke(
        person=mina, audience=launch.app_person.audience, scope="phone", now=timezone.now()
    )
    assert call("contact.share").status_code == 403


def test_a_no_is_remembered_and_grants_nothing(mina):
    launch, call = opened(mina, asking=["location"])

    state = call("permission.answer", {"name": "location", "granted": False}).json()["result"]

    assert state == {"declared": True, "asked": True, "granted": False}
    assert launching.wishes(launching.launch_of(mina, launch.public_id)) == []
    assert consents.granted(mina, launch.app_person.audience) == set()


@pytest.mark.parametrize(
    ("method", "params"),
    [("permission.answer", {"name": "phone", "granted": True}), ("contact.share", {})],
)
def test_what_the_manifest_does_not_name_cannot_be_granted(call, launch, method, params):
    answer = call(method, params)

    assert (answer.status_code, answer.json()["code"]) == (403, "permission-undeclared")
    assert consents.granted(launch.person, launch.app_person.audience) == set()


def test_a_closed_launch_answers_410(call):
    call("launch.close", {"reason": "person"})

    answer = call("token.get")
    assert (answer.status_code, answer.json()["code"]) == (410, "launch-ended")


def test_nobody_calls_for_another_persons_launch(launch, dara, client):
    url = f"/run/{launch.public_id}/bridge"
    body = json.dumps({"method": "token.get"})

    assert signed_in(dara).post(url, body, content_type="application/json").status_code == 404
    assert client.post(url, body, content_type="application/json").status_code == 401


def test_a_call_without_the_pages_own_proof_is_refused(mina, launch):
    browser = signed_in(mina, enforce_csrf_checks=True)

    answer = browser.post(
        f"/run/{launch.public_id}/bridge",
        json.dumps({"method": "token.get"}),
        content_type="application/json",
    )

    assert answer.status_code == 403


def test_tokens_are_rate_limited_with_a_time_to_wait(call):
    answers = [call("token.get") for _ in range(USER_TOKENS_PER_MINUTE_MAX + 1)]

    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "too-many-requests"
    assert int(answers[-1].headers["Retry-After"]) >= 1
