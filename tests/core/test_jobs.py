"""Jobs of the outbox: struck out when they ended well, handed over again when they did not."""

from datetime import timedelta
from unittest import mock

import pytest
from celery import Celery
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from core import jobs
from core.limits import JOB_LOST_AFTER_S, JOB_TRIED_FOR, QUICK_JOB_LOST_AFTER_S
from core.models import OutboxJob
from wallet import tasks

pytestmark = pytest.mark.django_db
QUICK, LONG = "wallet.post_receipt", "miniapps.write_export"


@pytest.fixture
def broker():
    """Where jobs would go: nobody takes them."""
    with mock.patch.object(Celery, "send_task", autospec=True) as sent:
        yield sent


def handed_over(task: str, *, ago_s: float, old_s: float | None = None) -> OutboxJob:
    now = timezone.now()
    row = OutboxJob.objects.create(task=task, handed_over_at=now - timedelta(seconds=ago_s))
    OutboxJob.objects.update(created_at=now - timedelta(seconds=old_s or ago_s))
    return row


@pytest.mark.parametrize(
    ("task", "patience_s"), [(QUICK, QUICK_JOB_LOST_AFTER_S), (LONG, JOB_LOST_AFTER_S)]
)
def test_a_job_that_never_ended_well_is_handed_over_again(broker, task, patience_s):
    row = handed_over(task, ago_s=patience_s - 5)
    assert jobs.sweep_outbox() == 0

    OutboxJob.objects.update(
        handed_over_at=timezone.now() - timedelta(seconds=patience_s + 5),
        created_at=timezone.now() - timedelta(seconds=patience_s + 5),
    )

    assert jobs.sweep_outbox() == 1
    assert broker.call_args.kwargs["headers"] == {"outbox_job": row.pk}
    assert jobs.sweep_outbox() == 0  # its time has begun anew


def test_a_job_that_fails_again_and_again_is_tried_ever_less(broker):
    handed_over(QUICK, ago_s=QUICK_JOB_LOST_AFTER_S + 5, old_s=3_600)
    assert jobs.sweep_outbox() == 0

    handed_over(QUICK, ago_s=1_805, old_s=3_600)

    assert jobs.sweep_outbox() == 1


def test_a_job_is_given_up_after_its_day_and_told_of(broker):
    old_s = JOB_TRIED_FOR.total_seconds() + 60
    handed_over(QUICK, ago_s=old_s)

    with mock.patch.object(jobs, "log") as log:
        assert jobs.sweep_outbox() == 0
        jobs.forget_old_rows()

    assert not OutboxJob.objects.exists()
    assert log.error.call_args.kwargs["task"] == QUICK


def test_a_job_that_waits_for_its_first_hand_over_is_never_given_up(broker):
    OutboxJob.objects.create(task=QUICK)
    OutboxJob.objects.update(created_at=timezone.now() - 2 * JOB_TRIED_FOR)

    jobs.forget_old_rows()

    assert jobs.sweep_outbox() == 1


def test_a_job_that_ended_well_is_struck_out():
    row = OutboxJob.objects.create(task="wallet.end_due", handed_over_at=timezone.now())

    tasks.end_due.apply(headers={"outbox_job": row.pk})

    assert not OutboxJob.objects.filter(pk=row.pk).exists()


def test_a_job_that_failed_is_not_struck_out():
    row = OutboxJob.objects.create(task=QUICK, handed_over_at=timezone.now())

    ended = tasks.post_receipt.apply(
        kwargs={"payment_id": "pay_unknown"}, headers={"outbox_job": row.pk}
    )

    assert ended.failed()
    assert OutboxJob.objects.filter(pk=row.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_job_leaves_after_the_commit_and_costs_one_statement(broker):
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        jobs.enqueue_on_commit(QUICK, payment_id="pay_x")
        assert not broker.called

    assert len(asked) == 1
    assert broker.call_args.kwargs["kwargs"] == {"payment_id": "pay_x"}
    assert jobs.sweep_outbox() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_transaction_is_taken_back_never_leaves(broker):
    with transaction.atomic():
        jobs.enqueue_on_commit(QUICK, payment_id="pay_x")
        transaction.set_rollback(True)

    assert not broker.called
    assert not OutboxJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_leaves_the_job_to_the_next_sweep(broker):
    broker.side_effect = OperationalError
    jobs.enqueue_on_commit(LONG, export_id="x")
    OutboxJob.objects.update(created_at=timezone.now() - timedelta(seconds=60))
    assert jobs.sweep_outbox() == 0

    broker.side_effect = None

    assert jobs.sweep_outbox() == 1
    assert jobs.sweep_outbox() == 0
