"""Public ids: a prefix that names the kind and a UUIDv7 in Crockford base32.

``app_01k9z3v6t2e8r9c0m4q7x5a1bd`` sorts by time, is safe in a URL and in a file name, and says
what it is. Internal keys never leave the house. Made here, not in the database, because a server
older than PostgreSQL 18 has no ``uuidv7()``.
"""

from __future__ import annotations

import functools
import re
import secrets
import time
from typing import Any

from django.db import models

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's, without i l o u
BODY_CHARS = 26
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)  # of ten bits
_SHIFTS = range(120, -1, -10)
_SHAPE = re.compile(rf"([a-z]{{2,5}})_([{ALPHABET}]{{{BODY_CHARS}}})")


def uuid7_int(*, now_ms: int | None = None) -> int:
    """Return a UUIDv7 as an integer (RFC 9562 §5.7): 48 bits of milliseconds, 74 random bits."""
    ms = int(time.time() * 1000) if now_ms is None else now_ms
    chance = int.from_bytes(secrets.token_bytes(10))
    value = (ms & (1 << 48) - 1) << 80
    value |= 0x7 << 76
    value |= (chance >> 68) << 64
    value |= 0b10 << 62
    return value | chance & (1 << 62) - 1


def new_id(prefix: str) -> str:
    """Return a new public id such as ``app_…``."""
    value = uuid7_int()
    return f"{prefix}_{''.join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])}"


def is_id(text: str, prefix: str) -> bool:
    """Tell whether ``text`` has the shape of a public id of this kind."""
    match = _SHAPE.fullmatch(text)
    return match is not None and match[1] == prefix


class PublicIdField(models.CharField[str, str]):
    """A unique, never edited public id with its own prefix."""

    def __init__(self, *args: Any, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs["max_length"] = BODY_CHARS + 6
        kwargs["unique"] = True
        kwargs["editable"] = False
        kwargs["default"] = functools.partial(new_id, prefix)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Keep only the prefix in migrations; the rest follows from it."""
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "unique", "editable", "default"):
            kwargs.pop(key, None)
        kwargs["prefix"] = self.prefix
        return name, path, args, kwargs
