"""The published vectors, and the helper in Python that makers copy: they agree on every verdict.

The helper in JavaScript is tried with the same file by sdk/tests/server.test.js.
"""

import importlib.util
import json
from pathlib import Path

import jwt
import pytest

from config.reference.vectors import vectors
from core.limits import PAYMENT_TOKEN_TTL_S
from miniapps.payment_tokens import MEMBERS

HELPER = Path(__file__).parents[2] / "sdk/python/barnamak_server.py"
spec = importlib.util.spec_from_file_location("barnamak_server", HELPER)
server = importlib.util.module_from_spec(spec)
spec.loader.exec_module(server)

ALL = json.loads(vectors())
ISSUER, APP_ID = ALL["issuer"], ALL["audience"].removeprefix("app:")
ORDER = {"order_ref": "order-1405", "amount_rials": 200_000}


def now() -> float:
    return ALL["now"]


TOKENS = server.Tokens(ISSUER, APP_ID, keys=ALL["jwks"], now=now)


def of(kind: str) -> list:
    return [pytest.param(one, id=one["name"]) for one in ALL[kind]["vectors"]]


def accepts(verify, *given, **named) -> bool:
    try:
        verify(*given, **named)
    except server.Refused:
        return False
    return True


@pytest.mark.parametrize("vector", of("user_tokens"))
def test_a_user_token_has_the_published_verdict(vector):
    assert accepts(TOKENS.user, vector["token"]) is vector["accept"]


@pytest.mark.parametrize("vector", of("payment_tokens"))
def test_a_payment_token_has_the_published_verdict(vector):
    test = vector["name"] == "test money"

    assert accepts(TOKENS.payment, vector["token"], **ORDER, test=test) is vector["accept"]


@pytest.mark.parametrize("vector", of("init_data"))
def test_init_data_has_the_published_verdict(vector):
    token = ALL["init_data"]["app_token"]

    assert accepts(server.init_data, vector["init_data"], token, now=now) is vector["accept"]


@pytest.mark.parametrize("vector", of("webhooks"))
def test_a_webhook_has_the_published_verdict(vector):
    body, secrets = vector["body"].encode(), ALL["webhooks"]["secrets"]

    assert accepts(server.webhook, body, vector["headers"], secrets, now=now) is vector["accept"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"order_ref": "order-1"}, "payment-order-ref"),
        ({"amount_rials": 2}, "payment-amount-rials"),
        ({"test": True}, "payment-test"),
    ],
)
def test_a_token_that_pays_another_order_is_refused_by_the_name_of_what_differs(change, code):
    good = ALL["payment_tokens"]["vectors"][0]["token"]

    with pytest.raises(server.Refused) as caught:
        TOKENS.payment(good, **(ORDER | change))

    assert caught.value.code == code


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "....", "é.é.é"])
def test_what_is_no_token_at_all_is_refused_as_one(text):
    with pytest.raises(server.Refused) as caught:
        TOKENS.user(text)

    assert caught.value.code == "token-invalid"


def test_the_vectors_are_the_same_each_time():
    assert vectors() == vectors()


@pytest.mark.parametrize("kind", ["user_tokens", "payment_tokens"])
def test_there_is_a_vector_for_each_known_attack(kind):
    names = {one["name"] for one in ALL[kind]["vectors"]}

    assert {"good", "expired", "for another app", "alg none", "HMAC with the public key"} <= names


def test_the_good_payment_token_says_what_ours_says():
    good = ALL["payment_tokens"]["vectors"][0]["token"]

    claims = jwt.decode(good, options={"verify_signature": False})

    assert set(claims["payment"]) == set(MEMBERS)
    assert claims["exp"] - claims["iat"] == PAYMENT_TOKEN_TTL_S
