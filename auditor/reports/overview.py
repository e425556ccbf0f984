"""The management overview: four numbers with last year's, the course of findings, training by department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.audits.results import State
from auditor.findings.states import Grade
from auditor.language import _
from auditor.reports.audit_lines import AuditLine, audit_lines
from auditor.reports.finding_lines import ActionLine, FindingLine, finding_lines
from auditor.reports.scope import Scope, Side
from auditor.reports.training_lines import CourseShown, TrainingLine, courses, training_lines
from auditor.reports.trend import open_by_month

# How the states of training are drawn: one segment may stand for two.
SEGMENTS = (
    ("done", ("completed",)),
    ("open", ("in_progress", "not_yet_due")),
    ("late", ("overdue", "not_covered")),
    ("none", ("exempt", "on_leave")),
)


@dataclass(frozen=True)
class Year:
    """What is counted of one year at its moment."""

    audits: list[AuditLine]
    findings: list[FindingLine]
    actions: list[ActionLine]
    training: list[TrainingLine]  # of the course shown

    @property
    def planned(self) -> int:
        """Audits of the year, cancelled ones left out."""
        return sum(line.state is not State.CANCELLED for line in self.audits)

    @property
    def done(self) -> int:
        """Audits that were approved."""
        return sum(line.state is State.APPROVED for line in self.audits)

    @property
    def open_findings(self) -> list[FindingLine]:
        """Open findings, whenever found."""
        return [line for line in self.findings if line.open]

    @property
    def late_actions(self) -> list[ActionLine]:
        """Corrective actions past their due date, the longest first."""
        return sorted(
            (line for line in self.actions if line.standing == "late"), key=lambda one: (one.days, one.number)
        )

    @property
    def workers(self) -> list[TrainingLine]:
        """Everybody on the roster, leavers left out."""
        return [line for line in self.training if line.state != "left"]

    def trained(self, *states: str) -> int:
        """Return how many workers are in one of ``states``."""
        return sum(line.state in states for line in self.training)

    def graded(self, grade: Grade) -> int:
        """Return how many open findings have this grade."""
        return sum(line.grade is grade for line in self.open_findings)

    @property
    def absent(self) -> list[TrainingLine]:
        """Who is overdue, the longest first."""
        late = [line for line in self.training if line.state == "overdue"]
        return sorted(late, key=lambda one: (-one.late_days, one.number))


@dataclass(frozen=True)
class Overview:
    """Everything the page shows."""

    course: CourseShown | None
    now: Year
    before: Year
    open_now: list[int | None]
    open_before: list[int | None]
    bars: list[dict[str, object]]  # training by unit, for the chart


def overview(scope: Scope, at: datetime) -> Overview:
    """Return the overview of ``scope``; the course shown is the one with most workers to complete it."""
    offered = courses(scope.now)
    lines = {course.id: training_lines(scope.now, course) for course in offered}
    shown = max(offered, key=lambda one: (_covered(lines[one.id]), -one.id), default=None)
    open_now, open_before = open_by_month([scope.now.year, scope.before.year], scope.now.moment.instant)
    now = _year(scope.now, lines[shown.id] if shown else [])
    before = _year(scope.before, training_lines(scope.before, shown) if shown else [])
    return Overview(shown, now, before, open_now, open_before, _bars(now, scope.now))


def _year(side: Side, training: list[TrainingLine]) -> Year:
    findings, actions = finding_lines(side)
    return Year(audit_lines(side), findings, actions, training)


def _covered(lines: list[TrainingLine]) -> int:
    return sum(line.state not in ("left", "not_covered") for line in lines)


def _bars(year: Year, side: Side) -> list[dict[str, object]]:
    units: dict[int | None, list[TrainingLine]] = {}
    for line in year.workers:
        units.setdefault(line.unit_id, []).append(line)
    return [
        {
            "label": side.training.department(unit) or _("(no department)"),
            "values": [sum(line.state in states for line in lines) for _key, states in SEGMENTS],
            "text": f"{sum(line.state == 'completed' for line in lines)} / {len(lines)}",
        }
        for unit, lines in units.items()
    ]
