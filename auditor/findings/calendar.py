"""What findings give to a person's own calendar: when an answer, an action or a look of theirs falls due.

By number only: titles and actions are what people wrote, and a calendar is often kept outside the company.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from peewee import fn

from auditor import db
from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.findings import queries
from auditor.findings.models import ActionDetail, CorrectiveAction, Finding, FindingDetail
from auditor.findings.states import OPEN_STATES, State
from auditor.findings.waiting import Opened, read_opened
from auditor.language import _
from auditor.work import CalendarEntry


def entries(actor: Actor, moment: Moment) -> list[CalendarEntry]:
    """Return what the person owes in findings, with its due date: constant queries."""
    reach = queries.within(actor, Permission.FINDING_READ, moment)
    condition = Finding.current_state.in_([state.value for state in OPEN_STATES])
    opened = read_opened(condition if reach is None else condition & reach, moment)
    owned = {
        finding_id: mine
        for finding_id, rows in opened.actions.items()
        if (mine := [row for row in rows if row.owner_id == actor.person_id])
    }
    changes = _changes([finding.id for finding in opened.findings], owned)
    return [
        entry
        for finding in opened.findings
        for entry in _of(actor, finding, opened, owned.get(finding.id, []), changes)
    ]


_Changes = tuple[dict[int, int], dict[int, int]]  # how often a finding was changed, and an action


def _of(
    actor: Actor, finding: Finding, opened: Opened, owned: list[ActionDetail], changes: _Changes
) -> Iterator[CalendarEntry]:
    state, detail = State(finding.current_state), finding.detail
    of_finding = changes[0].get(finding.id, 0)
    heading = actor.may(Permission.FINDING_ANSWER) and detail.department_id in actor.department_ids
    looking = actor.person_id in opened.lines.get(finding.id, ())
    if state is State.RECORDED and heading:
        words = _("Answer due: finding %(number)s", number=finding.number)
        yield _entry("answer", finding, words, detail.due_on, detail.recorded_at, of_finding)
    elif state is State.ANSWERED and looking:
        words = _("Plan to be approved: finding %(number)s", number=finding.number)
        yield _entry("approval", finding, words, detail.due_on, detail.recorded_at, of_finding)
    elif state is State.VERIFYING and looking:
        words = _("To be verified: finding %(number)s", number=finding.number)
        yield _entry("verification", finding, words, detail.due_on, detail.recorded_at, of_finding)
    elif state is State.EFFECTIVENESS and looking and (check := opened.checks.get(finding.id)) is not None:
        words = _("Effectiveness check: finding %(number)s", number=finding.number)
        yield _entry(f"effectiveness-{check.number}", finding, words, check.due_on, check.created_at, 0)
    elif state is State.ACTING:
        for row in owned:
            action: CorrectiveAction = row.corrective_action
            words = _(
                "Corrective action due: finding %(number)s, action %(action)s",
                number=finding.number,
                action=action.number,
            )
            often = changes[1].get(action.id, 0)
            yield _entry(f"action-{action.number}", finding, words, row.due_on, row.recorded_at, often)


def _entry(
    what: str, finding: Finding, title: str, due_on: date, changed_at: datetime, sequence: int
) -> CalendarEntry:
    return CalendarEntry(
        f"finding-{finding.id}-{what}",
        title,
        due_on,
        due_on,
        f"/findings/{finding.id}",
        changed_at,
        sequence,
    )


def _changes(finding_ids: list[int], owned: dict[int, list[ActionDetail]]) -> _Changes:
    actions = [row.corrective_action_id for rows in owned.values() for row in rows]
    return (
        _counted(FindingDetail, FindingDetail.finding, finding_ids),
        _counted(ActionDetail, ActionDetail.corrective_action, actions),
    )


def _counted(model: Any, column: Any, ids: list[int]) -> dict[int, int]:
    rows = model.select(column, fn.COUNT(model.id) - 1).where(column.in_(ids)).group_by(column)
    return dict(db.tuples(rows))
