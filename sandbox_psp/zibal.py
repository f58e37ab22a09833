"""Zibal's dialect: unsigned JSON, a track id, and a second verify that forgets the facts."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

from sandbox_psp import bank, garbage
from sandbox_psp.addresses import is_address
from sandbox_psp.bank import Payment
from sandbox_psp.server import Answer, Asked, Route, as_json
from sandbox_psp.store import Work

DIALECT: Final = "zibal"
MERCHANT: Final = "zibal"
AMOUNT_MIN: Final = 1_000  # rials
TRACK_MIN: Final = 10**9

OK, NO_MERCHANT, SMALL_AMOUNT, WRONG_ADDRESS, LARGE_AMOUNT = 100, 102, 105, 106, 113
ALREADY, NOT_PAID, NO_SUCH_TRACK = 201, 202, 203
VERIFY_CODES: Final = {"done": OK, "already": ALREADY, "too-late": NOT_PAID, "not-paid": NOT_PAID}
STATUSES: Final = {
    "waiting": -1, "verified": 1, "paid": 2, "cancelled": 3, "expired": 11, "reversed": 18,
}  # fmt: skip


def request_payment(asked: Asked) -> Answer:
    """``/v1/request``: register an order, give its track id."""
    document = asked.document
    with asked.books.writing() as work:
        bank.sweep(work)
        code = _fault(document)
        answer = as_json({"result": code, "message": "failed"})
        if code == OK:
            payment = _open(work, document)
            track = int(payment["token"])
            answer = as_json({"message": "success", "result": OK, "trackId": track})
        struck = bank.strike_general(work, ("timeout", "garbage-answer"))
        if struck == "timeout":
            return Answer(hang_s=work.seconds("hang_s"))
        return garbage.of(answer, work.turn()) if struck == "garbage-answer" else answer


def verify(asked: Asked) -> Answer:
    """``/v1/verify``: hand the money over, once."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = _payment(work, asked)
        if payment is None:
            return as_json({"result": NO_SUCH_TRACK, "message": "invalid trackId"})
        struck = bank.strike(work, payment, ("timeout", "verify-500", "garbage-answer"))
        if struck == "verify-500":
            return garbage.five_hundred()
        outcome, payment = bank.verify(work, payment)
        code = VERIFY_CODES[outcome]
        answer = as_json(
            _facts(payment) | {"result": OK, "message": "success"}
            if code == OK
            else {"result": code, "message": outcome}
        )
        if struck == "timeout":
            return Answer(hang_s=work.seconds("hang_s"))
        return garbage.of(answer, work.turn()) if struck == "garbage-answer" else answer


def inquire(asked: Asked) -> Answer:
    """``/v1/inquiry``: tell what is known, change nothing."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = _payment(work, asked)
        if payment is None:
            return as_json({"result": NO_SUCH_TRACK, "message": "invalid trackId"})
        return as_json(_facts(payment) | {"result": OK, "message": "success"})


def callback(payment: Payment, *, forged: bool) -> dict[str, str]:
    """Return what the payer's browser carries back, in the query of a GET."""
    paid = forged or payment["state"] in ("paid", "verified", "reversed")
    return {
        "trackId": str(payment["token"]),
        "success": "1" if paid else "0",
        "status": "2" if paid else "3",
        "orderId": str(payment["order_id"]),
    }


def _fault(document: dict[str, Any]) -> int:
    amount = document.get("amount")
    if document.get("merchant") != MERCHANT:
        return NO_MERCHANT
    if type(amount) is not int or amount < AMOUNT_MIN:
        return SMALL_AMOUNT
    if amount > bank.AMOUNT_MAX:
        return LARGE_AMOUNT
    return OK if is_address(document.get("callbackUrl")) else WRONG_ADDRESS


def _open(work: Work, document: dict[str, Any]) -> Payment:
    return bank.open_payment(
        work,
        bank.Request(
            dialect=DIALECT,
            merchant=MERCHANT,
            order_id=str(document.get("orderId") or "")[:64],
            token=str(TRACK_MIN + secrets.randbelow(9 * TRACK_MIN)),
            amount=document["amount"],
            callback_url=document["callbackUrl"],
            mobile=str(document.get("mobile") or ""),
            description=str(document.get("description") or ""),
        ),
    )


def _payment(work: Work, asked: Asked) -> Payment | None:
    document = asked.document
    if document.get("merchant") != MERCHANT:
        return None
    return bank.find(work, DIALECT, str(document.get("trackId")))


def _facts(payment: Payment) -> dict[str, Any]:
    paid = payment["paid"]
    return {
        "status": STATUSES[payment["state"]],
        "amount": payment["paid_amount"] or payment["amount"],
        "refNumber": int(payment["receipt"]) if payment["receipt"] else None,
        "cardNumber": bank.card_masked(payment) or None,
        "hashedCardNumber": bank.card_hash(payment) or None,
        "orderId": payment["order_id"],
        "paidAt": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(paid)) if paid else None,
        "description": payment["description"],
    }


ROUTES: Final = [
    Route("POST", r"/v1/request/?", request_payment),
    Route("POST", r"/v1/verify/?", verify),
    Route("POST", r"/v1/inquiry/?", inquire),
]
