"""Channels: a post to a million followers, joins of one channel, "my channels" at two sizes.

`BENCH_MEMBERSHIPS` is the larger size (13,000,000); the smaller is a hundredth of it. The product
of this benchmark stays in var/bench, so that a load that was cut off goes on.
"""

import asyncio
import json
import os
import secrets
import statistics
import subprocess
import time
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from bench.host import run_inside
from config.supervisor.plan import ROOT, python
from config.supervisor.testing import Product, run_product

MEMBERSHIPS = int(os.environ.get("BENCH_MEMBERSHIPS", "13000000"))
FOLLOWED = 13
CHANNELS = 5_000
POSTS_SEEN = 20
SEEN_WITHIN_S = 20.0


def measure() -> None:
    """Load a hundredth, measure, load the rest, measure again; print what grew."""
    var = ROOT / "var" / "bench"
    people = MEMBERSHIPS // FOLLOWED
    with run_product(var, extra={"BARNAMAK_URLCONF": "bench._site"}) as product:
        found = []
        for share in (100, 1):
            print(f"  {MEMBERSHIPS // share:,} memberships, {CHANNELS // share:,} channels:")
            _fill(product, people // share, CHANNELS // share)
            lines = run_inside(product, "my_channels()", of="_following").strip().splitlines()
            found.append(json.loads(lines[-1]))
            print(f"  my channels: {_words(found[-1])}", flush=True)
        small, large = found
        print(
            f"  growth of my channels: buffers {large['buffers'] / small['buffers']:.2f},"
            f" p50 {large['p50_ms'] / small['p50_ms']:.2f},"
            f" p95 {large['p95_ms'] / small['p95_ms']:.2f}"
        )
        _say(product, "post_costs()")
        lines = run_inside(product, "publisher_and_reader()", of="_following").strip().splitlines()
        asyncio.run(_seen(product, json.loads(lines[-1])))
        _say(product, "joins()")


def _fill(product: Product, people: int, channels: int) -> None:
    """Load as the product's own command would, its progress on our terminal."""
    code = f"from bench._following import *; fill({people}, {channels})"
    subprocess.run(
        python(str(ROOT / "manage.py"), "shell", "-v", "0", "-c", code),
        env=product.environment,
        cwd=ROOT,
        check=True,
    )


def _say(product: Product, call: str) -> None:
    print(run_inside(product, call, of="_following").rstrip(), flush=True)


def _words(found: dict[str, Any]) -> str:
    return (
        f"{found['queries']} queries, {found['buffers']:.0f} buffers,"
        f" p50 {found['p50_ms']:.1f} ms, p95 {found['p95_ms']:.1f} ms"
    )


async def _seen(product: Product, given: dict[str, Any]) -> None:
    """Post over one socket and wait for it on another person's."""
    url = product.origin.replace("http", "ws", 1) + "/ws/"
    reader, writer = [
        await connect(
            url,
            origin=Origin(product.origin),
            additional_headers={"Cookie": f"session={cookie}"},
            max_size=None,
        )
        for cookie in given["cookies"]
    ]
    times = []
    for _number in range(POSTS_SEEN):
        mark = secrets.token_hex(8)
        began = time.perf_counter()
        frame = {"do": "send", "chat": given["chat"], "client_id": mark, "text": "تخفیف امروز"}
        await writer.send(json.dumps(frame))
        await asyncio.wait_for(_until(reader, mark), SEEN_WITHIN_S)
        times.append((time.perf_counter() - began) * 1000)
    await asyncio.gather(reader.close(), writer.close())
    print(
        f"  a post to {given['members']:,} followers until an online one sees it:"
        f" p50 {statistics.median(times):.0f} ms, max {max(times):.0f} ms"
    )


async def _until(socket: ClientConnection, mark: str) -> None:
    while True:
        news = json.loads(await socket.recv())
        if news["event"] == "message.new" and news["data"]["client_id"] == mark:
            return
