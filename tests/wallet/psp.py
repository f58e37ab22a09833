"""The sandbox bank as a process of the tests' own, its payer without a browser, and its truth."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import requests

from config.supervisor.processes import die_with_parent
from wallet.gateways import sandbox
from wallet.gateways.interface import Gateway, GatewayConfig
from wallet.gateways.payouts import ShebaPayouts
from wallet.gateways.sadad import Sadad
from wallet.gateways.zibal import Zibal

ROOT = Path(__file__).parents[2]
CARD = "6037991234567893"
CLASSES: dict[str, type[Gateway]] = {
    "sandbox": Sadad,
    "sandbox-zibal": Zibal,
    "sandbox-payouts": ShebaPayouts,
}


@dataclass
class Return:
    """What the payer's browser would send back to the merchant, and how."""

    method: str
    address: str
    fields: dict[str, str]
    wait_s: float
    twice: bool


@dataclass
class Psp:
    """One running sandbox. ``control`` and ``truth`` are its loopback side."""

    state: Path
    arguments: list[str] = field(default_factory=list)
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, at the same address again if it had one."""
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "sandbox_psp", "--port", port, "--state", str(self.state)]
        self.process = subprocess.Popen(
            [*command, *self.arguments], cwd=ROOT, text=True, stderr=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            preexec_fn=die_with_parent,  # noqa: PLW1509  # no other thread starts programs
        )  # fmt: skip
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert line.startswith("listening on "), line
        self.url = line.split()[-1]
        self._reader = threading.Thread(target=self.process.stderr.read, daemon=True)
        self._reader.start()

    def stop(self, *, kill: bool = False) -> None:
        """Ask it to end, or let it know nothing of its end."""
        assert self.process is not None
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def control(self, **what: Any) -> dict[str, Any]:
        """Steer it: mode, times, verify_within_s, hang_s, late_s, settle_s, forward_s."""
        answer = requests.post(f"{self.url}/control", json=what, timeout=10)
        assert answer.status_code == 200, answer.text
        steered: dict[str, Any] = answer.json()
        return steered

    def reset(self) -> None:
        """Fail no more, and quickly do what takes time."""
        self.control(
            mode=None, verify_within_s=None, hang_s=0.01, late_s=0, settle_s=0, forward_s=None
        )

    def truth(self) -> dict[str, list[dict[str, Any]]]:
        """What the bank believes of all payments and payouts."""
        found: dict[str, list[dict[str, Any]]] = requests.get(
            f"{self.url}/control/orders", timeout=10
        ).json()
        return found

    def payment(self, token: str) -> dict[str, Any]:
        """What the bank believes of one payment."""
        return next(row for row in self.truth()["payments"] if row["token"] == token)

    def settlements(self, date: str = "") -> dict[str, Any]:
        """The report of a day; of today if none is named."""
        address = f"{self.url}/control/settlements"
        report: dict[str, Any] = requests.get(address, {"date": date} if date else None, timeout=10).json()  # fmt: skip
        return report

    def gateway(self, name: str = "sandbox") -> Gateway:
        """An adapter that speaks to it."""
        row = {key: value for key, value in sandbox.rows(self.url)[name].items() if key != "class"}
        return CLASSES[name](GatewayConfig(name=name, **row))

    def pay(self, url: str, *, failure: str = "none", action: str = "pay") -> Return | None:
        """Open the purchase page and press a button; None if no way leads back."""
        page = requests.get(url, headers={"Referer": "http://shop.test/"}, timeout=10)
        form = Form.of(page.text)
        fields = {**form.fields, "card": CARD, "failure": failure, "action": action}
        done = requests.post(f"{self.url}{form.action}", fields, timeout=10)
        assert done.status_code == 200, done.text
        back = Form.of(done.text)
        if not back.action:
            return None
        wait, twice = float(back.data["data-wait"]), back.data["data-twice"] == "1"
        return Return(back.method, back.action, back.fields, wait, twice)


class Form(HTMLParser):
    """The one form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.method = "", ""
        self.fields: dict[str, str] = {}
        self.data: dict[str, str] = {}

    @classmethod
    def of(cls, text: str) -> Form:
        form = cls()
        form.feed(text)
        return form

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action, self.method, self.data = given["action"], given["method"], given
        if tag == "input" and given.get("type") == "hidden":
            self.fields[given["name"]] = given["value"]


@contextmanager
def run_psp(state: Path, *arguments: str) -> Iterator[Psp]:
    """Run a sandbox on a free port."""
    made = Psp(state, list(arguments))
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def _running_psp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Psp]:
    with run_psp(tmp_path_factory.mktemp("psp") / "psp.sqlite3") as running:
        yield running


@pytest.fixture
def psp(_running_psp: Psp) -> Psp:
    """The sandbox of this test process, with nothing switched on."""
    _running_psp.reset()
    return _running_psp
