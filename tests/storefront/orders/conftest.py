import pytest

from tests.people import *  # noqa: F403
from wallet import accounts


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()
