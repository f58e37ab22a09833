"""Payouts to a Sheba: accepted, then settled or failed; the merchant's id makes each one unique."""

from __future__ import annotations

import hmac
import re
import secrets
import sqlite3
from typing import Any, Final

from sandbox_psp import bank
from sandbox_psp.server import Answer, Asked, Route, as_json
from sandbox_psp.store import Work

KEY: Final = "sandbox-payout-key"  # opens nothing but this sandbox
ID: Final = r"[A-Za-z0-9_-]{1,64}"
REFERENCE_DIGITS: Final = 14
HOLDER_CHARS_MAX: Final = 100


def send(asked: Asked) -> Answer:
    """``POST /payouts``: the same id and content is the same payout; other content is refused."""
    if not _knows_key(asked):
        return as_json({"error": "wrong-key"}, 401)
    document = asked.document
    if fault := _fault(document):
        return as_json({"error": fault}, 400)
    with asked.books.writing() as work:
        sweep(work)
        payout = _find(work, document["id"])
        if payout is None:
            payout = _open(work, document)
            if payout["mode"] == "payout-hangs":
                return Answer(hang_s=work.seconds("hang_s"))
        elif not _is_same(payout, document):
            return as_json({"error": "id-used"}, 409)
        return as_json(facts(payout))


def show(asked: Asked) -> Answer:
    """``GET /payouts/<id>``: how far it is."""
    if not _knows_key(asked):
        return as_json({"error": "wrong-key"}, 401)
    with asked.books.writing() as work:
        sweep(work)
        payout = _find(work, asked.path.rpartition("/")[2])
        if payout is None:
            return as_json({"error": "unknown-payout"}, 404)
        return as_json(facts(payout))


def sweep(work: Work) -> None:
    """Carry out what is due; what hangs, hangs until ``POST /control/payouts`` ends it."""
    due = work.now - work.seconds("settle_s")
    work.run(
        "UPDATE payout SET state = 'failed', reason = 'account-closed', ended = ?"
        " WHERE state = 'accepted' AND mode = 'payout-fails' AND created <= ?",
        work.now, due,
    )  # fmt: skip
    work.run(
        "UPDATE payout SET state = 'settled', ended = ?"
        " WHERE state = 'accepted' AND mode = 'none' AND created <= ?",
        work.now, due,
    )  # fmt: skip


def end(work: Work, order_id: str, state: str) -> bool:
    """End a payout by hand; tell whether there was one to end."""
    reason = "ended-by-hand" if state == "failed" else ""
    ended = "UPDATE payout SET state = ?, reason = ?, ended = ? WHERE order_id = ? AND state = ?"
    return bool(work.run(ended, state, reason, work.now, order_id, "accepted"))


def facts(payout: sqlite3.Row) -> dict[str, Any]:
    """Return what the merchant is told."""
    return {
        "id": payout["order_id"],
        "state": payout["state"],
        "amount_rials": payout["amount"],
        "reference": payout["reference"],
        "reason": payout["reason"],
    }


def _open(work: Work, document: dict[str, Any]) -> sqlite3.Row:
    mode = bank.strike_general(work, ("payout-fails", "payout-hangs"))
    reference = "".join(str(secrets.randbelow(10)) for _ in range(REFERENCE_DIGITS))
    work.run(
        "INSERT INTO payout (order_id, amount, sheba, holder, description, reference, mode,"
        " created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        document["id"], document["amount_rials"], document["sheba"], document["holder"],
        str(document.get("description") or ""), reference, mode, work.now,
    )  # fmt: skip
    sweep(work)
    payout = _find(work, document["id"])
    assert payout is not None
    return payout


def _find(work: Work, order_id: str) -> sqlite3.Row | None:
    return work.one("SELECT * FROM payout WHERE order_id = ?", order_id)


def _is_same(payout: sqlite3.Row, document: dict[str, Any]) -> bool:
    then = (payout["amount"], payout["sheba"], payout["holder"])
    return then == (document["amount_rials"], document["sheba"], document["holder"])


def _fault(document: dict[str, Any]) -> str:
    amount, holder = document.get("amount_rials"), document.get("holder")
    if not re.fullmatch(ID, str(document.get("id"))) or type(document["id"]) is not str:
        return "wrong-id"
    if type(amount) is not int or not 0 < amount <= bank.AMOUNT_MAX:
        return "wrong-amount"
    if not isinstance(holder, str) or not 0 < len(holder) <= HOLDER_CHARS_MAX:
        return "wrong-holder"
    return "" if _is_sheba(document.get("sheba")) else "wrong-sheba"


def _is_sheba(text: object) -> bool:
    if not isinstance(text, str) or not re.fullmatch(r"IR[0-9]{24}", text):
        return False
    return int(text[4:] + "1827" + text[2:4]) % 97 == 1


def _knows_key(asked: Asked) -> bool:
    given = asked.headers.get("authorization") or ""
    return hmac.compare_digest(given.encode(), f"Bearer {KEY}".encode())


ROUTES: Final = [
    Route("POST", "/payouts", send),
    Route("GET", f"/payouts/{ID}", show),
]
