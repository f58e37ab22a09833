"""What a bank says it paid out, against what the ledger says: payout by payout.

A gateway of payouts with the ability ``report`` gives rows ``paid_out`` of a day. One without is
asked about each payout that the ledger closed on the day, settled or given back, up to a bound. A
correction about a payout counts for it. Nothing here repairs anything.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import date, timedelta
from typing import Any, Final, TypeVar

import structlog
from django.db.models import QuerySet

from core.limits import PAYOUT_INQUIRIES_PER_DAY_MAX, RECONCILE_SLACK
from core.problems import Problem
from wallet import timeline
from wallet.clearing import Compared, DayOfGateway
from wallet.gateways.errors import GatewayMismatch
from wallet.gateways.interface import ORDER_ID_SHAPE, Ability, Gateway, PayoutState, ReportRow
from wallet.invariants import Found
from wallet.models import Account, Difference, Payout, Transfer
from wallet.payouts import order_of

T = TypeVar("T")
log = structlog.get_logger(__name__)

NOT_IN_LEDGER: Final = "bank-payout-not-in-ledger"
NOT_AT_BANK: Final = "ledger-payout-not-at-bank"
AMOUNT_DIFFERS: Final = "payout-amount-differs"
CODES: Final = (NOT_IN_LEDGER, NOT_AT_BANK, AMOUNT_DIFFERS)
KIND: Final = "payouts"
CLOSED: Final = (Payout.State.SETTLED, Payout.State.FAILED)


def compare(
    result: Compared, gateways: Iterable[Gateway], days: dict[str, Collection[date]]
) -> None:
    """Add to ``result`` what each gateway of payouts says of its days.

    ``days[""]`` are those of every gateway. Asks over the network: never inside a transaction.
    """
    for gateway in gateways:
        if not gateway.can(Ability.PAYOUT):
            continue
        wanted = sorted({*days.get("", ()), *days.get(gateway.name, ())})
        if gateway.can(Ability.REPORT):
            _by_report(result, gateway, wanted)
        else:
            for day in wanted:
                _by_inquiry(result, gateway, day)
    result.shorten(CODES)


# --- a bank with a report --------------------------------------------------------------------
def _by_report(result: Compared, gateway: Gateway, days: list[date]) -> None:
    reports: dict[date, list[ReportRow]] = {}
    for day in days:
        shown = _day_of(gateway.name, day)
        result.days.append(shown)
        rows = _answer(shown, functools.partial(gateway.report, day))
        if rows is not None:
            reports[day] = [row for row in rows if row.state == "paid_out"]
            shown.gateway_rows = len(reports[day])
            shown.gateway_rials = sum(row.amount_rials for row in reports[day])
    if reports:
        result.found += _differences(gateway.name, reports)


def _differences(name: str, reports: dict[date, list[ReportRow]]) -> list[Found]:
    theirs: dict[str, tuple[date, int]] = {}
    for day, rows in sorted(reports.items()):
        for row in rows:
            _day, before = theirs.get(row.order_id, (day, 0))
            theirs[row.order_id] = (day, before + row.amount_rials)  # paid twice: the sum differs
    numbers = [int(order) for order in theirs if ORDER_ID_SHAPE.fullmatch(order)]
    known_to_us = {
        str(row.number): row for row in Payout.objects.filter(gateway=name, number__in=numbers)
    }
    booked = _settled_rials([row.public_id for row in known_to_us.values()])
    found = []
    for order, (day, rials) in theirs.items():
        payout = known_to_us.get(order)
        ours = booked.get(payout.public_id, 0) if payout else 0
        if ours == rials:
            continue
        if ours == 0:
            found.append(_found(NOT_IN_LEDGER, name, day, order, payout, -rials))
        else:
            facts = {"ledger_rials": str(ours), "bank_rials": str(rials)}
            found.append(_found(AMOUNT_DIFFERS, name, day, order, payout, ours - rials, **facts))
    alone = [
        _found(NOT_AT_BANK, name, day, str(row.number), row, row.amount_rials)
        for day in reports
        for row in _settled_on(name, day, reports)
        if str(row.number) not in theirs
    ]
    late = _booked_late({one.subject for one in alone})
    return _not_put_right(found + [one for one in alone if one.subject not in late])


def _settled_on(name: str, day: date, reports: Collection[date]) -> QuerySet[Payout]:
    """Return the payouts that the ledger settled on this day and a report that was read must have.

    Around midnight the bank may count a payout to the day beside ours: where that report was not
    read, the minutes beside it are left out.
    """
    begins, ends = timeline.hours_of(day)
    if day - timedelta(days=1) not in reports:
        begins += RECONCILE_SLACK
    if day + timedelta(days=1) not in reports:
        ends -= RECONCILE_SLACK
    rows = _booked(day, "payout_settled").filter(created_at__gte=begins, created_at__lt=ends)
    return Payout.objects.filter(gateway=name, public_id__in=rows.values("reference"))


def _booked_late(subjects: set[str]) -> set[str]:
    """Return those that an older report had, of a day on which the ledger lacked them."""
    known = Difference.objects.filter(code=NOT_IN_LEDGER, subject__in=subjects)
    return set(known.values_list("subject", flat=True))


# --- a bank that can only be asked -----------------------------------------------------------
def _by_inquiry(result: Compared, gateway: Gateway, day: date) -> None:
    """Ask about what the ledger closed on the day: settled, or given back to the wallet."""
    shown = _day_of(gateway.name, day)
    shown.state = "asked"
    result.days.append(shown)
    closed = _booked(day, "payout_settled", "payout_return").values("reference")
    rows = Payout.objects.filter(gateway=gateway.name, state__in=CLOSED, public_id__in=closed)
    asked = list(rows.order_by("-pk")[: PAYOUT_INQUIRIES_PER_DAY_MAX + 1])
    if len(asked) > PAYOUT_INQUIRIES_PER_DAY_MAX:
        shown.state = "asked-in-part"
    found = []
    for row in asked[:PAYOUT_INQUIRIES_PER_DAY_MAX]:
        try:
            bank_rials = _answer(shown, functools.partial(_paid_out, gateway, row))
        except GatewayMismatch:
            found.append(_found(AMOUNT_DIFFERS, gateway.name, day, str(row.number), row, None))
            continue
        if bank_rials is None:
            break
        shown.gateway_rows += bool(bank_rials)
        shown.gateway_rials += bank_rials
        if bank_rials and row.state == Payout.State.FAILED:
            one = _found(NOT_IN_LEDGER, gateway.name, day, str(row.number), row, -bank_rials)
            found.append(one)
        elif not bank_rials and row.state == Payout.State.SETTLED:
            rials = row.amount_rials
            found.append(_found(NOT_AT_BANK, gateway.name, day, str(row.number), row, rials))
    result.found += _not_put_right(found)


def _paid_out(gateway: Gateway, row: Payout) -> int:
    """Return what the bank says that it has paid out for this payout."""
    verdict = gateway.inquire_payout(order_of(row))
    return verdict.amount_rials if verdict.state == PayoutState.SETTLED else 0


# --- both ------------------------------------------------------------------------------------
def _day_of(name: str, day: date) -> DayOfGateway:
    """Return a day with what the ledger has settled on it."""
    settled = _booked(day, "payout_settled")
    begins, ends = timeline.hours_of(day)
    rows = settled.filter(created_at__gte=begins, created_at__lt=ends)
    mine = Payout.objects.filter(gateway=name, public_id__in=rows.values("reference"))
    amounts = list(mine.values_list("amount_rials", flat=True))
    return DayOfGateway(
        name, day.isoformat(), "compared", kind=KIND, ledger_rials=sum(amounts),
        ledger_rows=len(amounts),
    )  # fmt: skip


def _answer(shown: DayOfGateway, ask: Callable[[], T]) -> T | None:
    """Return what the bank answers; None, and why on the day, where it does not."""
    try:
        return ask()
    except GatewayMismatch:
        raise
    except Problem as problem:
        shown.state, shown.why = "no-answer", problem.code
    except Exception:  # a broken adapter must not blind the rest of the check
        log.exception("reconciliation.payouts_broken", gateway=shown.gateway, day=shown.day)
        shown.state, shown.why = "no-answer", "internal-error"
    return None


def _booked(day: date, *reasons: str) -> QuerySet[Transfer]:
    """Return what was booked about payouts on this day, and a little beside it."""
    low, high = timeline.span_of(day)
    return Transfer.objects.filter(
        pk__gte=low, pk__lt=high, reason__in=reasons, kind="posted"
    ).exclude(reference="")


def _settled_rials(references: list[str]) -> dict[str, int]:
    """Return what the ledger has gone on to the bank with, for each payout, whenever that was."""
    rows = Transfer.objects.filter(
        reference__in=references, reason="payout_settled", kind="posted"
    ).exclude(reference="")
    summed: Counter[str] = Counter()
    for reference, rials in rows.values_list("reference", "amount_rials"):
        summed[reference] += rials
    return dict(summed)


def _found(  # noqa: PLR0917  (private, all of them needed)
    code: str, name: str, day: date, order: str, payout: Payout | None, more: int | None,
    **facts: Any,
) -> Found:  # fmt: skip
    """Return a difference; ``more`` is by how much the ledger has more than the bank."""
    about = {"gateway": name, "day": day.isoformat(), "order": order, "of": KIND}
    about |= {"for": payout.public_id, "state": payout.state} if payout else {}
    return Found(code, f"{name} {order[:60]} paid_out", "", more, facts | about)


def _not_put_right(found: list[Found]) -> list[Found]:
    """Leave out the payouts that corrections about them have put right to the rial."""
    references = {one.facts["for"] for one in found if "for" in one.facts}
    corrected = _corrected(references)
    return [
        one
        for one in found
        if one.amount_rials is None
        or one.facts.get("for") not in corrected
        or one.amount_rials + corrected[one.facts["for"]] != 0
    ]


def _corrected(references: set[str]) -> dict[str, int]:
    """Return what corrections about these payouts have sent to the bank, or (minus) taken back."""
    bank = set(Account.objects.filter(kind="bank", book="live").values_list("pk", flat=True))
    rows = Transfer.objects.filter(
        reference__in=references, reason="correction", kind="posted"
    ).exclude(reference="")
    summed: Counter[str] = Counter()
    for row in rows:
        if row.credit_account_id in bank:
            summed[row.reference] += row.amount_rials
        elif row.debit_account_id in bank:
            summed[row.reference] -= row.amount_rials
    return dict(summed)
