import pytest

from tests.ordering import make_rate, rich
from tests.people import *  # noqa: F403
from tests.shopping import make_product, make_shop
from wallet import accounts


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def shop(sara):
    """Sara's shop, which sends by one rate."""
    found = make_shop(sara)
    make_rate(found)
    return found


@pytest.fixture
def saffron(shop):
    """Ten pieces at 1,200,000 rials."""
    return make_product(shop, price=1_200_000, on_hand=10)


@pytest.fixture
def buyer(mina):
    """Mina, with money."""
    return rich(mina)
