"""Exports of a maker's money: short ones at once, long ones by a worker, gone after a day.

A file lies outside of everything that is served, under the export's own id. A worker that dies
leaves a half-written file under another name and a row that says nothing more; the sweep begins
it again.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from core import audit, jobs, rates
from core.ids import is_id
from core.limits import (
    EXPORT_AT_ONCE_ROWS,
    EXPORT_BATCH_ROWS,
    EXPORT_KEEP,
    EXPORT_ROWS_MAX,
    EXPORT_STUCK_AFTER,
    EXPORT_TRIES_MAX,
    EXPORTS_PER_HOUR_MAX,
)
from core.locks import if_nobody_else
from core.problems import NotFound
from identity.models import Maker, Person
from miniapps import export_files
from miniapps.errors import ExportNotReady, ExportTooLarge
from miniapps.models import Export
from wallet import merchants
from wallet.merchants import Wanted

WRITE = "miniapps.write_export"
State = Export.State


def ask(
    *,
    maker: Maker,
    actor: Person,
    kind: str,
    form: str,
    wanted: Wanted,
    now: datetime,
    at_once: int = EXPORT_AT_ONCE_ROWS,
) -> Export | bytes:
    """Return the file if it is short, else an export that a worker writes.

    Raises TooManyRequests, ExportTooLarge(most).
    """
    assert kind in Export.Kind.values
    assert form in Export.Form.values
    rates.hit("exports", str(actor.pk), limit=EXPORTS_PER_HOUR_MAX, period_s=3600)
    count = _rows(maker, kind, wanted).count()
    if count > EXPORT_ROWS_MAX:
        raise ExportTooLarge(most=EXPORT_ROWS_MAX)
    if count <= at_once:
        audit.record("miniapps.export.given", by=actor, of=maker, kind=kind, form=form, rows=count)
        return _at_once(maker, kind, form, wanted)
    with transaction.atomic():
        made = Export.objects.create(
            maker=maker, asked_by=actor, kind=kind, form=form, wanted=wanted.as_facts(),
            language=translation.get_language()[:2], rows_total=count, asked_at=now, alive_at=now,
        )  # fmt: skip
        audit.record("miniapps.export.asked", by=actor, of=maker, export=made.public_id, rows=count)
        jobs.enqueue_on_commit(WRITE, export_id=made.public_id)
    return made


def _at_once(maker: Maker, kind: str, form: str, wanted: Wanted) -> bytes:
    with tempfile.TemporaryDirectory(prefix="barnamak-export-") as folder:
        path = Path(folder) / f"export.{form}"
        export_files.write(path, form, kind, _in_batches(_rows(maker, kind, wanted)))
        return path.read_bytes()


def _rows(maker: Maker, kind: str, wanted: Wanted) -> QuerySet[Any]:
    if kind == Export.Kind.REFUNDS:
        return merchants.refunds(maker, wanted).select_related("payment__invoice")
    return merchants.payments(maker, wanted).select_related("invoice")


def _in_batches(rows: QuerySet[Any]) -> Iterator[Any]:
    """Give every row, the newest first, by key: however many there are, few are in memory."""
    last: int | None = None
    while True:
        batch = rows if last is None else rows.filter(pk__lt=last)
        found = list(batch.order_by("-pk")[:EXPORT_BATCH_ROWS])
        yield from found
        if len(found) < EXPORT_BATCH_ROWS:
            return
        last = found[-1].pk


def write(*, export_id: str) -> bool:
    """Write the file of an export; tell whether it was done here.

    The job may come twice: one worker writes, another one leaves.
    """
    with if_nobody_else(f"export.{export_id}") as ours:
        return ours and _write(export_id)


def _write(export_id: str) -> bool:
    mine = Export.objects.filter(public_id=export_id)
    moving = mine.filter(state__in=[State.WAITING, State.RUNNING])
    export = moving.select_related("maker").first()
    if export is None:
        return False
    if export.tries >= EXPORT_TRIES_MAX:
        moving.update(state=State.FAILED, ended_at=timezone.now())
        return False
    moving.update(state=State.RUNNING, tries=export.tries + 1, rows_done=0, alive_at=timezone.now())
    path = path_of(export)
    half = path.with_suffix(".half")
    rows = _rows(export.maker, export.kind, Wanted.from_facts(export.wanted))
    with translation.override(export.language):
        export_files.write(half, export.form, export.kind, _counted(export, rows))
    half.replace(path)
    ended = moving.update(state=State.READY, rows_done=export.rows_total, ended_at=timezone.now())
    return bool(ended)


def _counted(export: Export, rows: QuerySet[Any]) -> Iterator[Any]:
    """Give the rows and say how far it has come, a batch at a time.

    Payments that came after it was asked for make it no longer than was said.
    """
    mine = Export.objects.filter(pk=export.pk)
    newest_known = rows.filter(created_at__lte=export.asked_at)
    for number, row in enumerate(_in_batches(newest_known), 1):
        if number % EXPORT_BATCH_ROWS == 0:
            mine.update(rows_done=min(number, export.rows_total), alive_at=timezone.now())
        yield row


def path_of(export: Export) -> Path:
    """Return where the file lies; nobody but us may look into the folder."""
    folder = settings.VAR / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(folder / export.file_name)


def export_of(maker: Maker, export_id: str) -> Export:
    """Return an export of this maker. Raises NotFound."""
    rows = Export.objects.filter(maker=maker, public_id=export_id)
    found = rows.first() if is_id(export_id, "exp") else None
    if found is None:
        raise NotFound
    return found


def file_of(export: Export, *, now: datetime) -> Path:
    """Return the file of an export that is ready. Raises ExportNotReady(state)."""
    path = path_of(export)
    too_old = export.ended_at is not None and export.ended_at <= now - EXPORT_KEEP
    if export.state != State.READY or too_old or not path.is_file():
        raise ExportNotReady(state=State.FORGOTTEN if too_old else export.state)
    return path


def care_for(*, now: datetime) -> int:
    """Forget files past their time and begin again what a dead worker left; return how many."""
    old = Export.objects.filter(
        state__in=[State.READY, State.FAILED], ended_at__lte=now - EXPORT_KEEP
    )
    touched = 0
    for export in old:
        path_of(export).unlink(missing_ok=True)
        path_of(export).with_suffix(".half").unlink(missing_ok=True)
        touched += Export.objects.filter(pk=export.pk).update(state=State.FORGOTTEN)
    stuck = Export.objects.filter(
        state__in=[State.WAITING, State.RUNNING], alive_at__lte=now - EXPORT_STUCK_AFTER
    )
    for export in stuck:
        with transaction.atomic():
            Export.objects.filter(pk=export.pk).update(alive_at=now)
            jobs.enqueue_on_commit(WRITE, export_id=export.public_id)
        touched += 1
    return touched
