"""A gateway's report of one day, in a small shape of our own, where a terminal offers one.

    GET {base}{options.report_path}?date=2026-11-25
    {"rows": [{"kind": "payment" | "reversal" | "payout", "merchant", "order_id", "receipt",
               "amount_rials"}]}

``date`` is a day as Tehran counts them. A row is a payment that became ours on that day, one that
was given back on it, or a payout that was carried out on it; rows of other merchants, and of kinds
that the gateway does not carry out, are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import urlencode

from core import limits
from wallet.gateways.interface import GatewayConfig, ReportRow
from wallet.gateways.wire import Answer, ask, unreadable

Kinds = Mapping[str, Literal["paid", "reversed", "paid_out"]]
PAID_IN: Final[Kinds] = {"payment": "paid", "reversal": "reversed"}
PAID_OUT: Final[Kinds] = {"payout": "paid_out"}


def of_day(config: GatewayConfig, day: date, kinds: Kinds = PAID_IN) -> list[ReportRow]:
    """Return what the bank says of these kinds on a day."""
    path = config.options["report_path"]
    address = f"{config.base_url.rstrip('/')}{path}?{urlencode({'date': day.isoformat()})}"
    status, answer = ask("GET", address, bytes_max=limits.GATEWAY_REPORT_BYTES_MAX)
    if status != HTTPStatus.OK:
        unreadable(f"status {status}", "status")
    mine = config.terminal_id or config.merchant_id
    rows = [Answer(_object(row)) for row in answer.list_of("rows")]
    return [
        _row(row, kinds)
        for row in rows
        if row.text("kind") in kinds and row.text("merchant") == mine
    ]


def _row(row: Answer, kinds: Kinds) -> ReportRow:
    order_id, amount = row.text("order_id"), row.amount("amount_rials")
    if not order_id or not amount:
        unreadable("a row without order or amount", "rows")
    return ReportRow(
        order_id=order_id,
        receipt=row.text("receipt"),
        amount_rials=amount,
        state=kinds[row.text("kind")],
    )


def _object(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        unreadable("a row that is no object", "rows")
    return row
