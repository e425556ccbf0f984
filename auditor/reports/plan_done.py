"""The plan of a year against what was done: the checks of its approved programme, its cells, its changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from auditor import db
from auditor.audits.programme import changes, queries
from auditor.audits.programme.board import board
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeEntryDetail
from auditor.audits.programme.words import SKIPPED, CellState
from auditor.audits.results import AuditKind
from auditor.reports.scope import Side

STATES = ("done", "running", "planned", "late")  # programme.coverage.Check.state


@dataclass(frozen=True)
class PlanLine:
    """The checks of one kind: how many there are, by how they stand, and how many were left out with a reason."""

    kind: AuditKind
    states: Counter[str]
    skipped: int

    @property
    def planned(self) -> int:
        """All of them, those left out included."""
        return sum(self.states.values()) + self.skipped


@dataclass(frozen=True)
class PlanDone:
    """What the report of a year says of its plan."""

    approved_at: datetime
    approved_by: str
    lines: tuple[PlanLine, ...]
    cells: Counter[CellState]
    gaps: tuple[str, ...]  # subjects with something that is not covered
    late: tuple[str, ...]
    changed: int  # checks and cells since the approval

    @property
    def counted(self) -> int:
        """How many cells are to be checked at all."""
        return sum(
            n for state, n in self.cells.items() if state not in (CellState.NONE, CellState.NOT_NEEDED)
        )


def plan_done(side: Side) -> PlanDone | None:
    """Return the plan against what was done; None where no plan of the year had been approved: about 30 queries."""
    programme = queries.programme_of(side.year.label, side.moment)
    if programme is None:
        return None
    steps = [one for one in changes.steps(programme, side.moment) if one.state == "approved"]
    if not steps:
        return None
    made = board(side.year, programme, side.moment, side.roster.language)
    states: dict[str, Counter[str]] = {}
    for check in made.checks:
        states.setdefault(check.kind, Counter())[check.state] += 1
    skipped = _skipped(programme, side)
    lines = [
        PlanLine(kind, states.get(kind.value, Counter()), skipped[kind.value])
        for kind in AuditKind
        if kind.value in states or skipped[kind.value]
    ]
    return PlanDone(
        approved_at=steps[0].when,
        approved_by=steps[0].who,
        lines=tuple(lines),
        cells=made.counts,
        gaps=tuple(row.planned.name for row in made.rows if row.states[CellState.GAP]),
        late=tuple(row.planned.name for row in made.rows if row.states[CellState.LATE]),
        changed=changes.count(programme, side.moment),
    )


def _skipped(programme: Programme, side: Side) -> Counter[str]:
    """Return by kind how many checks were left out with a reason: one query."""
    entries = ProgrammeEntry.select(ProgrammeEntry.id).where(ProgrammeEntry.programme == programme.id)
    rows = ProgrammeEntryDetail.standing(side.moment, ProgrammeEntryDetail.entry.in_(entries))
    query = rows.select(ProgrammeEntry.kind).join(ProgrammeEntry).where(ProgrammeEntryDetail.state == SKIPPED)
    return Counter(kind for (kind,) in db.tuples(query))
