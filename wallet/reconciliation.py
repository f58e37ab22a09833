"""Proving the books: every law asked of the whole ledger, every gateway asked for its report.

It looks, writes down what it saw and raises the alarm. It never repairs: what is wrong is put right
by people, with a correction (docs/how-to/money-runbook.md).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Final

import structlog
from django.db import connection, transaction
from django.utils import timezone

from core import audit, limits
from core.locks import if_nobody_else
from identity.models import Person
from wallet import clearing, invariants, payout_clearing
from wallet.clearing import GatewayRow, NoReport, gateway_rows
from wallet.errors import AlreadyReconciling
from wallet.gateways.interface import Gateway
from wallet.invariants import Answer, Found
from wallet.models import Account, Difference, ReconciliationRun

__all__ = ["GatewayRow", "NoReport", "alarm", "forget_old", "gateway_rows", "run"]

log = structlog.get_logger(__name__)

Depth = ReconciliationRun.Depth
State = ReconciliationRun.State
FINISHED: Final = (State.CLEAN, State.DIFFERS)
OF_BANKS: Final = (*clearing.CODES, *payout_clearing.CODES)
GRACE: Final = dict.fromkeys(OF_BANKS, limits.CLEARING_GRACE)  # others alarm at once


def run(
    *,
    depth: str,
    gateways: Iterable[Gateway],
    now: datetime,
    asked_by: Person | None = None,
) -> ReconciliationRun:
    """Look at the books once and keep what was seen. Never call it inside a transaction.

    Raises AlreadyReconciling; whatever else goes wrong is kept as a look that failed and raised.
    """
    with if_nobody_else("wallet.reconciliation") as ours:
        if not ours:
            raise AlreadyReconciling
        began = time.monotonic()
        look = ReconciliationRun.objects.create(depth=depth, started_at=now, asked_by=asked_by)
        if asked_by is not None:
            audit.record("wallet.reconciliation.requested", by=asked_by, of=look, depth=depth)
        try:
            configured, days = list(gateways), _days(depth, now)
            banks = clearing.compared(configured, days)
            payout_clearing.compare(banks, configured, days)
            answers = _ask_the_ledger(look)
        except BaseException:
            _close(look, State.FAILED, began)
            log.exception("reconciliation.failed", run=look.public_id)
            raise
        look.clearing = [asdict(one) for one in banks.days]
        _keep(look, answers, banks, now=now, began=began)
    return look


def alarm(*, now: datetime) -> str:
    """Return what is wrong now: ``differs``, ``silent`` (nobody has looked lately), or nothing."""
    if Difference.objects.filter(gone_at=None, alarmed_at__isnull=False).exists():
        return "differs"
    lately = now - limits.RECONCILE_SILENT_AFTER
    finished = ReconciliationRun.objects.filter(state__in=FINISHED, finished_at__gt=lately)
    if finished.exists():
        return ""
    # A house without money, or one that was opened a minute ago, has nothing to be silent about.
    oldest = Account.objects.order_by("pk").first()
    return "silent" if oldest is not None and oldest.created_at < lately else ""


def forget_old(*, now: datetime) -> int:
    """Forget frequent looks that found nothing, long ago; return how many there were."""
    old = ReconciliationRun.objects.filter(
        depth=Depth.RECENT, state=State.CLEAN, started_at__lt=now - limits.RECONCILIATIONS_KEEP
    )
    named = Difference.objects.values_list
    kept = [*named("first_run", flat=True).distinct(), *named("last_run", flat=True).distinct()]
    return old.exclude(pk__in=kept).delete()[0]


def _days(depth: str, now: datetime) -> dict[str, Collection[date]]:
    """Return the days to compare: the last ones, and for each gateway those of what stands open."""
    many = limits.CLEARING_DAYS_FULL if depth == Depth.FULL else limits.CLEARING_DAYS
    today = timezone.localdate(now)
    wanted: dict[str, set[date]] = {"": {today - timedelta(days=n) for n in range(many)}}
    standing = Difference.objects.filter(gone_at=None, code__in=OF_BANKS)
    for facts in standing.values_list("facts", flat=True)[: limits.DIFFERENCES_PER_CHECK_MAX]:
        wanted.setdefault(facts["gateway"], set()).add(date.fromisoformat(facts["day"]))
    return dict(wanted)


def _ask_the_ledger(look: ReconciliationRun) -> list[Answer]:
    """Ask every law in one snapshot, so that what is booked meanwhile is no difference."""
    is_full = look.depth == Depth.FULL
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
            cursor.execute(f"set local statement_timeout = '{limits.RECONCILE_STATEMENT_S} s'")
        look.trial_balance = invariants.trial_balance()
        look.since_transfer = 0 if is_full else invariants.since_of(look.started_at)
        return [
            invariants.ask(check, is_full=is_full, now=look.started_at)
            for check in invariants.CHECKS
            if is_full or not check.full_only
        ]


@transaction.atomic
def _keep(
    look: ReconciliationRun,
    answers: list[Answer],
    banks: clearing.Compared,
    *,
    now: datetime,
    began: float,
) -> None:
    """Write down what differs, what differs still and what no longer does."""
    standing = {
        (one.code, one.subject): one
        for one in Difference.objects.select_for_update().filter(gone_at=None)
    }
    had_alarms = any(one.alarmed_at for one in standing.values())
    found = [one for answer in answers for one in answer.found] + banks.found
    seen = {(fact.code, fact.subject): _seen(look, fact, standing, now) for fact in found}
    whole = {answer.code for answer in answers if answer.is_whole}
    for key, one in standing.items():
        looked_at = one.code in whole or (
            one.code in OF_BANKS and banks.covers(one.code, one.facts["gateway"], one.facts["day"])
        )
        if key not in seen and looked_at:
            one.gone_at = now
            one.save(update_fields=["gone_at"])
    look.fresh = len(seen.keys() - standing.keys())
    look.standing = Difference.objects.filter(gone_at=None).count()
    shortened = [answer.code for answer in answers if answer.is_shortened]
    look.shortened = sorted([*shortened, *banks.shortened])
    _raise_alarms(look, had_alarms=had_alarms, now=now)
    _close(look, State.DIFFERS if look.standing else State.CLEAN, began)


def _seen(
    look: ReconciliationRun,
    found: Found,
    standing: dict[tuple[str, str], Difference],
    now: datetime,
) -> Difference:
    one = standing.get((found.code, found.subject)) or Difference(
        code=found.code, subject=found.subject, first_seen_at=now, first_run=look
    )
    one.book, one.amount_rials, one.facts = found.book, found.amount_rials, found.facts
    one.last_seen_at, one.last_run = now, look
    one.save()
    return one


def _raise_alarms(look: ReconciliationRun, *, had_alarms: bool, now: datetime) -> None:
    """Say what has stood longer than it may, once in the audit trail and each time in the log."""
    waiting = Difference.objects.filter(gone_at=None, alarmed_at=None)
    due = [one for one in waiting if one.first_seen_at + GRACE.get(one.code, timedelta(0)) <= now]
    Difference.objects.filter(pk__in=[one.pk for one in due]).update(alarmed_at=now)
    alarms = Difference.objects.filter(gone_at=None, alarmed_at__isnull=False)
    codes = sorted(set(alarms.values_list("code", flat=True)))
    if due:
        new = sorted({one.code for one in due})
        audit.record("wallet.reconciliation.alarmed", by=None, of=look, codes=new, count=len(due))
    if had_alarms and not codes:
        audit.record("wallet.reconciliation.cleared", by=None, of=look)
    if codes:
        log.error("reconciliation.differs", run=look.public_id, codes=codes, count=alarms.count())


def _close(look: ReconciliationRun, state: str, began: float) -> None:
    look.state = state
    look.finished_at = look.started_at + timedelta(seconds=time.monotonic() - began)
    look.save()
