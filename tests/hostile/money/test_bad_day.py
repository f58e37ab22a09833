"""A day on which everything is killed while people pay: nothing is lost, nobody is lied to."""

import http.client
import itertools
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.supervisor.testing import Product, run_product
from tests.hostile.money.inside import PURSE_RIALS

TILLS, PAYERS = 10, 60  # at each till one pays after the other: nobody may try too often
AMOUNT, TOO_MUCH = 20_000, 4_900_000
VICTIMS = ("host", "postgresql", "valkey", "worker", "sockets", "front", "host", "postgresql")
PAID_BETWEEN = 4  # payments that end well between one death and the next
WITHIN_S = 90.0
# Not yet an answer: the line broke, a twin is still at work, too fast, or a part is away.
IN_BETWEEN = frozenset({0, 409, 429, 503})


@dataclass
class Day:
    """What everybody was told, as it is told."""

    product: Product
    key: str
    told: list[dict[str, str]] = field(default_factory=list)
    on_the_way: Counter[int] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def paid(self) -> int:
        return sum(one["status"] == "paid" for one in self.told)


def inside(product: Product, call: str) -> dict[str, Any]:
    printed = product.manage(
        "shell", "-v", "0", "-c", f"from tests.hostile.money.inside import *; {call}"
    )
    found: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return found


def ask(
    product: Product, path: str, body: object, headers: dict[str, str]
) -> tuple[int, bytes, Message]:
    """Ask once, on a connection of its own; what breaks on the way is status 0."""
    parts = urlsplit(product.origin)
    line = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=20)
    given = {
        "Host": parts.netloc,
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    try:
        method, sent = ("GET", None) if body is None else ("POST", json.dumps(body))
        line.request(method, path, sent, given | headers)
        answer = line.getresponse()
        return answer.status, answer.read(), answer.headers
    except (OSError, http.client.HTTPException):
        return 0, b"", Message()
    finally:
        line.close()


def until_told(
    day: Day, path: str, body: object, headers: dict[str, str]
) -> tuple[int, bytes, Message]:
    """Ask with the same key until the answer is an answer, as a patient client does."""
    deadline = time.monotonic() + WITHIN_S
    while True:
        status, said, about = ask(day.product, path, body, headers)
        day.on_the_way[status] += 1
        if status not in IN_BETWEEN:
            return status, said, about
        assert time.monotonic() < deadline, (path, status, said)
        time.sleep(0.3)


def pay(day: Day, cookie: str, name: str, invoice: dict[str, object]) -> None:
    """Let the merchant ask and the payer pay, each of them twice: both are told the same twice."""
    wanted = {"title": "قهوه", "order_ref": name} | invoice
    merchant = {"Authorization": f"Bearer {day.key}", "Idempotency-Key": f"invoice-{name}"}
    status, said, _about = until_told(day, "/api/v1/invoices", wanted, merchant)
    assert status == 201, said
    made = json.loads(said)
    again = until_told(day, "/api/v1/invoices", wanted, merchant)
    assert again[:2] == (status, said)
    assert again[2]["Idempotency-Replayed"] == "true"

    proof = "a" * 32
    payer = {
        "Cookie": f"session={cookie}; csrf={proof}",
        "X-CSRFToken": proof,
        "Origin": day.product.origin,
    }
    params = {"invoice": made["id"], "key": f"sheet-{name}-{'x' * 12}"}
    call = {"method": "payments.confirm", "params": params}
    first = answer_of(*until_told(day, f"/pay/{made['id']}/call", call, payer)[:2])
    assert answer_of(*until_told(day, f"/pay/{made['id']}/call", call, payer)[:2]) == first
    day.told.append({"invoice": made["id"], **first})


def answer_of(status: int, said: bytes) -> dict[str, str]:
    """Return what a payer was told: paid, failed with its reason, or refused with a code."""
    document = json.loads(said)
    if status != 200:
        return {"status": "refused", "code": document["code"], "payment": ""}
    result = document["result"]
    assert result["status"] in ("paid", "failed")
    return {name: result[name] for name in ("status", "payment")}


def pay_all_day(day: Day, till: int, cookies: list[str]) -> None:
    """Buy, want what the seller never answers for, buy, want more than is in the purse."""
    kinds: list[dict[str, object]] = [
        {"amount_rials": AMOUNT},
        {"amount_rials": AMOUNT, "pre_checkout": True},
        {"amount_rials": AMOUNT},
        {"amount_rials": TOO_MUCH},
    ]
    try:
        for count, cookie in enumerate(itertools.cycle(cookies)):
            if day.over.is_set():
                break
            pay(day, cookie, f"{till}-{count}", kinds[(till + count) % len(kinds)])
    finally:
        day.over.set()  # also when it was told what it should not be


def kill_one_after_another(day: Day) -> list[int]:
    """Kill -9 each with its children, once people have paid since the last death.

    Return how many payments had ended well at each death.
    """
    counts: list[int] = []
    try:
        wait_until_paid(day, PAID_BETWEEN)
        for name in VICTIMS:
            counts.append(day.paid())
            kill(day.product, name)
            wait_until_paid(day, counts[-1] + PAID_BETWEEN)
    finally:
        day.over.set()
    return counts


def kill(product: Product, name: str) -> None:
    """Kill -9 a process with its children, and wait until there is another one in its place."""
    gone = product.pid(name)
    os.killpg(gone, signal.SIGKILL)
    wait_until(lambda: lives_again(product, name, gone))


def wait_until_paid(day: Day, count: int) -> None:
    wait_until(lambda: day.over.is_set() or day.paid() >= count)
    assert not day.over.is_set(), "a till was closed early"


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def lives_again(product: Product, name: str, gone: int) -> bool:
    try:
        return product.pid(name) != gone
    except KeyError:
        return False


def a_bad_day(product: Product) -> tuple[Day, list[int]]:
    """Let people pay at all tills while everything is killed; return what they were told."""
    given = inside(product, f"prepare({PAYERS})")
    day = Day(product, given["key"])
    with ThreadPoolExecutor(TILLS + 1) as pool:
        killer = pool.submit(kill_one_after_another, day)
        tills = [
            pool.submit(pay_all_day, day, till, given["cookies"][till::TILLS])
            for till in range(TILLS)
        ]
        for till in tills:
            till.result()
        return day, killer.result()


def merchant_sees(day: Day) -> dict[str, str]:
    """Return the state of each payment that a payer was told of, as the merchant's server asks."""
    seen = {}
    for one in day.told:
        if payment := one["payment"]:
            headers = {"Authorization": f"Bearer {day.key}"}
            status, said, _about = until_told(day, f"/api/v1/payments/{payment}", None, headers)
            assert status == 200, said
            seen[payment] = json.loads(said)["status"]
    return seen


@pytest.mark.slow
def test_everything_dies_while_people_pay_and_the_books_balance(tmp_path):
    with run_product(tmp_path / "var", extra={"BARNAMAK_DEMO": "0"}) as product:
        day, counts = a_bad_day(product)
        seen = merchant_sees(day)
        product.wait_until(
            lambda: inside(product, "receipts()") == {"cards": day.paid(), "payments": day.paid()},
            within_s=60,
        )
        found = inside(product, "settle_and_look()")

    paid = [one for one in day.told if one["status"] == "paid"]
    failed = [one for one in day.told if one["status"] == "failed"]
    refused = [one for one in day.told if one["status"] == "refused"]
    assert len(counts) == len(VICTIMS)
    assert day.on_the_way[0]
    assert day.on_the_way[503]
    assert failed
    assert {one["code"] for one in refused} == {"insufficient-funds"}
    # What people were told is what the merchant is told and what stands in the books, no more.
    truth = {one["payment"]: "captured" for one in paid}
    truth |= {one["payment"]: "declined" for one in failed}
    assert len(truth) == len(paid) + len(failed)
    assert seen == found["states"] == truth
    assert len(found["invoices"]) == len(day.told)
    assert {found["invoices"][one["invoice"]] for one in paid} == {"paid"}
    assert {found["invoices"][one["invoice"]] for one in failed + refused} == {"open"}
    # Each step was told once and booked once; no rial was lost or made.
    assert found["news"] == {
        "payment.held": len(truth), "payment.captured": len(paid), "payment.declined": len(failed)
    }  # fmt: skip
    assert found["transfers"] == {
        "pending": len(truth), "post": len(paid), "void": len(failed), "posted": 2 * len(paid)
    }  # fmt: skip
    spent = len(paid) * AMOUNT
    assert found["purses"] == PAYERS * PURSE_RIALS - spent
    assert (found["merchant"], found["escrow"]) == (spent - found["fees"], 0)
    assert (found["differences"], found["state"]) == ([], "clean")
