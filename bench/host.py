"""The host: opening apps, user tokens, messages to 200 sockets, each against its bare twin."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench import _sockets, load
from config.supervisor.preparation import manage
from config.supervisor.testing import Product, run_product

LISTENERS = 200
ROUNDS = 3
CREATED = 201


def measure() -> None:
    """Start a demo product on a free port and measure in it."""
    with (
        tempfile.TemporaryDirectory(prefix="barnamak-bench-") as folder,
        run_product(Path(folder), extra={"BARNAMAK_URLCONF": "bench._site"}) as product,
    ):
        prepared = run_inside(product, f"prepare({LISTENERS})")
        found: dict[str, Any] = json.loads(prepared.strip().splitlines()[-1])
        _launches(product, found["cookies"][0])
        print(run_inside(product, "compare_tokens()").rstrip())
        asyncio.run(_messages(product, found["chat"], found["cookies"]))


def run_inside(product: Product, call: str, *, of: str = "_inside") -> str:
    """Run a call of a module of bench in the product; return what it printed."""
    done = manage(
        product.environment, "shell", "-v", "0", "-c", f"from bench.{of} import *; {call}"
    )
    if done.returncode:
        raise RuntimeError(done.stdout)
    return done.stdout


def _launches(product: Product, cookie: str) -> None:
    parts = urlsplit(product.origin)
    address = ("127.0.0.1", parts.port or 80)
    head = f"Host: {parts.netloc}\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n"
    proof = "a" * 32
    signed = (
        f"{head}Cookie: session={cookie}; csrf={proof}\r\nX-CSRFToken: {proof}\r\n"
        f"Origin: {product.origin}\r\nContent-Type: application/json\r\n"
    )
    body = json.dumps({"app": "dong"})
    bare = f"GET /bench/bare HTTP/1.1\r\n{head}\r\n".encode()
    opening = (
        f"POST /api/v1/launches HTTP/1.1\r\n{signed}Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    made = load.ask(address, opening)
    if made.status != CREATED:
        raise load.WrongAnswer(f"a launch answered {made.status}: {made.body.decode()}")
    page = f"GET {json.loads(made.body)['run_url']} HTTP/1.1\r\n{signed}\r\n".encode()
    results = load.interleaved(
        {
            "bare view with one query": lambda: load.requests_per_s(address, bare),
            "launch": lambda: load.requests_per_s(address, opening),
            "runner page": lambda: load.requests_per_s(address, page),
        },
        rounds=ROUNDS,
    )
    base = results["bare view with one query"]
    for name in ("launch", "runner page"):
        print(f"  {name} / bare view with one query: {load.ratio(results[name], base)}")


async def _messages(product: Product, chat: str, cookies: list[str]) -> None:
    redis_url = str(product.state()["redis_url"])
    ours, close_ours = await _sockets.over_sockets(product.origin, chat, cookies)
    bare, close_bare = await _sockets.over_bare(redis_url, len(cookies))
    delivered: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS + 1):
        for name, deliver in (("ours", ours), ("bare", bare)):
            rate = await deliver()
            if number:
                delivered[name].append(rate)
    await close_ours()
    await close_bare()
    print(
        f"  messages to {len(cookies)} sockets / bare publish and subscribe:"
        f" {load.ratio(delivered['ours'], delivered['bare'])}"
    )
