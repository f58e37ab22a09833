"""Callers of the API: people in browsers, servers with keys."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.miniapps import build
from tests.people import signed_in
from wallet import accounts


@pytest.fixture
def as_sara(sara) -> Client:
    return signed_in(sara)


@pytest.fixture
def with_key(cafe) -> Callable[..., Client]:
    """A server that sends a key of the café with these scopes."""

    def client(*scopes: str) -> Client:
        _key, text = build.make_key(cafe, *scopes)
        return Client(headers={"authorization": f"Bearer {text}"})

    return client


@pytest.fixture
def server(cafe) -> Client:
    """The café's server with a live key that may do all that concerns money."""
    return money_server(cafe, test=False)


@pytest.fixture
def test_server(cafe) -> Client:
    """The same with a test key."""
    return money_server(cafe, test=True)


def money_server(app, *, test: bool) -> Client:
    scopes = ("payments:read", "payments:write", "tokens:introspect")
    _key, text = build.make_key(app, *scopes, test=test, now=timezone.now())
    return Client(headers={"authorization": f"Bearer {text}"})


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests() -> None:
    """Forget our own accounts, whose rows went away with another test."""
    accounts._forget()
