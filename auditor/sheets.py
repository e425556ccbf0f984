"""The sheets of a workbook, or the one table of a CSV file, as rows of plain cells."""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook import Workbook

from auditor.filekinds import Refused

MOST_ROWS = 50_000
MOST_COLUMNS = 200
FARTHEST_ROW = 4 * MOST_ROWS  # formats filled down to the last row, or a row that says it is the billionth
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([^"]+)"')
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_KEPT_ZEROS = re.compile(r'^="(.*)"$', re.DOTALL)  # how a CSV file keeps Excel from dropping zeros
# What zipfile, both XML parsers and openpyxl raise for files that are not what they say.
_DAMAGE = (
    BadZipFile, zlib.error, SyntaxError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError,
    OSError, OverflowError, NotImplementedError, RecursionError,
)  # fmt: skip


class Cell(NamedTuple):
    """One cell: its value as the file holds it and the number format that dresses it."""

    value: Any
    format: str = ""
    is_error: bool = False
    is_formula: bool = False


EMPTY = Cell(None)


@dataclass(slots=True)
class Sheet:
    """One table. ``rows`` holds the rows that are not empty, each with its number as the program shows it."""

    name: str
    rows: list[tuple[int, Sequence[Cell]]]
    is_hidden: bool = False
    epoch: datetime = field(default_factory=lambda: datetime(1899, 12, 30))  # noqa: DTZ001 - day 0 has no zone
    merged: list[tuple[str, int, int]] = field(default_factory=list)  # range, first row, last row
    hidden_rows: set[int] = field(default_factory=set)
    encoding: str = ""


def sheets_of_workbook(content: bytes) -> list[Sheet]:
    """Return every worksheet; formulas stand with the result that was saved with them, or None."""
    try:
        # openpyxl warns of validations and extensions it passes over; nothing here depends on them.
        with warnings.catch_warnings(), zipfile.ZipFile(io.BytesIO(content)) as package:
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
            return [_read_sheet(book, index, package, content) for index in range(len(book.worksheets))]
    except _DAMAGE as error:
        raise Refused("damaged") from error


def _read_sheet(book: Workbook, index: int, package: zipfile.ZipFile, content: bytes) -> Sheet:
    source: Any = book.worksheets[index]  # a read-only sheet, whose type the stubs do not name
    raw = package.read(source._worksheet_path)
    formulas = _formulas(content, index) if _FORMULA.search(raw) else frozenset()
    sheet = Sheet(source.title, [], source.sheet_state != "visible", book.epoch)
    sheet.merged = [_span(reference.decode()) for reference in _MERGE.findall(raw)]
    sheet.hidden_rows = {
        int(found.group(1))
        for tag in (_ROW.findall(raw) if _HIDDEN.search(raw) else ())
        if _HIDDEN.search(tag) and (found := _ROW_NUMBER.search(tag))
    }
    for number, cells in _rows(source):
        if any(cell.value is not None for cell in cells) or any(
            (number, c + 1) in formulas for c in range(len(cells))
        ):
            if len(sheet.rows) >= MOST_ROWS:
                raise Refused("too_many_rows", limit=f"{MOST_ROWS:,}")
            sheet.rows.append((number, _cells(number, cells, formulas)))
    return sheet


def _rows(source: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Give each row with its number; what the file leaves out comes as an empty one, so far down it ends."""
    source.reset_dimensions()  # a wrong dimension in the file would hide rows
    for number, cells in enumerate(source.iter_rows(), 1):
        if number > FARTHEST_ROW:
            raise Refused("too_many_rows", limit=f"{MOST_ROWS:,}")
        yield number, cells[:MOST_COLUMNS]


def _cells(number: int, cells: Sequence[Any], formulas: frozenset[tuple[int, int]]) -> list[Cell]:
    read = []
    for column, cell in enumerate(cells, 1):
        formula = bool(formulas) and (number, column) in formulas
        value = cell.value
        if value is None and not formula:
            read.append(EMPTY)
        elif isinstance(value, str):
            read.append(Cell(value, "", cell.data_type == "e", formula))
        else:
            read.append(Cell(value, cell.number_format if value is not None else "", False, formula))
    return read


def _formulas(content: bytes, index: int) -> frozenset[tuple[int, int]]:
    """Return (row, column) of the formulas, which need a second pass: the first shows only their results."""
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    source: Any = book.worksheets[index]  # a read-only sheet, whose type the stubs do not name
    return frozenset(
        (cell.row, cell.column)
        for _, cells in _rows(source)
        for cell in cells
        if cell.value is not None and cell.data_type == "f"
    )


def _span(reference: str) -> tuple[str, int, int]:
    _, first, _, last = range_boundaries(reference)
    return reference, int(first or 1), int(last or 1)


def sheet_of_csv(content: bytes) -> Sheet:
    """Return the one table of a CSV file in UTF-8, UTF-16 with a mark, or Japanese Windows text (CP932)."""
    text, encoding = _decoded(content)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    sheet = Sheet("", [], encoding=encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, values in enumerate(reader, 1):
            if not any(value.strip() for value in values):
                continue
            if len(sheet.rows) >= MOST_ROWS:
                raise Refused("too_many_rows", limit=f"{MOST_ROWS:,}")
            sheet.rows.append((number, [_csv_cell(value) for value in values[:MOST_COLUMNS]]))
    except csv.Error as error:
        raise Refused("csv_broken", line=str(reader.line_num)) from error
    return sheet


def _csv_cell(value: str) -> Cell:
    kept = _KEPT_ZEROS.match(value)
    bare = kept.group(1) if kept else value
    return Cell(bare) if bare.strip() else EMPTY


def _decoded(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
    raise Refused("unknown_encoding", line=str(line))
