"""Findings as they stood at any past moment, for reports: a constant number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor.dated import Moment
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    CorrectiveAction,
    Finding,
    FindingDetail,
    FindingState,
)
from auditor.findings.states import Grade, State
from auditor.people import queries as people


@dataclass(frozen=True)
class ActionAt:
    """A corrective action as it stood."""

    id: int
    number: int
    text: str
    owner_id: int
    owner: str
    due_on: date
    state: str  # states.ActionState
    since: date  # of that state


@dataclass(frozen=True)
class FindingAt:
    """A finding as it stood; withdrawn actions are left out."""

    id: int
    number: str
    fiscal_year: int
    source: str
    title: str
    facts: str
    grade: Grade
    state: State
    since: date  # of that state
    department_id: int
    subject_id: int
    control_id: int | None
    item_id: int | None
    found_on: date
    due_on: date
    age_days: int  # from the day it was found to the moment, or to its end
    overdue: bool
    actions: tuple[ActionAt, ...]

    @property
    def owners(self) -> str:
        """The names of the owners, each once."""
        return "、".join(dict.fromkeys(action.owner for action in self.actions))


def findings_at(moment: Moment) -> list[FindingAt]:
    """Return every finding recorded by ``moment``, in the order of numbers: six queries."""
    states = {row.finding_id: row for row in FindingState.standing(moment)}
    details = {row.finding_id: row for row in FindingDetail.standing(moment)}
    actions = _actions_at(moment)
    found = []
    for finding in Finding.select().where(Finding.recorded_at <= moment.instant).order_by(Finding.id):
        state, detail = states.get(finding.id), details.get(finding.id)
        if state is not None and detail is not None:
            found.append(_at(finding, detail, state, tuple(actions.get(finding.id, ())), moment))
    return sorted(found, key=lambda one: (one.fiscal_year, len(one.number), one.number))


def _at(
    finding: Finding,
    detail: FindingDetail,
    state: FindingState,
    actions: tuple[ActionAt, ...],
    moment: Moment,
) -> FindingAt:
    final = State(state.state).final
    until = state.valid_from if final else moment.day
    return FindingAt(
        id=finding.id,
        number=finding.number,
        fiscal_year=finding.fiscal_year,
        source=finding.source,
        title=detail.title,
        facts=detail.facts,
        grade=Grade(detail.grade),
        state=State(state.state),
        since=state.valid_from,
        department_id=detail.department_id,
        subject_id=finding.subject_id,
        control_id=finding.control_id,
        item_id=finding.item_id,
        found_on=finding.found_on,
        due_on=detail.due_on,
        age_days=max((until - finding.found_on).days, 0),
        overdue=not State(state.state).put_right and detail.due_on < moment.day,
        actions=actions,
    )


def _actions_at(moment: Moment) -> dict[int, list[ActionAt]]:
    rows = (
        ActionDetail.standing(moment)
        .select(ActionDetail, CorrectiveAction)
        .join(CorrectiveAction)
        .order_by(CorrectiveAction.number)
    )
    standing = [row for row in rows if not row.withdrawn]
    steps = {row.corrective_action_id: row for row in ActionState.standing(moment)}
    names = people.names({row.owner_id for row in standing}, moment)
    found: dict[int, list[ActionAt]] = {}
    for row in standing:
        planned, step = row.corrective_action, steps[row.corrective_action_id]
        found.setdefault(planned.finding_id, []).append(
            ActionAt(
                id=planned.id,
                number=planned.number,
                text=row.text,
                owner_id=row.owner_id,
                owner=names.get(row.owner_id, ""),
                due_on=row.due_on,
                state=step.state,
                since=step.valid_from,
            )
        )
    return found
