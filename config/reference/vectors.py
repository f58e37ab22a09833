"""Test vectors for those who verify user or payment tokens in a language of their own.

The key pair is made from a fixed seed and is used nowhere else; the times are fixed, so the file
is the same on every machine. ``now`` is the instant at which each verdict holds.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.limits import PAYMENT_TOKEN_TTL_S, USER_TOKEN_TTL_S
from identity.keys import b64, thumbprint

SEED: Final = bytes(range(32))
NOW: Final = 1_800_000_000
ISSUER: Final = "https://miniapps.example"
AUDIENCE: Final = "app:app_01k9z3v6t2e8r9c0m4q7x5a1bd"


USER: Final = "user+jwt"
PAYMENT: Final = "payment+jwt"
ABOUT: Final = "{} tokens of Barnamak. accept: a verifier at `now` must take it; else refuse."


def token_vectors() -> str:
    """Return the vectors of user tokens as JSON text."""
    return _document(USER, "User", _user_claims(), tampered={"scope": "profile phone"}, more={})


def payment_token_vectors() -> str:
    """Return the vectors of payment tokens as JSON text."""
    claims = _payment_claims()
    paid = claims["payment"]
    more = {
        "a refunded payment": (True, {"payment": paid | {"refunded_rials": 200_000}}),
        "test money": (True, {"payment": paid | {"test": True}}),
        "without a payment": (False, {"payment": None}),
    }
    tampered = {"payment": paid | {"amount_rials": 2_000_000}}
    return _document(PAYMENT, "Payment", claims, tampered=tampered, more=more)


def _document(
    typ: str,
    name: str,
    claims: dict[str, Any],
    *,
    tampered: dict[str, Any],
    more: dict[str, tuple[bool, dict[str, Any]]],
) -> str:
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public_x = b64(private.public_key().public_bytes_raw())
    kid = thumbprint(public_x)
    jwk = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": public_x}
    maker = _Signer(private, kid, typ, claims)
    cases = [*_cases(maker, tampered)]
    cases += [(words, accept, maker.signed(**changes)) for words, (accept, changes) in more.items()]
    document = {
        "about": ABOUT.format(name),
        "now": NOW,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "typ": typ,
        "jwks": {"keys": [jwk]},
        "vectors": [
            {"name": words, "accept": accept, "token": token} for words, accept, token in cases
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _registered(lifetime_s: int) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "0m4q7x5a1bd01k9z3v6t2e8r9c",
        "iat": NOW - 60,
        "nbf": NOW - 70,
        "exp": NOW - 60 + lifetime_s,
        "jti": "fixed-for-the-vectors",
    }


def _user_claims() -> dict[str, Any]:
    return _registered(USER_TOKEN_TTL_S) | {
        "sid": "lnc_01k9z3v6t2e8r9c0m4q7x5a1bd",
        "ver": "0" * 64,
        "scope": "profile",
        "lang": "fa",
    }


def _payment_claims() -> dict[str, Any]:
    return _registered(PAYMENT_TOKEN_TTL_S) | {
        "payment": {
            "id": "pay_01k9z3v6t2e8r9c0m4q7x5a1bd",
            "invoice": "inv_01k9z3v6t2e8r9c0m4q7x5a1bd",
            "order_ref": "order-1405",
            "payload": "میز ۴",
            "amount_rials": 200_000,
            "refunded_rials": 0,
            "status": "captured",
            "paid_at": "2027-01-15T07:58:50Z",
            "test": False,
        }
    }


@dataclass(frozen=True)
class _Signer:
    """Signs the good claims of one kind of token, with changes."""

    private: Ed25519PrivateKey
    kid: str
    typ: str
    claims: dict[str, Any]

    def changed(self, **changes: Any) -> dict[str, Any]:
        """Return the claims with changes; None leaves a claim out."""
        found = self.claims | changes
        return {name: value for name, value in found.items() if value is not None}

    def signed(self, typ: str = "", key: Any = None, **changes: Any) -> str:
        """Return a token."""
        return jwt.encode(
            self.changed(**changes),
            key or self.private,
            algorithm="EdDSA",
            headers={"typ": typ or self.typ, "kid": self.kid},
        )


def _cases(maker: _Signer, tampered: dict[str, Any]) -> list[tuple[str, bool, str]]:
    signed, kid, typ = maker.signed, maker.kid, maker.typ
    good = signed()
    head, body, seal = good.split(".")
    other = Ed25519PrivateKey.from_private_bytes(bytes(reversed(SEED)))
    flipped = bytearray(base64.urlsafe_b64decode(seal + "=="))
    flipped[0] ^= 1
    richer = b64(json.dumps(maker.changed(**tampered), separators=(",", ":")).encode())
    none = b64(json.dumps({"alg": "none", "typ": typ, "kid": kid}).encode())
    public_raw = maker.private.public_key().public_bytes_raw()
    confused = jwt.encode(
        maker.changed(), public_raw, algorithm="HS256", headers={"typ": typ, "kid": kid}
    )
    wrong_kind, words = (PAYMENT, "a payment token") if typ == USER else (USER, "a user token")
    return [
        ("good", True, good),
        ("expired", False, signed(iat=NOW - 900, nbf=NOW - 910, exp=NOW - 600)),
        ("not yet good", False, signed(iat=NOW + 600, nbf=NOW + 590, exp=NOW + 900)),
        ("for another app", False, signed(aud="app:app_01k9z3v6t2e8r9c0m4q7x5a1be")),
        ("audience is a list", False, signed(aud=[AUDIENCE])),
        ("from another issuer", False, signed(iss="https://miniapps.example/")),
        ("without an end", False, signed(exp=None)),
        ("without a subject", False, signed(sub=None)),
        (words, False, signed(typ=wrong_kind)),
        ("signed with another key", False, signed(key=other)),
        ("signature with one bit flipped", False, f"{head}.{body}.{b64(bytes(flipped))}"),
        (
            "more scope than was signed" if typ == USER else "a larger amount than was signed",
            False,
            f"{head}.{richer}.{seal}",
        ),
        ("signature missing", False, f"{head}.{body}."),
        ("alg none", False, f"{none}.{body}."),
        ("HMAC with the public key", False, confused),
    ]
