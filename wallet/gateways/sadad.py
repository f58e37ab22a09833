"""The dialect of Sadad, the payment provider of Bank Melli (BMI): REST, signed with 3DES.

Requests are signed with the terminal's key (3DES, ECB, PKCS7: their choice, not ours). Result codes
come as numbers or as digits, names in changing case. What Sadad's published interface lacks,
inquiry, reversal and the report of a day, is switched on by naming the terminal's addresses for it
in ``options`` (``inquire_path``, ``reverse_path``, ``report_path``).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.padding import PKCS7

from core import limits
from wallet.gateways import reports
from wallet.gateways.errors import GatewayRefused
from wallet.gateways.interface import (
    Ability,
    Callback,
    Gateway,
    GatewayOrder,
    Redirect,
    ReportRow,
    State,
    Verdict,
)
from wallet.gateways.wire import Answer, ask_ok, unreadable

REQUEST_PATH: Final = "/vpg/api/v0/Request/PaymentRequest"
PURCHASE_PATH: Final = "/VPG/Purchase"
VERIFY_PATH: Final = "/vpg/api/v0/Advice/Verify"
TEHRAN: Final = ZoneInfo("Asia/Tehran")
LONG_CHARS_MAX: Final = 256  # of tokens, hashes and signatures

OK: Final = 0
ALREADY: Final = 100
NOT_PAID: Final = -1  # or unknown, or badly asked: one code for all three
TOO_LATE: Final = 101  # the time for verifying is over: the bank gives the money back
NEEDS: Final = {
    Ability.INQUIRE: "inquire_path",
    Ability.REVERSE: "reverse_path",
    Ability.REPORT: "report_path",
}
STATES: Final = {
    "waiting": State.PENDING,
    "paid": State.PENDING,  # paid, and waiting for our verify
    "verified": State.ALREADY_VERIFIED,
    "cancelled": State.FAILED,
    "expired": State.FAILED,
    "reversed": State.REVERSED,
}


class Sadad(Gateway):
    """One terminal at Sadad. ``config.key`` is the terminal's key in base64."""

    abilities = frozenset({Ability.PAY_IN, Ability.INQUIRE, Ability.REVERSE, Ability.REPORT})

    def can(self, ability: Ability) -> bool:
        """Inquiry, reversal and report need an address of this terminal's own."""
        needs = NEEDS.get(ability)
        return super().can(ability) and (needs is None or bool(self.config.options.get(needs)))

    def faults(self) -> list[str]:
        """Name what is missing, and a key that is none."""
        found = [
            f"{name} is empty"
            for name in ("merchant_id", "terminal_id", "key")
            if not getattr(self.config, name)
        ]
        try:
            signed("0", self.config.key)
        except ValueError:
            found.append("key is not 16 or 24 bytes in base64")
        return found

    def _initiate(self, order: GatewayOrder) -> Redirect:
        terminal = self.config.terminal_id
        about = f"{terminal};{order.order_id};{order.amount_rials}"
        document = {
            "TerminalId": terminal,
            "MerchantId": self.config.merchant_id,
            "Amount": order.amount_rials,
            "OrderId": int(order.order_id),
            "LocalDateTime": datetime.now(TEHRAN).strftime("%m/%d/%Y %I:%M:%S %p"),
            "ReturnUrl": order.callback_url,
            "SignData": signed(about, self.config.key),
        }
        if order.description:
            document["AdditionalData"] = order.description
        if order.mobile:
            document["UserId"] = order.mobile
        answer = ask_ok(self._url(REQUEST_PATH), document)
        if (code := answer.code("ResCode")) != OK:
            raise GatewayRefused(bank_code=str(code))
        token = _token(answer.text("Token", most=LONG_CHARS_MAX))
        return Redirect(
            url=f"{self._url(PURCHASE_PATH)}?{urlencode({'Token': token})}", token=token
        )

    def _read_callback(self, fields: Mapping[str, str]) -> Callback:
        answer = Answer(dict(list(fields.items())[: limits.GATEWAY_CALLBACK_FIELDS_MAX]))
        token, order_id = _token(answer.text("Token", most=LONG_CHARS_MAX)), answer.text("OrderId")
        code = answer.code("ResCode")
        if given := answer.text("SignData", most=LONG_CHARS_MAX):
            # Sadad itself signs no callback; whoever signs must sign well.
            good = signed(f"{order_id};{token};{code}", self.config.key)
            if not hmac.compare_digest(given.encode(), good.encode()):
                unreadable("wrong signature", "SignData")
        return Callback(
            order_id=order_id,
            token=token,
            says_paid=code == OK,
            raw_code=str(code),
            card_masked=answer.masked_card("PrimaryAccNo"),
            card_hash=answer.text("HashedCardNo", most=LONG_CHARS_MAX),
        )

    def _verify(self, order: GatewayOrder) -> Verdict:
        answer = self._ask_about(order, VERIFY_PATH)
        code = answer.code("ResCode")
        if code == OK:
            return _verdict(State.PAID, answer)
        if code == ALREADY:
            return _verdict(State.ALREADY_VERIFIED, answer)
        if code == NOT_PAID and self.can(Ability.INQUIRE):
            return _never_more_than_pending(self._inquire(order))
        state = State.FAILED if code in (NOT_PAID, TOO_LATE) else State.UNKNOWN
        return Verdict(state=state, raw_code=str(code))

    def _inquire(self, order: GatewayOrder) -> Verdict:
        answer = self._ask_about(order, str(self.config.options["inquire_path"]))
        if answer.code("ResCode") != OK:
            return Verdict(state=State.UNKNOWN, raw_code=str(answer.code("ResCode")))
        return _verdict(STATES.get(answer.text("Status").casefold(), State.UNKNOWN), answer)

    def _reverse(self, order: GatewayOrder) -> Verdict:
        answer = self._ask_about(order, str(self.config.options["reverse_path"]))
        done = answer.code("ResCode") in (OK, ALREADY)
        return _verdict(State.REVERSED if done else State.UNKNOWN, answer)

    def _report(self, day: date) -> list[ReportRow]:
        return reports.of_day(self.config, day)

    def _ask_about(self, order: GatewayOrder, path: str) -> Answer:
        document = {"Token": order.token, "SignData": signed(order.token, self.config.key)}
        return ask_ok(self._url(path), document)

    def _url(self, path: str) -> str:
        return f"{self.config.base_url.rstrip('/')}{path}"


def signed(text: str, key: str) -> str:
    """Return Sadad's SignData: base64 of 3DES-ECB-PKCS7 under the terminal's key.

    Raises ValueError for a key that is not 16 or 24 bytes in base64.
    """
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error as reason:
        raise ValueError("The terminal key is not base64.") from reason
    if len(raw) == 16:  # noqa: PLR2004  # two keys of 8 bytes: the first is used again
        raw += raw[:8]
    padder = PKCS7(TripleDES.block_size).padder()
    block = padder.update(text.encode()) + padder.finalize()
    encryptor = Cipher(TripleDES(raw), modes.ECB()).encryptor()  # noqa: S305  # Sadad's choice
    return base64.b64encode(encryptor.update(block) + encryptor.finalize()).decode()


def _verdict(state: State, answer: Answer) -> Verdict:
    return Verdict(
        state=state,
        amount_rials=answer.amount("Amount"),
        receipt=answer.text("RetrivalRefNo"),
        trace=answer.text("SystemTraceNo"),
        card_masked=answer.masked_card("PrimaryAccNo"),
        card_hash=answer.text("HashedCardNo", most=LONG_CHARS_MAX),
        raw_code=str(answer.code("ResCode")),
        order_id=answer.text("OrderId"),
    )


def _never_more_than_pending(verdict: Verdict) -> Verdict:
    """Turn no verify that said no into a yes: the next verify will say it."""
    return replace(verdict, state=State.PENDING) if verdict.is_paid else verdict


def _token(text: str) -> str:
    """Return the bank's token if it can stand in a URL; it is written into one and stored."""
    if not (text and text.isascii() and text.isalnum()):
        unreadable("no token", "Token")
    return text
