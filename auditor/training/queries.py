"""Reads of training for pages, mails and reports, as of any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditor.access import Actor, Permission, Scope
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.people import queries as people
from auditor.training import states
from auditor.training.models import (
    Assignment,
    AssignmentDue,
    Attestation,
    Course,
    CourseVersion,
    QuizAttempt,
    QuizResult,
    TrainingRound,
    TrainingRule,
)


@dataclass(frozen=True)
class Mine:
    """A course that the person owes or has taken."""

    assignment_id: int
    course_id: int
    title_ja: str
    title_en: str
    minutes: int
    state: str
    due_on: date | None
    completed_at: datetime | None


def mine(person_id: int, moment: Moment) -> list[Mine]:
    """Return the person's courses, what is still owed first, the most urgent on top: two queries."""
    standing = {row.assignment_id: row for row in states.of_person(person_id, moment)}
    rows = (
        Assignment.select(Assignment, TrainingRound, TrainingRule, CourseVersion)
        .join(TrainingRound)
        .join(TrainingRule)
        .switch(TrainingRound)
        .join(CourseVersion)
        .where(Assignment.id.in_([key for key in standing if key]))
    )
    found = []
    for row in rows:
        state, version = standing[row.id], row.round.version
        found.append(
            Mine(
                row.id,
                row.round.rule.course_id,
                version.title_ja,
                version.title_en,
                version.minutes,
                state.state,
                state.due_on,
                state.completed_at,
            )
        )
    return sorted(found, key=lambda one: (one.state not in states.OWED, one.due_on, one.assignment_id))


def due_of(assignment: Assignment, moment: Moment) -> date:
    """Return the due date that stands."""
    later = AssignmentDue.latest(moment, assignment=assignment.id)
    due: date = later.due_on if later is not None else assignment.due_on
    return due


def may_see(actor: Actor, person_id: int, moment: Moment) -> bool:
    """Tell whether the actor may see how this person's training stands: the own, the departments', all."""
    if actor.person_id == person_id or actor.everywhere(Permission.TRAINING_READ):
        return True
    if Scope.DEPARTMENT not in actor.scopes(Permission.TRAINING_READ):
        return False
    return people.main_departments([person_id], moment).get(person_id) in actor.department_ids


def receipt_for(actor: Actor, number: str, moment: Moment) -> Attestation:
    """Return a statement by its receipt number. Raises NotFound for who may not see it."""
    row: Attestation | None = (
        Attestation.select(Attestation, CourseVersion, Assignment, TrainingRound)
        .join(CourseVersion)
        .switch(Attestation)
        .join(Assignment)
        .join(TrainingRound)
        .where(Attestation.receipt == number)
        .first()
    )
    if row is None or not may_see(actor, row.person_id, moment):
        raise NotFound
    return row


@dataclass(frozen=True)
class Taken:
    """One person's training of a course at a moment, for reports; ``score`` in percent of the passed quiz."""

    person_id: int
    department_id: int | None
    state: str
    assignment_id: int | None
    due_on: date | None
    completed_at: datetime | None
    score: int | None


def training_at(moment: Moment, course: Course | int) -> list[Taken]:
    """Return everybody's state for a course at ``moment``, the year's leavers included: constant queries.

    Every worker on the roster is in exactly one state (states.STATES), leavers are "left".
    """
    course_id = course if isinstance(course, int) else course.id
    rows = [states.standing(row) for row in states.of_course(course_id, moment).tuples()]
    scores = {
        row.attempt.assignment_id: row.correct * 100 // row.asked
        for row in QuizResult.select(QuizResult, QuizAttempt)
        .join(QuizAttempt)
        .join(CourseVersion)
        .where(
            CourseVersion.course == course_id, QuizResult.passed, QuizResult.submitted_at <= moment.instant
        )
        .order_by(QuizResult.id.desc())  # of several passes the first stays
    }
    return [
        Taken(
            row.person_id,
            row.department_id,
            row.state,
            row.assignment_id,
            row.due_on,
            row.completed_at,
            scores.get(row.assignment_id or 0),
        )
        for row in sorted(rows, key=lambda one: one.person_id)
    ]


def receipts(assignment_ids: list[int]) -> dict[int, str]:
    """Return the latest receipt number of each assignment that has one: one query."""
    rows = Attestation.select(Attestation.assignment, Attestation.receipt).where(
        Attestation.assignment.in_(assignment_ids)
    )
    return {row.assignment_id: row.receipt for row in rows.order_by(Attestation.id)}
