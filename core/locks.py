"""One at a time, across all processes: for the length of a transaction, or of a piece of work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


def one_at_a_time(name: str) -> None:
    """Wait for the advisory lock ``name``; it is given back when the transaction ends."""
    assert connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_number(name)])


@contextmanager
def if_nobody_else(name: str) -> Iterator[bool]:
    """Give True if nobody else holds ``name`` now, and hold it inside; else False, at once.

    It belongs to the database session, so the death of a process gives it back. It needs a
    connection of one's own for as long as it is held: no pool that changes it by transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [_number(name)])
        ours = bool(cursor.fetchone()[0])
    try:
        yield ours
    finally:
        if ours:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [_number(name)])


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
