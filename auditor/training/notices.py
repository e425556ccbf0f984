"""What notices about training say, in the language of whoever gets them."""

from __future__ import annotations

from datetime import date
from typing import Any

from auditor.dated import Moment
from auditor.language import _, _n, format_long_day, pick
from auditor.notifications.kinds import Words, kind
from auditor.training import states
from auditor.training.models import Assignment, AssignmentDue, CourseVersion, Exemption, TrainingRound

ASSIGNED = "training_assigned"
REMINDER = "training_reminder"
DUE_CHANGED = "training_due_changed"


def path(assignment_id: int) -> str:
    """Return where the link of a notice leads."""
    return f"/training/{assignment_id}"


def assigned(assignment_id: int, person_id: int) -> dict[str, Any]:
    """Return the notice that a course is owed."""
    return _notice(ASSIGNED, assignment_id, person_id, f"{ASSIGNED}:{assignment_id}")


def reminder(assignment_id: int, person_id: int, day: date) -> dict[str, Any]:
    """Return the reminder of a day: one a person, assignment and day, whoever sends it."""
    return _notice(REMINDER, assignment_id, person_id, f"{REMINDER}:{assignment_id}:{day.isoformat()}")


def due_changed(assignment_id: int, person_id: int, due_on: date) -> dict[str, Any]:
    """Return the notice that a due date was moved."""
    return _notice(
        DUE_CHANGED, assignment_id, person_id, f"{DUE_CHANGED}:{assignment_id}:{due_on.isoformat()}"
    )


def _notice(name: str, assignment_id: int, person_id: int, key: str) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "kind": name,
        "params": {"assignment": assignment_id},
        "path": path(assignment_id),
        "key": key,
    }


@kind(ASSIGNED)
def _assigned(params: dict[str, Any], moment: Moment) -> Words | None:
    owed = _owed(params["assignment"], moment)
    if owed is None:
        return None
    title, minutes, due_on = owed
    return Words(
        _("Please take the course “%(title)s”", title=title),
        _(
            "It takes about %(minutes)s minutes and is due on %(due)s. You can stop and go on later.",
            minutes=minutes,
            due=format_long_day(due_on),
        ),
    )


@kind(REMINDER)
def _reminder(params: dict[str, Any], moment: Moment) -> Words | None:
    owed = _owed(params["assignment"], moment)
    if owed is None:
        return None
    title, minutes, due_on = owed
    late = due_on < moment.day
    return Words(
        _("The course “%(title)s” is overdue", title=title)
        if late
        else _("Reminder: the course “%(title)s”", title=title),
        _(
            "It was due on %(due)s and takes about %(minutes)s minutes. Please take it now.",
            due=format_long_day(due_on),
            minutes=minutes,
        )
        if late
        else _(
            "It is due on %(due)s and takes about %(minutes)s minutes.",
            due=format_long_day(due_on),
            minutes=minutes,
        ),
        urgent=late,
    )


@kind(DUE_CHANGED)
def _due_changed(params: dict[str, Any], moment: Moment) -> Words | None:
    owed = _owed(params["assignment"], moment)
    if owed is None:
        return None
    title, _minutes, due_on = owed
    return Words(
        _("New due date for the course “%(title)s”", title=title),
        _("It is now due on %(due)s.", due=format_long_day(due_on)),
    )


@kind("training_due")
def _due(params: dict[str, Any], moment: Moment) -> Words | None:
    return _reminder({"assignment": params["id"]}, moment)


@kind("training_team_due")
def _team_due(params: dict[str, Any], moment: Moment) -> Words | None:
    opened, count = _still_owed(params["id"], moment)
    if not count:
        return None
    return Words(
        _(
            "Your departments: the course “%(title)s” is not completed by all",
            title=pick(opened.version, "title"),
        ),
        _(
            "It is due on %(due)s. The page shows who is still to take it.",
            due=format_long_day(opened.due_on),
        ),
    )


@kind("training_round_due")
def _round_due(params: dict[str, Any], moment: Moment) -> Words | None:
    opened, count = _still_owed(params["id"], moment)
    if not count:
        return None
    return Words(
        _n(
            "%(num)d person has not completed the course “%(title)s”",
            "%(num)d people have not completed the course “%(title)s”",
            count,
            title=pick(opened.version, "title"),
        ),
        _(
            "It is due on %(due)s. The page shows who is still to take it.",
            due=format_long_day(opened.due_on),
        ),
        urgent=opened.due_on < moment.day,
    )


def _still_owed(round_id: int, moment: Moment) -> tuple[TrainingRound, int]:
    opened = TrainingRound.get_by_id(round_id)
    by_state = states.of_rounds([round_id], moment)[round_id].by_state
    return opened, sum(by_state[state] for state in states.OWED)


def _owed(assignment_id: int, moment: Moment) -> tuple[str, int, date] | None:
    """Return title, minutes and due date of what is still owed; None when it is settled."""
    row: Assignment | None = (
        Assignment.select(Assignment, TrainingRound, CourseVersion)
        .join(TrainingRound)
        .join(CourseVersion)
        .where(Assignment.id == assignment_id)
        .first()
    )
    if row is None or row.completed_at is not None:
        return None
    exemption = Exemption.latest(moment, assignment=assignment_id)
    if exemption is not None and exemption.exempt:
        return None
    later = AssignmentDue.latest(moment, assignment=assignment_id)
    version = row.round.version
    return pick(version, "title"), version.minutes, later.due_on if later else row.due_on
