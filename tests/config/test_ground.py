"""The services tests stand on."""

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
