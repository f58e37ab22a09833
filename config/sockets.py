"""What stands between the network and the consumer: exact origin, session, address."""

from __future__ import annotations

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.urls import path

from host.consumers import LiveConsumer


async def not_here(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer plain HTTP: this process speaks WebSocket only."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Only WebSocket is spoken here.\n"})


# A page of another origin may not open our sockets, whatever cookies the browser would send.
# The consumer closes strangers itself, so that they learn why (4401).
application = ProtocolTypeRouter(
    {
        "http": not_here,
        "websocket": OriginValidator(
            AuthMiddlewareStack(URLRouter([path("ws/", LiveConsumer.as_asgi())])),
            [settings.ORIGIN],
        ),
    }
)
