"""User tokens: who a person is to one app, for five minutes, verifiable with our JWKS.

A JWT (EdDSA) of ``typ`` ``user+jwt``: ``iss`` this platform, ``aud`` ``app:<id>``, ``sub`` the
pairwise id, ``sid`` the launch, ``ver`` the version's digest, ``scope`` what the person consented
to. It never opens a door of our own API.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings

from core.limits import USER_TOKEN_TTL_S
from identity import consents, keys
from identity.models import SigningKey
from miniapps import pairwise
from miniapps.models import App, Launch

TYPE = "user+jwt"
ALGORITHM = "EdDSA"
LEEWAY_S = 10
LENGTH_MAX = 4096
HEADER_MEMBERS = {"alg", "kid", "typ"}
REGISTERED = ("iss", "aud", "sub", "iat", "nbf", "exp", "jti")


@dataclass(frozen=True)
class TokenKind:
    """What tells one kind of our tokens from another."""

    typ: str
    required: tuple[str, ...]
    lifetime_s: int
    length_max: int = LENGTH_MAX


USER = TokenKind(TYPE, (*REGISTERED, "sid", "ver", "scope"), USER_TOKEN_TTL_S)


@dataclass(frozen=True)
class IssuedToken:
    """A token and the instant it ends (Unix seconds)."""

    token: str
    expires_at: int


def audience_of(app: App) -> str:
    """Return the one audience of an app's tokens."""
    return f"app:{app.public_id}"


def user_token(launch: Launch, *, now: datetime) -> IssuedToken:
    """Issue a token for an open launch. The launch must come with app, version, app_person."""
    issued = int(now.timestamp())
    scopes = consents.granted(launch.person, launch.app_person.audience)
    claims: dict[str, Any] = {
        "iss": settings.ORIGIN,
        "aud": audience_of(launch.app),
        "sub": launch.app_person.sub,
        "iat": issued,
        "nbf": issued - LEEWAY_S,
        "exp": issued + USER_TOKEN_TTL_S,
        "jti": secrets.token_urlsafe(16),
        "sid": launch.public_id,
        "ver": launch.version.digest,
        "scope": " ".join(sorted(scopes)),
        "lang": launch.person.language,
    }
    if launch.app_person.preview:
        claims["env"] = "preview"
    if launch.chat is not None:
        claims["chat"] = {
            "type": launch.chat.kind,
            "id": pairwise.chat_string(launch.app, launch.chat),
        }
    if "profile" in scopes:
        claims["name"] = launch.person.name
    return IssuedToken(token=sign(claims), expires_at=claims["exp"])


def sign(claims: dict[str, Any]) -> str:
    """Return the JWT of ``claims``, signed with the active key."""
    signer = keys.signer(SigningKey.Purpose.TOKENS)
    headers = {"typ": TYPE, "kid": signer.kid}
    return jwt.encode(claims, signer.private, algorithm=ALGORITHM, headers=headers)


def introspect(token: str, *, app: App, now: datetime) -> dict[str, Any]:
    """Tell an app's server what a user token is worth now (RFC 7662).

    Return ``{"active": false}`` or its claims. Stricter than a verifier with the JWKS: it also
    knows whether the launch is still open and the app may still run.
    """
    claims = verified(token, app=app, now=now)
    if claims is None:
        return {"active": False}
    launch = Launch.objects.filter(public_id=claims["sid"], app=app, person__is_active=True).first()
    if launch is None or launch.ended_at is not None or launch.expires_at <= now:
        return {"active": False}
    return {"active": True, "token_type": TYPE} | claims


def verified(
    token: str, *, app: App, now: datetime, kind: TokenKind = USER
) -> dict[str, Any] | None:
    """Return the claims of a token of this kind that is ours, for this app, good now; else None."""
    if len(token) > kind.length_max or not token.isascii():
        return None
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        return None
    if header.get("typ") != kind.typ or not set(header) <= HEADER_MEMBERS:
        return None
    public = keys.public_key(str(header.get("kid")))
    if public is None:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            public,
            algorithms=[ALGORITHM],
            audience=audience_of(app),
            issuer=settings.ORIGIN,
            options={
                "require": list(kind.required),
                "strict_aud": True,
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except jwt.InvalidTokenError:
        return None
    return claims if _in_time(claims, now=now, most_s=kind.lifetime_s) else None


def _in_time(claims: dict[str, Any], *, now: datetime, most_s: int) -> bool:
    """Check the times against the instant that was handed in, not against the wall clock."""
    if any(type(claims[name]) is not int for name in ("iat", "nbf", "exp")):
        return False
    instant = int(now.timestamp())
    lifetime = timedelta(seconds=claims["exp"] - claims["iat"])
    return (
        claims["nbf"] - LEEWAY_S <= instant < claims["exp"] + LEEWAY_S
        and claims["iat"] - LEEWAY_S <= instant
        and lifetime <= timedelta(seconds=most_s)
    )
