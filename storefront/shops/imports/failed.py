"""The rows that were not imported, as a file to mend and to bring again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.limits import IMPORT_CHUNK_ROWS
from miniapps.export_files import BOM, defused
from storefront.shops.imports.columns import OF_KIND
from storefront.shops.imports.findings import RULES
from storefront.shops.models import Import, ImportRow

BAD = (ImportRow.State.BAD, ImportRow.State.FAILED)


def as_csv(batch: Import) -> Iterator[str]:
    """Give the file in pieces: its own columns, and one that says what is wrong.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it.
    """
    yield BOM + _line([*batch.headers, _("What is wrong")])
    names = {column.name: str(column.title) for column in OF_KIND[batch.kind]}
    rows = batch.rows.filter(state__in=BAD).order_by("number")
    for row in rows.iterator(chunk_size=IMPORT_CHUNK_ROWS):
        wrong = []
        for one in row.findings:
            rule = RULES[one["code"]]
            where = f"{names[one['column']]}: " if one["column"] in names else ""
            wrong.append(f"{where}{rule.title}. {rule.fix}")
        cells = [*row.cells, *[""] * len(batch.headers)][: len(batch.headers)]
        yield _line([*cells, " ".join(wrong)])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow([defused(cell) for cell in cells])
    return text.getvalue()
