"""Jobs that leave after the commit and are never lost: a transactional outbox over Celery.

``enqueue_on_commit`` writes a row in the caller's transaction; after the commit the row is handed
to Celery at once. The task strikes its row out when it has ended well; a sweep hands over again
what was not struck out: what a crash, a lost broker or a database that was away has swallowed. So
a job may arrive more than once and every task must bear that.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import structlog
from celery import current_app, current_task, shared_task
from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.limits import (
    JOB_LOST_AFTER_S,
    JOB_TRIED_FOR,
    OUTBOX_BATCH_ROWS,
    OUTBOX_SWEEP_AFTER_S,
    QUICK_JOB_LOST_AFTER_S,
)
from core.models import OutboxJob

log = structlog.get_logger(__name__)
Function = TypeVar("Function", bound=Callable[..., object])


_quick: set[str] = set()
ROW = "outbox_job"  # the header in which a job carries the number of its row


def task(name: str, *, quick: bool = False) -> Callable[[Function], Function]:
    """Register a function as the task ``floor.verb_noun``; only this module starts it.

    ``quick`` is for what takes a second: if it is lost, it is missed sooner.
    """
    if quick:
        _quick.add(name)

    def registered(function: Function) -> Function:
        @functools.wraps(function)
        def carried_out(*args: Any, **arguments: Any) -> object:
            result = function(*args, **arguments)
            sent_with = getattr(getattr(current_task, "request", None), "headers", None) or {}
            if row := sent_with.get(ROW):
                OutboxJob.objects.filter(pk=row).delete()
            return result

        known = shared_task(name=name, ignore_result=True, acks_late=True)(carried_out)
        return cast("Function", known)

    return registered


def enqueue_on_commit(task_name: str, **arguments: Any) -> None:
    """Ask for a job by name. It leaves only if the caller's transaction commits.

    ``arguments`` are ids and plain values, JSON. The row says at once that the job was handed over,
    because that is nearly always so: one statement less for each job. A death between the commit
    and the broker makes it a lost one.
    """
    job = OutboxJob.objects.create(
        task=task_name, arguments=arguments, handed_over_at=timezone.now()
    )
    transaction.on_commit(lambda: _send_or_wait(job), robust=True)


def _send_or_wait(job: OutboxJob) -> None:
    if not _send(job):
        OutboxJob.objects.filter(pk=job.pk).update(handed_over_at=None)


def _send(job: OutboxJob) -> bool:
    """Give a job to Celery; a broker that is down leaves it to the sweep."""
    try:
        current_app.send_task(
            job.task, kwargs=job.arguments, headers={ROW: job.pk}, ignore_result=True
        )
    except OperationalError:
        log.warning("jobs.broker_down", task=job.task, job=job.pk)
        return False
    return True


def _hand_over(job_id: int, *, before: datetime | None) -> bool:
    """Give one job to Celery again and mark it; ``before`` is when it was handed over last."""
    with transaction.atomic():
        job = (
            OutboxJob.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, handed_over_at=before)
            .first()
        )
        if job is None or not _send(job):
            return False
        OutboxJob.objects.filter(pk=job.pk).update(handed_over_at=timezone.now())
    return True


@task("core.sweep_outbox")
def sweep_outbox() -> int:
    """Hand over what waits longer than it should; return how many jobs left."""
    now = timezone.now()
    before = now - timedelta(seconds=OUTBOX_SWEEP_AFTER_S)
    waiting = OutboxJob.objects.filter(handed_over_at=None, created_at__lt=before)
    due = [*_first(waiting), *_first(_lost(now))]
    return sum(_hand_over(job_id, before=last) for job_id, last in due)


def _first(rows: QuerySet[OutboxJob]) -> list[tuple[int, datetime | None]]:
    return list(rows.order_by("pk").values_list("pk", "handed_over_at")[:OUTBOX_BATCH_ROWS])


def _lost(now: datetime) -> QuerySet[OutboxJob]:
    """Return the jobs that were handed over and have not ended well since.

    Each is waited for as long again as it is old, so one that always fails is tried ever less.
    """
    quick = Q(task__in=_quick, handed_over_at__lt=now - timedelta(seconds=QUICK_JOB_LOST_AFTER_S))
    long = Q(handed_over_at__lt=now - timedelta(seconds=JOB_LOST_AFTER_S))
    age = ExpressionWrapper(F("handed_over_at") - F("created_at"), DurationField())
    return OutboxJob.objects.filter(
        quick | long, created_at__gt=now - JOB_TRIED_FOR, handed_over_at__lt=now - age
    )


@task("core.forget_old_rows")
def forget_old_rows() -> None:
    """Delete jobs that were tried long enough and old idempotency keys, but none of money."""
    from core.limits import IDEMPOTENCY_KEEP
    from core.models import IdempotencyRecord

    now = timezone.now()
    given_up = OutboxJob.objects.filter(created_at__lt=now - JOB_TRIED_FOR)
    for name, arguments in given_up.exclude(handed_over_at=None).values_list("task", "arguments"):
        log.error("jobs.given_up", task=name, arguments=arguments)
    given_up.exclude(handed_over_at=None).delete()
    old = IdempotencyRecord.objects.filter(created_at__lt=now - IDEMPOTENCY_KEEP, money=False)
    old.delete()
