"""A caller who follows the rules of docs/reference/gateways.md ends with what the bank believes."""

import itertools
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from sandbox_psp.failures import FAILURES
from wallet.gateways.errors import GatewayMismatch, GatewayTimeout, GatewayUnreadable
from wallet.gateways.interface import Ability, Gateway, GatewayOrder, State

NUMBERS = itertools.count(time.time_ns() // 1_000)
MODES = [key for key, one in FAILURES.items() if one.on_page]
TURNS_MAX = 12


@dataclass
class Books:
    """The caller's whole memory of one order."""

    gateway: Gateway
    order: GatewayOrder
    callbacks: list[dict[str, str]] = field(default_factory=list)
    credited: int = 0
    receipt: str = ""
    mismatched: bool = False
    closed: bool = False

    def ask(self, callback: dict[str, str] | None) -> None:
        """Verify once, believing nothing but a verdict."""
        try:
            read = self.gateway.read_callback(callback) if callback else None
            verdict = self.gateway.verify(self.order, read)
        except (GatewayTimeout, GatewayUnreadable):
            return
        except GatewayMismatch:
            self.mismatched = self.closed = True
            return
        if verdict.is_paid and not self.receipt:
            self.credited, self.receipt = verdict.amount_rials, verdict.receipt
        self.closed = self.closed or verdict.is_paid or verdict.state in (State.FAILED, State.REVERSED)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["sandbox", "sandbox-zibal"])
def test_a_caller_who_follows_the_rules_agrees_with_the_bank(psp, monkeypatch, name, seed):
    monkeypatch.setattr("core.limits.GATEWAY_TOTAL_S", 0.4)
    psp.control(hang_s=0.6)
    chance = random.Random(seed)
    books = [begun(psp, name, chance, mode) for mode in [*MODES, *chance.choices(MODES, k=12)]]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, books))
        for _ in range(TURNS_MAX):
            list(pool.map(lambda one: one.ask(None), [one for one in books if not one.closed]))
    psp.control(forward_s=1_000)
    for one in books:
        if not one.closed:
            one.ask(None)

    bank = {row["token"]: row for row in psp.truth()["payments"]}
    receipts = [one.receipt for one in books if one.receipt]
    assert len(set(receipts)) == len(receipts)
    for one in books:
        row = bank[one.order.token]
        ours = row["verified"] is not None and not one.mismatched
        assert one.closed, row
        assert one.credited == (one.order.amount_rials if ours else 0), row
        assert one.receipt == (row["receipt"] if ours else ""), row
        if one.gateway.can(Ability.INQUIRE) and one.credited:
            told = one.gateway.inquire(one.order).state
            assert (told is State.REVERSED) == (row["mode"] == "verified-then-reversed"), row


def begun(psp, name, chance, mode):
    gateway = psp.gateway(name)
    new = GatewayOrder(
        order_id=str(next(NUMBERS)), amount_rials=chance.randrange(1_000, 10**9),
        callback_url="http://shop.test/back",
    )  # fmt: skip
    redirect = gateway.initiate(new)
    known = GatewayOrder(order_id=new.order_id, amount_rials=new.amount_rials, token=redirect.token)
    back = psp.pay(redirect.url, failure=mode, action=chance.choice(["pay", "pay", "pay", "cancel"]))  # fmt: skip
    times = 0 if back is None else 2 if back.twice else chance.choice([0, 1, 1, 3])
    return Books(gateway, known, [back.fields] * times if back else [])


def deliver(one):
    for callback in one.callbacks:
        one.ask(callback)
