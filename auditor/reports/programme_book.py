"""The plan of a fiscal year as a workbook: the grid as shown, every planned check, every change since the approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.audits.programme.board import Board, Row, grouped
from auditor.audits.programme.changes import Changed, Step
from auditor.audits.programme.coverage import Cell
from auditor.audits.programme.listing import Line
from auditor.audits.programme.words import SKIPPED, CellState
from auditor.audits.results import State
from auditor.company import queries as company
from auditor.language import _, _l, fiscal_year_name, format_instant, format_long_day, speaking
from auditor.reports.book import Book, DetailSheet, Sheet
from auditor.reports.saving import written
from auditor.reports.tables import Column, Table


@dataclass(frozen=True)
class PlanBook:
    """What the workbook holds; ``rows`` are those of the grid that the page shows."""

    made: Board
    rows: Sequence[Row]
    lines: Sequence[Line] = ()
    steps: Sequence[Step] = field(default_factory=tuple)
    changed: Sequence[Changed] = field(default_factory=tuple)


def write(plan: PlanBook, language: str, path: Path) -> int:
    """Write the workbook to ``path``; returns the number of its planned checks."""
    with speaking(language):
        year, day = fiscal_year_name(plan.made.year.label), plan.made.moment.day
        heading = _(
            "%(company)s · as of %(day)s",
            company=company.company_name(plan.made.moment),
            day=format_long_day(day),
        )
        book = Book(language, heading)
        title = str(_("Audit plan of %(year)s", year=year))
        book.describe(title)
        with written(book.raw, path):
            _grid(book, plan, title)
            count = _checks(book, plan)
            _changes(book, plan)
    return count


def _grid(book: Book, plan: PlanBook, title: str) -> None:
    categories = plan.made.demand.categories
    sheet = Sheet(book, str(_("Coverage")), [30, *[15.5] * len(categories), 12])
    styles = book.styles
    sheet.title_rows(
        title, str(_("State, day (month-day), and checks done of those that the controls ask for."))
    )
    for step in plan.steps:
        said = " ".join(part for part in (str(step.state.label), step.who, format_instant(step.when)) if part)
        sheet.write([(styles.meta, said)])
    counts = plan.made.counts
    sheet.write(
        [(styles.meta, "　".join(f"{state.label} {counts[state]}" for state in CellState if counts[state]))]
    )
    sheet.write(height=8)
    head = sheet.head(_("Subject"), *categories.values(), _("Done / needed"))
    sheet.repeat(head, head)
    for group in grouped(plan.rows):
        if len(group.rows) > 1:
            name = group.name or str(_("Without a division"))
            parts = [group.of(key) for key in categories]
            sheet.write(
                [
                    (styles.strong, name),
                    *((styles.grid_none, f"{done} / {all_}" if all_ else "") for done, all_ in parts),
                    (styles.grid_sum, f"{sum(row.done for row in group.rows)} / {group.counted}"),
                ]
            )
        for row in group.rows:
            sheet.write(_row(book, row, list(categories)))


def _row(book: Book, row: Row, categories: list[str]) -> list[Any]:
    styles = book.styles
    name = row.planned.name
    if row.planned.with_units:
        name += "\n" + str(_("with %(units)s", units=str(_(", ")).join(row.planned.with_units)))
    cells = [_cell(book, row.cells.get(key)) for key in categories]
    return [(styles.label, name), *cells, (styles.grid_sum, f"{row.done} / {row.counted}")]


def _cell(book: Book, cell: Cell | None) -> Any:
    styles = book.styles
    if cell is None or cell.state is CellState.NONE:
        return styles.grid_none, "–"
    said = str(cell.state.label)
    if cell.state is CellState.NOT_NEEDED:
        return styles.grid_none, said
    if cell.on and cell.state is not CellState.GAP:
        said += f" {cell.on:%m-%d}"
    shown = cell.planned if cell.state is CellState.GAP else cell.done
    look = {CellState.GAP: styles.plan_gap, CellState.LATE: styles.plan_late}.get(cell.state, styles.plan_ok)
    return look, f"{said}\n{shown} / {cell.asked}"


def _checks(book: Book, plan: PlanBook) -> int:
    sheet = DetailSheet(book, CHECKS)
    for line in plan.lines:
        skipped = line.state == SKIPPED
        state = (
            _l("Left out") if skipped else State(line.audit.current_state if line.audit else "planned").label
        )
        sheet.add(
            {
                "starts_on": line.starts_on,
                "due_on": line.due_on,
                "subject": line.name,
                "kind": str(line.kind.label),
                "number": line.audit.number if line.audit else "",
                "people": str(_(", ")).join(line.people),
                "controls": line.controls,
                "state": str(state),
                "overdue": str(_("Overdue")) if line.late and not skipped else "",
                "rule_on": line.entry.rule_on,
                "reason": line.detail.reason,
            }
        )
    return sheet.close()


def _changes(book: Book, plan: PlanBook) -> None:
    if not plan.changed:
        return
    sheet = DetailSheet(book, CHANGES)
    for one in plan.changed:
        sheet.add({"when": format_instant(one.when), "who": one.who, "what": one.what, "reason": one.reason})
    sheet.close()


CHECKS = Table("planned_checks", _l("Planned checks"), _l("PlannedCheckRows"), (
    Column("starts_on", _l("Begins on"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("subject", _l("Subject"), 28, written=True),
    Column("kind", _l("Kind of check"), 18),
    Column("number", _l("Number"), 10),
    Column("people", _l("Carried out by"), 24, written=True),
    Column("controls", _l("Controls"), 9),
    Column("state", _l("State"), 14),
    Column("overdue", _l("Overdue"), 10),
    Column("rule_on", _l("Date of the rule"), 12.5),
    Column("reason", _l("Reason"), 30, written=True),
))  # fmt: skip
CHANGES = Table("plan_changes", _l("Changes since the approval"), _l("PlanChangeRows"), (
    Column("when", _l("When"), 16),
    Column("who", _l("Person"), 16, written=True),
    Column("what", _l("Change"), 50, written=True),
    Column("reason", _l("Reason"), 50, written=True),
))  # fmt: skip
