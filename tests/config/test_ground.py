"""The services tests stand on."""

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_sorts_and_folds_persian():
    with connection.cursor() as cursor:
        cursor.execute("select datctype from pg_database where datname = current_database()")
        (character_type,) = cursor.fetchone()

    assert character_type == "C.UTF-8"


@pytest.mark.django_db
def test_the_products_role_is_no_superuser():
    with connection.cursor() as cursor:
        cursor.execute("select rolsuper from pg_roles where rolname = current_user")
        (is_superuser,) = cursor.fetchone()

    assert is_superuser is False


@pytest.mark.django_db
def test_somebody_still_connected_does_not_keep_a_test_database_alive():
    name = f"{connection.settings_dict['NAME']}_straggler"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"create database {name}")
    place = connection.get_connection_params() | {"dbname": name}
    with psycopg.connect(**{key: place[key] for key in ("dbname", "user", "host")}) as straggler:
        connection.creation._destroy_test_db(name, verbosity=0)

        with pytest.raises(psycopg.OperationalError):
            straggler.execute("select 1")
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_database where datname = %s", [name])
        assert cursor.fetchone() == (0,)
