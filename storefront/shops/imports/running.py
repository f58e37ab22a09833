"""What a worker does with an import: the next steps of its state, for as long as it may stay."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from core import audit, jobs
from core.limits import IMPORT_RUN_S
from core.locks import if_nobody_else
from storefront.shops.imports import applying, founding, illustrating, reading, staging, undoing
from storefront.shops.imports.beginning import GO_ON
from storefront.shops.models import Import

State = Import.State


def go_on(*, import_id: str, run_s: float = IMPORT_RUN_S) -> bool:
    """Do what is next until nothing is, or the time is over; tell whether it was done here.

    The job may come twice, and after a death again: one worker works, another one leaves, and
    every chunk is a transaction of its own that knows where it begins.
    """
    with if_nobody_else(f"import.{import_id}") as ours:
        batch = Import.objects.select_related("shop", "asked_by").filter(public_id=import_id)
        found = batch.first() if ours else None
        if found is None or not found.is_moving:
            return False
        ends = time.monotonic() + run_s
        for _step in _steps(found):
            if time.monotonic() > ends:
                with transaction.atomic():
                    jobs.enqueue_on_commit(GO_ON, import_id=import_id)
                break
        return True


def _steps(batch: Import) -> Iterator[int]:
    """Give control back after each chunk."""
    if batch.state == State.CHECKING:
        try:
            yield from staging.read_chunks(batch)
        except reading.Unreadable as reason:
            _refuse(batch, reason.code)
            return
        staging.compare(batch)
    elif batch.state == State.APPLYING:
        writer = founding if batch.kind == Import.Kind.SHOPS else applying
        yield from writer.apply_chunks(batch)
        yield from illustrating.fetch_waiting(batch)
        _end(batch, State.DONE)
    elif batch.state == State.UNDOING:
        yield from undoing.undo_chunks(batch)
        _end(batch, State.UNDONE)


@transaction.atomic
def _refuse(batch: Import, code: str) -> None:
    batch.rows.all().delete()
    batch.state, batch.refusal, batch.ended_at = State.REFUSED, code, timezone.now()
    batch.save(update_fields=["state", "refusal", "ended_at"])
    audit.record("shops.import.refused", by=batch.asked_by, of=batch, reason=code)


@transaction.atomic
def _end(batch: Import, state: str) -> None:
    batch.state, batch.ended_at = state, timezone.now()
    batch.save(update_fields=["state", "ended_at"])
    audit.record(
        f"shops.import.{state}", by=batch.asked_by, of=batch, rows_applied=batch.rows_applied
    )
