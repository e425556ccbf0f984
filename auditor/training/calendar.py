"""What training gives to a person's own calendar: until when each course is to be taken."""

from __future__ import annotations

from peewee import fn

from auditor import db
from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.language import _, _n, pick
from auditor.training import states
from auditor.training.models import Assignment, AssignmentDue, CourseVersion, TrainingRound
from auditor.work import CalendarEntry


def entries(actor: Actor, moment: Moment) -> list[CalendarEntry]:
    """Return the courses the person still owes, on the day each is due: constant queries."""
    if actor.person_id is None or not actor.may(Permission.TRAINING_TAKE):
        return []
    due = {
        row.assignment_id: row.due_on
        for row in states.of_person(actor.person_id, moment)
        if row.state in states.OWED and row.due_on is not None and row.assignment_id is not None
    }
    later = {
        row.assignment_id: row
        for row in AssignmentDue.standing(moment, AssignmentDue.assignment.in_(list(due)))
    }
    often = AssignmentDue.select(AssignmentDue.assignment, fn.COUNT(AssignmentDue.id))
    moved = dict(
        db.tuples(often.where(AssignmentDue.assignment.in_(list(due))).group_by(AssignmentDue.assignment))
    )
    rows = (
        Assignment.select(Assignment, TrainingRound, CourseVersion)
        .join(TrainingRound)
        .join(CourseVersion)
        .where(Assignment.id.in_(list(due)))
    )
    return [
        CalendarEntry(
            key=f"training-{row.id}",
            title=_("Training due: %(title)s", title=pick(row.round.version, "title")),
            starts_on=due[row.id],
            ends_on=due[row.id],
            path=f"/training/{row.id}",
            changed_at=later[row.id].recorded_at if row.id in later else row.assigned_at,
            sequence=moved.get(row.id, 0),
            detail=_n("about %(num)d minute", "about %(num)d minutes", row.round.version.minutes),
        )
        for row in rows
    ]
