"""Rows of money as a file: CSV that no spreadsheet runs as a program, and Excel.

Ids and rials are exact; toman stand beside them, days are told in both calendars. A text that
a spreadsheet would take for a formula gets an apostrophe before it in CSV; in Excel it is written
as a text, which is never run.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import xlsxwriter
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from persiantools.jdatetime import JalaliDate

from wallet.documents import instant
from wallet.models import Payment, Refund
from wallet.spending import TEHRAN

Cell = str | int
Row = TypeVar("Row", Payment, Refund)
Column = tuple[str | Promise, Callable[[Any], Cell]]
FORMULA_SIGNS: Final = tuple("=+-@\t\r＝＋－＠")
BOM: Final = "\ufeff"  # Excel takes a CSV without it for a file of another alphabet
EXCEL_TEXT_CHARS_MAX: Final = 32_767


def toman(rials: int) -> Cell:
    """Return rials as toman; an odd rial is a decimal, as a text, because no float may hold it."""
    whole, odd = divmod(abs(rials), 10)
    if odd:
        return f"{'-' if rials < 0 else ''}{whole}.{odd}"
    return whole if rials >= 0 else -whole


def jalali(value: datetime | None) -> str:
    """Return an instant in the Persian calendar and Tehran's time, to the minute."""
    if value is None:
        return ""
    local = value.astimezone(TEHRAN)
    day = JalaliDate(local.date())  # type: ignore[no-untyped-call]  # it types its results only
    return f"{day.year}/{day.month:02}/{day.day:02} {local:%H:%M}"


def _paid_at(payment: Payment) -> datetime | None:
    return payment.closed_at if payment.state == Payment.State.CAPTURED else None


def _net(payment: Payment) -> int:
    if payment.state != Payment.State.CAPTURED:
        return 0
    left = payment.amount_rials - payment.refunded_rials
    return left - payment.fee_rials + payment.fee_refunded_rials


PAYMENT_COLUMNS: Final[list[Column]] = [
    (_("Payment"), lambda one: one.public_id),
    (_("Invoice"), lambda one: one.invoice.public_id),
    (_("Order"), lambda one: one.invoice.order_ref),
    (_("Title"), lambda one: one.invoice.title),
    (_("App"), lambda one: one.audience),
    (_("Book"), lambda one: one.book),
    (_("State"), lambda one: one.state),
    (_("Created (ISO)"), lambda one: instant(one.created_at) or ""),
    (_("Created (Jalali, Tehran)"), lambda one: jalali(one.created_at)),
    (_("Paid (ISO)"), lambda one: instant(_paid_at(one)) or ""),
    (_("Paid (Jalali, Tehran)"), lambda one: jalali(_paid_at(one))),
    (_("Amount (rials)"), lambda one: one.amount_rials),
    (_("Amount (toman)"), lambda one: toman(one.amount_rials)),
    (_("Fee (rials)"), lambda one: one.fee_rials),
    (_("Refunded (rials)"), lambda one: one.refunded_rials),
    (_("Fee given back (rials)"), lambda one: one.fee_refunded_rials),
    (_("Left for you (rials)"), _net),
    (_("Left for you (toman)"), lambda one: toman(_net(one))),
    (_("Why declined"), lambda one: one.decline_reason),
]
REFUND_COLUMNS: Final[list[Column]] = [
    (_("Refund"), lambda one: one.public_id),
    (_("Payment"), lambda one: one.payment.public_id),
    (_("Invoice"), lambda one: one.payment.invoice.public_id),
    (_("Order"), lambda one: one.payment.invoice.order_ref),
    (_("Title"), lambda one: one.payment.invoice.title),
    (_("App"), lambda one: one.payment.audience),
    (_("Book"), lambda one: one.payment.book),
    (_("Created (ISO)"), lambda one: instant(one.created_at) or ""),
    (_("Created (Jalali, Tehran)"), lambda one: jalali(one.created_at)),
    (_("Amount (rials)"), lambda one: one.amount_rials),
    (_("Amount (toman)"), lambda one: toman(one.amount_rials)),
    (_("Fee given back (rials)"), lambda one: one.fee_refunded_rials),
    (_("Reason"), lambda one: one.reason),
    (_("Asked by"), lambda one: one.asked_by),
]
COLUMNS: Final = {"payments": PAYMENT_COLUMNS, "refunds": REFUND_COLUMNS}


def defused(cell: Cell) -> Cell:
    """Return a cell that a spreadsheet reads as the text it is."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(FORMULA_SIGNS):
        return f"'{cell}"
    return cell


def write(path: Path, form: str, kind: str, rows: Iterator[Any]) -> None:
    """Write a file of this form; its headings are in the language in force."""
    columns = COLUMNS[kind]
    head: list[Cell] = [str(title) for title, _read in columns]
    body = ([read(row) for _title, read in columns] for row in rows)
    write_table(path, form, head, body)


def write_table(path: Path, form: str, head: list[Cell], body: Iterator[list[Cell]]) -> None:
    """Write any table of money as a file of this form, ``csv`` or ``xlsx``."""
    (_write_excel if form == "xlsx" else _write_csv)(path, head, body)


def _write_csv(path: Path, head: list[Cell], body: Iterator[list[Cell]]) -> None:
    # Every text stands in quotes, so that a semicolon or a comma in it divides nothing.
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(head)
        writer.writerows([defused(cell) for cell in row] for row in body)


def _write_excel(path: Path, head: list[Cell], body: Iterator[list[Cell]]) -> None:
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with cast("Any", xlsxwriter).Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        if (get_language() or "").startswith("fa"):
            sheet.right_to_left()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        whole = book.add_format({"num_format": "#,##0"})
        sheet.set_column(0, len(head) - 1, 18)
        for place, text in enumerate(head):
            sheet.write_string(0, place, text, bold)
        for line, row in enumerate(body, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, place, cell, whole)
                else:
                    sheet.write_string(line, place, cell[:EXCEL_TEXT_CHARS_MAX])
