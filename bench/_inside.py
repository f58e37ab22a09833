"""What `bench.host` runs inside the product, with its database and its keys."""

import json
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.contrib.auth import login
from django.contrib.sessions.backends.cached_db import SessionStore
from django.http import HttpRequest
from django.utils import timezone

from bench import load
from identity.models import Person
from messenger import chats
from miniapps import launching, tokens
from miniapps.models import App, Launch

CHECKED_S = 0.5


def prepare(listeners: int) -> None:
    """Make people with sessions and one group of them all; print the cookies as JSON."""
    people = [
        Person.objects.get_or_create(phone=f"+98935{number:07}", defaults={"first_name": "شنونده"})[
            0
        ]
        for number in range(1, listeners + 1)
    ]
    group = chats.create_group(
        founder=people[0], title="bench", people=people[1:], now=timezone.now()
    )
    found = {"chat": group.public_id, "cookies": [session_of(person) for person in people]}
    print(json.dumps(found))


def session_of(person: Person) -> str:
    """Sign a person in; return what the cookie says."""
    request = HttpRequest()
    request.session = SessionStore()
    login(request, person, backend="identity.backends.StaffPasswordBackend")
    request.session.save()
    return str(request.session.session_key)


def compare_tokens() -> None:
    """Print tokens issued and checked per second, and the ratios to bare PyJWT."""
    person = Person.objects.get(phone="+989120001002")
    app = App.objects.get(slug="dong")
    now = timezone.now()
    opened = launching.launch(person=person, app=app, now=now)
    launch = Launch.objects.select_related("app", "version", "person", "app_person", "chat").get(
        pk=opened.pk
    )
    token = tokens.user_token(launch, now=now).token
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    key = Ed25519PrivateKey.generate()
    public = key.public_key()
    bare = jwt.encode(claims, key, algorithm="EdDSA")
    check = {"algorithms": ["EdDSA"], "audience": claims["aud"], "issuer": claims["iss"]}
    measured: dict[str, Callable[[], object]] = {
        "bare PyJWT issues": lambda: jwt.encode(
            claims | {"jti": secrets.token_urlsafe(16)}, key, algorithm="EdDSA"
        ),
        "signing": lambda: tokens.sign(claims | {"jti": secrets.token_urlsafe(16)}),
        "user_token issues": lambda: tokens.user_token(launch, now=now),
        "bare PyJWT checks": lambda: jwt.decode(bare, public, **check),
        "verifying": lambda: tokens.verified(token, app=app, now=now),
        "introspection checks": lambda: tokens.introspect(token, app=app, now=now),
    }
    results = load.interleaved({name: partial(_per_s, work) for name, work in measured.items()})
    for ours, other, note in (
        ("signing", "bare PyJWT issues", ""),
        ("user_token issues", "bare PyJWT issues", " (with the person's consents, one query)"),
        ("verifying", "bare PyJWT checks", ""),
        ("introspection checks", "bare PyJWT checks", " (with the launch's state, one query)"),
    ):
        print(f"  {ours} / {other}{note}: {load.ratio(results[ours], results[other])}")


def _per_s(work: Callable[[], object]) -> float:
    done, began = 0, time.perf_counter()
    while (now := time.perf_counter()) < began + CHECKED_S:
        work()
        done += 1
    return done / (now - began)
