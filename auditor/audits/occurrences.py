"""What is decided of one audit of a series before it opens: left out, on other dates, or as the rule says after all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from auditor import activity, db
from auditor.access import Actor
from auditor.audits import recurrence, trail
from auditor.audits.models import SeriesOccurrence
from auditor.audits.recurrence import Coming
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _l

LONGEST_REASON = 500
_FAR = timedelta(days=366 * 12)  # how far ahead the audits of a series are looked at


def skip_occurrence(
    actor: Actor, at: datetime, series_id: int, key: str, reason: str, based_on: int | None
) -> SeriesOccurrence:
    """Leave one audit of the series out; ``based_on`` is the id of the decision that was seen, None for none.

    Raises NotFound for an audit that the series does not have or that is open already, RuleBroken without a
    reason, Stale when somebody else decided meanwhile.
    """
    values = {"skipped": True, "starts_on": None, "due_on": None, "reason": _reason(reason)}
    with activity.action(actor, at):
        row = _decide(actor, at, series_id, key, values, based_on)
        activity.record(trail.OCCURRENCE_SKIPPED, series=series_id, occurrence=key, row=row.id)
    return row


def move_occurrence(
    actor: Actor,
    at: datetime,
    series_id: int,
    key: str,
    dates: tuple[date, date],
    reason: str,
    based_on: int | None,
) -> SeriesOccurrence:
    """Agree on other dates (start, due) for one audit of the series; the rule's date and all others stay.

    Raises as ``skip_occurrence``; RuleBroken too for dates out of order and a start before today.
    """
    starts_on, due_on = dates
    if due_on < starts_on:
        raise RuleBroken(_l("The audit is due before it starts. Correct one of the two dates."), "due_on")
    if starts_on < Moment.at(at).day:
        raise RuleBroken(_l("Enter today or a later day."), "starts_on")
    values = {"skipped": False, "starts_on": starts_on, "due_on": due_on, "reason": _reason(reason)}
    with activity.action(actor, at):
        row = _decide(actor, at, series_id, key, values, based_on)
        activity.record(
            trail.OCCURRENCE_MOVED,
            series=series_id,
            occurrence=key,
            row=row.id,
            starts=starts_on.isoformat(),
            due=due_on.isoformat(),
        )
    return row


def take_back(actor: Actor, at: datetime, series_id: int, key: str, based_on: int | None) -> SeriesOccurrence:
    """Have one audit of the series come as the rule says after all. Raises as ``skip_occurrence``."""
    values: dict[str, Any] = {"skipped": False, "starts_on": None, "due_on": None, "reason": ""}
    with activity.action(actor, at):
        row = _decide(actor, at, series_id, key, values, based_on)
        activity.record(trail.OCCURRENCE_RESTORED, series=series_id, occurrence=key, row=row.id)
    return row


def coming_one(series_id: int, key: str, moment: Moment) -> Coming:
    """Return one audit of a running series that is not open yet. Raises NotFound where there is none."""
    course = recurrence.courses(moment, [series_id]).get(series_id)
    if course is None or not course.terms_on(moment.day).active:
        raise NotFound
    found = recurrence.coming(course, moment.day + _FAR, company.closed_days(moment))
    for one in found:
        if one.key == key:
            return one
    raise NotFound


def _decide(
    actor: Actor, at: datetime, series_id: int, key: str, values: dict[str, Any], based_on: int | None
) -> SeriesOccurrence:
    """Write the decision inside the running action; the job that opens audits waits for it."""
    db.one_at_a_time(f"series {series_id}")
    one = coming_one(series_id, key, Moment.at(at))
    before = one.decision
    if (before.id if before else None) != based_on:
        theirs = {name: getattr(before, name, None) for name in values}
        if before is not None:
            theirs |= {"by": before.recorded_by, "at": before.recorded_at, "row": before.id}
        raise Stale(theirs, values)
    return SeriesOccurrence.write(
        at, actor.person_id, replaces=before, series_of=series_id, occurrence=key, **values
    )


def _reason(text: str) -> str:
    if not text.strip():
        raise RuleBroken(_l("Write the reason. It stays beside the date."), "reason")
    if len(text) > LONGEST_REASON:
        raise RuleBroken(_l("Use at most %(count)s characters.", count=LONGEST_REASON), "reason")
    return text.strip()
