"""Reads what a returned paper says, wherever its rows and columns have gone; knows nothing of the database."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries

from auditor.audits.workingpaper.problems import Problem, problem
from auditor.audits.workingpaper.words import (
    ANSWERS,
    CODE,
    FORMAT,
    HEADINGS,
    KEY,
    MARK,
    RESULT,
    folded,
    read_key,
    vocabulary,
)
from auditor.filekinds import Refused, kind_of
from auditor.sheets import EMPTY, Cell, Sheet, sheets_of_workbook

_ESCAPED = re.compile("_x(00[01][0-9A-Fa-f]|005[Ff])_")  # control characters, and what escapes an escape
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_FEWEST_HEADINGS = 3


@dataclass(frozen=True)
class Entry:
    """What one row says: a key or a code, and the texts of its answers; an empty cell is None."""

    sheet: str
    row: int
    letters: dict[str, str]
    key: str
    code: str
    answers: dict[str, str | None]

    def cell(self, name: str) -> str:
        """Return the cell of a column; of one that is not there, that of the row's code or key."""
        letter = self.letters.get(name) or self.letters.get(CODE) or self.letters.get(KEY) or "A"
        return f"{letter}{self.row}"

    def problem(self, code: str, name: str, /, **params: str) -> Problem:
        return problem(code, self.sheet, self.cell(name), **params)

    @property
    def text(self) -> str:
        return " ".join(text for text in self.answers.values() if text)


@dataclass(frozen=True)
class PaperFile:
    """What a file says, and what is wrong with it; ``token`` is the paper it was written as."""

    token: str
    entries: list[Entry]
    problems: list[Problem]

    def stored(self) -> dict[str, Any]:
        """Return it as it waits in the database."""
        return {
            "token": self.token,
            "problems": [one.stored() for one in self.problems],
            "entries": [
                [one.sheet, one.row, one.letters, one.key, one.code, one.answers] for one in self.entries
            ],
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> PaperFile:
        entries = [Entry(*values) for values in stored.get("entries", [])]
        problems = [Problem.read(one) for one in stored.get("problems", [])]
        return cls(stored.get("token", ""), entries, problems)


def read_paper(content: bytes, labels: Mapping[str, Any] = HEADINGS) -> PaperFile:
    """Return what a returned file says; ``labels`` name its columns. Raises Refused for one that is no working paper, or none to be opened."""
    if kind_of(content) != "xlsx":
        raise Refused("wrong_kind", kind="CSV / text")
    sheets = sheets_of_workbook(content)
    token = _identity(sheets)
    entries: list[Entry] = []
    problems: list[Problem] = []
    tables = 0
    for sheet in sheets:
        table = _Table.of(sheet)
        if table is not None:
            tables += 1
            table.read(labels, entries, problems)
    if not tables:
        raise Refused("no_checklist")
    keys = (read_key(entry.key) for entry in entries)
    token = token or next((key.token for key in keys if key is not None), "")
    if not token:
        raise Refused("no_identity")
    return PaperFile(token, entries, problems)


def _identity(sheets: list[Sheet]) -> str:
    """Return the token that the hidden sheet names; empty where the sheet is gone."""
    for sheet in sheets:
        said = {
            str(cells[0].value): str(cells[1].value)
            for _number, cells in sheet.rows[:20]
            if len(cells) > 1 and cells[0].value is not None
        }
        written = said.get("format", "")
        if written.startswith(FORMAT.partition("/")[0]):
            if written != FORMAT:
                raise Refused("other_version", format=written[:60])
            return said.get("paper", "")
    return ""


def shown(cell: Cell) -> str | None:
    """Return a cell as the text that a person sees in it; None for an empty one."""
    value: Any = cell.value
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value) or None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float | int):
        if "%" in cell.format:
            return f"{value * 100:.10g}%"
        return str(int(value)) if float(value).is_integer() else f"{value:.10g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return clean(str(value)) or None


def clean(text: str) -> str:
    """Return a text as a cell can hold and give it back: escapes undone, one kind of line break, nothing unseen."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _UNSEEN.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n")).strip()


class _Table:
    """A sheet with the columns of a checklist."""

    def __init__(
        self, sheet: Sheet, columns: dict[str, int], twice: list[str], heads: dict[int, bool]
    ) -> None:
        self.sheet, self.columns, self.twice, self.heads = sheet, columns, twice, heads
        self.letters = {name: get_column_letter(place + 1) for name, place in columns.items()}
        self.first_head, self.head_row = min(heads), max(heads)

    @classmethod
    def of(cls, sheet: Sheet) -> _Table | None:
        """Return the table of a sheet; None where it has no such headings. The hidden row of names goes first."""
        found: list[tuple[bool, int, dict[str, int], list[str]]] = []
        for number, cells in sheet.rows:
            columns, twice, marked = _headings(cells)
            if len(columns) >= _FEWEST_HEADINGS and RESULT in columns and {KEY, CODE} & set(columns):
                found.append((marked, number, columns, twice))
        if not found:
            return None
        _marked, _number, columns, twice = next((one for one in found if one[0]), found[0])
        return cls(sheet, columns, twice, {number: marked for marked, number, _columns, _twice in found})

    def read(self, labels: Mapping[str, Any], entries: list[Entry], problems: list[Problem]) -> None:
        """Add what the rows say, and what is wrong with the table."""
        for name in self.twice:
            cell = f"{self.letters[name]}{self.head_row}"
            problems.append(problem("heading_twice", self.sheet.name, cell, heading=str(labels[name])))
        for name in ANSWERS:
            if name not in self.columns:
                problems.append(problem("column_missing", self.sheet.name, "", heading=str(labels[name])))
        self._merged(problems)
        for number, cells in self.sheet.rows:
            below = number > self.first_head and number not in self.heads
            if below and (entry := self._entry(number, cells, problems)) is not None:
                entries.append(entry)

    def _merged(self, problems: list[Problem]) -> None:
        watched = {self.columns[name] + 1 for name in (*ANSWERS, KEY, CODE) if name in self.columns}
        for reference, _first, last in self.sheet.merged:
            left, top, right, bottom = range_boundaries(reference)
            within = any(int(left or 1) <= column <= int(right or 16_384) for column in watched)
            if within and last > self.head_row and top != bottom:
                cell = reference.partition(":")[0]
                problems.append(problem("merged", self.sheet.name, cell, range=reference))

    def _entry(self, number: int, cells: Sequence[Cell], problems: list[Problem]) -> Entry | None:
        key, code = self._text(cells, KEY), self._text(cells, CODE)
        if key is None and code is None and not any(self._cell(cells, name) is not EMPTY for name in ANSWERS):
            return None
        answers: dict[str, str | None] = {}
        for name in ANSWERS:
            cell = self._cell(cells, name)
            place = f"{self.letters.get(name, 'A')}{number}"
            if cell.is_formula:
                problems.append(problem("formula", self.sheet.name, place))
            elif cell.is_error:
                problems.append(problem("error_value", self.sheet.name, place, value=str(cell.value)))
            else:
                answers[name] = shown(cell)
                continue
            answers[name] = None
        return Entry(self.sheet.name, number, self.letters, key or "", code or "", answers)

    def _cell(self, cells: Sequence[Cell], name: str) -> Cell:
        place = self.columns.get(name)
        return EMPTY if place is None or place >= len(cells) else cells[place]

    def _text(self, cells: Sequence[Cell], name: str) -> str | None:
        return shown(self._cell(cells, name))


def _headings(cells: Sequence[Cell]) -> tuple[dict[str, int], list[str], bool]:
    """Return which column is where in a row, what of it stands there twice, and whether it is the hidden row."""
    known = vocabulary().headings
    columns: dict[str, int] = {}
    twice: list[str] = []
    marked = False
    for place, cell in enumerate(cells):
        if not isinstance(cell.value, str):
            continue
        name = known.get(folded(clean(cell.value)))
        if name is None:
            continue
        marked = marked or cell.value.startswith(MARK)
        if name in columns:
            twice.append(name)
        else:
            columns[name] = place
    return columns, [name for name in twice if name in {*ANSWERS, KEY}], marked
