"""Test vectors for those who verify tokens, initData or webhooks in a language of their own.

The key pair is made from a fixed seed and is used nowhere else; the times are fixed, so the file
is the same on every machine. ``now`` is the instant at which each verdict holds.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook

from core.limits import INIT_DATA_MAX_AGE_S, PAYMENT_TOKEN_TTL_S, USER_TOKEN_TTL_S
from identity.keys import b64, thumbprint
from miniapps import initdata

SEED: Final = bytes(range(32))
NOW: Final = 1_800_000_000
ISSUER: Final = "https://miniapps.example"
AUDIENCE: Final = "app:app_01k9z3v6t2e8r9c0m4q7x5a1bd"


APP_TOKEN: Final = "7300000001:only-for-the-vectors"  # noqa: S105  (no app has it)
WEBHOOK_SECRETS: Final = tuple(
    f"whsec_{base64.b64encode(bytes(range(first, first + 32))).decode()}" for first in (32, 64)
)
EVENT: Final = "evt_01k9z3v6t2e8r9c0m4q7x5a1bd"

USER: Final = "user+jwt"
PAYMENT: Final = "payment+jwt"
ABOUT: Final = (
    "What servers of makers verify: user tokens, payment tokens, initData, webhooks."
    " accept: a verifier whose clock says `now` must take it; else refuse."
)


def vectors() -> str:
    """Return all vectors as JSON text."""
    private = Ed25519PrivateKey.from_private_bytes(SEED)
    public_x = b64(private.public_key().public_bytes_raw())
    kid = thumbprint(public_x)
    jwk = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": public_x}
    document = {
        "about": ABOUT,
        "now": NOW,
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "jwks": {"keys": [jwk]},
        "user_tokens": _user_tokens(private, kid),
        "payment_tokens": _payment_tokens(private, kid),
        "init_data": _init_data(private),
        "webhooks": _webhooks(),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _user_tokens(private: Ed25519PrivateKey, kid: str) -> dict[str, Any]:
    maker = _Signer(private, kid, USER, _user_claims())
    return _tokens(USER, _cases(maker, {"scope": "profile phone"}))


def _payment_tokens(private: Ed25519PrivateKey, kid: str) -> dict[str, Any]:
    claims = _payment_claims()
    paid = claims["payment"]
    maker = _Signer(private, kid, PAYMENT, claims)
    more = {
        "a refunded payment": (True, {"payment": paid | {"refunded_rials": 200_000}}),
        "test money": (True, {"payment": paid | {"test": True}}),
        "without a payment": (False, {"payment": None}),
    }
    return _tokens(
        PAYMENT,
        [
            *_cases(maker, {"payment": paid | {"amount_rials": 2_000_000}}),
            *(
                (words, accept, maker.signed(**changes))
                for words, (accept, changes) in more.items()
            ),
        ],
    )


def _tokens(typ: str, cases: list[tuple[str, bool, str]]) -> dict[str, Any]:
    named = [{"name": words, "accept": accept, "token": token} for words, accept, token in cases]
    return {"typ": typ, "vectors": named}


def _init_data(private: Ed25519PrivateKey) -> dict[str, Any]:
    """Return initData that is good for a day, and some that is not."""
    now = datetime.fromtimestamp(NOW, UTC)
    person = {"id": 4503599627370497, "first_name": "علی & Co", "language_code": "fa"}
    fields = {
        "query_id": "AAHdF6IQAAAAAN0XohDhrOrc",
        "user": initdata.compact(person),
        "start_param": "a=b%20c+d",
    }

    def signed(*, token: str = APP_TOKEN, at: datetime = now - timedelta(minutes=1)) -> str:
        return initdata.sign(
            fields,
            app_number=int(token.split(":", maxsplit=1)[0]),
            secret=initdata.secret_of(token),
            ed25519=private.sign,
            now=at,
        )

    good = signed()
    seal = good.rpartition("hash=")[2]
    flipped = good.replace(seal, ("1" if seal[0] == "0" else "0") + seal[1:])
    cases = (
        ("good", True, good),
        ("the same in another order", True, "&".join(reversed(good.split("&")))),
        ("older than a day", False, signed(at=now - timedelta(hours=25))),
        ("from the future", False, signed(at=now + timedelta(hours=1))),
        ("of another app", False, signed(token="7300000002:another")),  # noqa: S106
        ("hash with one digit changed", False, flipped),
        ("another person", False, good.replace("4503599627370497", "4503599627370498")),
        ("a field more than was signed", False, f"{good}&chat_type=private"),
        ("a field twice", False, f"{good}&start_param=other"),
        ("without a hash", False, good.partition("&hash=")[0]),
        ("empty", False, ""),
    )
    named = [{"name": words, "accept": accept, "init_data": text} for words, accept, text in cases]
    return {"app_token": APP_TOKEN, "max_age_s": INIT_DATA_MAX_AGE_S, "vectors": named}


def _webhooks() -> dict[str, Any]:
    """Return requests as they come: headers and the body, byte for byte."""
    now = datetime.fromtimestamp(NOW, UTC)
    body = json.dumps(
        {"id": EVENT, "type": "payment.captured", "data": {"payload": "میز ۴"}}, ensure_ascii=False
    )

    def sent(*signers: str, at: datetime = now, **changes: str) -> dict[str, str]:
        seals = " ".join(Webhook(secret).sign(EVENT, at, body) for secret in signers)
        stamped = {
            "webhook-id": EVENT,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": seals,
        }
        return stamped | {f"webhook-{name}": value for name, value in changes.items()}

    ours, older = WEBHOOK_SECRETS
    stranger = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    seal = sent(ours)["webhook-signature"]
    cases = (
        ("good", True, sent(ours), body),
        ("signed with both secrets", True, sent(ours, older), body),
        ("signed with the older secret", True, sent(older), body),
        ("beside a signature of another kind", True, sent(ours, signature=f"v2,x {seal}"), body),
        ("signed with another secret", False, sent(stranger), body),
        ("body with a space more", False, sent(ours), f"{body} "),
        ("another event's id", False, sent(ours, id="evt_other"), body),
        ("six minutes old", False, sent(ours, at=now - timedelta(minutes=6)), body),
        ("six minutes ahead", False, sent(ours, at=now + timedelta(minutes=6)), body),
        ("time that is no number", False, sent(ours, timestamp="soon"), body),
        ("without a signature", False, sent(ours, signature=""), body),
        ("version missing", False, sent(ours, signature=seal.removeprefix("v1,")), body),
    )
    named = [
        {"name": words, "accept": accept, "headers": headers, "body": text}
        for words, accept, headers, text in cases
    ]
    return {"secrets": list(WEBHOOK_SECRETS), "tolerance_s": 300, "vectors": named}


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
