"""What every test may ask for. The database and Valkey are started by tests/ground.py."""

from collections.abc import Iterator
from unittest import mock

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

from config.supervisor import chromium
from config.supervisor.testing import Product, run_product


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


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole running product with its demo, as `make run` starts it, on a port of its own."""
    with run_product(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture(scope="session", autouse=True)
def audit_trail_can_be_emptied() -> Iterator[None]:
    """Let the flush after a test that commits empty the audit trail, which refuses it by a trigger."""
    flush = DatabaseOperations.execute_sql_flush
    switch = "alter table core_auditevent {} trigger audit_no_truncate"

    def flush_all(self: DatabaseOperations, sql_list: list[str]) -> None:
        statements = [switch.format("disable"), *sql_list, switch.format("enable")]
        flush(self, statements if any("core_auditevent" in sql for sql in sql_list) else sql_list)

    with mock.patch.object(DatabaseOperations, "execute_sql_flush", flush_all):
        yield


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests() -> None:
    """Forget signing keys whose rows went away with another test's transaction."""
    from identity import keys

    keys._forget()
