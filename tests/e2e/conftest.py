"""Browser windows on one running product, shared by all tests of a run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from config.supervisor.testing import Product
from tests.e2e.people import PATIENCE_MS, Demo, StorageState, Visits

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def demo(product: Product) -> Demo:
    return Demo(product)


@pytest.fixture(scope="session")
def signed_in() -> dict[str, StorageState]:
    """What browsers remember of a sign-in, by person: everybody signs in once."""
    return {}


@pytest.fixture
def visits(
    browser: Browser, product: Product, demo: Demo, signed_in: dict[str, StorageState]
) -> Iterator[Visits]:
    """Windows whose consoles must stay silent."""
    made = Visits(browser, product, demo, signed_in)
    yield made
    complaints = made.complaints()
    made.close()
    assert complaints == [], "\n".join(complaints)
