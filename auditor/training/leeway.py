"""Exemptions, later due dates and reminders: what the administrator does about those who are late."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from auditor import activity, clock
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l
from auditor.notifications.actions import notify_many
from auditor.training import notices, states
from auditor.training.models import Assignment, AssignmentDue, Exemption

EXEMPTED = activity.event_type(
    "training.exempted", _l("Person exempted from training"), "assignment", "exemption"
)
EXEMPTION_WITHDRAWN = activity.event_type(
    "training.exemption_withdrawn", _l("Exemption from training withdrawn"), "assignment", "exemption"
)
DUE_CHANGED = activity.event_type(
    "training.due_changed", _l("Training due date changed"), "assignment", "due", "due_on"
)
DUES_CHANGED = activity.event_type(
    "training.dues_changed", _l("Training due dates changed"), "round", "count", "due_on"
)
REMINDED = activity.event_type("training.reminded", _l("Reminders sent"), "round", "asked", "new")
LONGEST_REASON = 1000


def exempt(
    actor: Actor, assignment: Assignment, reason: str, at: datetime, seen: int | None = None
) -> Exemption:
    """Exempt a person from an assignment, with the reason. ``seen`` is the id of the exemption row its author saw.

    Raises RuleBroken without a reason or when the course is completed, Stale when another row stands.
    """
    if assignment.completed_at is not None:
        raise RuleBroken(_l("The course is already completed, so there is nothing to exempt from."))
    row = _set_exemption(actor, assignment, True, reason, at, seen)
    return row


def withdraw_exemption(
    actor: Actor, assignment: Assignment, reason: str, at: datetime, seen: int | None = None
) -> Exemption:
    """Have the person owe the course again, with the reason. Raises as ``exempt`` does."""
    return _set_exemption(actor, assignment, False, reason, at, seen)


def _set_exemption(
    actor: Actor, assignment: Assignment, wanted: bool, reason: str, at: datetime, seen: int | None
) -> Exemption:
    reason = _checked(reason)
    with activity.action(actor, at):
        standing = Exemption.latest(Moment.at(at), assignment=assignment.id)
        if standing is not None and standing.exempt == wanted and standing.reason == reason:
            return standing  # the second of two clicks
        if (standing.id if standing else None) != seen:
            theirs = {"exempt": standing.exempt, "reason": standing.reason} if standing else {}
            raise Stale(theirs, {"exempt": wanted, "reason": reason})
        row = Exemption.write(
            at, actor.person_id, replaces=standing, assignment=assignment.id, exempt=wanted, reason=reason
        )
        kind = EXEMPTED if wanted else EXEMPTION_WITHDRAWN
        activity.record(kind, assignment=assignment.id, exemption=row.id)
    return row


def change_due(
    actor: Actor, assignment: Assignment, due_on: date, reason: str, at: datetime, seen: int | None = None
) -> AssignmentDue:
    """Give one person another due date, with the reason. ``seen`` is the id of the due row its author saw.

    Raises RuleBroken for a day in the past or no reason, Stale when another row stands.
    """
    reason = _checked(reason)
    _check_day(due_on, at)
    with activity.action(actor, at):
        standing = AssignmentDue.latest(Moment.at(at), assignment=assignment.id)
        if standing is not None and (standing.due_on, standing.reason) == (due_on, reason):
            return standing  # the second of two clicks
        if (standing.id if standing else None) != seen:
            theirs = {"due_on": standing.due_on, "reason": standing.reason} if standing else {}
            raise Stale(theirs, {"due_on": due_on, "reason": reason})
        row = AssignmentDue.write(
            at, actor.person_id, replaces=standing, assignment=assignment.id, due_on=due_on, reason=reason
        )
        activity.record(DUE_CHANGED, assignment=assignment.id, due=row.id, due_on=due_on.isoformat())
        notify_many([notices.due_changed(assignment.id, assignment.person_id, due_on)], at)
    return row


def change_due_of_departments(
    actor: Actor, round_id: int, departments: Collection[int], due_on: date, reason: str, at: datetime
) -> int:
    """Give everybody of ``departments`` who still owes the round another due date; returns how many."""
    reason = _checked(reason)
    _check_day(due_on, at)
    moment = Moment.at(at)
    rows = [states.standing(row) for row in states.of_round(round_id, moment).tuples()]
    chosen = {
        row.assignment_id: row.person_id
        for row in rows
        if row.department_id in departments and row.assignment_id and row.state in states.OWED
        if row.due_on != due_on
    }
    if not chosen:
        return 0
    with activity.action(actor, at):
        standing = {
            row.assignment_id: row.id
            for row in AssignmentDue.standing(moment).where(AssignmentDue.assignment.in_(list(chosen)))
        }
        AssignmentDue.add_many(
            {
                "assignment": assignment,
                "due_on": due_on,
                "reason": reason,
                "valid_from": moment.day,
                "recorded_at": at,
                "recorded_by": actor.person_id,
                "replaces": standing.get(assignment),
                "corrects": False,
            }
            for assignment in sorted(chosen)
        )
        activity.record(DUES_CHANGED, round=round_id, count=len(chosen), due_on=due_on.isoformat())
        notify_many([notices.due_changed(row, chosen[row], due_on) for row in sorted(chosen)], at)
    return len(chosen)


def remind(
    actor: Actor,
    round_id: int,
    assignment_ids: Collection[int],
    at: datetime,
    departments: Collection[int] | None = None,
) -> int:
    """Remind those of ``assignment_ids`` who still owe the round; returns how many new reminders that makes.

    Once a day a person, however often and by whomever it is asked; who has completed meanwhile, or is exempt
    or away, is not. A department head reaches the own ``departments`` only; None means all.
    """
    rows = [states.standing(row) for row in states.of_round(round_id, Moment.at(at)).tuples()]
    asked = set(assignment_ids)
    wanted = [
        row
        for row in rows
        if row.state in states.OWED and row.assignment_id in asked
        if departments is None or row.department_id in departments
    ]
    if not wanted:
        return 0
    with activity.action(actor, at):
        day = clock.day_of(at)
        new = notify_many(
            [notices.reminder(row.assignment_id or 0, row.person_id, day) for row in wanted], at
        )
        activity.record(REMINDED, round=round_id, asked=len(wanted), new=new)
    return new


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleBroken(_l("Enter the reason; it stays in the records."), "reason")
    if len(reason) > LONGEST_REASON:
        raise RuleBroken(_l("Shorten the reason to 1,000 characters."), "reason")
    return reason


def _check_day(due_on: date, at: datetime) -> None:
    if due_on < clock.day_of(at):
        raise RuleBroken(_l("Choose today or a later day."), "due_on")
