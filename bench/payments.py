"""Complete payments over HTTP against the ledger's own transfers, on one careful PostgreSQL.

A payment is two requests through the front: the merchant's server asks for money with its key, the
payer confirms; that is invoice, hold, capture and settlement. It books four transfers: the hold,
its capture, the merchant's share and our fee. Transfers are those of `bench.ledger`, one at a time
between random accounts. What follows a payment (receipt, news for the webhook) is the worker's.
"""

import contextlib
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench import load
from config.supervisor.preparation import manage
from config.supervisor.testing import Product, run_product

PAYERS = 200
AMOUNT_RIALS = 1_000
LINES = 16  # clients at once
THREADS = 4  # of each process that transfers
PROCESSES = os.cpu_count() or 1
ROUNDS = 5
SECONDS = 3.0
DRAINED_WITHIN_S = 120.0
PROCESSES_OF_A_PAYMENT = ("host", "postgresql", "front", "valkey")
PROOF = "a" * 32


def measure() -> None:
    """Start a product of its own and measure in it."""
    with (
        tempfile.TemporaryDirectory(prefix="barnamak-bench-") as folder,
        run_product(
            Path(folder), extra={"BARNAMAK_URLCONF": "bench._site", "BARNAMAK_DEMO": "0"}
        ) as product,
    ):
        found = _inside(product, f"prepare({PAYERS})")
        with _transferring(product) as transfers:
            till = Till(product, found["key"], found["cookies"])
            _compare(product, till, transfers)
        host = urlsplit(product.origin).netloc
        given = (found["key"], found["cookies"][0], host, AMOUNT_RIALS)
        costs = _inside(product, f"count(*{given!r})")
        asked, paid = costs["invoice"], costs["payment"]
        print(
            f"  a payment: 2 requests, {asked[0]} + {paid[0]} statements with BEGIN and COMMIT,"
            f" {asked[1]} + {paid[1]} waits for the disk"
        )


class Till:
    """Clients that ask for money and pay it, each on two connections that stay open."""

    def __init__(self, product: Product, key: str, cookies: list[str]) -> None:
        parts = urlsplit(product.origin)
        self.product, self.key, self.cookies = product, key, cookies
        self.port, self.host = parts.port or 80, parts.netloc
        self.costs: list[float] = []

    def payments_per_s(self) -> float:
        """Pay at all lines for a while; return how many payments were captured in a second."""
        pids = [self.product.pid(name) for name in PROCESSES_OF_A_PAYMENT]
        used, began = load.processor_s(pids), time.monotonic()
        with ThreadPoolExecutor(LINES) as pool:
            done = sum(pool.map(lambda line: self._pay(line, began + SECONDS), range(LINES)))
        self.costs.append((load.processor_s(pids) - used) / done)
        return done / (time.monotonic() - began)

    def _pay(self, line: int, ends: float) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        mine = self.cookies[line::LINES]
        done = 0
        while time.monotonic() < ends:
            self._one(connection, mine[done % len(mine)])
            done += 1
        connection.close()
        return done

    def _one(self, connection: http.client.HTTPConnection, cookie: str) -> None:
        key = uuid.uuid4().hex
        made = self._ask(
            connection,
            "/api/v1/invoices",
            {"title": "قهوه", "amount_rials": AMOUNT_RIALS},
            {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key},
        )
        paid = self._ask(
            connection,
            f"/pay/{made['id']}/call",
            {"method": "payments.confirm", "params": {"invoice": made["id"], "key": key}},
            {
                "Cookie": f"session={cookie}; csrf={PROOF}",
                "X-CSRFToken": PROOF,
                "Origin": self.product.origin,
            },
        )
        if paid["result"]["status"] != "paid":
            raise load.WrongAnswer(f"a payment ended as {paid}")

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        body: object,
        headers: dict[str, str],
    ) -> Any:
        common = {"Host": self.host, "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), common | headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status not in (http.client.OK, http.client.CREATED):
            raise load.WrongAnswer(f"{path} answered {answer.status}: {said.decode()[:300]}")
        return json.loads(said)


class Transfers:
    """Processes that transfer when they are asked to: one for each core, as hosts are."""

    def __init__(self, running: list[subprocess.Popen[str]]) -> None:
        self.running = running

    def per_s(self, what: str = "random", count: int = PROCESSES) -> float:
        """Let them work for a while; return how many transfers they made in a second."""
        for process in self.running[:count]:
            assert process.stdin is not None
            process.stdin.write(f"{what} {THREADS if what == 'random' else 1} {SECONDS}\n")
            process.stdin.flush()
        rates = []
        for process in self.running[:count]:
            assert process.stdout is not None
            rates.append(float(json.loads(process.stdout.readline())[0]))
        return sum(rates)


@contextlib.contextmanager
def _transferring(product: Product) -> Iterator[Transfers]:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "bench._transfers"],
            env=product.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    transfers = Transfers(running)
    try:
        transfers.per_s("prepare", 1)
        yield transfers
    finally:
        for process in running:
            process.communicate()


def _compare(product: Product, till: Till, transfers: Transfers) -> None:
    def transferred() -> float:
        _drain(product)
        return transfers.per_s()

    def paid_alone() -> float:
        with _paused(product, "worker", "beat"):
            return till.payments_per_s()

    results = load.interleaved(
        {
            "transfers": transferred,
            "alone": paid_alone,
            "all": till.payments_per_s,
        },
        rounds=ROUNDS,
    )
    base, alone, together = results["transfers"], results["alone"], results["all"]
    for name, rates in (("transfers", base), ("payments", alone)):
        print(
            f"  {name}/s: min {min(rates):.0f}  median {statistics.median(rates):.0f}"
            f"  max {max(rates):.0f}"
        )
    print(f"  payments, worker paused / transfers: {load.ratio(alone, base)}")
    print(f"  payments, worker at work / transfers: {load.ratio(together, base)}")
    booked = [rate * 4 for rate in alone]
    print(f"  transfers of payments, worker paused / transfers: {load.ratio(booked, base)}")
    cost = statistics.median(till.costs[2::2]) * 1e3
    print(f"  processor time of a payment, PostgreSQL, host, Valkey and front: {cost:.1f} ms")


def _drain(product: Product) -> None:
    """Wait until the worker has done what the payments before have left to it."""
    deadline = time.monotonic() + DRAINED_WITHIN_S
    with psycopg.connect(str(product.state()["database_url"]), autocommit=True) as session:
        while session.execute("select 1 from core_outboxjob limit 1").fetchone():
            if time.monotonic() > deadline:
                raise load.WrongAnswer("the worker does not get done")
            time.sleep(0.1)


@contextlib.contextmanager
def _paused(product: Product, *names: str) -> Iterator[None]:
    groups = [product.pid(name) for name in names]
    for group in groups:
        os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        for group in groups:
            os.killpg(group, signal.SIGCONT)


def _inside(product: Product, call: str) -> Any:
    done = manage(
        product.environment, "shell", "-v", "0", "-c", f"from bench._paying import *; {call}"
    )
    if done.returncode:
        raise RuntimeError(done.stdout)
    return json.loads(done.stdout.strip().splitlines()[-1])
