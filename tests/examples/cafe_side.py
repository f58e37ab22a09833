"""What the café's backend talks to in tests: a platform with keys, an API that is recorded, webhooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from standardwebhooks import Webhook

from tests.examples.quiz_side import ROOT, Platform

if TYPE_CHECKING:
    from pathlib import Path

APP = "app_01jcafe"
APP_ORIGIN = "http://cafe.apps.localhost:8000"
SECRETS = {
    False: "whsec_" + "bGl2ZSBzZWNyZXQgb2YgdGhlIGNhZmU=",
    True: "whsec_dGVzdCBzZWNyZXQgb2YgdGhlIGNhZmU=",
}
KEYS = {False: "bnk_live", True: "bnk_test_key"}


class Bank:
    """The platform's API as the café uses it: invoices, refunds, payments; every call is kept."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any, dict[str, str]]] = []
        self.answers: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}
        bank = self

        class Door(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                bank.take(self, None)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                bank.take(self, json.loads(self.rfile.read(length) or b"null"))

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, door: BaseHTTPRequestHandler, body: Any) -> None:
        path = door.path.removeprefix("/api/v1").partition("?")[0]
        self.calls.append((door.command, path, body, dict(door.headers.items())))
        status, answer = self.answers.get((door.command, path), (404, {"code": "not-found"}))
        text = json.dumps(answer).encode()
        door.send_response(status)
        door.send_header("Content-Length", str(len(text)))
        door.end_headers()
        door.wfile.write(text)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Cafe:
    """The backend as a process, with its file of settings."""

    def __init__(self, folder: Path, platform: Platform, bank: Bank, **changes: Any) -> None:
        self.platform, self.bank = platform, bank
        self.config = folder / "cafe.json"
        document = {
            "app_id": APP,
            "origins": [APP_ORIGIN],
            "jwks": f"{platform.origin}/.well-known/jwks.json",
            "live": {"api_key": KEYS[False], "webhook_secret": SECRETS[False]},
            "test": {"api_key": KEYS[True], "webhook_secret": SECRETS[True]},
        }
        self.config.write_text(json.dumps(document | changes))
        env = {name: text for name, text in os.environ.items() if not name.startswith("CAFE_")}
        env |= {
            "BARNAMAK_ORIGIN": bank.origin,
            "CAFE_PORT": "0",
            "CAFE_DATA": str(folder / "orders.sqlite3"),
            "CAFE_CONFIG": str(self.config),
        }
        command = [sys.executable, "-u", "-m", "examples.cafe.backend"]
        self.log = (folder / "cafe.log").open("w+")
        self.process = subprocess.Popen(command, cwd=ROOT, text=True, stderr=self.log, env=env)
        self.origin = self._listening(folder / "cafe.log")

    def _listening(self, log: Path) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for line in log.read_text().splitlines():
                if "listening on " in line:
                    return line.split()[-1]
            assert self.process.poll() is None, log.read_text()
            time.sleep(0.05)
        raise TimeoutError(log.read_text())

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self.log.close()

    def token(self, **changes: Any) -> str:
        """Return a token of the platform; without changes the user token of a guest."""
        facts = {"aud": f"app:{APP}", "iss": self.bank.origin, "sub": "guest"}
        return self.platform.token(**(facts | changes))

    def payment_token(self, order: dict[str, Any], *, claims: Any = None, **payment: Any) -> str:
        """Return the token that proves the payment of an order, or one that is a little off."""
        facts = {
            "id": "pay_1", "invoice": order["invoice"], "order_ref": order["id"],
            "amount_rials": order["sum"] * 10, "refunded_rials": 0, "status": "captured",
            "test": order["test"],
        }  # fmt: skip
        return self.token(**{"typ": "payment+jwt", "payment": facts | payment, **(claims or {})})

    def call(self, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        """Ask as the guest's page does."""
        headers = {"Origin": APP_ORIGIN, "Authorization": f"Bearer {token or self.token()}"}
        return self._send(path, None if body is None else json.dumps(body).encode(), headers)

    def event(self, kind: str, data: dict[str, Any], *, name: str = "evt_1", test: bool = False,
              secret: str = "", at: float | None = None, spoil: bytes = b"") -> tuple[int, Any]:  # fmt: skip
        """Send a webhook as the platform does, or as somebody else would."""
        event = {
            "id": name, "type": kind, "timestamp": "2026-11-22T08:00:00.000Z", "app": APP,
            "test": test, "object": data.get("id", ""), "sequence": 1, "data": data,
        }  # fmt: skip
        text = json.dumps(event)
        when = datetime.fromtimestamp(time.time() if at is None else at, UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": str(int(when.timestamp())),
            "webhook-signature": Webhook(secret or SECRETS[test]).sign(name, when, text),
        }
        return self._send("/hooks", text.encode() + spoil, headers)

    def _send(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        request = urllib.request.Request(self.origin + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                text = response.read()
                return response.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())
