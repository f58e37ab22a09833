"""Texts of keys that are shown whole only once: ``<mark>_<prefix>_<secret>``. Pure.

The prefix finds the row and may be shown; of the secret, 256 random bits, only the SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final, NamedTuple

PREFIX_LETTERS: Final = "abcdefghjkmnpqrstvwxyz23456789"
PREFIX_CHARS: Final = 10
_NOBODYS_DIGEST: Final = hashlib.sha256(b"").hexdigest()


class Fresh(NamedTuple):
    """What a new key is made of: prefix and digest are kept, the secret is shown."""

    prefix: str
    secret: str
    digest: str


def fresh() -> Fresh:
    """Return the parts of a new key."""
    prefix = "".join(secrets.choice(PREFIX_LETTERS) for _ in range(PREFIX_CHARS))
    secret = secrets.token_urlsafe(32)
    return Fresh(prefix, secret, _digest(secret))


def shape(mark: str) -> re.Pattern[str]:
    """Return the shape of keys with this mark; their groups are ``prefix`` and ``secret``."""
    letters = rf"(?P<prefix>[{PREFIX_LETTERS}]{{{PREFIX_CHARS}}})"
    return re.compile(rf"^{mark}_{letters}_(?P<secret>[A-Za-z0-9_-]{{43}})\Z")


def is_secret(secret: str, digest: str | None) -> bool:
    """Tell whether a secret is the one of a digest; takes the same time where there is none."""
    return hmac.compare_digest(digest or _NOBODYS_DIGEST, _digest(secret))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
