"""A file as rows of texts: CSV in three encodings, or Excel; everything in it is bounded.

Nothing is computed: a cell that holds a formula is marked and its result is not believed. Memory
follows the longest permitted line, not the file.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException

from core.limits import (
    IMPORT_CELL_CHARS_MAX,
    IMPORT_COLUMNS_MAX,
    IMPORT_FILE_BYTES_MAX,
    IMPORT_LINE_CHARS_MAX,
    IMPORT_ROWS_MAX,
    IMPORT_SHEET_BYTES_MAX,
    IMPORT_SHEET_PARTS_MAX,
    IMPORT_SHEET_STRINGS_BYTES_MAX,
)

DELIMITERS: Final = ",;\t|"
SNIFFED_LINES: Final = 20
PIECE_BYTES: Final = 1024 * 1024
# Letters of Persian and Arabic in Windows-1256, which decodes any byte: enough of what is not
# ASCII must be one of them, or the file is of another alphabet.
PERSIAN_SHARE_MIN: Final = 0.7
CONTROLS: Final = frozenset(range(32)) - {9, 10, 12, 13}
FORMULA: Final = "f"
BROKEN: Final = (
    zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, IndexError,
    TypeError, AttributeError, EOFError, OSError, RuntimeError,
)  # fmt: skip


class Unreadable(Exception):
    """The file cannot be read at all; ``code`` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Row:
    """A row as it stands: texts, and which of them are formulas or too long."""

    number: int  # as a spreadsheet counts, from 1
    cells: list[str]
    formulas: frozenset[int] = frozenset()
    too_long: frozenset[int] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(self.cells)


@dataclass(frozen=True)
class Shape:
    """What kind of file it is: enough to read it again in the same way."""

    form: str
    encoding: str = ""
    delimiter: str = ""
    headers: list[str] = field(default_factory=list)


def shape_of(path: Path) -> Shape:
    """Return what the file is and its headings. Raises Unreadable."""
    size = path.stat().st_size
    if size > IMPORT_FILE_BYTES_MAX:
        raise Unreadable("file-large")
    if size == 0:
        raise Unreadable("file-empty")
    with path.open("rb") as file:
        first = file.read(4)
    if first == b"PK\x03\x04":
        shape = Shape("xlsx")
    elif first == b"\xd0\xcf\x11\xe0":
        raise Unreadable("excel-old")
    else:
        encoding = _encoding_of(path)
        shape = Shape("csv", encoding, _delimiter_of(path, encoding))
    head = next((row for row in rows_of(path, shape) if not row.is_empty), None)
    if head is None:
        raise Unreadable("file-empty")
    if head.formulas or head.too_long:
        raise Unreadable("headings-missing")
    headers = list(head.cells)
    while headers and not headers[-1]:
        headers.pop()
    return Shape(shape.form, shape.encoding, shape.delimiter, headers)


def rows_of(path: Path, shape: Shape) -> Iterator[Row]:
    """Give every row, the headings first. Raises Unreadable, also after some rows."""
    rows = _sheet(path) if shape.form == "xlsx" else _lines(path, shape)
    for count, row in enumerate(rows):
        if count > IMPORT_ROWS_MAX:
            raise Unreadable("rows-many")
        yield row


def body_of(path: Path, shape: Shape) -> Iterator[Row]:
    """Give the rows below the headings that hold something."""
    is_head = True
    for row in rows_of(path, shape):
        if row.is_empty:
            continue
        if is_head:
            is_head = False
            continue
        yield row


def _encoding_of(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, high, persian = True, 0, 0
    letters = {byte for byte in range(128, 256) if _is_persian(byte)}
    with path.open("rb") as file:
        start = file.read(3)
        if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            if not CONTROLS.isdisjoint(piece):
                raise Unreadable("not-text")
            if is_utf8:
                try:
                    decoder.decode(piece)
                except UnicodeDecodeError:
                    is_utf8 = False
            counted = [piece.count(bytes([byte])) for byte in range(128, 256)]
            high += sum(counted)
            persian += sum(counted[byte - 128] for byte in letters)
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    if is_utf8:
        return "utf-8-sig" if start == codecs.BOM_UTF8 else "utf-8"
    if persian >= high * PERSIAN_SHARE_MIN:
        return "cp1256"
    raise Unreadable("encoding-unknown")


def _is_persian(byte: int) -> bool:
    letter = bytes([byte]).decode("cp1256")
    return "\u0600" <= letter <= "\u06ff" or letter == "\u200c"


def _delimiter_of(path: Path, encoding: str) -> str:
    """Return the sign that divides the first lines most evenly into most cells."""
    lines: list[str] = []
    for line in _text_lines(path, encoding):
        lines.append(line)
        if len(lines) == SNIFFED_LINES:
            break
    best, score = ",", 0
    for sign in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        except csv.Error:
            continue
        width = max(set(widths), key=widths.count) if widths else 0
        even = widths.count(width) * (width - 1)
        if even > score:
            best, score = sign, even
    return best


def _text_lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open("r", encoding=encoding, newline="") as file:
        try:
            while line := file.readline(IMPORT_LINE_CHARS_MAX + 1):
                if len(line) > IMPORT_LINE_CHARS_MAX:
                    raise Unreadable("line-long")
                if "\x00" in line:
                    raise Unreadable("not-text")
                yield line
        except UnicodeError:
            raise Unreadable("encoding-unknown") from None


def _lines(path: Path, shape: Shape) -> Iterator[Row]:
    reader = csv.reader(_text_lines(path, shape.encoding), delimiter=shape.delimiter)
    number = 0
    try:
        for cells in reader:
            number += 1
            if len(cells) > IMPORT_COLUMNS_MAX:
                cells = [*cells[:IMPORT_COLUMNS_MAX]]  # noqa: PLW2901  (cut, not another row)
            yield _row(number, [cell.strip() for cell in cells])
    except csv.Error:
        raise Unreadable("quotes-open") from None


def _row(number: int, cells: list[str], formulas: frozenset[int] = frozenset()) -> Row:
    too_long = frozenset(
        place for place, cell in enumerate(cells) if len(cell) > IMPORT_CELL_CHARS_MAX
    )
    kept = [cell[:IMPORT_CELL_CHARS_MAX] for cell in cells] if too_long else cells
    return Row(number, kept, formulas, too_long)


def _sheet(path: Path) -> Iterator[Row]:
    """Give the rows of the first sheet. What unpacks to too much is refused before it does."""
    _refuse_bombs(path)
    with path.open("rb") as file:  # by its content: the name of our copy has no ending
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        except BROKEN:
            raise Unreadable("excel-broken") from None
        with closing(book):
            try:
                yield from _cells(book.worksheets[0])
            except BROKEN:
                raise Unreadable("excel-broken") from None


def _cells(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()
    bounds = {"max_row": IMPORT_ROWS_MAX + 2, "max_col": IMPORT_COLUMNS_MAX}
    for number, cells in enumerate(sheet.iter_rows(**bounds), 1):
        formulas = frozenset(place for place, cell in enumerate(cells) if cell.data_type == FORMULA)
        yield _row(number, [_text_of(cell.value) for cell in cells], formulas)


def _refuse_bombs(path: Path) -> None:
    """Refuse by the declared sizes: ``zipfile`` never gives more of a part than it declares."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except BROKEN:
        raise Unreadable("excel-broken") from None
    strings = sum(
        part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml")
    )
    if (
        len(parts) > IMPORT_SHEET_PARTS_MAX
        or sum(part.file_size for part in parts) > IMPORT_SHEET_BYTES_MAX
        or strings > IMPORT_SHEET_STRINGS_BYTES_MAX
    ):
        raise Unreadable("excel-bomb")


def _text_of(value: Any) -> str:
    """Return a cell as a person sees it: 12500.0 is 12500."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value).strip()
