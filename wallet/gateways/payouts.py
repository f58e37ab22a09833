"""Payouts to a Sheba, in a small shape of our own that an operator's bank side can speak.

    POST {base}/payouts        {"id", "amount_rials", "sheba", "holder", "description"}
    GET  {base}/payouts/{id}

Both answer ``{"id", "state": "accepted" | "settled" | "failed", "amount_rials", "reference",
"reason"}``; 404 says that the id is unknown, 409 that it was used for something else. The id is
ours and idempotent: the same request again gives the same payout, never a second one.
"""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Final

from wallet.gateways import reports
from wallet.gateways.errors import GatewayRefused
from wallet.gateways.interface import (
    Ability,
    Gateway,
    PayoutOrder,
    PayoutState,
    PayoutVerdict,
    ReportRow,
)
from wallet.gateways.wire import Answer, ask, unreadable

PATH: Final = "/payouts"
STATES: Final = {
    "accepted": PayoutState.ACCEPTED,
    "settled": PayoutState.SETTLED,
    "failed": PayoutState.FAILED,
}
REFUSALS: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT}
)


class ShebaPayouts(Gateway):
    """The bank side of cash-out. ``config.key`` is the bearer key."""

    abilities = frozenset({Ability.PAYOUT, Ability.REPORT})

    def can(self, ability: Ability) -> bool:
        """Tell whether it can: a report needs an address, ``options.report_path``."""
        offered = ability != Ability.REPORT or bool(self.config.options.get("report_path"))
        return super().can(ability) and offered

    def faults(self) -> list[str]:
        """Name what is missing."""
        return [] if self.config.key else ["key is empty"]

    def _send_payout(self, order: PayoutOrder) -> PayoutVerdict:
        document = {
            "id": order.order_id,
            "amount_rials": order.amount_rials,
            "sheba": order.sheba,
            "holder": order.holder,
            "description": order.description,
        }
        status, answer = ask("POST", self._url(), document, bearer=self.config.key)
        if status in REFUSALS:
            raise GatewayRefused(bank_code=answer.text("error") or str(status))
        return _verdict(status, answer, order)

    def _inquire_payout(self, order: PayoutOrder) -> PayoutVerdict:
        address = f"{self._url()}/{order.order_id}"
        status, answer = ask("GET", address, bearer=self.config.key)
        if status == HTTPStatus.NOT_FOUND and answer.text("error") == "unknown-payout":
            return PayoutVerdict(state=PayoutState.UNKNOWN, raw_code=str(status))
        if status in REFUSALS:
            raise GatewayRefused(bank_code=answer.text("error") or str(status))
        return _verdict(status, answer, order)

    def _report(self, day: date, /) -> list[ReportRow]:
        return reports.of_day(self.config, day, reports.PAID_OUT)

    def _url(self) -> str:
        return f"{self.config.base_url.rstrip('/')}{PATH}"


def _verdict(status: int, answer: Answer, order: PayoutOrder) -> PayoutVerdict:
    if status != HTTPStatus.OK:
        unreadable(f"status {status}", "status")
    state = STATES.get(answer.text("state"))
    if state is None or answer.text("id") != order.order_id:
        unreadable("no payout of ours", "state")
    return PayoutVerdict(
        state=state,
        amount_rials=answer.amount("amount_rials"),
        receipt=answer.text("reference"),
        raw_code=answer.text("reason") or state.value,
    )
