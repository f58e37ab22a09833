"""The dialect of Zibal: REST, unsigned, the merchant's name is its password.

Amounts are rials. A verify that was answered before comes back as 201 without the facts, which the
inquiry then gives. There is no reversal: what is not verified, Zibal returns by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from core import limits
from wallet.gateways import reports
from wallet.gateways.errors import GatewayRefused
from wallet.gateways.interface import (
    PAID_STATES,
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

REQUEST_PATH: Final = "/v1/request"
START_PATH: Final = "/start/"
VERIFY_PATH: Final = "/v1/verify"
INQUIRY_PATH: Final = "/v1/inquiry"

OK: Final = 100
ALREADY: Final = 201
NOT_PAID: Final = 202
NO_SUCH_TRACK: Final = 203
STATES: Final = {
    -1: State.PENDING,  # waits for the payer
    2: State.PENDING,  # paid, and waiting for our verify
    1: State.ALREADY_VERIFIED,
    15: State.REVERSED,
    16: State.REVERSED,  # on its way back
    18: State.REVERSED,
}
# Cancelled, refused by the issuer, out of tries and the like: Zibal's table from 3 on.
FAILED_STATUSES: Final = frozenset({3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 21})


class Zibal(Gateway):
    """One merchant at Zibal. ``config.merchant_id`` is the merchant's name there."""

    abilities = frozenset({Ability.PAY_IN, Ability.INQUIRE, Ability.REPORT})

    def can(self, ability: Ability) -> bool:
        """Tell whether it can: a report needs an address of the merchant's own, ``report_path``."""
        offered = ability != Ability.REPORT or bool(self.config.options.get("report_path"))
        return super().can(ability) and offered

    def faults(self) -> list[str]:
        """Name what is missing."""
        return [] if self.config.merchant_id else ["merchant_id is empty"]

    def _initiate(self, order: GatewayOrder) -> Redirect:
        document = {
            "merchant": self.config.merchant_id,
            "amount": order.amount_rials,
            "callbackUrl": order.callback_url,
            "orderId": order.order_id,
        }
        if order.description:
            document["description"] = order.description
        if order.mobile:
            document["mobile"] = order.mobile
        answer = self._ask(REQUEST_PATH, document)
        if (code := answer.code("result")) != OK:
            raise GatewayRefused(bank_code=str(code))
        token = _track(answer)
        return Redirect(url=f"{self._url(START_PATH)}{token}", token=token)

    def _read_callback(self, fields: Mapping[str, str]) -> Callback:
        answer = Answer(dict(list(fields.items())[: limits.GATEWAY_CALLBACK_FIELDS_MAX]))
        return Callback(
            order_id=answer.text("orderId"),
            token=_track(answer),
            says_paid=answer.text("success") == "1",
            raw_code=answer.text("status"),
        )

    def _verify(self, order: GatewayOrder) -> Verdict:
        answer = self._ask_about(order, VERIFY_PATH)
        code = answer.code("result")
        if code == OK:
            return _verdict(State.PAID, answer, order)
        if code == ALREADY:
            return self._inquire(order)
        if code == NOT_PAID:
            found = self._inquire(order)
            # A verify that said no is not turned into a yes: the next verify will say it.
            return replace(found, state=State.PENDING) if found.is_paid else found
        return Verdict(state=State.UNKNOWN, raw_code=str(code))

    def _inquire(self, order: GatewayOrder) -> Verdict:
        answer = self._ask_about(order, INQUIRY_PATH)
        code = answer.code("result")
        if code != OK:
            return Verdict(state=State.UNKNOWN, raw_code=str(code))
        status = answer.code("status")
        failed = State.FAILED if status in FAILED_STATUSES else State.UNKNOWN
        return _verdict(STATES.get(status, failed), answer, order)

    def _report(self, day: date) -> list[ReportRow]:
        return reports.of_day(self.config, day)

    def _ask_about(self, order: GatewayOrder, path: str) -> Answer:
        if not order.token.isdigit():
            return unreadable("no track id", "trackId")
        return self._ask(path, {"merchant": self.config.merchant_id, "trackId": int(order.token)})

    def _ask(self, path: str, document: Mapping[str, object]) -> Answer:
        return ask_ok(self._url(path), document)

    def _url(self, path: str) -> str:
        return f"{self.config.base_url.rstrip('/')}{path}"


def _verdict(state: State, answer: Answer, order: GatewayOrder) -> Verdict:
    return Verdict(
        state=state,
        amount_rials=answer.amount("amount"),
        # The RRN where there is one. The track id is as unique; Zibal's test merchant has no more.
        receipt=answer.text("refNumber") or (order.token if state in PAID_STATES else ""),
        trace=order.token,
        card_masked=answer.masked_card("cardNumber"),
        card_hash=answer.text("hashedCardNumber", most=256),
        raw_code=answer.text("status") or answer.text("result"),
        order_id=answer.text("orderId"),
    )


def _track(answer: Answer) -> str:
    """Return the track id: digits, which stand in an address and name the order from now on."""
    track = answer.text("trackId")
    if not (track.isascii() and track.isdigit()):
        unreadable("no track id", "trackId")
    return track
