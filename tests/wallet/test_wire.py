"""The ledger's own way to PostgreSQL gives what a cursor gives, also when something is odd."""

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import (
    DataError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from psycopg.pq import ExecStatus

from wallet import wire

ECHO = wire.Statement(b"test_echo", "select $1::text")
ECHOES = wire.Statement(b"test_echoes", "select to_json($1::text[])::text")
NUMBERS = wire.Statement(b"test_numbers", "select to_json($1::bigint[])::text")
INSTANT = wire.Statement(b"test_instant", "select ($1::timestamptz at time zone 'UTC')::text")
FAULTY = wire.Statement(b"test_faulty", "select 1 / ($1::int - 1)")
ODD = ['"', "\\", 'a"b\\"c', "{x,y}", ",", "", "NULL", "null", " ", "قهوه‌خانه", "a'b", "$1", "\n\t"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("odd", ODD)
def test_a_text_arrives_as_it_is(odd):
    assert wire.one_value(ECHO, [wire.text(odd)]) == odd.encode()


@pytest.mark.django_db(transaction=True)
def test_an_array_of_odd_texts_arrives_as_it_is():
    found = wire.one_value(ECHOES, [wire.array([*ODD, None])])

    with connection.cursor() as cursor:
        cursor.execute("select to_json(%s::text[])::text", [[*ODD, None]])
        assert found.decode() == cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_numbers_nothing_and_instants_arrive_as_they_are():
    assert (
        wire.one_value(NUMBERS, [wire.array([1, None, -(2**53)])]) == b"[1,null,-9007199254740992]"
    )
    assert wire.one_value(NUMBERS, [wire.array([])]) == b"[]"
    at = datetime(2026, 3, 21, 0, 0, 0, 5, tzinfo=UTC)
    assert wire.one_value(INSTANT, [wire.text(at)]) == b"2026-03-21 00:00:00.000005"


@pytest.mark.django_db
def test_a_text_that_libpq_would_cut_is_refused():
    for make in (wire.text, lambda value: wire.array([value])):
        with pytest.raises(psycopg.DataError):
            make("key\0of another")


@pytest.mark.django_db(transaction=True)
def test_a_fault_is_raised_as_django_raises_it():
    with pytest.raises(DataError) as caught:
        wire.one_value(FAULTY, [b"1"])

    assert caught.value.__cause__.diag.sqlstate == "22012"
    assert wire.one_value(FAULTY, [b"2"]) == b"1"


@pytest.mark.django_db(transaction=True)
def test_it_is_a_part_of_the_transaction_it_is_asked_in():
    write = wire.Statement(b"test_write", "select set_config('wallet.test', $1, false)")

    def written() -> str:
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('wallet.test', true)")
            return cursor.fetchone()[0]

    for value in ("first statement", "second life"):
        with transaction.atomic():
            wire.one_value(write, [value.encode()])
            wire.one_value(write, [b"inside"])
            transaction.set_rollback(True)
        assert written() in ("", None)
    wire.one_value(write, [b"kept"])
    assert written() == "kept"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_in_a_transaction_that_is_broken():
    with transaction.atomic():
        with pytest.raises(DataError):
            wire.one_value(FAULTY, [b"1"])
        with pytest.raises(InternalError) as caught:
            wire.one_value(ECHO, [b"x"])
        transaction.set_rollback(True)

    assert caught.value.__cause__.diag.sqlstate == "25P02"


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_is_said_and_the_next_one_serves():
    wire.one_value(ECHO, [b"x"])
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [pid])

    with pytest.raises(OperationalError):
        wire.one_value(ECHO, [b"x"])
    connection.close()
    assert wire.one_value(ECHO, [b"x"]) == b"x"


@pytest.mark.django_db
def test_it_is_counted_like_every_query(django_assert_num_queries):
    with django_assert_num_queries(2):
        wire.one_value(ECHO, [b"x"])
        wire.one_value(ECHOES, [b"{x}"])


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_was_deallocated_is_prepared_again():
    wire.one_value(ECHO, [b"x"])
    with connection.cursor() as cursor:
        cursor.execute("deallocate all")

    with pytest.raises(ProgrammingError):
        wire.one_value(ECHO, [b"x"])
    assert wire.one_value(ECHO, [b"x"]) == b"x"


@pytest.mark.django_db
def test_what_libpq_says_by_itself_is_an_outage_whatever_it_thinks_of_the_line():
    connection.ensure_connection()
    line = connection.connection
    unsigned = line.pgconn.make_empty_result(ExecStatus.FATAL_ERROR)

    with pytest.raises(psycopg.OperationalError):
        wire._good(line, unsigned)
