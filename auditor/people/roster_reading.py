"""Reads the cells of one row by their fields, and records what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from auditor.people.roster_columns import Header, heading, label_key
from auditor.people.roster_problems import Problems
from auditor.people.roster_rows import Source
from auditor.people.roster_values import day_of, half_width, has_unseen, is_code, text_of
from auditor.sheets import EMPTY, Cell, Sheet

Choice = TypeVar("Choice")

LONGEST_CODE = 40


@dataclass(slots=True)
class Table:
    """A sheet with its row of headings found, and the rows below it that hold entries rather than notes."""

    sheet: Sheet
    header: Header
    letters: Mapping[str, str]
    rows: list[tuple[int, Sequence[Cell]]]


class RowReader:
    """One row. ``broken`` tells after reading whether the row has an error of its own."""

    def __init__(self, table: Table, number: int, cells: Sequence[Cell], problems: Problems) -> None:
        self.source = Source(table.sheet.name, number, table.letters)
        self.broken = False
        self._table, self._cells, self._problems = table, cells, problems

    def cell(self, name: str) -> Cell:
        """Return the raw cell of a field; the empty one where the row or the file ends before it."""
        index = self._table.header.columns.get(name)
        return EMPTY if index is None or index >= len(self._cells) else self._cells[index]

    def is_empty(self, name: str) -> bool:
        """Whether nothing at all stands in the cell of a field."""
        cell = self.cell(name)
        return text_of(cell.value) == "" and not cell.is_formula

    def error(self, code: str, name: str, **params: str) -> None:
        """Record an error at the cell of a field."""
        self.broken = True
        self._problems.add(code, self.source.sheet, self.source.cell(name), **params)

    def warn(self, code: str, name: str, **params: str) -> None:
        """Record a warning at the cell of a field; the row stays good."""
        self._problems.add(code, self.source.sheet, self.source.cell(name), **params)

    def notice(self, code: str, name: str) -> None:
        """Count a notice for the column of a field."""
        self._problems.notice(code, self.source.sheet, self.heading(name), self.source.cell(name))

    def heading(self, name: str) -> str:
        """Return the heading that the file gives a field."""
        return heading(self._table.header.headings, name)

    def text(self, name: str, limit: int, required: bool = False) -> str:
        """Return a text as it is written, without the blanks around it; "" where it has an error."""
        cell = self.cell(name)
        if not self._has_value(name, cell, required):
            return ""
        text = text_of(cell.value)
        if has_unseen(text):
            self.error("control_character", name, column=self.heading(name), value=text)
        elif len(text) > limit:
            size = {"length": str(len(text)), "limit": str(limit)}
            self.error("too_long", name, column=self.heading(name), **size)
        elif required and not text:
            self.error("missing", name, column=self.heading(name))
        else:
            return text
        return ""

    def code(self, name: str, required: bool = False) -> str:
        """Return a number or code in half-width characters, as text."""
        text = self.folded(name, LONGEST_CODE, required)
        cell = self.cell(name)
        if text and isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool):
            text = self._zeros_kept(name, cell, text)
        if text and not is_code(text):
            self.error("bad_code", name, column=self.heading(name), value=text)
        return text

    def folded(self, name: str, limit: int, required: bool = False) -> str:
        """Return a text that is no name in half-width characters, and count where that changed it."""
        text = self.text(name, limit, required)
        folded = half_width(text)
        if folded != text:
            self.notice("full_width", name)
        return folded

    def day(self, name: str) -> date | None:
        """Return a date, however the cell writes it."""
        cell = self.cell(name)
        if not self._has_value(name, cell, required=False) or text_of(cell.value) == "":
            return None
        try:
            day, how = day_of(cell.value, self._table.sheet.epoch)
        except OverflowError:
            self.error("date_out_of_range", name, column=self.heading(name), value=text_of(cell.value))
            return None
        except ValueError:
            self.error("bad_date", name, column=self.heading(name), value=text_of(cell.value))
            return None
        if how == "serial":
            self.notice("serial_date", name)
        elif how == "text" and not self._is_plain_csv_date(cell):
            self.notice("text_date", name)
        return day

    def choice(
        self,
        name: str,
        words: Mapping[str, Choice],
        unknown: str,
        shown: Sequence[str],
        required: bool = False,
    ) -> Choice | None:
        """Return what a word stands for; an unknown word is an error that lists the usual ones."""
        text = self.text(name, LONGEST_CODE, required)
        if not text:
            return None
        meant = words.get(label_key(text))
        if meant is None:
            self.error(unknown, name, value=text, choices=", ".join(shown))
        return meant

    def _has_value(self, name: str, cell: Cell, required: bool) -> bool:
        if cell.is_formula and cell.value is None:
            self.error("formula_empty", name, column=self.heading(name))
            return False
        if cell.is_error:
            self.error("error_value", name, column=self.heading(name), value=text_of(cell.value))
            return False
        if cell.is_formula:
            self.notice("formula_value", name)
        if cell.value is None:
            if required:
                self.error("missing", name, column=self.heading(name))
            return False
        return True

    def _zeros_kept(self, name: str, cell: Cell, text: str) -> str:
        zeros = cell.format.split(";")[0]
        if len(zeros) > 1 and set(zeros) == {"0"} and text.isdigit():
            self.notice("zeros_from_format", name)
            return text.zfill(len(zeros))
        return text

    def _is_plain_csv_date(self, cell: Cell) -> bool:
        # In a CSV file every date is text; only an unusual way of writing it is worth a word.
        return not self._table.sheet.name and str(cell.value)[:4].isdigit()
