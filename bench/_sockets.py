"""Messages delivered to many sockets, and the same over bare publish and subscribe."""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable

from redis import asyncio as redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

MESSAGES = 50
WITHIN_S = 60.0
Delivered = Callable[[], Awaitable[float]]


async def over_sockets(origin: str, chat: str, cookies: list[str]) -> tuple[Delivered, Delivered]:
    """Open a socket for each cookie; return a measurement and what closes them."""
    url = origin.replace("http", "ws", 1) + "/ws/"
    sockets = []
    for cookie in cookies:
        headers = {"Cookie": f"session={cookie}"}
        socket = await connect(
            url, origin=Origin(origin), additional_headers=headers, max_size=None
        )
        await _until(socket, "hello")
        sockets.append(socket)

    async def measured() -> float:
        marks = {secrets.token_hex(8) for _ in range(MESSAGES)}
        readers = [asyncio.create_task(_count(socket, set(marks))) for socket in sockets]
        began = time.perf_counter()
        for number, mark in enumerate(marks):
            frame = {"do": "send", "chat": chat, "client_id": mark, "text": f"{mark} {'س' * 80}"}
            await sockets[number % len(sockets)].send(json.dumps(frame))
        await asyncio.wait_for(asyncio.gather(*readers), WITHIN_S)
        return len(sockets) * MESSAGES / (time.perf_counter() - began)

    async def closed() -> float:
        await asyncio.gather(*(socket.close() for socket in sockets))
        return 0.0

    return measured, closed


async def _until(socket: ClientConnection, event: str) -> None:
    while json.loads(await socket.recv())["event"] != event:
        pass


async def _count(socket: ClientConnection, marks: set[str]) -> None:
    while marks:
        news = json.loads(await socket.recv())
        if news["event"] == "message.new":
            marks.discard(news["data"]["client_id"] or news["data"]["text"].split()[0])


async def over_bare(redis_url: str, listeners: int) -> tuple[Delivered, Delivered]:
    """Subscribe as often as there are sockets, each on a connection of its own."""
    clients = [redis.from_url(redis_url) for _ in range(listeners)]
    subscribed = []
    for client in clients:
        listener = client.pubsub()
        await listener.subscribe("bench")
        await listener.get_message(timeout=5)
        subscribed.append(listener)
    sender = redis.from_url(redis_url)

    async def measured() -> float:
        readers = [asyncio.create_task(_drain(listener)) for listener in subscribed]
        began = time.perf_counter()
        for _ in range(MESSAGES):
            await sender.publish("bench", json.dumps({"text": "س" * 100, "at": time.time()}))
        await asyncio.wait_for(asyncio.gather(*readers), WITHIN_S)
        return listeners * MESSAGES / (time.perf_counter() - began)

    async def closed() -> float:
        for listener, client in zip(subscribed, clients, strict=True):
            await listener.aclose()  # type: ignore[no-untyped-call]  # not typed there
            await client.aclose()
        await sender.aclose()
        return 0.0

    return measured, closed


async def _drain(listener: redis.client.PubSub) -> None:
    left = MESSAGES
    while left:
        message = await listener.get_message(ignore_subscribe_messages=True, timeout=WITHIN_S)
        if message is not None:
            json.loads(message["data"])
            left -= 1
