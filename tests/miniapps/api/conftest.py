"""Callers of the API: people in browsers, servers with keys."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.miniapps import build
from tests.people import signed_in


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
