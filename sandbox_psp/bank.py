"""What the bank does with payments, whatever dialect asks.

waiting ─pay→ paid ─verify→ verified
   │           └─ not verified in time, or told to → reversed ←─ reverse ─┘
   ├─cancel→ cancelled
   └─ too old → expired
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Final

from sandbox_psp import failures
from sandbox_psp.store import Work

Payment = sqlite3.Row

CARDS: Final = {  # made up: their sums are right, and nobody has them
    "6037991234567893": "بانک ملی",
    "6219861111111117": "بانک سامان",
    "6037701689095443": "بانک کشاورزی",
}
RECEIPT_DIGITS: Final = 12
TRACE_DIGITS: Final = 6
AMOUNT_MAX: Final = 2**53 - 1
TEXT_CHARS_MAX: Final = 500


class Refused(Exception):
    """The bank refuses; ``reason`` is a word the dialects translate."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a merchant asks for, checked by the dialect for its own rules."""

    dialect: str
    merchant: str
    order_id: str
    token: str
    amount: int
    callback_url: str
    mobile: str
    description: str


def sweep(work: Work) -> None:
    """Give back what nobody verified in time, and close what nobody paid."""
    limit = work.now - work.seconds("verify_within_s")
    work.run(
        "UPDATE payment SET state = 'reversed', why = 'not-verified', ended = ?"
        " WHERE state = 'paid' AND paid < ?",
        work.now, limit,
    )  # fmt: skip
    work.run(
        "UPDATE payment SET state = 'expired', ended = ? WHERE state = 'waiting' AND created < ?",
        work.now, limit,
    )  # fmt: skip


def open_payment(work: Work, request: Request) -> Payment:
    """Register an order. Raises Refused: duplicate."""
    try:
        number = work.run(
            "INSERT INTO payment (dialect, merchant, order_id, token, amount, callback_url, mobile,"
            " description, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            request.dialect, request.merchant, request.order_id, request.token, request.amount,
            request.callback_url, request.mobile, request.description[:TEXT_CHARS_MAX], work.now,
        )  # fmt: skip
    except sqlite3.IntegrityError as reason:
        raise Refused("duplicate") from reason
    return _by_id(work, number)


def find(work: Work, dialect: str, token: object) -> Payment | None:
    """Return the payment of a token."""
    if not isinstance(token, str):
        return None
    return work.one("SELECT * FROM payment WHERE dialect = ? AND token = ?", dialect, token)


def note_referrer(work: Work, payment: Payment, referrer: str) -> None:
    """Keep where the payer came from: real gateways refuse payers who come from nowhere."""
    work.run("UPDATE payment SET referrer = ? WHERE id = ?", referrer[:200], payment["id"])


def pay(work: Work, payment: Payment, *, card: str, mode: str) -> Payment:
    """Take the money. A second tap finds it taken. Raises Refused: over, unknown-card."""
    if payment["state"] != "waiting":
        if payment["state"] in ("paid", "verified", "reversed"):
            return payment
        raise Refused("over")
    if card not in CARDS:
        raise Refused("unknown-card")
    work.run(
        "UPDATE payment SET mode = ?, mode_left = ? WHERE id = ?",
        mode, failures.strikes(mode), payment["id"],
    )  # fmt: skip
    payment = _by_id(work, payment["id"])
    mode = mode_of(work, payment)
    if mode == "callback-forged":
        return payment  # the browser will say that it paid
    amount = payment["amount"]
    if mode == "wrong-amount":
        amount = max(1, amount // 10) if amount > 1 else 2  # somebody took toman for rials
    work.run(
        "UPDATE payment SET state = 'paid', paid = ?, paid_amount = ?, receipt = ?, trace = ?,"
        " card = ? WHERE id = ?",
        work.now, amount, _numerals(RECEIPT_DIGITS), _numerals(TRACE_DIGITS), card, payment["id"],
    )  # fmt: skip
    if mode == "paid-then-cancelled":
        _give_back(work, payment, "cancelled-by-bank")
    return _by_id(work, payment["id"])


def cancel(work: Work, payment: Payment) -> Payment:
    """Note that the payer does not want to. Raises Refused: over, when it is too late for that."""
    if payment["state"] == "waiting":
        work.run(
            "UPDATE payment SET state = 'cancelled', ended = ? WHERE id = ?",
            work.now, payment["id"],
        )  # fmt: skip
    elif payment["state"] != "cancelled":
        raise Refused("over")
    return _by_id(work, payment["id"])


def verify(work: Work, payment: Payment) -> tuple[str, Payment]:
    """Hand the money over, once: done | already | too-late | not-paid."""
    if payment["state"] == "paid":
        work.run(
            "UPDATE payment SET state = 'verified', verified = ? WHERE id = ?",
            work.now, payment["id"],
        )  # fmt: skip
        mode = mode_of(work, payment)
        verified = _by_id(work, payment["id"])
        if mode == "verified-then-reversed":
            _give_back(work, payment, "disputed")
        return ("already" if mode == "verify-says-already" else "done"), verified
    if payment["state"] == "verified":
        return "already", payment
    if payment["state"] == "reversed" and payment["why"] == "not-verified":
        return "too-late", payment
    return "not-paid", payment


def reverse(work: Work, payment: Payment) -> tuple[str, Payment]:
    """Give the money back: done | already | not-paid."""
    if payment["state"] in ("paid", "verified"):
        _give_back(work, payment, "asked")
        return "done", _by_id(work, payment["id"])
    return ("already" if payment["state"] == "reversed" else "not-paid"), payment


def mode_of(work: Work, payment: Payment) -> str:
    """Return the failure in force for this payment: its own, else the one for all."""
    if payment["mode"] != failures.NONE and payment["mode_left"] != 0:
        return str(payment["mode"])
    return general_mode(work)


def general_mode(work: Work) -> str:
    """Return the failure in force for everybody."""
    mode = work.told("mode", failures.NONE)
    return failures.NONE if work.told("mode_left", "") == "0" else mode


def strike(work: Work, payment: Payment, among: tuple[str, ...]) -> str:
    """Return the failure that strikes this very question, and count it; "none" if none does."""
    mode = mode_of(work, payment)
    if mode not in among:
        return failures.NONE
    if payment["mode"] == mode and payment["mode_left"] != 0:
        work.run("UPDATE payment SET mode_left = mode_left - 1 WHERE id = ?", payment["id"])
    else:
        strike_general(work, among)
    return mode


def strike_general(work: Work, among: tuple[str, ...]) -> str:
    """Do the same where there is no payment yet."""
    mode = general_mode(work)
    if mode not in among:
        return failures.NONE
    if left := work.told("mode_left", ""):
        work.tell("mode_left", int(left) - 1)
    return mode


def card_masked(payment: Payment) -> str:
    """Return the card as a receipt shows it."""
    card = str(payment["card"])
    return f"{card[:6]}******{card[-4:]}" if card else ""


def card_hash(payment: Payment) -> str:
    """Return what stands for the card without naming it."""
    return hashlib.sha256(str(payment["card"]).encode()).hexdigest() if payment["card"] else ""


def _give_back(work: Work, payment: Payment, why: str) -> None:
    work.run(
        "UPDATE payment SET state = 'reversed', why = ?, ended = ? WHERE id = ?",
        why, work.now, payment["id"],
    )  # fmt: skip


def _by_id(work: Work, number: int) -> Payment:
    row = work.one("SELECT * FROM payment WHERE id = ?", number)
    assert row is not None
    return row


def _numerals(count: int) -> str:
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))
