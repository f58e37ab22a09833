"""How tests and people steer the bank and learn the truth: programs of this machine only.

POST /control            {"mode", "times"?, "verify_within_s"?, "hang_s"?, "late_s"?,
                          "settle_s"?, "forward_s"?}; null goes back to the default
GET  /control            what is in force, and the failures there are
GET  /control/orders     what the bank believes of every payment and payout
GET  /control/settlements?date=2026-11-25     the report of one day, as Tehran counts days
POST /control/payouts    {"id", "state": "settled" | "failed"}: end a payout that hangs
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from sandbox_psp import bank, failures, payouts
from sandbox_psp.server import Answer, Asked, Route, as_json
from sandbox_psp.store import Work

TEHRAN: Final = timezone(timedelta(hours=3, minutes=30))  # all year since 1401
SECONDS: Final = ("verify_within_s", "hang_s", "late_s", "settle_s")
SECONDS_MAX: Final = 10 * 365 * 86_400
TIMES_MAX: Final = 10_000


def steer(asked: Asked) -> Answer:
    """Set the failure in force for all, its number of strikes, the times, the clock."""
    document = asked.document
    if fault := _fault(document):
        return as_json({"error": fault}, 400)
    with asked.books.writing() as work:
        if "mode" in document:
            work.tell("mode", document["mode"] or failures.NONE)
            work.forget("mode_left")
        if document.get("times") is not None:
            work.tell("mode_left", document["times"])
        for name in (*SECONDS, "forward_s"):
            if name in document and document[name] is None:
                work.forget(name)
            elif name in document:
                work.tell(name, document[name])
        return as_json(_in_force(work))


def show(asked: Asked) -> Answer:
    """Return what is in force."""
    with asked.books.writing() as work:
        return as_json(_in_force(work) | {"failures": sorted(failures.FAILURES)})


def orders(asked: Asked) -> Answer:
    """Return the truth."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payouts.sweep(work)
        return as_json(
            {
                "payments": [_payment(row) for row in work.all("SELECT * FROM payment")],
                "payouts": [
                    payouts.facts(row) | {"sheba": row["sheba"]}
                    for row in work.all("SELECT * FROM payout")
                ],
            }
        )


def settlements(asked: Asked) -> Answer:
    """Return what moved between bank and merchant on one day, as the bank's report has it."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payouts.sweep(work)
        try:
            day = date.fromisoformat(asked.query.get("date") or _day(work.now))
        except ValueError:
            return as_json({"error": "wrong-date"}, 400)
        rows = sorted(_rows(work, day.isoformat()), key=lambda row: str(row["at"]))
    total = sum(row["amount_rials"] * row["sign"] for row in rows)
    return as_json({"date": day.isoformat(), "rows": rows, "total_rials": total})


def end_payout(asked: Asked) -> Answer:
    """End a payout that hangs."""
    document = asked.document
    order_id, state = str(document.get("id")), document.get("state")
    if state not in ("settled", "failed"):
        return as_json({"error": "wrong-state"}, 400)
    with asked.books.writing() as work:
        if not payouts.end(work, order_id, state):
            return as_json({"error": "not-waiting"}, 409)
    return as_json({"id": order_id, "state": state})


def _rows(work: Work, day: str) -> list[dict[str, Any]]:
    rows = []
    for row in work.all("SELECT * FROM payment WHERE verified IS NOT NULL"):
        if _day(row["verified"]) == day:
            rows.append(_row("payment", 1, row, row["verified"]))
        if row["state"] == "reversed" and _day(row["ended"]) == day:
            rows.append(_row("reversal", -1, row, row["ended"]))
    return rows + [
        {
            "kind": "payout", "sign": -1, "dialect": "payouts", "merchant": "",
            "at": _moment(row["ended"]), "order_id": row["order_id"],
            "receipt": row["reference"], "amount_rials": row["amount"],
        }
        for row in work.all("SELECT * FROM payout WHERE state = 'settled'")
        if _day(row["ended"]) == day
    ]  # fmt: skip


def _row(kind: str, sign: int, row: sqlite3.Row, at: float) -> dict[str, Any]:
    return {
        "kind": kind, "sign": sign, "dialect": row["dialect"], "merchant": row["merchant"],
        "at": _moment(at), "order_id": row["order_id"], "receipt": row["receipt"],
        "amount_rials": row["paid_amount"],
    }  # fmt: skip


def _payment(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "dialect": row["dialect"], "merchant": row["merchant"], "order_id": row["order_id"],
        "token": row["token"], "state": row["state"], "why": row["why"], "mode": row["mode"],
        "amount_rials": row["amount"], "paid_rials": row["paid_amount"],
        "receipt": row["receipt"] or "", "card_masked": bank.card_masked(row),
        "mobile": row["mobile"], "referrer": row["referrer"], "callback_url": row["callback_url"],
        **{name: _moment(row[name]) for name in ("created", "paid", "verified", "ended")},
    }  # fmt: skip


def _in_force(work: Work) -> dict[str, Any]:
    left = work.told("mode_left", "")
    return {
        "mode": bank.general_mode(work),
        "times": int(left) if left else None,
        "forward_s": float(work.told("forward_s", "0")),
        **{name: work.seconds(name) for name in SECONDS},
    }


def _fault(document: dict[str, Any]) -> str:
    known = {"mode", "times", "forward_s", *SECONDS}
    if not document or set(document) - known:
        return f"send some of: {', '.join(sorted(known))}"
    if document.get("mode") not in (None, *failures.FAILURES):
        return f"mode is one of: {', '.join(failures.FAILURES)}"
    times = document.get("times")
    if times is not None and (type(times) is not int or not 0 < times <= TIMES_MAX):
        return "times is a number of strikes"
    for name in (*SECONDS, "forward_s"):
        value = document.get(name)
        if value is not None and (type(value) not in (int, float) or not 0 <= value <= SECONDS_MAX):
            return f"{name} is a number of seconds"
    return ""


def _moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, TEHRAN).isoformat("T", "seconds")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, TEHRAN).date().isoformat()


ROUTES: Final = [
    Route("POST", "/control", steer, private=True),
    Route("GET", "/control", show, private=True),
    Route("GET", "/control/orders", orders, private=True),
    Route("GET", "/control/settlements", settlements, private=True),
    Route("POST", "/control/payouts", end_payout, private=True),
]
