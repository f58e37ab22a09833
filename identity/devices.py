"""Where a person is signed in: sessions that have a name, and ending them."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from core import audit, live
from core.ids import is_id
from core.limits import SESSION_AGE_S
from core.problems import NotFound
from identity.models import Device, Person

# What a browser calls itself, in the order in which the name can be trusted.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def agent_name(user_agent: str) -> str:
    """Return a short name such as ``Chrome · Android``, or an empty text."""
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part)


def seal_of(session_key: str) -> str:
    """Return what may be told about a session on a live topic: a hash that opens nothing."""
    return hashlib.sha256(f"session {session_key}".encode()).hexdigest()


@transaction.atomic
def note(*, person: Person, session_key: str, user_agent: str, address: str) -> Device:
    """Remember a new sign-in."""
    device = Device.objects.create(
        person=person, session_key=session_key, agent=agent_name(user_agent), address=address
    )
    audit.record("identity.person.signed_in", by=person, of=person, device=device.public_id)
    return device


def devices_of(person: Person, *, now: datetime) -> QuerySet[Device]:
    """Return the places where the person is signed in, the newest first."""
    since = now - timedelta(seconds=SESSION_AGE_S)
    return Device.objects.filter(person=person, signed_in_at__gt=since).order_by("-pk")


@transaction.atomic
def sign_out(*, person: Person, device_id: str) -> None:
    """End one session. Raises NotFound."""
    if not is_id(device_id, "dev"):
        raise NotFound
    device = Device.objects.filter(person=person, public_id=device_id).first()
    if device is None:
        raise NotFound
    _end(person, [device.session_key])


@transaction.atomic
def sign_out_others(*, person: Person, session_key: str) -> int:
    """End every session but the one that asks; return how many ended."""
    others = Device.objects.filter(person=person).exclude(session_key=session_key)
    keys = list(others.values_list("session_key", flat=True))
    _end(person, keys)
    return len(keys)


@transaction.atomic
def forget(*, person: Person, session_key: str) -> None:
    """Note that a session has been ended by its own sign-out."""
    Device.objects.filter(person=person, session_key=session_key).delete()
    _tell(person, [session_key])


def forget_expired(*, now: datetime) -> int:
    """Delete sessions whose time is over, and devices that nobody is signed in at any more."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    over = Device.objects.filter(signed_in_at__lt=now - timedelta(seconds=SESSION_AGE_S))
    gone, _rows = over.delete()
    return gone


def _end(person: Person, session_keys: list[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session_key in session_keys:
        store().delete(session_key)
    Device.objects.filter(person=person, session_key__in=session_keys).delete()
    if session_keys:
        audit.record("identity.person.signed_out", by=person, of=person, devices=len(session_keys))
    _tell(person, session_keys)


def _tell(person: Person, session_keys: list[str]) -> None:
    """Let open sockets of these sessions hear of their end."""
    seals = [seal_of(session_key) for session_key in session_keys]
    live.publish_on_commit(f"person.{person.pk}", "session.ended", {"sessions": seals})
