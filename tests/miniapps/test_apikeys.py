"""Keys of servers and CI."""

from datetime import timedelta

import pytest

from core.models import AuditEvent
from core.problems import InvalidInput, NotFound
from identity.errors import NotInMaker
from miniapps import access, apikeys
from miniapps.errors import ScopeMissing, TooManyKeys
from miniapps.models import AppKey
from tests.miniapps import build
from tests.miniapps.build import NOW

UPLOAD = AppKey.Scope.VERSIONS_WRITE


def test_a_key_is_found_by_its_text(cafe):
    key, text = build.make_key(cafe)

    assert apikeys.find_key(text, now=NOW) == key


def test_only_a_hash_of_the_secret_is_kept(cafe):
    key, text = build.make_key(cafe)

    _mark, _prefix, secret = text.split("_", 2)  # there may be more of them in the secret
    assert len(secret) == 43
    kept = f"{vars(key)} {list(AuditEvent.objects.values_list('facts', flat=True))}"
    assert secret not in kept


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("bnk_", "bnk-", 1),
        lambda text: text + "a",
        lambda text: text[4:],
        lambda _: "",
        lambda _: "bnk_" + "a" * 10 + "_" + "A" * 43,
    ],
    ids=["wrong secret", "wrong head", "longer", "without head", "empty", "unknown prefix"],
)
def test_what_is_not_exactly_the_key_opens_nothing(cafe, change):
    _key, text = build.make_key(cafe)

    assert apikeys.find_key(change(text), now=NOW) is None


def test_a_revoked_key_opens_nothing_from_that_moment(cafe, sara):
    key, text = build.make_key(cafe)

    apikeys.revoke(key=key, actor=sara, now=NOW)

    assert apikeys.find_key(text, now=NOW) is None


def test_an_expired_key_opens_nothing(cafe):
    end = NOW + timedelta(days=1)
    _key, text = build.make_key(cafe, expires_at=end)

    assert apikeys.find_key(text, now=end - timedelta(seconds=1)) is not None
    assert apikeys.find_key(text, now=end) is None


def test_the_last_use_is_written_at_most_once_a_minute(cafe, django_assert_num_queries):
    _key, text = build.make_key(cafe)
    apikeys.find_key(text, now=NOW)

    with django_assert_num_queries(1):
        apikeys.find_key(text, now=NOW + timedelta(seconds=59))
    with django_assert_num_queries(2):
        apikeys.find_key(text, now=NOW + timedelta(seconds=60))


def test_a_key_reaches_its_own_app_only(cafe, studio):
    other = build.make_app(studio)
    key, _text = build.make_key(cafe)

    assert access.app_of(key, cafe.public_id, right="upload") == cafe
    with pytest.raises(NotFound):
        access.app_of(key, other.public_id)


def test_a_key_does_only_what_its_scopes_say(cafe):
    key, _text = build.make_key(cafe, UPLOAD)

    with pytest.raises(ScopeMissing) as refusal:
        access.app_of(key, cafe.public_id, right="release")

    assert refusal.value.members == {"needs": AppKey.Scope.RELEASE}


@pytest.mark.parametrize("right", ["edit", "keys", "members"])
def test_no_scope_makes_a_key_an_owner(cafe, right):
    key, _text = build.make_key(cafe)

    with pytest.raises(ScopeMissing):
        access.app_of(key, cafe.public_id, right=right)


def test_an_acts_audit_event_names_the_key(cafe):
    key, _text = build.make_key(cafe)

    build.uploaded_version(cafe, actor=key, via="api")

    event = AuditEvent.objects.get(event="miniapps.version.received")
    assert (event.actor, event.facts["key"]) == (key.created_by, key.public_id)


def test_all_faults_of_a_key_are_told_at_once(cafe, sara):
    with pytest.raises(InvalidInput) as refusal:
        apikeys.issue(app=cafe, actor=sara, name="", scopes=["everything"], expires_at=NOW, now=NOW)

    pointers = {fault.pointer for fault in refusal.value.faults}
    assert pointers == {"#/name", "#/scopes", "#/expires_at"}


def test_an_app_has_only_so_many_live_keys(cafe, sara, monkeypatch):
    monkeypatch.setattr(apikeys, "APP_KEYS_MAX", 1)
    key, _text = build.make_key(cafe)
    with pytest.raises(TooManyKeys):
        build.make_key(cafe)

    apikeys.revoke(key=key, actor=sara, now=NOW)

    assert build.make_key(cafe)


def test_a_developer_does_not_manage_keys(cafe, dara):
    key, _text = build.make_key(cafe)

    with pytest.raises(NotInMaker):
        access.key_of(dara, key.public_id)
