"""Who comes back from leave gets the days of the rule again, counted from the day of the return."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from auditor import activity, calendars, db
from auditor.access import Actor
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import _l
from auditor.people import queries as people
from auditor.training.models import Assignment, AssignmentDue, TrainingRound, TrainingRuleDetail

RETURNED = activity.event_type("training.returned", _l("Training due later after a leave"), "count")


@dataclass(frozen=True)
class _Later:
    """A due date counted from a return, and the row it takes the place of."""

    assignment_id: int
    back_on: date
    due_on: date
    replaces: int | None


def due_after_leave(actor: Actor, at: datetime) -> int:
    """Give everybody who is or comes back from leave a due date counted from that day; returns how many.

    Only what would fall due earlier is moved, and what was agreed since the return stands. The row holds from
    the day of the return on, so a run that is late, early or twice decides the same (design §3.7).
    """
    moment = Moment.at(at)
    if not any(_wanted(moment)):
        return 0
    with activity.action(actor, at):
        if not db.is_sqlite():  # of two runs at once the second waits, and finds nothing left
            ids = [later.assignment_id for later in _wanted(moment)]
            list(Assignment.select(Assignment.id).where(Assignment.id.in_(ids)).for_update())
        found = list(_wanted(moment))
        AssignmentDue.add_many(
            {
                "assignment": later.assignment_id,
                "due_on": later.due_on,
                "reason": "",
                "valid_from": later.back_on,
                "recorded_at": at,
                "recorded_by": actor.person_id,
                "replaces": later.replaces,
                "corrects": False,
            }
            for later in found
        )
        if found:
            activity.record(RETURNED, count=len(found))
    return len(found)


def _wanted(moment: Moment) -> Iterator[_Later]:
    """Yield the due dates that a return moves and that are not written yet: seven queries at most."""
    back = people.returns(moment)
    if not back:
        return
    owed = list(
        Assignment.select(Assignment, TrainingRound)
        .join(TrainingRound)
        .where(Assignment.person.in_(list(back)), Assignment.completed_at.is_null())
        .order_by(Assignment.id)
    )
    agreed: dict[int, AssignmentDue] = {}
    later = AssignmentDue.select().where(AssignmentDue.assignment.in_([row.id for row in owed]))
    for due in later.order_by(AssignmentDue.valid_from, AssignmentDue.recorded_at, AssignmentDue.id):
        agreed[due.assignment_id] = due
    days = _rule_days({row.round.rule_id for row in owed})
    closed = company.closed_days(moment)
    for row in owed:
        standing = agreed.get(row.id)
        back_on = back[row.person_id]
        if back_on <= row.round.opens_on or (standing is not None and standing.valid_from >= back_on):
            continue
        terms = [count for day, count in days[row.round.rule_id] if day <= row.round.opens_on]
        count = terms[-1] if terms else days[row.round.rule_id][0][1]
        due_on = calendars.business_day(back_on + timedelta(days=count), closed=closed)
        if due_on > (standing.due_on if standing else row.due_on):
            yield _Later(row.id, back_on, due_on, standing.id if standing else None)


def _rule_days(rule_ids: set[int]) -> dict[int, list[tuple[date, int]]]:
    """Return by rule how many days it gives, and from when: one query."""
    found: dict[int, list[tuple[date, int]]] = {}
    rows: Any = (
        TrainingRuleDetail.select()
        .where(TrainingRuleDetail.rule.in_(list(rule_ids)))
        .order_by(TrainingRuleDetail.valid_from, TrainingRuleDetail.recorded_at, TrainingRuleDetail.id)
    )
    for row in rows:
        found.setdefault(row.rule_id, []).append((row.valid_from, row.due_days))
    return found
