"""The database as it was when it was new, and the way back to it after a test that commits.

Django empties all tables with TRUNCATE and then tells every app that it was migrated: more than a
hundred files made anew and a hundred questions, for a handful of rows, after each of a thousand
tests. Here what a new database holds is kept in a schema beside it, and the rows that a test left
are deleted: the same end, and what migrations wrote is there again.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.test import TransactionTestCase

SCHEMA = "pristine"
_TABLES = """
select c.relname, exists(select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)
  from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
   and c.relname <> 'django_migrations'
 order by c.relname
"""


def keep() -> None:
    """Keep what the new database holds."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [name for name, _guarded in cursor.fetchall()]
        cursor.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
        for name in _filled(tables):
            cursor.execute(f'create table {SCHEMA}."{name}" as table public."{name}"')


def restore() -> None:
    """Bring the database back to that, whatever was committed meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        guarded = dict(cursor.fetchall())
        filled = _filled(list(guarded))
        cursor.execute("select tablename from pg_tables where schemaname = %s", [SCHEMA])
        kept = [name for (name,) in cursor.fetchall()]
        touched = [name for name in {*filled, *kept} if guarded[name]]
        steps = [
            *(f'alter table "{name}" disable trigger user' for name in touched),
            "set constraints all deferred",
            *(f'delete from "{name}"' for name in filled),
            *(f'insert into "{name}" table {SCHEMA}."{name}"' for name in kept),
            "set constraints all immediate",
            *(f'alter table "{name}" enable trigger user' for name in touched),
        ]
        with transaction.atomic():
            cursor.execute("; ".join(steps))


def after_test(_test: TransactionTestCase) -> None:
    """Stand in for what Django does after a test that commits."""
    restore()


def _filled(tables: list[str]) -> list[str]:
    """Return those tables that hold a row."""
    asked = " union all ".join(
        f"select '{name}' where exists (select from public.\"{name}\")" for name in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]
