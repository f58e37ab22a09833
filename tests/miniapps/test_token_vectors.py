"""The published vectors: a verifier in a few lines of PyJWT agrees with every verdict."""

import json

import jwt
import pytest

from config.reference.vectors import payment_token_vectors, token_vectors
from core.limits import PAYMENT_TOKEN_TTL_S
from miniapps.payment_tokens import MEMBERS

MADE = {"user": token_vectors, "payment": payment_token_vectors}
DOCUMENTS = {name: json.loads(make()) for name, make in MADE.items()}
VECTORS = [
    pytest.param(name, one, id=f"{name}: {one['name']}")
    for name, document in DOCUMENTS.items()
    for one in document["vectors"]
]
REQUIRED = ["exp", "iat", "aud", "iss", "sub", "jti"]


def verdict(document, token, more):
    """Verify as the documentation tells makers to, at the instant the vectors name."""
    header = jwt.get_unverified_header(token)
    keys = {key["kid"]: jwt.PyJWK(key).key for key in document["jwks"]["keys"]}
    if header.get("typ") != document["typ"] or header.get("kid") not in keys:
        return False
    claims = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["EdDSA"],
        audience=document["audience"],
        issuer=document["issuer"],
        options={
            "require": REQUIRED + more,
            "strict_aud": True,
            "verify_exp": False,
            "verify_nbf": False,
            "verify_iat": False,
        },
    )
    return claims["nbf"] - 10 <= document["now"] < claims["exp"] + 10


@pytest.mark.parametrize(("kind", "vector"), VECTORS)
def test_the_verdict_is_the_published_one(kind, vector):
    more = ["payment"] if kind == "payment" else []
    try:
        accepted = verdict(DOCUMENTS[kind], vector["token"], more)
    except jwt.InvalidTokenError:
        accepted = False

    assert accepted is vector["accept"]


@pytest.mark.parametrize("kind", MADE)
def test_the_vectors_are_the_same_each_time(kind):
    assert MADE[kind]() == MADE[kind]()


@pytest.mark.parametrize("kind", MADE)
def test_there_is_a_vector_for_each_known_attack(kind):
    names = {one["name"] for one in DOCUMENTS[kind]["vectors"]}

    assert {"good", "expired", "for another app", "alg none", "HMAC with the public key"} <= names


def test_the_good_payment_token_says_what_ours_says():
    good = DOCUMENTS["payment"]["vectors"][0]["token"]

    claims = jwt.decode(good, options={"verify_signature": False})

    assert set(claims["payment"]) == set(MEMBERS)
    assert claims["exp"] - claims["iat"] == PAYMENT_TOKEN_TTL_S
