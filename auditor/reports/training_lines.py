"""Everybody's training of a course as rows of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor import clock
from auditor.dated import Moment
from auditor.language import _l, pick
from auditor.people.kinds import EmploymentKind
from auditor.reports.scope import Side
from auditor.training import queries as training
from auditor.training.models import Course, CourseState, CourseVersion, TrainingRound, TrainingRule
from auditor.training.states import LEFT, STATES

STATE_LABELS = {
    "completed": _l("Completed"),
    "exempt": _l("Exempt"),
    "on_leave": _l("On leave"),
    "overdue": _l("Overdue"),
    "in_progress": _l("Taking the course"),
    "not_yet_due": _l("Not yet due"),
    "not_covered": _l("No rule covers this person"),
    LEFT: _l("Left the company"),
}
assert set(STATE_LABELS) == {*STATES, LEFT}  # holds the code itself  # noqa: S101  # nosec B101


@dataclass(frozen=True)
class TrainingLine:
    """One worker and one course: in exactly one state (design §3.6); leavers of the year stand apart."""

    course_id: int
    course: str
    unit_id: int | None
    department_id: int | None
    person_id: int
    number: str
    name: str
    kind: EmploymentKind
    state: str
    due_on: date | None
    completed_on: date | None
    score: int | None
    late_days: int


@dataclass(frozen=True)
class CourseShown:
    """A course of the report, called as its latest version then was."""

    id: int
    title: str


def courses(side: Side) -> list[CourseShown]:
    """Return the courses that had a round in the year or were offered: three queries."""
    moment = side.training.moment
    in_year = (
        TrainingRule.select(TrainingRule.course)
        .join(TrainingRound)
        .where(TrainingRound.fiscal_year == side.year.label, TrainingRound.opened_at <= moment.instant)
    )
    offered = CourseState.standing(moment).where(CourseState.state == "open").select(CourseState.course)
    versions = (
        CourseVersion.select()
        .where(
            CourseVersion.course.in_(
                Course.select(Course.id).where(Course.id.in_(in_year) | Course.id.in_(offered))
            ),
            CourseVersion.created_at <= moment.instant,
        )
        .order_by(CourseVersion.course, CourseVersion.number)
    )
    titles = {row.course_id: pick(row, "title") for row in versions}
    return [CourseShown(course_id, title) for course_id, title in sorted(titles.items())]


def training_lines(side: Side, course: CourseShown) -> list[TrainingLine]:
    """Return everybody's state for a course, by department and employee number."""
    roster, moment = side.training, side.training.moment
    lines = [
        TrainingLine(
            course_id=course.id,
            course=course.title,
            unit_id=roster.unit(one.department_id),
            department_id=one.department_id,
            person_id=one.person_id,
            number=roster.numbers.get(one.person_id, ""),
            name=roster.name(one.person_id),
            kind=EmploymentKind(roster.kinds.get(one.person_id, EmploymentKind.REGULAR.value)),
            state=one.state,
            due_on=one.due_on,
            completed_on=clock.day_of(one.completed_at) if one.completed_at else None,
            score=one.score if one.completed_at else None,
            late_days=_late(one.state, one.due_on, moment),
        )
        for one in training.training_at(moment, course.id)
    ]
    return sorted(lines, key=lambda line: (roster.order(line.department_id), line.number, line.person_id))


def _late(state: str, due_on: date | None, moment: Moment) -> int:
    return (moment.day - due_on).days if state == "overdue" and due_on else 0
