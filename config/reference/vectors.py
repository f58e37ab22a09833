"""Test vectors for those who verify user tokens in a language of their own.

The key pair is made from a fixed seed and is used nowhere else; the times are fixed, so the file
is the same on every machine. ``now`` is the instant at which each verdict holds.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from identity.keys import b64, thumbprint

SEED: Final = bytes(range(32))
NOW: Final = 1_800_000_000
ISSUER: Final = "https://miniapps.example"
AUDIENCE: Final = "app:app_01k9z3v6t2e8r9c0m4q7x5a1bd"


def token_vectors() -> str:
    """Return the vectors as JSON text."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public_x = b64(private.public_key().public_bytes_raw())
    kid = thumbprint(public_x)
    jwk = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": public_x}
    document = {
        "about": "User tokens of Barnamak. accept: a verifier at `now` must take it; else refuse.",
        "now": NOW,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "typ": "user+jwt",
        "jwks": {"keys": [jwk]},
        "vectors": [
            {"name": name, "accept": accept, "token": token}
            for name, accept, token in _cases(private, kid)
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _claims(**changes: Any) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "0m4q7x5a1bd01k9z3v6t2e8r9c",
        "iat": NOW - 60,
        "nbf": NOW - 70,
        "exp": NOW + 240,
        "jti": "fixed-for-the-vectors",
        "sid": "lnc_01k9z3v6t2e8r9c0m4q7x5a1bd",
        "ver": "0" * 64,
        "scope": "profile",
        "lang": "fa",
    }
    claims.update(changes)
    return {name: value for name, value in claims.items() if value is not None}


def _cases(private: Ed25519PrivateKey, kid: str) -> list[tuple[str, bool, str]]:
    def signed(typ: str = "user+jwt", key: Any = private, **changes: Any) -> str:
        return jwt.encode(
            _claims(**changes), key, algorithm="EdDSA", headers={"typ": typ, "kid": kid}
        )

    good = signed()
    head, body, seal = good.split(".")
    other = Ed25519PrivateKey.from_private_bytes(bytes(reversed(SEED)))
    flipped = bytearray(base64.urlsafe_b64decode(seal + "=="))
    flipped[0] ^= 1
    richer = b64(json.dumps(_claims(scope="profile phone"), separators=(",", ":")).encode())
    none = b64(json.dumps({"alg": "none", "typ": "user+jwt", "kid": kid}).encode())
    public_raw = private.public_key().public_bytes_raw()
    confused = jwt.encode(
        _claims(), public_raw, algorithm="HS256", headers={"typ": "user+jwt", "kid": kid}
    )
    return [
        ("good", True, good),
        ("expired", False, signed(iat=NOW - 900, nbf=NOW - 910, exp=NOW - 600)),
        ("not yet good", False, signed(iat=NOW + 600, nbf=NOW + 590, exp=NOW + 900)),
        ("for another app", False, signed(aud="app:app_01k9z3v6t2e8r9c0m4q7x5a1be")),
        ("audience is a list", False, signed(aud=[AUDIENCE])),
        ("from another issuer", False, signed(iss="https://miniapps.example/")),
        ("without an end", False, signed(exp=None)),
        ("without a subject", False, signed(sub=None)),
        ("a payment token", False, signed(typ="payment+jwt")),
        ("signed with another key", False, signed(key=other)),
        ("signature with one bit flipped", False, f"{head}.{body}.{b64(bytes(flipped))}"),
        ("more scope than was signed", False, f"{head}.{richer}.{seal}"),
        ("signature missing", False, f"{head}.{body}."),
        ("alg none", False, f"{none}.{body}."),
        ("HMAC with the public key", False, confused),
    ]
