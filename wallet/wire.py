"""One value from PostgreSQL for some values, in one round trip and with little Python.

A cursor spends about 40 µs on what a statement of the ledger does not need: types are looked up,
the result is described. Here the statement is prepared once for each connection and libpq executes
it. What is out of the ordinary goes by a cursor and gives the same: queries that are logged or
counted, and the first statement of a transaction, before which psycopg has to say BEGIN.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

Value = str | int | datetime | None
_prepared: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()


class Statement(NamedTuple):
    """A query of one value: its name on a connection, its text with its parameters as ``$1``."""

    name: bytes
    sql: str


def one_value(statement: Statement, parameters: Sequence[bytes | None]) -> bytes:
    """Return the value as PostgreSQL writes it. Raises Django's errors of the database."""
    django = connections[DEFAULT_DB_ALIAS]
    django.ensure_connection()
    django.validate_no_broken_transaction()
    line = django.connection
    must_begin = not line.autocommit and line.pgconn.transaction_status == TransactionStatus.IDLE
    if must_begin or django.queries_logged or django.execute_wrappers:
        with django._prepare_cursor(psycopg.RawCursor(line)) as cursor:  # type: ignore[attr-defined]  # noqa: SLF001  (counted as every query)
            texts = [None if value is None else value.decode() for value in parameters]
            cursor.execute(statement.sql, texts)
            return bytes(cursor.pgresult.get_value(0, 0))
    with django.wrap_database_errors:
        known = _prepared.setdefault(line, set())
        if statement.name not in known:
            _good(line, line.pgconn.prepare(statement.name, statement.sql.encode()))
            known.add(statement.name)
        try:
            found = _good(line, line.pgconn.exec_prepared(statement.name, parameters))
        except psycopg.errors.InvalidSqlStatementName:  # somebody said DEALLOCATE or DISCARD
            known.clear()
            raise
    return bytes(found.get_value(0, 0) or b"")


def _good(line: psycopg.Connection[Any], result: PGresult) -> PGresult:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    # What has no SQLSTATE was said by libpq, not by the server: the connection is lost, though
    # libpq may not have marked it so yet.
    said = result.error_field(DiagnosticField.SQLSTATE)
    if said is None or line.pgconn.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


def text(value: Value) -> bytes | None:
    """Return a value as PostgreSQL reads it. Raises psycopg's DataError for a text with NUL."""
    if value is None:
        return None
    written = str(value).encode()
    if b"\0" in written:  # libpq would stop there
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return written


def array(values: Iterable[Value]) -> bytes:
    """Return values as PostgreSQL reads an array. Raises as ``text`` does."""
    written = text("{" + ",".join([_element(value) for value in values]) + "}")
    assert written is not None
    return written


def _element(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
