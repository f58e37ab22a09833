"""Jobs that leave after the commit and are never lost: a transactional outbox over Celery.

``enqueue_on_commit`` writes a row in the caller's transaction; after the commit the row is handed
to Celery at once, and a sweep hands over whatever a crash left behind. So a job may arrive more
than once and every task must bear that.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

import structlog
from celery import current_app, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from core.limits import OUTBOX_BATCH_ROWS, OUTBOX_SWEEP_AFTER_S
from core.models import OutboxJob

log = structlog.get_logger(__name__)
Function = TypeVar("Function", bound=Callable[..., object])


def task(name: str) -> Callable[[Function], Function]:
    """Register a function as the task ``floor.verb_noun``; only this module starts it."""
    return cast(
        "Callable[[Function], Function]", shared_task(name=name, ignore_result=True, acks_late=True)
    )


def enqueue_on_commit(task_name: str, **arguments: Any) -> None:
    """Ask for a job by name. It leaves only if the caller's transaction commits.

    ``arguments`` are ids and plain values, JSON.
    """
    job = OutboxJob.objects.create(task=task_name, arguments=arguments)
    transaction.on_commit(lambda: _hand_over(job.pk), robust=True)


def _hand_over(job_id: int) -> bool:
    """Give one waiting job to Celery and mark it; a broker that is down leaves it to the sweep."""
    with transaction.atomic():
        job = (
            OutboxJob.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, handed_over_at=None)
            .first()
        )
        if job is None:
            return False
        try:
            current_app.send_task(job.task, kwargs=job.arguments, ignore_result=True)
        except OperationalError:
            log.warning("jobs.broker_down", task=job.task, job=job.pk)
            return False
        OutboxJob.objects.filter(pk=job.pk).update(handed_over_at=timezone.now())
    return True


@task("core.sweep_outbox")
def sweep_outbox() -> int:
    """Hand over what waits longer than it should; return how many jobs left."""
    before = timezone.now() - timedelta(seconds=OUTBOX_SWEEP_AFTER_S)
    waiting = OutboxJob.objects.filter(handed_over_at=None, created_at__lt=before)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:OUTBOX_BATCH_ROWS])
    return sum(_hand_over(job_id) for job_id in ids)


@task("core.forget_old_rows")
def forget_old_rows() -> None:
    """Delete handed-over jobs of yesterday and old idempotency keys, but none of money."""
    from core.limits import IDEMPOTENCY_KEEP
    from core.models import IdempotencyRecord

    now = timezone.now()
    OutboxJob.objects.filter(handed_over_at__lt=now - timedelta(days=1)).delete()
    old = IdempotencyRecord.objects.filter(created_at__lt=now - IDEMPOTENCY_KEEP, money=False)
    old.delete()
