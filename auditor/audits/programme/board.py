"""The grid of a year: every subject to be checked, every category, and what each cell says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.audits.programme import queries
from auditor.audits.programme.checks import checks_of
from auditor.audits.programme.coverage import Cell, Check, Need, cells
from auditor.audits.programme.models import Programme
from auditor.audits.programme.needs import Demand, demand
from auditor.audits.programme.units import Planned, Roll, roll
from auditor.audits.programme.words import CellState
from auditor.calendars import FiscalYear
from auditor.catalogue.words import TARGETS
from auditor.dated import Moment

COVERED = frozenset({CellState.DONE, CellState.RUNNING, CellState.PLANNED, CellState.LATE})


@dataclass(frozen=True)
class Row:
    """A subject with its cells by category."""

    planned: Planned
    cells: Mapping[str, Cell]
    needs: list[Need] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    @property
    def states(self) -> Counter[CellState]:
        return Counter(cell.state for cell in self.cells.values())

    @property
    def done(self) -> int:
        return self.states[CellState.DONE]

    @property
    def counted(self) -> int:
        return sum(1 for cell in self.cells.values() if cell.counted)


@dataclass(frozen=True)
class Board:
    """Everything about the coverage of a year at a moment."""

    year: FiscalYear
    moment: Moment
    demand: Demand
    roll: Roll
    rows: list[Row]
    checks: list[Check]

    @property
    def counts(self) -> Counter[CellState]:
        """How many cells are in which state; together all cells that have controls."""
        return sum((row.states for row in self.rows), Counter())

    @property
    def gaps(self) -> int:
        return self.counts[CellState.GAP]

    def row(self, subject_id: int) -> Row | None:
        """Return the row of a subject."""
        return next((row for row in self.rows if row.planned.id == subject_id), None)


def board(
    year: FiscalYear, programme: Programme | None, moment: Moment, language: str, people: bool = False
) -> Board:
    """Return the coverage of the year at ``moment``: about 25 queries, whatever the number of subjects."""
    terms = queries.terms_of(programme, moment)
    asked = demand(year, moment)
    listed = roll(year, moment, terms.unit_level, language)
    checks = checks_of(year, moment, people)
    without = queries.not_needed(programme, moment)
    by_subject: dict[int, list[Check]] = {}
    for check in checks:
        by_subject.setdefault(check.subject_id, []).append(check)
    rows = [
        _row(one, asked, year, by_subject.get(one.id, []), without.get(one.id, {})) for one in listed.planned
    ]
    return Board(year, moment, asked, listed, rows, checks)


def _row(
    planned: Planned, asked: Demand, year: FiscalYear, checks: list[Check], without: Mapping[str, Any]
) -> Row:
    needs = asked.needs(planned, year)
    reasons = {category: str(row.reason) for category, row in without.items()}
    found = cells(needs, checks, reasons, asked.left_out(planned))
    return Row(planned, found, needs, checks)


@dataclass(frozen=True)
class Filter:
    """What of the grid is shown; empty leaves everything."""

    kind: str = ""
    group: str = ""
    only: str = ""  # a CellState: rows with such a cell
    text: str = ""

    @property
    def asked(self) -> bool:
        return self != Filter()


@dataclass(frozen=True)
class Group:
    """Rows of one division or kind, with what their cells come to."""

    name: str
    kind: str
    rows: list[Row]

    @property
    def counts(self) -> Counter[CellState]:
        return sum((row.states for row in self.rows), Counter())

    @property
    def counted(self) -> int:
        return sum(row.counted for row in self.rows)

    def of(self, category: str) -> tuple[int, int]:
        """Return how many cells of a category are done, of how many that count."""
        return done_of([row.cells[category] for row in self.rows if category in row.cells])


def done_of(found: Iterable[Cell]) -> tuple[int, int]:
    """Return how many of the cells are done, of how many that count."""
    counted = [cell for cell in found if cell.counted]
    return sum(1 for cell in counted if cell.state is CellState.DONE), len(counted)


def filter_of(asked: Mapping[str, str]) -> Filter:
    """Return the filter that an address asks for; what there is not is left out."""
    kind, only = asked.get("kind", ""), asked.get("only", "")
    return Filter(
        kind if kind in TARGETS else "",
        asked.get("group", "")[:200],
        only if only in set(CellState) - {CellState.NONE} else "",
        asked.get("q", "").strip()[:100],
    )


def narrowed(rows: Sequence[Row], wanted: Filter) -> list[Row]:
    """Return the rows that the filter leaves."""
    text = wanted.text.casefold()
    return [
        row
        for row in rows
        if wanted.kind in ("", row.planned.subject.kind)
        and wanted.group in ("", row.planned.group)
        and (not wanted.only or row.states[CellState(wanted.only)])
        and (
            not text
            or text in row.planned.name.casefold()
            or text in row.planned.subject.code.casefold()
            or any(text in unit.casefold() for unit in row.planned.with_units)
        )
    ]


def grouped(rows: Sequence[Row]) -> list[Group]:
    """Return the rows by division and kind, in their order."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        kind = row.planned.subject.kind
        found.setdefault((kind, row.planned.group if kind == "department" else ""), []).append(row)
    return [
        Group(group or rows_of[0].planned.group, kind, rows_of) for (kind, group), rows_of in found.items()
    ]
