"""What docs/how-to/first-payment.md gives to copy does what its text says, against the real host."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from django.utils import timezone
from standardwebhooks import Webhook

from config.supervisor import ports
from miniapps import apikeys, charging, payment_tokens
from miniapps.models import AppKey
from tests.wallet.conftest import wallet_of
from wallet.documents import payment_document
from wallet.models import Invoice, Payment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from identity.models import Person
    from miniapps.models import App

TEXT = (Path(__file__).parents[3] / "docs/how-to/first-payment.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECRET = "whsec_dGhlIHNlY3JldCBvZiBhIGZpcnN0IHBheW1lbnQ="
AMOUNT = 950_000

pytestmark = pytest.mark.django_db(transaction=True)


class Reader:
    """Somebody who follows the text: the files written, the commands run, in an own folder."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.env = folder, {**os.environ, **env}
        for _language, about, body in BLOCK.findall(TEXT):
            if name := re.search(r"file=(\S+)", about):
                (folder / name[1]).write_text(body, encoding="utf-8")

    def run(self, *, after: str) -> None:
        """Run the commands that stand before the payment (``""``) or after it (``paid``)."""
        for _language, about, body in BLOCK.findall(TEXT):
            words = about.split()
            if "run" in words and (f"after={after}" in words if after else len(words) == 1):
                self.done(["bash", "-euo", "pipefail", "-c", body])

    def done(self, command: list[str], told: str = "", *, good: bool = True) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.env, input=told, capture_output=True, text=True,
            check=False, timeout=60,
        )  # fmt: skip
        assert (done.returncode == 0) is good, done.stdout + done.stderr
        return done.stdout + done.stderr

    def read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


@pytest.fixture
def reader(live_server, settings, cafe: App, sara: Person, tmp_path: Path) -> Reader:
    settings.ORIGIN = live_server.url
    scopes = (AppKey.Scope.PAYMENTS_READ, AppKey.Scope.PAYMENTS_WRITE)
    _made, key = apikeys.issue(
        app=cafe, actor=sara, name="first", scopes=scopes, test=True, now=timezone.now()
    )
    return Reader(tmp_path, {"BARNAMAK": live_server.url, "APP": cafe.public_id, "KEY": key})


def paid(reader: Reader, sara: Person) -> Payment:
    """Pay the invoice as the page at its ``pay_url`` does."""
    made = reader.read("invoice.json")
    assert made["pay_url"].endswith(f"/pay/{made['slug']}")
    wallet_of(sara, AMOUNT, "test")
    invoice = Invoice.objects.get(public_id=made["slug"])
    return charging.charge(
        invoice=invoice, person=sara, key="first-payment", pin="", now=timezone.now()
    )


def test_the_text_s_commands_ask_look_and_give_back(reader: Reader, sara: Person) -> None:
    reader.run(after="")
    payment = paid(reader, sara)

    for _twice in range(2):
        reader.run(after="paid")
        refund = reader.read("refund.json")
        assert (refund["payment"], refund["amount_rials"]) == (payment.public_id, AMOUNT)
        assert refund["test"] is True

    payment.refresh_from_db()
    assert payment.refunded_rials == AMOUNT
    assert payment.refunds.count() == 1


def test_the_text_s_verifier_believes_only_the_token_of_this_payment(
    reader: Reader, sara: Person, cafe: App
) -> None:
    reader.run(after="")
    payment = paid(reader, sara)
    token = payment_tokens.issue(payment=payment, app=cafe, now=timezone.now()).token
    command = [sys.executable, "verify_payment.py"]

    assert reader.done(command, token) == f"Paid: {payment.public_id} with test money\n"

    head, _dot, signature = token.rpartition(".")
    flipped = f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    Invoice.objects.filter(pk=payment.invoice_id).update(order_ref="order-102")
    payment = Payment.objects.select_related("invoice", "payer").get(pk=payment.pk)
    other = payment_tokens.issue(payment=payment, app=cafe, now=timezone.now()).token
    for bad in (flipped, other, "nonsense"):
        assert reader.done(command, bad, good=False).startswith("Refused: ")
    reader.env["APP"] = "app_other"
    assert reader.done(command, token, good=False).startswith("Refused: ")


@pytest.fixture
def hooks(reader: Reader) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    port = ports.free_port()
    process = subprocess.Popen(
        [sys.executable, "hooks.py"], cwd=reader.folder, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env={**reader.env, "WEBHOOK_SECRET": SECRET, "PORT": str(port)},
    )  # fmt: skip
    yield f"http://127.0.0.1:{port}/hooks", process
    process.terminate()
    process.communicate(timeout=10)


def test_the_text_s_hooks_hear_a_signed_event_once(
    reader: Reader, sara: Person, hooks: tuple[str, subprocess.Popen[str]]
) -> None:
    reader.run(after="")
    payment = paid(reader, sara)
    place, process = hooks
    event = {"id": "evt_1", "type": "payment.captured", "data": payment_document(payment)}

    def send(secret: str) -> int:
        text, now = json.dumps(event), datetime.now(UTC)
        signature = Webhook(secret).sign("evt_1", now, text)
        headers = {
            "webhook-id": "evt_1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
        }
        return requests.post(place, data=text.encode(), headers=headers, timeout=10).status_code

    deadline = time.monotonic() + 30
    while True:
        try:
            assert send("whsec_c29tZWJvZHkgZWxzZQ==") == 401
            break
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "hooks.py does not listen"
            time.sleep(0.1)
    assert [send(SECRET), send(SECRET)] == [204, 204]

    process.terminate()
    said, _nothing = process.communicate(timeout=10)
    assert said == f"paid: order-101 {AMOUNT}\n"
