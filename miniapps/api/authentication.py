"""Who calls the makers' API: a person by session, or a server by an app's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from identity.models import Person
from miniapps import apikeys
from miniapps.actors import Actor
from miniapps.models import AppKey

CHALLENGE = 'Bearer realm="barnamak"'


@dataclass(frozen=True)
class KeyHolder:
    """Whoever holds a key: somebody known, but no person, so nothing of a person's is his."""

    key: AppKey
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    pk: ClassVar[None] = None


class KeyAuth(BaseAuthentication):
    """``Authorization: Bearer bnk_…``; anything else that calls itself Bearer is refused."""

    def authenticate(self, request: Request) -> tuple[KeyHolder, AppKey] | None:
        """Return the holder and the key, or None when no key is sent."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:  # noqa: PLR2004  (the word Bearer and the key)
            raise AuthenticationFailed
        key = apikeys.find_key(words[1].decode("latin-1"), now=timezone.now())
        if key is None:
            raise AuthenticationFailed
        return KeyHolder(key), key

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        del request
        return CHALLENGE


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # not typed there
    """How the OpenAPI document describes a key."""

    target_class = KeyAuth
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Return the security scheme."""
        del auto_schema
        return {"type": "http", "scheme": "bearer", "description": "An app's key: bnk_…"}


def actor_of(request: Request) -> Actor:
    """Return who acts: the key, or the person who is signed in."""
    if isinstance(request.auth, AppKey):
        return request.auth
    return person_of(request)


def person_of(request: Request) -> Person:
    """Return the person who is signed in; the view lets nobody else in."""
    assert isinstance(request.user, Person)
    return request.user
