"""Files for tests of imports, and an import taken through its steps as a worker would."""

import io
import zipfile
from pathlib import Path

import openpyxl
from django.utils import timezone

from storefront.shops.imports import beginning, columns, running
from storefront.shops.models import Import

HEAD = ["کد", "نام کالا", "قیمت", "موجودی"]


def csv_of(*rows, head=HEAD, delimiter=",", encoding="utf-8"):
    lines = [delimiter.join(map(str, row)) for row in (head, *rows)]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def xlsx_of(*rows, head=HEAD):
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def written(folder: Path, data: bytes, name="file") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def bomb() -> bytes:
    """An Excel file of a few kilobytes that claims to hold more than anybody wants to unpack."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(120):
                part.write(b" " * 1024 * 1024)
    return file.getvalue()


def begun(actor, data, *, shop=None, name="کالاها.csv", pictures=None):
    kind = "shops" if shop is None else "products"
    return beginning.begin(
        kind=kind, shop=shop, file=io.BytesIO(data), name=name, actor=actor, now=timezone.now(),
        pictures=None if pictures is None else io.BytesIO(pictures),
    )  # fmt: skip


def checked(actor, data, *, shop=None, unit="toman", publish=False, **more):
    batch = begun(actor, data, shop=shop, **more)
    beginning.choose(
        batch=batch, columns=columns.guess(batch.kind, batch.headers), unit=unit,
        publish=publish, actor=actor, now=timezone.now(),
    )  # fmt: skip
    return worked(batch)


def imported(actor, data, **more):
    batch = checked(actor, data, **more)
    assert batch.state == "checked", batch.refusal
    return applied(batch, actor)


def applied(batch, actor):
    beginning.apply(batch=batch, actor=actor, now=timezone.now())
    return worked(batch)


def undone(batch, actor):
    beginning.undo(batch=batch, actor=actor, now=timezone.now())
    return worked(batch)


def worked(batch) -> Import:
    running.go_on(import_id=batch.public_id)
    batch.refresh_from_db()
    return batch


def codes(batch):
    """{row number: the codes of its findings}"""
    rows = batch.rows.order_by("number")
    return {row.number: [one["code"] for one in row.findings] for row in rows if row.findings}
