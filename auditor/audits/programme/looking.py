"""Why a cell says what it says: its controls, how often each is asked for, and the checks that count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auditor.audits.inspections.people import respondents
from auditor.audits.programme.board import Board, Row
from auditor.audits.programme.coverage import Cell, Check, tallies
from auditor.audits.programme.units import day_of_plan
from auditor.audits.results import AUDITS, AuditKind
from auditor.catalogue.models import Control
from auditor.catalogue.queries import versions_in_use
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.people import queries as people


@dataclass(frozen=True)
class ControlLine:
    """A control of the cell: asked for so many times, planned and done in so many months."""

    code: str
    title: str
    control_id: int | None
    every: int
    asked: int
    planned: int
    done: int

    @property
    def covered(self) -> bool:
        return self.planned >= self.asked


@dataclass(frozen=True)
class CheckLine:
    """A check that counts for the cell."""

    check: Check
    kind: Any
    people: tuple[str, ...]
    controls: int  # of this cell


@dataclass(frozen=True)
class Look:
    """A cell with its reasons."""

    row: Row
    category: str
    title: str
    cell: Cell
    controls: list[ControlLine]
    checks: list[CheckLine]


def look(made: Board, subject_id: int, category: str, moment: Moment) -> Look:
    """Return why the cell says what it says: about eight queries. Raises NotFound where there is no such cell."""
    row = made.row(subject_id)
    if row is None or category not in row.cells:
        raise NotFound
    needs = [need for need in row.needs if need.category == category]
    codes = {need.code for need in needs}
    counted = tallies(row.checks)
    titles, ids = made.demand.titles(), _ids(made, codes)
    controls = [
        ControlLine(
            need.code[1],
            titles.get(need.code, ""),
            ids.get(need.code),
            need.every,
            need.times,
            len(counted[need.code].planned) if need.code in counted else 0,
            len(counted[need.code].done) if need.code in counted else 0,
        )
        for need in needs
    ]
    here = [check for check in row.checks if not codes.isdisjoint(check.codes)]
    names = _names(row, here, moment)
    checks = [
        CheckLine(check, AuditKind(check.kind), names[place], len(codes & check.codes))
        for place, check in enumerate(here)
    ]
    checks.sort(key=lambda one: one.check.starts_on)
    return Look(row, category, made.demand.categories[category], row.cells[category], controls, checks)


def _ids(made: Board, codes: Any) -> Mapping[tuple[int, str], int]:
    versions = {one.id: one.catalogue_id for one in versions_in_use(day_of_plan(made.year, made.moment))}
    rows = Control.select(Control.id, Control.version, Control.code).where(
        Control.version.in_(list(versions)), Control.code.in_([code for _catalogue, code in codes])
    )
    return {(versions[row.version_id], row.code): row.id for row in rows}


def _names(row: Row, here: list[Check], moment: Moment) -> list[tuple[str, ...]]:
    answering = respondents([row.planned.subject], moment).get(row.planned.id, ())
    who = [check.people or (answering if check.kind not in AUDITS else ()) for check in here]
    names = people.names({one for found in who for one in found}, moment)
    return [tuple(names.get(one, "") for one in found) for found in who]
