"""Endpoints of the café, and servers that stand behind them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from miniapps.models import WebhookEndpoint
from miniapps.webhooks import endpoints
from tests.miniapps.build import NOW
from tests.miniapps.webhooks.receiver import Behaviour, Receiver, listening

Listen = Callable[..., Receiver]


@pytest.fixture(autouse=True)
def _at_a_makers_desk(settings) -> None:
    """Let endpoints be on this machine; what is refused otherwise is tested with it switched off."""
    settings.WEBHOOKS_ALLOW_LOCAL = True


@pytest.fixture
def listen() -> Iterator[Listen]:
    """Start a server that behaves so."""
    with ExitStack() as stack:

        def start(*behaviours: Behaviour) -> Receiver:
            return stack.enter_context(listening(*behaviours))

        yield start


@pytest.fixture
def server(listen) -> Receiver:
    """A server that takes everything."""
    return listen()


@pytest.fixture
def added(cafe, sara) -> Callable[..., tuple[WebhookEndpoint, str]]:
    """Add an endpoint of the café that stands for this server; return it and its secret."""

    def add(receiver: Receiver, *kinds: str, mode: str = "live", **more):
        return endpoints.add(
            app=more.pop("app", cafe), actor=sara, url=receiver.url, mode=mode, kinds=kinds,
            now=more.pop("now", NOW), **more,
        )  # fmt: skip

    return add
