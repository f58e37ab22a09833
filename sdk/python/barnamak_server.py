"""What the server of a mini-app verifies: who is using it, what was paid, what it is told.

One file, to be copied or installed; it needs ``pip install "pyjwt[crypto]"`` for tokens and nothing
for the rest. Everything that is not good raises ``Refused`` with a stable ``code``.

    tokens = Tokens("https://miniapps.example", "app_…")
    claims = tokens.user(token)              # claims["sub"] is the person, to your app alone
    paid = tokens.payment(token, order_ref="order-1405", amount_rials=200_000)
    fields = init_data(text, APP_TOKEN)      # for builds made for Telegram or Bale
    event = webhook(body, headers, SECRET)   # before anything of the body is read
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import jwt

LEEWAY_S = 10  # two clocks may differ by so much
MAX_AGE_S = 86_400  # of initData
TOLERANCE_S = 300  # of a webhook's time
REQUIRED = ("exp", "iat", "aud", "iss", "sub", "jti")
TYPES = {"user": "user+jwt", "payment": "payment+jwt"}


class Refused(Exception):
    """It does not hold. ``code`` is stable: log it, and answer your caller with 401."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class Tokens:
    """Verifies the tokens that one platform issues for one app."""

    def __init__(
        self,
        issuer: str,
        app_id: str,
        *,
        keys: Mapping[str, Any] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Fix whose tokens are believed.

        ``issuer`` is the platform's origin without a slash at its end, ``app_id`` yours. ``keys``
        is a JWK set; without it the platform's is fetched, and kept for five minutes.
        """
        self.issuer = issuer
        self.audience = f"app:{app_id}"
        self._now = now
        if keys is None:
            client = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json", lifespan=300, timeout=5)
            self._key_of = client.get_signing_key_from_jwt
        else:
            known = {key["kid"]: jwt.PyJWK(key) for key in keys["keys"]}
            self._key_of = lambda token: known[jwt.get_unverified_header(token)["kid"]]

    def user(self, token: str) -> dict[str, Any]:
        """Return the claims of a user token. ``sub`` is the person. Raises ``Refused``."""
        return self._claims(token, "user")

    def payment(
        self, token: str, *, order_ref: str, amount_rials: int, test: bool = False
    ) -> dict[str, Any]:
        """Return the payment of a token that pays this order, in whole rials. Raises ``Refused``.

        Keep ``payment["id"]`` with the order: a token may be shown twice.
        """
        found = self._claims(token, "payment")["payment"]
        wanted: dict[str, Any] = {"status": "captured", "test": test}
        wanted |= {"order_ref": order_ref, "amount_rials": amount_rials}
        for name, value in wanted.items():
            if found.get(name) != value:
                raise Refused(f"payment-{name.replace('_', '-')}", f"{name} is not of this order.")
        return dict(found)

    def _claims(self, token: str, kind: str) -> dict[str, Any]:
        more = ("payment",) if kind == "payment" else ()
        try:
            if jwt.get_unverified_header(token).get("typ") != TYPES[kind]:
                raise Refused("token-kind", f"This is not a {kind} token.")
            claims = jwt.decode(
                token,
                self._key_of(token),
                algorithms=["EdDSA"],
                audience=self.audience,
                issuer=self.issuer,
                options={
                    "require": [*REQUIRED, *more],
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            begins, ends = float(claims.get("nbf", claims["iat"])), float(claims["exp"])
        except jwt.PyJWKClientConnectionError as reason:
            raise Refused("keys-unavailable", "The platform's keys could not be read.") from reason
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as reason:
            raise Refused("token-invalid", str(reason)) from reason
        if not begins - LEEWAY_S <= self._now() < ends + LEEWAY_S:
            raise Refused("token-time", "The token has ended, or has not begun.")
        return dict(claims)


def init_data(
    text: str,
    app_token: str,
    *,
    max_age_s: int = MAX_AGE_S,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Return the fields of ``Telegram.WebApp.initData``, ``user`` and its like as objects.

    ``app_token`` is the ``<number>:<secret>`` that the console showed. Raises ``Refused``.
    """
    pairs = [part.partition("=")[::2] for part in text.split("&")] if text else []
    fields = {name: unquote(value) for name, value in pairs}
    given = fields.pop("hash", "")
    if len(fields) != len(pairs) - 1 or not given:
        raise Refused("init-data-shape", "A field is missing, or there twice.")
    lines = "\n".join(sorted(f"{name}={value}" for name, value in fields.items()))
    secret = hmac.digest(b"WebAppData", app_token.encode(), hashlib.sha256)
    expected = hmac.digest(secret, lines.encode(), hashlib.sha256).hex()
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise Refused("init-data-hash", "It was not signed for this app, or was changed.")
    age_s = now() - int(fields.get("auth_date", "0"))
    if not -LEEWAY_S <= age_s <= max_age_s:
        raise Refused("init-data-time", "It is too old, or of the future.")
    return {
        name: json.loads(value) if value.startswith(("{", "[")) else value
        for name, value in fields.items()
    }


def webhook(
    body: bytes,
    headers: Mapping[str, str],
    secrets: str | Iterable[str],
    *,
    tolerance_s: int = TOLERANCE_S,
    now: Callable[[], float] = time.time,
) -> dict[str, Any]:
    """Return the event that a request brings. Raises ``Refused``.

    ``body`` is byte for byte as it came. Several ``secrets`` count while one is being changed.
    Answer 2xx soon, and act on each ``event["id"]`` once: it may come again.
    """
    found = {name.lower(): value for name, value in headers.items()}
    number, sent, seals = (
        found.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not sent.isascii() or not sent.isdigit() or abs(now() - int(sent)) > tolerance_s:
        raise Refused("webhook-time", "Its time is missing, or more than five minutes off.")
    signed = f"{number}.{sent}.".encode() + body
    given = [seal for seal in seals.split(" ") if seal.startswith("v1,")]
    for secret in (secrets,) if isinstance(secrets, str) else secrets:
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as reason:
            raise Refused("webhook-secret", "The secret is no base64; copy it anew.") from reason
        expected = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
        if any(hmac.compare_digest(expected, seal.encode()) for seal in given):
            event: dict[str, Any] = json.loads(body)
            return event
    raise Refused("webhook-signature", "It was not signed with this secret, or was changed.")
