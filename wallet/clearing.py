"""What a gateway says it took and gave back, against what the ledger says: order by order.

A gateway with the ability ``report`` gives rows of ``order_id, receipt, amount_rials, state``; a
transfer between a gateway and a person names the top-up as its ``reference``, and the top-up has
the order's number. Nothing books by itself what a bank gives back after we credited it: the wallet
may be empty. It differs until a correction about the top-up has put it right, which counts for its
order. Nothing here repairs anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

import structlog
from django.db.models import Count, Q, QuerySet, Sum

from core.limits import DIFFERENCES_PER_CHECK_MAX, RECONCILE_SLACK
from core.problems import Problem
from wallet import timeline
from wallet.gateways.errors import GatewayLacks
from wallet.gateways.interface import ORDER_ID_SHAPE, Ability, Gateway, ReportRow
from wallet.invariants import Found
from wallet.models import Account, Difference, TopUp, Transfer

log = structlog.get_logger(__name__)

GatewayRow = ReportRow
RowState = Literal["paid", "reversed", "paid_out"]
WHOLE: Final = frozenset({"compared", "asked"})  # days that were looked at to their end
Key = tuple[str, RowState]  # an order, and whether it was paid or given back
CODES: Final = (
    "gateway-order-not-in-ledger",
    "ledger-order-not-at-gateway",
    "gateway-amount-differs",
)


class NoReport(LookupError):
    """The gateway gives no report."""


@dataclass
class DayOfGateway:
    """One gateway on one day: the two sums side by side, or why there is nothing to compare."""

    gateway: str
    day: str
    state: Literal["compared", "asked", "asked-in-part", "no-report", "no-answer"]
    ledger_rials: int = 0
    ledger_rows: int = 0
    gateway_rials: int = 0
    gateway_rows: int = 0
    why: str = ""
    kind: str = ""  # "payouts", or nothing for what people paid in


@dataclass
class Compared:
    """What a look at all gateways found, and which of their days it has really compared."""

    days: list[DayOfGateway] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)

    def covers(self, code: str, gateway: str, day: str) -> bool:
        """Tell whether what is not in ``found`` of this day does not differ."""
        kind = "" if code in CODES else "payouts"
        return code not in self.shortened and any(
            one.state in WHOLE and (one.gateway, one.day, one.kind) == (gateway, day, kind)
            for one in self.days
        )

    def shorten(self, codes: Iterable[str]) -> None:
        """Keep DIFFERENCES_PER_CHECK_MAX of each code: a ledger that was away lacks thousands."""
        for code in codes:
            mine = [one for one in self.found if one.code == code]
            if len(mine) > DIFFERENCES_PER_CHECK_MAX:
                self.shortened.append(code)
                dropped = {id(one) for one in mine[DIFFERENCES_PER_CHECK_MAX:]}
                self.found = [one for one in self.found if id(one) not in dropped]


def gateway_rows(gateway: Gateway, day: date) -> list[GatewayRow]:
    """Return the gateway's report of a day. Raises NoReport, and whatever a gateway raises."""
    try:
        return [row for row in gateway.report(day) if row.state != "paid_out"]
    except GatewayLacks:
        raise NoReport(gateway.name) from None


def compared(gateways: Iterable[Gateway], days: dict[str, Collection[date]]) -> Compared:
    """Compare each gateway on its days; ``days[""]`` are those of every gateway.

    Asks the gateways over the network: never call it inside a transaction.
    """
    result, named = Compared(), {one.name: one for one in gateways if one.can(Ability.PAY_IN)}
    in_ledger = Account.objects.filter(kind="gateway", slot=0).values_list("name", flat=True)
    for name in sorted({*named, *in_ledger}):
        wanted = sorted({*days.get("", ()), *days.get(name, ())})
        _compare_one(result, name, named.get(name), wanted)
    result.shorten(CODES)
    return result


def _compare_one(result: Compared, name: str, gateway: Gateway | None, days: list[date]) -> None:
    reports: dict[date, list[GatewayRow]] = {}
    for day in days:
        shown = DayOfGateway(name, day.isoformat(), "compared")
        result.days.append(shown)
        try:
            if gateway is None:
                raise NoReport(name)  # noqa: TRY301  (one place decides what is shown)
            reports[day] = gateway_rows(gateway, day)
        except NoReport:
            shown.state = "no-report"
        except Problem as problem:
            shown.state, shown.why = "no-answer", problem.code
        except Exception:  # a broken adapter must not blind the rest of the check
            log.exception("reconciliation.report_broken", gateway=name, day=str(day))
            shown.state, shown.why = "no-answer", "internal-error"
        theirs = reports.get(day, ())
        shown.gateway_rows = len(theirs)
        shown.gateway_rials = sum(_signed(row.state, row.amount_rials) for row in theirs)
        shown.ledger_rows, shown.ledger_rials = _booked_sum(name, day)
    if reports:
        result.found += _differences(name, reports)


def _differences(name: str, reports: dict[date, list[GatewayRow]]) -> list[Found]:
    theirs: dict[Key, tuple[date, GatewayRow]] = {}
    receipts: dict[tuple[str, RowState], str] = {}
    found: list[Found] = []
    for day, rows in sorted(reports.items()):
        for row in rows:
            theirs[row.order_id, row.state] = (day, row)
    ours = _ours(name, {order for order, _state in theirs})
    for (order, state), (day, row) in theirs.items():
        first = receipts.setdefault((row.receipt, state), order) if row.receipt else order
        facts = {"receipt": row.receipt} | ({} if first == order else {"receipt_of": first})
        booked = ours.get((order, state))
        if _nothing_came_of(order, theirs, ours):
            continue
        if booked is None:
            code, amount = "gateway-order-not-in-ledger", row.amount_rials
            found.append(_found(code, name, day, order, state, amount, **facts))
        elif booked != row.amount_rials:
            facts |= {"ledger_rials": str(booked), "gateway_rials": str(row.amount_rials)}
            code, amount = "gateway-amount-differs", booked - row.amount_rials
            found.append(_found(code, name, day, order, state, amount, **facts))
    alone = [
        _found("ledger-order-not-at-gateway", name, day, order, state, amount)
        for day in reports
        for order, state, amount in _booked_alone(name, day, reports)
        if (order, state) not in theirs
    ]
    late = _credited_late({one.subject for one in alone})
    return _not_put_right(name, found + [one for one in alone if one.subject not in late])


def _not_put_right(name: str, found: list[Found]) -> list[Found]:
    """Leave out the orders that corrections about their top-up have put right to the rial."""
    lacks: Counter[str] = Counter()  # by how much the ledger has more of an order than the gateway
    for one in found:
        has_more = one.code != "gateway-order-not-in-ledger"
        lacks[one.facts["order"]] += (one.amount_rials or 0) * (1 if has_more else -1)
    put_right = _corrected(name, set(lacks))
    return [
        one
        for one in found
        if (order := one.facts["order"]) not in put_right or lacks[order] + put_right[order] != 0
    ]


def _credited_late(subjects: set[str]) -> set[str]:
    """Return those that an older report had, of a day on which the ledger lacked them."""
    known = Difference.objects.filter(code="gateway-order-not-in-ledger", subject__in=subjects)
    return set(known.values_list("subject", flat=True))


def _found(  # noqa: PLR0917  (private, all of them needed)
    code: str, name: str, day: date, order: str, state: RowState, amount: int, **facts: Any
) -> Found:
    about = {"gateway": name, "day": day.isoformat(), "order": order, "state": state}
    return Found(code, f"{name} {order[:60]} {state}", "", _signed(state, amount), facts | about)


def _signed(state: RowState, amount: int) -> int:
    return amount if state == "paid" else -amount


def _of_gateway(name: str) -> QuerySet[Transfer]:
    """Return what was credited for this gateway to people."""
    mine = Account.objects.filter(kind="gateway", name=name).values("pk")
    return Transfer.objects.filter(reason="topup", debit_account__in=mine, kind="posted")


def _booked(name: str, day: date, begins: datetime, ends: datetime) -> QuerySet[Transfer]:
    low, high = timeline.span_of(day)
    return _of_gateway(name).filter(
        pk__gte=low, pk__lt=high, created_at__gte=begins, created_at__lt=ends
    )


def _booked_sum(name: str, day: date) -> tuple[int, int]:
    """Return how many orders the ledger has on this day, and what they come to."""
    found = _booked(name, day, *timeline.hours_of(day)).aggregate(
        rows=Count("pk"), rials=Sum("amount_rials")
    )
    return found["rows"], found["rials"] or 0


def _booked_alone(
    name: str, day: date, reports: dict[date, list[GatewayRow]]
) -> list[tuple[str, RowState, int]]:
    """Return the day's orders in the ledger that must stand in a report that was read.

    Around midnight the bank may count an order to the day before or after ours; where that report
    was not read, the minutes beside it are left out.
    """
    begins, ends = timeline.hours_of(day)
    if day - timedelta(days=1) not in reports:
        begins += RECONCILE_SLACK
    if day + timedelta(days=1) not in reports:
        ends -= RECONCILE_SLACK
    return _summed(_booked(name, day, begins, ends))


def _ours(name: str, orders: set[str]) -> dict[Key, int]:
    """Return what the ledger has of these orders of the gateway, whenever it was booked."""
    rows = _of_gateway(name).filter(reference__in=_references(name, orders)).exclude(reference="")
    return {(order, state): amount for order, state, amount in _summed(rows)}


def _corrected(name: str, orders: set[str]) -> dict[str, int]:
    """Return what corrections have credited (or, with a minus, taken back) for these orders."""
    mine = set(Account.objects.filter(kind="gateway", name=name).values_list("pk", flat=True))
    rows = Transfer.objects.filter(
        Q(debit_account__in=mine) | Q(credit_account__in=mine),
        reason="correction",
        kind="posted",
        reference__in=_references(name, orders),
    ).exclude(reference="")
    number = _numbers({row.reference for row in rows})
    summed: Counter[str] = Counter()
    for row in rows:
        sign = 1 if row.debit_account_id in mine else -1
        summed[number.get(row.reference, row.reference)] += sign * row.amount_rials
    return dict(summed)


def _references(name: str, orders: set[str]) -> list[str]:
    """Return the ids of the top-ups with these numbers; an order that is no number names itself."""
    numbers = [int(order) for order in orders if ORDER_ID_SHAPE.fullmatch(order)]
    mine = TopUp.objects.filter(gateway=name, number__in=numbers)
    return [*mine.values_list("public_id", flat=True), *orders]


def _numbers(references: set[str]) -> dict[str, str]:
    """Return the gateway's number of each top-up."""
    known = TopUp.objects.filter(public_id__in=references)
    return {
        public_id: str(number) for public_id, number in known.values_list("public_id", "number")
    }


def _summed(rows: QuerySet[Transfer]) -> list[tuple[str, RowState, int]]:
    """Return each order once, by the gateway's number of it, with all that was booked for it."""
    summed = list(rows.values_list("reference").annotate(Sum("amount_rials")).order_by())
    number = _numbers({reference for reference, _sum in summed})
    return [(number.get(reference, reference), "paid", amount) for reference, amount in summed]


def _nothing_came_of(
    order: str,
    theirs: dict[Key, tuple[date, GatewayRow]],
    ours: dict[Key, int],
) -> bool:
    """Tell whether the gateway took and gave back one amount, and the ledger knows of neither."""
    paid, back = theirs.get((order, "paid")), theirs.get((order, "reversed"))
    return (
        paid is not None
        and back is not None
        and paid[1].amount_rials == back[1].amount_rials
        and not {(order, "paid"), (order, "reversed")} & ours.keys()
    )
