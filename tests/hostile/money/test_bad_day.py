"""A day on which everything is killed while people pay: nothing is lost, nobody is lied to."""

import http.client
import json
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.supervisor.testing import Product, run_product
from tests.hostile.money.inside import PURSE_RIALS

PAYERS, EACH, AMOUNT = 8, 4, 20_000
VICTIMS = ("worker", "host", "valkey", "postgresql", "host")
WITHIN_S = 120.0


def inside(product: Product, call: str) -> dict[str, Any]:
    printed = product.manage(
        "shell", "-v", "0", "-c", f"from tests.hostile.money.inside import *; {call}"
    )
    return json.loads(printed.strip().splitlines()[-1])


def ask(product: Product, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
    """Ask once, on a connection of its own; what breaks on the way is status 0."""
    parts = urlsplit(product.origin)
    line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
    try:
        given = {
            "Host": parts.netloc,
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        line.request("POST", path, json.dumps(body), given | headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None
    finally:
        line.close()


def until_told(
    product: Product, path: str, body: object, headers: dict[str, str]
) -> tuple[int, Any]:
    """Ask with the same key until the answer is an answer, as a patient client does."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        status, said = ask(product, path, body, headers)
        if status not in (0, 401, 409, 429, 500, 502, 503, 504):
            return status, said
        assert time.monotonic() < deadline, (path, status, said)
        time.sleep(0.3)


def pay(product: Product, key: str, cookie: str, name: str) -> tuple[str, str]:
    """Let the merchant ask and the payer pay; return the payment and what both were told."""
    invoice = {"title": "قهوه", "amount_rials": AMOUNT, "order_ref": name}
    status, made = until_told(
        product, "/api/v1/invoices", invoice,
        {"Authorization": f"Bearer {key}", "Idempotency-Key": f"invoice-{name}"},
    )  # fmt: skip
    assert status == 201, made
    proof = "a" * 32
    status, said = until_told(
        product, f"/pay/{made['id']}/call",
        {"method": "payments.confirm", "params": {"invoice": made["id"], "key": f"sheet-{name}-{'x' * 12}"}},
        {"Cookie": f"session={cookie}; csrf={proof}", "X-CSRFToken": proof, "Origin": product.origin},
    )  # fmt: skip
    assert status == 200, said
    return said["result"]["payment"], said["result"]["status"]


def kill_one_after_another(product: Product, enough: threading.Event) -> list[str]:
    """Kill -9 one process after the other, its children too, until there is nothing left to do."""
    killed = []
    for name in VICTIMS:
        if enough.wait(1.5):
            break
        try:
            os.killpg(product.pid(name), signal.SIGKILL)
        except (ProcessLookupError, KeyError):
            continue
        killed.append(name)
    return killed


@pytest.mark.slow
def test_everything_dies_while_people_pay_and_the_books_balance(tmp_path):
    with run_product(tmp_path / "var", extra={"BARNAMAK_DEMO": "0"}) as product:
        given = inside(product, f"prepare({PAYERS})")
        enough = threading.Event()
        with ThreadPoolExecutor(PAYERS + 1) as pool:
            killer = pool.submit(kill_one_after_another, product, enough)

            def payer(number: int) -> list[tuple[str, str]]:
                cookie = given["cookies"][number]
                return [pay(product, given["key"], cookie, f"{number}-{n}") for n in range(EACH)]

            told = [one for answers in pool.map(payer, range(PAYERS)) for one in answers]
            enough.set()
            killed = killer.result()
        product.wait_until(lambda: ask(product, "/api/v1/nothing", {}, {})[0] != 0, within_s=60)
        found = inside(product, "settle_and_look()")

    assert len(killed) >= 3
    captured = [name for name, status in told if status in ("paid", "captured")]
    assert len(captured) == len(set(captured)) == PAYERS * EACH
    assert {found["states"][name] for name in captured} == {"captured"}
    assert sorted(found["states"].values()).count("captured") == PAYERS * EACH
    paid = PAYERS * EACH * AMOUNT
    assert found["purses"] == PAYERS * PURSE_RIALS - paid
    assert (found["merchant"], found["escrow"]) == (paid - found["fees"], 0)
    assert found["differences"] == []
