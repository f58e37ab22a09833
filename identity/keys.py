"""Signing keys: Ed25519, published as a JWKS, rotated without downtime.

States (security reference §4.4): *pending* is published but not used, *active* signs, *retiring*
is published until the last token it signed has expired, *removed* is gone. Private keys are files
of mode 0600 in BARNAMAK_KEYS, named by the key id; they are never in the database.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from core import audit
from identity.models import Person, SigningKey

State, Purpose = SigningKey.State, SigningKey.Purpose
ACTIVE_CACHE_S = 15  # seconds a process may go on with what it knows of the rows
JWKS_MAX_AGE_S = 300  # seconds verifiers may keep the set

_active: dict[str, tuple[str, float]] = {}  # purpose: key id, when to look again
_public: dict[tuple[str, str], tuple[Ed25519PublicKey, float]] = {}


@dataclass(frozen=True)
class Signer:
    """A private key that is in use."""

    kid: str
    private: Ed25519PrivateKey


def b64(raw: bytes) -> str:
    """Return base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def thumbprint(public_x: str) -> str:
    """Return the key id: the RFC 7638 thumbprint of an OKP key (RFC 8037 appendix A.3)."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": public_x}, separators=(",", ":"))
    return b64(hashlib.sha256(members.encode()).digest())


def signer(purpose: str) -> Signer:
    """Return the active key of a purpose; the first one is made on first use."""
    known = _active.get(purpose)
    if known is None or known[1] < time.monotonic():
        known = (_active_kid(purpose), time.monotonic() + ACTIVE_CACHE_S)
        _active[purpose] = known
    return Signer(kid=known[0], private=_private(known[0]))


def public_key(kid: str, purpose: str = Purpose.TOKENS) -> Ed25519PublicKey | None:
    """Return a published public key, or None for one that is unknown or removed."""
    known = _public.get((purpose, kid))
    if known is None or known[1] < time.monotonic():
        key = _in_set(purpose).filter(kid=kid).first()
        if key is None:
            return None
        raw = base64.urlsafe_b64decode(key.public_x + "=")
        known = (Ed25519PublicKey.from_public_bytes(raw), time.monotonic() + ACTIVE_CACHE_S)
        _public[purpose, kid] = known
    return known[0]


def public_jwk(key: SigningKey) -> dict[str, str]:
    """Return one key as verifiers read it."""
    return {
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA",
        "kid": key.kid, "x": key.public_x,
    }  # fmt: skip


def jwks(purpose: str = Purpose.TOKENS) -> dict[str, list[dict[str, str]]]:
    """Return the published set: pending, active and retiring keys."""
    signer(purpose)
    return {"keys": [public_jwk(key) for key in _in_set(purpose).order_by("-pk")]}


@transaction.atomic
def prepare(purpose: str, *, by: Person | None = None) -> SigningKey:
    """Make the next key: published at once, not used before ``rotate``."""
    private = Ed25519PrivateKey.generate()
    public_x = b64(private.public_key().public_bytes_raw())
    kid = thumbprint(public_x)
    _write_private(kid, private)
    key = SigningKey.objects.create(
        kid=kid, purpose=purpose, public_x=public_x, state=State.PENDING
    )
    audit.record("identity.signing_key.prepared", by=by, of=key, kid=kid)
    return key


@transaction.atomic
def rotate(purpose: str, *, now: datetime, by: Person | None = None) -> SigningKey:
    """Let the oldest pending key sign from now on; the one before is retiring.

    A pending key is made when there is none. Verifiers that fetched the set meanwhile know it.
    """
    keys = SigningKey.objects.select_for_update().filter(purpose=purpose)
    following = keys.filter(state=State.PENDING).order_by("pk").first() or prepare(purpose, by=by)
    keys.filter(state=State.ACTIVE).update(state=State.RETIRING, state_changed_at=now)
    SigningKey.objects.filter(pk=following.pk).update(state=State.ACTIVE, state_changed_at=now)
    audit.record("identity.signing_key.rotated", by=by, of=following, kid=following.kid)
    transaction.on_commit(_forget)
    following.refresh_from_db()
    return following


@transaction.atomic
def remove(kid: str, *, now: datetime, by: Person | None = None) -> None:
    """Take a key out of the set at once and delete its private half (also in an emergency)."""
    key = SigningKey.objects.select_for_update().get(kid=kid)
    if key.state == State.ACTIVE:
        rotate(key.purpose, now=now, by=by)
    SigningKey.objects.filter(pk=key.pk).update(state=State.REMOVED, state_changed_at=now)
    audit.record("identity.signing_key.removed", by=by, of=key, kid=kid)
    transaction.on_commit(_forget)
    transaction.on_commit(lambda: _file(kid).unlink(missing_ok=True))


def _active_kid(purpose: str) -> str:
    key = SigningKey.objects.filter(purpose=purpose, state=State.ACTIVE).first()
    if key is not None:
        return key.kid
    with transaction.atomic():
        from core.locks import one_at_a_time

        one_at_a_time(f"signing key {purpose}")
        key = SigningKey.objects.filter(purpose=purpose, state=State.ACTIVE).first()
        if key is None:
            from django.utils import timezone

            key = rotate(purpose, now=timezone.now())
    return key.kid


def _in_set(purpose: str) -> QuerySet[SigningKey]:
    return SigningKey.objects.filter(purpose=purpose).exclude(state=State.REMOVED)


def _forget() -> None:
    """Look at the rows again; other processes do so within ACTIVE_CACHE_S."""
    _active.clear()
    _public.clear()


def _file(kid: str) -> Path:
    return Path(settings.KEYS) / f"{kid}.pem"


def _write_private(kid: str, private: Ed25519PrivateKey) -> None:
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle = os.open(_file(kid), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())


@functools.lru_cache(maxsize=16)
def _private(kid: str) -> Ed25519PrivateKey:
    key: Any = serialization.load_pem_private_key(_file(kid).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key
