"""Signing keys: published before they are used, rotated without a gap, private halves kept safe."""

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from identity import keys
from identity.models import SigningKey

pytestmark = pytest.mark.django_db
TOKENS = SigningKey.Purpose.TOKENS


def states():
    return {key.kid: key.state for key in SigningKey.objects.filter(purpose=TOKENS)}


def published():
    return {key["kid"] for key in keys.jwks()["keys"]}


def test_the_first_key_is_made_when_it_is_needed(client):
    answer = client.get("/.well-known/jwks.json")

    assert answer.status_code == 200
    assert [key["alg"] for key in answer.json()["keys"]] == ["EdDSA"]
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "d" not in answer.json()["keys"][0]


def test_a_prepared_key_is_published_but_does_not_sign():
    active = keys.signer(TOKENS).kid

    following = keys.prepare(TOKENS)

    assert published() == {active, following.kid}
    assert keys.signer(TOKENS).kid == active


def test_rotation_takes_the_prepared_key_and_keeps_the_old_one_published(
    django_capture_on_commit_callbacks,
):
    old, following = keys.signer(TOKENS).kid, keys.prepare(TOKENS)

    with django_capture_on_commit_callbacks(execute=True):
        keys.rotate(TOKENS, now=timezone.now())

    assert keys.signer(TOKENS).kid == following.kid
    assert states() == {old: "retiring", following.kid: "active"}
    assert published() == {old, following.kid}


def test_removing_the_active_key_lets_another_sign_at_once(django_capture_on_commit_callbacks):
    lost = keys.signer(TOKENS).kid

    with django_capture_on_commit_callbacks(execute=True):
        keys.remove(lost, now=timezone.now())

    assert lost not in published()
    assert keys.signer(TOKENS).kid != lost
    assert not (Path(settings.KEYS) / f"{lost}.pem").exists()


def test_the_private_half_is_readable_by_us_alone():
    file = Path(settings.KEYS) / f"{keys.signer(TOKENS).kid}.pem"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_tokens_and_init_data_have_keys_of_their_own():
    assert keys.signer(TOKENS).kid != keys.signer(SigningKey.Purpose.INIT_DATA).kid
