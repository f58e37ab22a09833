"""Sadad's dialect: signed JSON, codes now as numbers and now as digits, names in changing case.

Inquiry and reversal have no published address at Sadad; here they stand beside the verify.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Any, Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from sandbox_psp import bank, garbage
from sandbox_psp.addresses import is_address
from sandbox_psp.bank import Payment
from sandbox_psp.server import Answer, Asked, Route, as_json
from sandbox_psp.store import Work

TERMINAL: Final = "24000001"
MERCHANT: Final = "000000140000001"
# Everybody knows it: it opens nothing but this sandbox.
KEY: Final = "YmFybmFtYWstc2FuZGJveC1rZXktMjRi"
DIALECT: Final = "sadad"
ORDER_ID_MAX: Final = 2**63 - 1

OK, ALREADY, NOT_PAID, TOO_LATE, CANCELLED = 0, 100, -1, 101, 17
WRONG_MERCHANT, WRONG_AMOUNT, WRONG_ADDRESS, DUPLICATE, WRONG_SIGNATURE = 3, 1017, 1000, 1011, 1025
WORDS: Final = {
    OK: "عملیات با موفقیت انجام شد",
    ALREADY: "درخواست پیش‌تر تأیید شده است",
    NOT_PAID: "تراکنش در سیستم وجود ندارد یا پرداخت نشده است",
    TOO_LATE: "مهلت تأیید تراکنش گذشته است",
    WRONG_MERCHANT: "پذیرنده یا پایانه نامعتبر است",
    WRONG_AMOUNT: "مبلغ نامعتبر است",
    WRONG_ADDRESS: "نشانی بازگشت نامعتبر است",
    DUPLICATE: "شمارهٔ سفارش تکراری است",
    WRONG_SIGNATURE: "امضای تراکنش نامعتبر است",
}
VERIFY_CODES: Final = {"done": OK, "already": ALREADY, "too-late": TOO_LATE, "not-paid": NOT_PAID}


def sign(text: str, key: str = KEY) -> str:
    """Return 3DES-ECB of the text, padded by PKCS7, in base64."""
    raw = text.encode()
    pad = 8 - len(raw) % 8
    encryptor = Cipher(TripleDES(base64.b64decode(key)), modes.ECB()).encryptor()  # noqa: S305  # theirs
    return base64.b64encode(encryptor.update(raw + bytes([pad]) * pad)).decode()


def request_payment(asked: Asked) -> Answer:
    """``Request/PaymentRequest``: register an order, give its token."""
    with asked.books.writing() as work:
        bank.sweep(work)
        code, token = _open(work, asked.document)
        answer = as_json({"ResCode": str(code), "Token": token, "Description": WORDS[code]})
        struck = bank.strike_general(work, ("timeout", "garbage-answer"))
        if struck == "timeout":
            return Answer(hang_s=work.seconds("hang_s"))
        return garbage.of(answer, work.turn()) if struck == "garbage-answer" else answer


def _open(work: Work, document: dict[str, Any]) -> tuple[int, str | None]:
    if fault := _fault(document):
        return fault, None
    token = secrets.token_hex(25).upper()
    try:
        bank.open_payment(
            work,
            bank.Request(
                dialect=DIALECT,
                merchant=TERMINAL,
                order_id=str(document["OrderId"]),
                token=token,
                amount=document["Amount"],
                callback_url=document["ReturnUrl"],
                mobile=str(document.get("UserId") or ""),
                description=str(document.get("AdditionalData") or ""),
            ),
        )
    except bank.Refused:
        return DUPLICATE, None
    return OK, token


def _fault(document: dict[str, Any]) -> int:
    amount, order_id = document.get("Amount"), document.get("OrderId")
    text = f"{TERMINAL};{order_id};{amount}"
    if (document.get("TerminalId"), document.get("MerchantId")) != (TERMINAL, MERCHANT):
        return WRONG_MERCHANT
    if not _is_signed(document, text):
        return WRONG_SIGNATURE
    if type(amount) is not int or not 0 < amount <= bank.AMOUNT_MAX:
        return WRONG_AMOUNT
    if type(order_id) is not int or not 0 < order_id <= ORDER_ID_MAX:
        return DUPLICATE
    return OK if is_address(document.get("ReturnUrl")) else WRONG_ADDRESS


def verify(asked: Asked) -> Answer:
    """``Advice/Verify``: hand the money over, once."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = _signed_payment(work, asked)
        if payment is None:
            return as_json(_facts(NOT_PAID, None))
        struck = bank.strike(work, payment, ("timeout", "verify-500", "garbage-answer"))
        if struck == "verify-500":
            return garbage.five_hundred()
        outcome, payment = bank.verify(work, payment)
        code = VERIFY_CODES[outcome]
        known = payment if code in (OK, ALREADY) else None
        answer = as_json(_facts(code, known))
        if struck == "timeout":
            return Answer(hang_s=work.seconds("hang_s"))  # it is done, and nobody hears of it
        return garbage.of(answer, work.turn()) if struck == "garbage-answer" else answer


def inquire(asked: Asked) -> Answer:
    """``Advice/Inquiry``: tell what is known, change nothing."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = _signed_payment(work, asked)
        if payment is None:
            return as_json(_facts(NOT_PAID, None))
        return as_json(_facts(OK, payment) | {"Status": str(payment["state"]).capitalize()})


def reverse(asked: Asked) -> Answer:
    """``Advice/Reverse``: give the money back."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = _signed_payment(work, asked)
        if payment is None:
            return as_json(_facts(NOT_PAID, None))
        outcome, payment = bank.reverse(work, payment)
        return as_json(_facts(VERIFY_CODES[outcome], payment))


def callback(payment: Payment, *, forged: bool) -> dict[str, str]:
    """Return the fields that the payer's browser carries back. A forger has no key to sign with."""
    paid = forged or payment["state"] in ("paid", "verified", "reversed")
    code = OK if paid else CANCELLED
    token_name = "Token" if payment["id"] % 2 else "token"
    fields = {
        "OrderId": str(payment["order_id"]),
        token_name: str(payment["token"]),
        "ResCode": str(code),
        "SwitchResCode": "00" if paid else "51",
    }
    if forged:
        return fields
    about = f"{payment['order_id']};{payment['token']};{code}"
    return fields | {
        "PrimaryAccNo": bank.card_masked(payment),
        "HashedCardNo": bank.card_hash(payment),
        "SignData": sign(about),
    }


def _signed_payment(work: Work, asked: Asked) -> Payment | None:
    document = asked.document
    token = document.get("Token")
    if not isinstance(token, str) or not _is_signed(document, token):
        return None
    return bank.find(work, DIALECT, token)


def _is_signed(document: dict[str, Any], text: str) -> bool:
    given = document.get("SignData")
    return isinstance(given, str) and hmac.compare_digest(given.encode(), sign(text).encode())


def _facts(code: int, payment: Payment | None) -> dict[str, Any]:
    if payment is None:
        return {
            "ResCode": code, "Description": WORDS[code], "Amount": "0", "RetrivalRefNo": None,
            "SystemTraceNo": None, "OrderId": None, "CardHolderFullName": None,
        }  # fmt: skip
    return {
        "ResCode": code, "Description": WORDS[code],
        "Amount": payment["paid_amount"] or payment["amount"],
        "RetrivalRefNo": payment["receipt"], "SystemTraceNo": payment["trace"],
        "OrderId": int(payment["order_id"]), "CardHolderFullName": "دارندهٔ آزمایشی",
        "PrimaryAccNo": bank.card_masked(payment), "HashedCardNo": bank.card_hash(payment),
    }  # fmt: skip


ROUTES: Final = [
    Route("POST", r"(/vpg)?/api/v0/Request/PaymentRequest", request_payment),
    Route("POST", r"(/vpg)?/api/v0/Advice/Verify", verify),
    Route("POST", r"(/vpg)?/api/v0/Advice/Inquiry", inquire),
    Route("POST", r"(/vpg)?/api/v0/Advice/Reverse", reverse),
]
