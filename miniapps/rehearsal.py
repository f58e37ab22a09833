"""People and chats who do not exist, for a maker's page on his own machine.

A rehearsal has no launch, no version and no person: what it signs names invented people, whose
numbers lie below every real one and whose ``sub`` no real person can have. Its tokens say so
(``env: desk``), and introspection does not know them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import SplitResult, urlencode, urlsplit, urlunsplit

from django.conf import settings

from core.limits import START_PARAM_CHARS_MAX, USER_TOKEN_TTL_S
from core.problems import Fault, InvalidInput
from identity import keys
from identity.models import SigningKey
from miniapps import initdata, launching, pairwise, registration, tokens
from miniapps.models import App

URL_CHARS_MAX: Final = 300
NAMES_OF_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist."""

    number: int
    first_name: str
    last_name: str = ""
    username: str = ""
    phone: str = ""

    @property
    def sub(self) -> str:
        """What tokens call this person; a real ``sub`` has no hyphen."""
        return f"desk-{self.number}"


PEOPLE: Final[dict[str, Invented]] = {
    "sara": Invented(1, "سارا", "کریمی", "sara_k", "+989000000001"),
    "long": Invented(2, "سیده‌فاطمه‌زهرا", "حسینی‌نژاد اصفهانی", "", "+989000000002"),
    "latin": Invented(3, "Jonathan", "O'Neill-Smith", "jon", "+989000000003"),
    "bare": Invented(4, "کاربر"),
}
CHATS: Final[dict[str, str]] = {
    "none": "",
    "direct": "direct",
    "group": "group",
    "channel": "channel",
}
LANGUAGES: Final = ("fa", "en")
assert all(person.number < pairwise.NUMBER_FROM for person in PEOPLE.values())


@dataclass(frozen=True)
class Scene:
    """What a page is opened with."""

    app: App
    who: Invented
    chat: str
    language: str
    start_param: str


def local_url(text: str) -> SplitResult:
    """Return the address of a page on the maker's own machine, without a fragment.

    Raises InvalidInput: any other machine, an address of ours, or nothing that is an address.
    """
    detail = "must be an address of this machine, such as http://localhost:5173"
    refusal = InvalidInput([Fault("#/url", detail, "local")])
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise refusal from None
    is_local = host in NAMES_OF_THIS_MACHINE or host.endswith(".localhost")
    good = parts.scheme in {"http", "https"} and is_local and not (parts.username or parts.password)
    if not good or len(text) > URL_CHARS_MAX or not text.isascii() or not text.isprintable():
        raise refusal
    ours = urlsplit(settings.ORIGIN)
    apps = urlsplit(f"{settings.APPS_SCHEME}://{settings.APPS_DOMAIN}").hostname or ""
    is_ours = host == ours.hostname and (port or 80) == (ours.port or 80)
    if is_ours or host == apps or host.endswith(f".{apps}"):
        raise refusal
    return parts._replace(fragment="")


def origin_of(url: SplitResult) -> str:
    """Return the origin of a local address."""
    return urlunsplit((url.scheme, url.netloc.lower(), "", "", ""))


def page_url(url: SplitResult, scene: Scene) -> str:
    """Return the page's address with the start parameter, as a launch would have it."""
    start = urlencode({"tgWebAppStartParam": scene.start_param}) if scene.start_param else ""
    query = "&".join(part for part in (url.query, start) if part)
    return urlunsplit(url._replace(path=url.path or "/", query=query))


def start_param(text: str) -> str:
    """Return a start parameter. Raises InvalidInput."""
    kept = set(text) <= launching.START_CHARS and len(text) <= START_PARAM_CHARS_MAX
    if not kept:
        raise InvalidInput([Fault("#/start", "must be of A-Z a-z 0-9 _ -", "characters")])
    return text


def init_data(scene: Scene, *, now: datetime) -> str:
    """Return the signed initData, as the app's own server checks it."""
    who = scene.who
    user = {
        "id": who.number, "first_name": who.first_name, "last_name": who.last_name,
        "username": who.username, "language_code": scene.language,
    }  # fmt: skip
    fields = {"user": initdata.compact(user)}
    if scene.chat:
        fields["chat_type"] = {"direct": "private"}.get(scene.chat, scene.chat)
        fields["chat_instance"] = "1"
    fields["start_param"] = scene.start_param
    signer = keys.signer(SigningKey.Purpose.INIT_DATA)
    return initdata.sign(
        fields, app_number=scene.app.number, secret=registration.app_secret(scene.app),
        ed25519=signer.private.sign, now=now,
    )  # fmt: skip


def contact(scene: Scene, *, now: datetime) -> str:
    """Return the invented person's signed contact."""
    who = scene.who
    shared = {
        "user_id": who.number, "phone_number": who.phone or "+989000000000",
        "first_name": who.first_name, "last_name": who.last_name,
    }  # fmt: skip
    return initdata.sign_contact(shared, secret=registration.app_secret(scene.app), now=now)


def user_token(scene: Scene, *, now: datetime) -> tokens.IssuedToken:
    """Return a token of the invented person, verifiable with our JWKS like any other."""
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": settings.ORIGIN, "aud": tokens.audience_of(scene.app), "sub": scene.who.sub,
        "iat": issued, "nbf": issued - tokens.LEEWAY_S, "exp": issued + USER_TOKEN_TTL_S,
        "jti": secrets.token_urlsafe(16), "sid": "desk", "ver": "desk", "scope": "profile",
        "lang": scene.language, "env": "desk",
        "name": f"{scene.who.first_name} {scene.who.last_name}".strip(),
    }  # fmt: skip
    if scene.chat:
        claims["chat"] = {"type": scene.chat, "id": "desk-chat"}
    return tokens.IssuedToken(token=tokens.sign(claims), expires_at=claims["exp"])
