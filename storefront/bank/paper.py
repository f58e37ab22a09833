"""A statement on paper: a PDF whose text can be marked and copied, in the language in force.

Persian stands from right to left with its letters joined; times and amounts stand from left to
right in columns of their own. Movements go from the oldest to the newest, each with what was left.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from fpdf import FPDF

from core.templatetags.ui import (
    clock,
    digits,
    in_persian,
    jalali,
    jalali_short,
    toman_number,
    toman_signed,
)
from storefront.bank import typeface
from storefront.bank.feed import Entry
from storefront.bank.words import Told

WIDTH, HEIGHT, MARGIN = 210.0, 297.0, 14.0  # millimetres of A4
INSIDE: Final = WIDTH - 2 * MARGIN
ROW: Final = 11.0
HEAD: Final = 8.0  # of the table
FIRST_TOP, TOP, FOOT = 62.0, 20.0, 14.0
TEXT, QUIET, LINE = (24, 33, 31), (93, 105, 102), (214, 221, 219)
GOOD: Final = (24, 118, 59)
# From the side where reading begins: time, with whom and what, category, amount, what was left.
COLUMNS: Final = (26.0, 76.0, 28.0, 26.0, 26.0)
ISOLATES: Final = dict.fromkeys(range(0x2066, 0x206A))
CUT: Final = "…"


@dataclass(frozen=True)
class Heading:
    """What stands above a statement: whose it is, of which days, made when."""

    name: str
    phone: str
    since: datetime
    until: datetime  # the last moment of it
    made_at: datetime


def statement(heading: Heading, rows: Sequence[tuple[Entry, Told]]) -> bytes:
    """Return a statement as PDF; ``rows`` are its movements, the oldest first."""
    with tempfile.TemporaryDirectory(prefix="barnamak-faces-") as folder:
        return _Paper(Path(folder)).drawn(heading, rows)


def _pages(rows: Sequence[tuple[Entry, Told]]) -> Iterator[Sequence[tuple[Entry, Told]]]:
    """Give the rows of each page; there is always one."""
    first = int((HEIGHT - FIRST_TOP - HEAD - FOOT) // ROW)
    others = int((HEIGHT - TOP - HEAD - FOOT) // ROW)
    yield rows[:first]
    for begin in range(first, len(rows), others):
        yield rows[begin : begin + others]


class _Paper:
    """One document being drawn."""

    def __init__(self, folder: Path) -> None:
        self.pdf = FPDF(format="A4")
        self.rtl = in_persian()
        self.pdf.set_auto_page_break(auto=False)
        self.pdf.set_lang("fa" if self.rtl else "en")
        for style in typeface.WEIGHTS:
            path = folder / f"face{style}.ttf"
            path.write_bytes(typeface.face(style))
            self.pdf.add_font("house", style, path)

    def drawn(self, heading: Heading, rows: Sequence[tuple[Entry, Told]]) -> bytes:
        """Draw everything and return the file."""
        title = _("Wallet statement")
        self.pdf.set_title(title)
        self.pdf.set_creation_date(heading.made_at)
        pages = list(_pages(rows))
        for place, shown in enumerate(pages, 1):
            self.pdf.add_page()
            top = TOP
            if place == 1:
                top = FIRST_TOP
                self._heading(title, heading, rows)
            self._table_head(top)
            for line, (entry, told) in enumerate(shown):
                self._row(top + HEAD + line * ROW, entry, told)
            if not rows:
                self._write(_("Nothing moved in these days."), 0, top + HEAD + 2, INSIDE, QUIET)
            page = _("Page %(page)s of %(pages)s")
            said = page % {"page": digits(place), "pages": digits(len(pages))}
            self._write(said, 0, HEIGHT - FOOT + 2, INSIDE, QUIET, size=8)
        return bytes(self.pdf.output())

    def _heading(self, title: str, heading: Heading, rows: Sequence[tuple[Entry, Told]]) -> None:
        self._write(title, 0, 14, INSIDE, style="B", size=16)
        self._write(heading.name, 0, 24, 100, style="B", size=11)
        self._figure(heading.phone, 0, 30, 100, QUIET, at_start=True)
        span = _("From %(since)s to %(until)s")
        days = {"since": jalali(heading.since), "until": jalali(heading.until)}
        self._write(span % days, 0, 37, INSIDE)
        made = _("Made on %(day)s at %(time)s; amounts in toman.")
        said = {"day": jalali(heading.made_at), "time": clock(heading.made_at)}
        self._write(made % said, 0, 43, INSIDE, QUIET, size=8)
        first, last = (rows[0][0], rows[-1][0]) if rows else (None, None)
        came = sum(max(0, entry.amount_rials) for entry, _told in rows)
        went = sum(min(0, entry.amount_rials) for entry, _told in rows)
        sums = [
            (_("Came in"), toman_signed(came)),
            (_("Went out"), toman_signed(went)),
        ]
        if first is not None and last is not None:
            begin = toman_number(first.balance_rials - first.amount_rials)
            sums = [(_("At first"), begin), *sums, (_("At last"), toman_number(last.balance_rials))]
        width = INSIDE / 4
        for place, (name, amount) in enumerate(sums):
            self._write(name, place * width, 50, width, QUIET, size=8)
            self._figure(amount, place * width, 54, width, style="B", size=11, at_start=True)

    def _table_head(self, top: float) -> None:
        names = (_("Time"), _("With whom"), _("Category"), _("Amount"), _("Left"))
        at = 0.0
        for place, (name, width) in enumerate(zip(names, COLUMNS, strict=True)):
            is_amount = place >= len(COLUMNS) - 2
            self._write(name, at, top + 1, width, QUIET, size=8, at_end=is_amount)
            at += width
        self._line(top + HEAD - 1)

    def _row(self, top: float, entry: Entry, told: Told) -> None:
        time, who, category, amount, left = COLUMNS
        self._figure(jalali_short(entry.at), 0, top + 1, time, at_start=True)
        self._figure(clock(entry.at), 0, top + 5.4, time, QUIET, size=7.5, at_start=True)
        self._write(told.name, time, top + 1, who - 2, own=True)
        taken = self._write(told.reason, time, top + 5.4, who - 2, QUIET, size=7.5)
        if told.about:
            rest = who - 2 - taken
            self._write("·", time + taken, top + 5.4, 3, QUIET, size=7.5)
            about = time + taken + 2.5
            self._write(told.about, about, top + 5.4, rest - 2.5, QUIET, size=7.5, own=True)
        at = time + who
        self._write(told.category, at, top + 1, category - 2, size=8)
        colour = GOOD if entry.amount_rials > 0 else TEXT
        self._figure(toman_signed(entry.amount_rials), at + category, top + 1, amount, colour)
        self._figure(
            toman_number(entry.balance_rials), at + category + amount, top + 1, left, QUIET
        )
        self._line(top + ROW - 0.4)

    def _write(
        self, text: str, at: float, top: float, width: float,
        colour: tuple[int, int, int] = TEXT, *, style: str = "", size: float = 9,
        own: bool = False, at_end: bool = False,
    ) -> float:  # fmt: skip
        """Write words, cut where they are too long, and return how wide they are.

        ``own`` words (a name) have the direction of their own first letter, as in ``<bdi>``.
        """
        direction = None if own else "rtl" if self.rtl else "ltr"
        self.pdf.set_text_shaping(use_shaping_engine=True, direction=direction)
        return self._put(
            self._fitting(typeface.drawable(text), width, style, size),
            at, top, width, colour, at_end=at_end,
        )  # fmt: skip

    def _figure(
        self, text: str, at: float, top: float, width: float,
        colour: tuple[int, int, int] = TEXT, *, style: str = "", size: float = 9,
        at_start: bool = False,
    ) -> None:  # fmt: skip
        """Write a time, an amount or a number: from left to right in either language."""
        self.pdf.set_text_shaping(use_shaping_engine=False)
        self.pdf.set_font("house", style, size)
        self._put(text.translate(ISOLATES), at, top, width, colour, at_end=not at_start)

    def _put(
        self, text: str, at: float, top: float, width: float, colour: tuple[int, int, int],
        *, at_end: bool,
    ) -> float:  # fmt: skip
        """Place a text in a column that begins ``at`` so far from where reading begins."""
        self.pdf.set_text_color(*colour)
        left = WIDTH - MARGIN - at - width if self.rtl else MARGIN + at
        self.pdf.set_xy(left, top)
        self.pdf.cell(width, 4.4, text, align="R" if self.rtl != at_end else "L")
        return float(self.pdf.get_string_width(text)) + 2 * float(self.pdf.c_margin)

    def _fitting(self, text: str, width: float, style: str, size: float) -> str:
        """Return as much of the text as fits."""
        self.pdf.set_font("house", style, size)
        inside = width - 2 * self.pdf.c_margin
        whole = self.pdf.get_string_width(text)
        if whole <= inside:
            return text
        kept = int(len(text) * inside / whole)
        while kept > 0 and self.pdf.get_string_width(text[:kept] + CUT) > inside:
            kept -= 1
        return text[:kept].rstrip() + CUT

    def _line(self, top: float) -> None:
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.2)
        self.pdf.line(MARGIN, top, WIDTH - MARGIN, top)
