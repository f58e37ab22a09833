"""What every test may ask for. The database and Valkey are started by tests/ground.py."""

from collections.abc import Iterator
from unittest import mock

import pytest
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker

from config.supervisor import chromium
from config.supervisor.testing import Product, run_product
from tests import pristine


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Start the Chromium that is there (or can be had); skip, with a reason, where there is none."""
    browser = chromium.find_or_get(chromium.browsers_folder())
    if browser is None:
        pytest.skip("no Chromium is here and none can be had: set CHROMIUM to one")
    return {
        "executable_path": str(browser.path),
        "args": list(browser.arguments),
        "env": browser.env,
        "headless": True,
    }


@pytest.fixture(autouse=True)
def language_of_the_house() -> None:
    """Begin in Persian: a request of the test before may have left its own language behind."""
    translation.deactivate()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole running product with its demo, as `make run` starts it, on a port of its own."""
    with run_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
) -> Iterator[None]:
    """Drop a test's database even while somebody is still connected to it.

    Overridden because `django_db_setup` asks for it, and so drops the database before this ends.
    """
    with mock.patch.object(DatabaseCreation, "_destroy_test_db", drop_whoever_is_connected):
        yield


def drop_whoever_is_connected(self: DatabaseCreation, name: str, verbosity: int) -> None:
    """Stand in for Django's own way, which waits five seconds and then gives up."""
    quoted = self.connection.ops.quote_name(name)
    with self._nodb_cursor() as cursor:
        cursor.execute(f"drop database if exists {quoted} with (force)")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Keep what a new database holds: a test that commits gives it back so (see tests.pristine)."""
    with django_db_blocker.unblock():
        pristine.keep()
    with mock.patch.object(TransactionTestCase, "_fixture_teardown", pristine.after_test):
        yield


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests() -> None:
    """Forget signing keys whose rows went away with another test's transaction."""
    from identity import keys

    keys._forget()
