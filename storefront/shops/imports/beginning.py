"""Beginning an import: taking the file in, saying what its columns mean, asking for its steps."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.db import transaction

from core import audit, jobs, rates
from core.ids import is_id
from core.limits import (
    IMPORT_FILE_BYTES_MAX,
    IMPORT_KEEP,
    IMPORT_NAME_CHARS_MAX,
    IMPORT_SAMPLES,
    IMPORT_STUCK_AFTER,
    IMPORT_UNDO_WITHIN,
    IMPORTS_PER_HOUR_MAX,
)
from core.problems import Fault, InvalidInput, NotFound, TooLarge
from identity.models import Person
from messenger import wording
from storefront.shops.errors import ImportNotReady, ImportUnreadable
from storefront.shops.imports import reading
from storefront.shops.imports.columns import OF_KIND
from storefront.shops.models import Import, ImportRow, Shop

GO_ON: Final = "shops.go_on_with_import"
State = Import.State
COPY_BYTES: Final = 1024 * 1024


def begin(
    *,
    kind: str,
    file: BinaryIO,
    name: str,
    actor: Person,
    now: datetime,
    shop: Shop | None = None,
    pictures: BinaryIO | None = None,
) -> Import:
    """Take a file in and read its headings; nothing else happens until its columns are chosen.

    Raises TooManyRequests, TooLarge, ImportUnreadable(reason).
    """
    assert (shop is None) == (kind == Import.Kind.SHOPS)
    rates.hit("imports", str(actor.pk), limit=IMPORTS_PER_HOUR_MAX, period_s=3600)
    digest = _keep(file)
    path = path_of(digest)
    try:
        shape = reading.shape_of(path)
        samples = []
        for row in reading.body_of(path, shape):
            samples.append(row.cells[: len(shape.headers)])
            if len(samples) == IMPORT_SAMPLES:
                break
    except reading.Unreadable as reason:
        _forget_file(digest)
        raise ImportUnreadable(reason=reason.code) from None
    with transaction.atomic():
        made = Import.objects.create(
            kind=kind, shop=shop, asked_by=actor, digest=digest, form=shape.form,
            name=wording.one_line(name[-IMPORT_NAME_CHARS_MAX:], pointer="#/file",
                                  most=IMPORT_NAME_CHARS_MAX, needed=False) or f"file.{shape.form}",
            encoding=shape.encoding, delimiter=shape.delimiter, headers=shape.headers,
            samples=samples, pictures_digest=_keep(pictures) if pictures else "",
            created_at=now, alive_at=now,
        )  # fmt: skip
        audit.record("shops.import.begun", by=actor, of=made, kind=kind, file=made.name)
    return made


@transaction.atomic
def choose(
    *, batch: Import, columns: dict[str, int], unit: str, publish: bool, actor: Person,
    now: datetime,
) -> Import:  # fmt: skip
    """Say what the columns mean; the check begins, and writes nothing but findings.

    Raises InvalidInput, ImportNotReady(state).
    """
    locked = _locked(batch, State.MAPPING, State.CHECKED)
    faults = []
    known = {column.name: column for column in OF_KIND[batch.kind]}
    for name, place in columns.items():
        if name not in known or not 0 <= place < len(locked.headers):
            faults.append(Fault(f"#/columns/{name}", "is no column of the file", "choice"))
    if len(set(columns.values())) < len(columns):
        faults.append(Fault("#/columns", "must name each column once", "unique"))
    if batch.kind == Import.Kind.SHOPS:
        faults += [
            Fault(f"#/columns/{one.name}", "is needed", "required")
            for one in known.values() if one.needed and one.name not in columns
        ]  # fmt: skip
    elif not {"sku", "title"} & columns.keys():
        faults.append(Fault("#/columns/title", "is needed where there is no SKU", "required"))
    if {"price", "compare"} & columns.keys() and unit not in Import.Unit.values:
        faults.append(Fault("#/unit", "must be toman or rial", "choice"))
    if faults:
        raise InvalidInput(faults)
    locked.rows.all().delete()
    locked.columns, locked.unit, locked.publish = columns, unit, publish
    locked.state, locked.alive_at = State.CHECKING, now
    locked.rows_read = locked.rows_bad = locked.rows_applied = 0
    locked.is_read = False
    locked.save()
    audit.record("shops.import.checked", by=actor, of=locked, columns=columns, unit=unit)
    jobs.enqueue_on_commit(GO_ON, import_id=locked.public_id)
    return locked


@transaction.atomic
def apply(*, batch: Import, actor: Person, now: datetime) -> Import:
    """Write the rows without errors. Raises ImportNotReady(state)."""
    locked = _locked(batch, State.CHECKED)
    return _on(locked, State.APPLYING, actor, now)


@transaction.atomic
def undo(*, batch: Import, actor: Person, now: datetime) -> Import:
    """Take back what nobody has touched or ordered since. Raises ImportNotReady(state)."""
    locked = _locked(batch, State.DONE)
    if not can_undo(locked, now):
        raise ImportNotReady(state=locked.state)
    return _on(locked, State.UNDOING, actor, now)


def can_undo(batch: Import, now: datetime) -> bool:
    """Tell whether it was imported less than a day ago."""
    ended = batch.ended_at
    return batch.state == State.DONE and ended is not None and now < ended + IMPORT_UNDO_WITHIN


def _on(locked: Import, state: str, actor: Person, now: datetime) -> Import:
    locked.state, locked.alive_at = state, now
    locked.save(update_fields=["state", "alive_at"])
    audit.record(f"shops.import.{state}", by=actor, of=locked, rows=locked.rows_read)
    jobs.enqueue_on_commit(GO_ON, import_id=locked.public_id)
    return locked


def _locked(batch: Import, *states: str) -> Import:
    locked = Import.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if locked.state not in states:
        raise ImportNotReady(state=locked.state)
    return locked


def import_of(shop: Shop | None, import_id: str) -> Import:
    """Return an import of this shop, or one of shops. Raises NotFound."""
    rows = Import.objects.select_related("shop", "asked_by").filter(shop=shop, public_id=import_id)
    found = rows.first() if is_id(import_id, "imp") else None
    if found is None:
        raise NotFound
    return found


def path_of(digest: str) -> Path:
    """Return where a file lies until it is read; nobody but us may look into the folder."""
    folder = Path(settings.PRIVATE_UPLOADS) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / digest


def _keep(file: BinaryIO) -> str:
    """Copy a file to its place, named by its content. Raises TooLarge."""
    home = path_of("x").parent
    hashed = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=home, prefix=".new-", delete=False) as copy:
        try:
            for piece in _pieces(file):
                hashed.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
            Path(copy.name).replace(path_of(hashed.hexdigest()))
        except BaseException:
            Path(copy.name).unlink(missing_ok=True)
            raise
    return hashed.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    size = 0
    while piece := file.read(COPY_BYTES):
        size += len(piece)
        if size > IMPORT_FILE_BYTES_MAX:
            raise TooLarge(limit_bytes=IMPORT_FILE_BYTES_MAX)
        yield piece


def _forget_file(digest: str) -> None:
    """Delete a file unless another import still needs it."""
    if digest and not Import.objects.filter(digest=digest).exists():
        path_of(digest).unlink(missing_ok=True)


def care_for(*, now: datetime) -> int:
    """Begin again what a dead worker left; forget what is old; return how many were touched."""
    touched = 0
    stuck = Import.objects.filter(state__in=Import.MOVING, alive_at__lte=now - IMPORT_STUCK_AFTER)
    for batch in stuck:
        with transaction.atomic():
            Import.objects.filter(pk=batch.pk).update(alive_at=now)
            jobs.enqueue_on_commit(GO_ON, import_id=batch.public_id)
        touched += 1
    old = Import.objects.exclude(state__in=Import.MOVING).filter(created_at__lte=now - IMPORT_KEEP)
    for batch in old:
        digests = (batch.digest, batch.pictures_digest)
        with transaction.atomic():
            ImportRow.objects.filter(batch=batch).delete()
            batch.delete()
        for digest in digests:
            _forget_file(digest)
        touched += 1
    _forget_strays(now)
    return touched


def _forget_strays(now: datetime) -> None:
    """Delete halves of uploads that a crash left."""
    for path in path_of("x").parent.glob(".new-*"):
        age = now.timestamp() - path.stat().st_mtime
        if age > timedelta(hours=1).total_seconds():
            path.unlink(missing_ok=True)
