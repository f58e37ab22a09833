"""One at a time, across all processes, for the length of a transaction."""

from __future__ import annotations

import hashlib

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait for the advisory lock ``name``; it is given back when the transaction ends."""
    assert connection.in_atomic_block
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [number])
