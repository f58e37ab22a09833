"""A person's statement as a file: CSV that no spreadsheet runs as a program, Excel, and PDF."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import rates
from core.limits import BANK_EXPORT_ROWS_MAX, BANK_PDF_ROWS_MAX, EXPORTS_PER_HOUR_MAX
from core.templatetags.ui import phone
from identity.models import Person
from miniapps.errors import ExportTooLarge
from miniapps.export_files import Cell, jalali, toman, write_table
from storefront.bank import feed, paper
from storefront.bank.categories import Category
from storefront.bank.words import Told, told
from wallet.documents import instant
from wallet.models import Account

FORMS: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
ROWS_MAX: Final = dict.fromkeys(FORMS, BANK_EXPORT_ROWS_MAX) | {"pdf": BANK_PDF_ROWS_MAX}
Column = tuple[Promise, Callable[[feed.Entry, Told], Cell]]


def _category(entry: feed.Entry, words: Told) -> str:
    """Return the category; of a split, each with its rials."""
    if not entry.parts:
        return words.category
    return " + ".join(f"{Category(name).label} {amount}" for name, amount in entry.parts)


COLUMNS: Final[list[Column]] = [
    (_("Time (Jalali, Tehran)"), lambda one, _told: jalali(one.at)),
    (_("Time (ISO)"), lambda one, _told: instant(one.at) or ""),
    (_("With whom"), lambda _one, told: told.name),
    (_("What it was"), lambda _one, told: told.reason),
    (pgettext_lazy("statement", "About"), lambda _one, told: told.about),
    (_("Category"), _category),
    (_("Your note"), lambda one, _told: one.note),
    (_("Amount (rials)"), lambda one, _told: one.amount_rials),
    (_("Amount (toman)"), lambda one, _told: toman(one.amount_rials)),
    (_("Left (rials)"), lambda one, _told: one.balance_rials),
    (_("Code of the movement"), lambda one, _told: one.transfer),
    (_("Receipt number"), lambda one, _told: one.payment or one.top_up or one.payout),
]


def statement(
    *,
    account: Account | None,
    person: Person,
    form: str,
    begins: datetime,
    ends: datetime,
    now: datetime,
) -> bytes:
    """Return the movements between two instants as a file, in the language in force.

    Raises TooManyRequests, ExportTooLarge(most).
    """
    rates.hit("exports", str(person.pk), limit=EXPORTS_PER_HOUR_MAX, period_s=3600)
    most = ROWS_MAX[form]
    if account and feed.most_between(account, begins, ends) > most:
        raise ExportTooLarge(most=most)
    entries = feed.between(account, person, begins, ends) if account else iter(())
    if form == "pdf":
        heading = paper.Heading(
            name=person.name,
            phone=phone(person.phone),
            since=begins,
            until=min(ends, now) - timedelta(microseconds=1),
            made_at=now,
        )
        return paper.statement(heading, [(one, told(one)) for one in entries][::-1])
    with tempfile.TemporaryDirectory(prefix="barnamak-statement-") as folder:
        path = Path(folder) / f"statement.{form}"
        head: list[Cell] = [str(title) for title, _read in COLUMNS]
        write_table(path, form, head, (_row(one) for one in entries))
        return path.read_bytes()


def _row(entry: feed.Entry) -> list[Cell]:
    words = told(entry)
    return [read(entry, words) for _title, read in COLUMNS]
