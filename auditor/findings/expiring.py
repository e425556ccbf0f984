"""Evidence of corrective actions that expires: for the owner of the action, on the worklist and by reminders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.evidence.expiring import Place, near, reminder, waits, work_items
from auditor.evidence.models import Evidence, StoredFile
from auditor.findings import queries
from auditor.findings.models import ActionDetail, ActionEvidence, CorrectiveAction, Finding, FindingDetail
from auditor.findings.states import State
from auditor.findings.telling import responsible_of
from auditor.language import _
from auditor.people import queries as people
from auditor.work import DueThing, WorkItem

REPLACED_IN = (State.ACTING, State.VERIFYING)  # as in ``doing.replace_evidence``
_OPEN = Finding.current_state.in_([state.value for state in REPLACED_IN])


@dataclass(frozen=True)
class _Hung:
    """A piece of evidence of an action that stands, with who sees to it: the owner, else the department."""

    place: Place
    owner_id: int | None  # None: has left
    department_id: int


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the evidence that waits for the person (``auditor.evidence.expiring``): constant queries.

    For the owner of the action; where the owner has left, for the head of the department.
    """
    if not actor.may(Permission.FINDING_ANSWER):
        return []
    reach = queries.within(actor, Permission.FINDING_ANSWER, moment)
    found = _hung(moment, () if reach is None else (reach,))
    return work_items([one.place for one in found if _sees_to(actor, one)], moment.day)


def _sees_to(actor: Actor, one: _Hung) -> bool:
    if one.owner_id is not None:
        return one.owner_id == actor.person_id
    return one.department_id in actor.department_ids


def replaceable(moment: Moment, evidence_id: int | None = None) -> list[Place]:
    """Return where evidence waits that can still be replaced, of one piece or all: four queries."""
    return [one.place for one in _hung(moment, (_OPEN,), evidence_id)]


def due_things(moment: Moment) -> list[DueThing]:
    """Return the evidence that waits for the owners of actions, for the reminders: constant queries."""
    found = _hung(moment, (_OPEN,))
    heads = responsible_of({one.department_id for one in found if one.owner_id is None}, moment)
    things = []
    for one in found:
        person = heads.get(one.department_id) if one.owner_id is None else one.owner_id
        things.append(reminder(one.place, () if person is None else (person,), one.department_id))
    return [thing for thing in things if thing is not None]


def _hung(moment: Moment, where: Iterable[Any], evidence_id: int | None = None) -> list[_Hung]:
    """Return what waits of the findings that meet ``where``, of actions that were not withdrawn: four queries."""
    rows = _rows(moment, where)
    if evidence_id is not None:
        rows = rows.where(Evidence.id == evidence_id)
    found = list(rows)
    if not found:
        return []
    actions = {row.corrective_action_id for row in found}
    details = {
        row.corrective_action_id: row
        for row in ActionDetail.standing(moment, ActionDetail.corrective_action.in_(actions))
        if not row.withdrawn
    }
    findings = {row.corrective_action.finding_id for row in found}
    standing = FindingDetail.standing(moment, FindingDetail.finding.in_(findings))
    departments = {row.finding_id: row.department_id for row in standing}
    working = people.working({row.owner_id for row in details.values()}, moment)
    return [
        _Hung(
            place=place_of(row),
            owner_id=owner if (owner := details[row.corrective_action_id].owner_id) in working else None,
            department_id=departments[row.corrective_action.finding_id],
        )
        for row in found
        if row.corrective_action_id in details
    ]


def _rows(moment: Moment, where: Iterable[Any]) -> Any:
    actions = CorrectiveAction.select(CorrectiveAction.id).join(Finding).where(*where)
    return (
        ActionEvidence.standing(
            moment,
            ActionEvidence.corrective_action.in_(actions),
            ActionEvidence.evidence.in_(near(moment)),
        )
        .select(ActionEvidence, Evidence, StoredFile, CorrectiveAction, Finding)
        .join(Evidence)
        .join(StoredFile, JOIN.LEFT_OUTER)
        .switch(ActionEvidence)
        .join(CorrectiveAction)
        .join(Finding)
        .where(ActionEvidence.held, Finding.current_state != State.WITHDRAWN.value, waits(_OPEN, moment))
        .order_by(Evidence.expires_on, Evidence.id, CorrectiveAction.id.desc())
    )


def place_of(row: ActionEvidence) -> Place:
    """Return where a piece of evidence of a corrective action hangs."""
    planned, finding = row.corrective_action, row.corrective_action.finding
    page = f"/findings/{finding.id}"
    open_ = finding.current_state in REPLACED_IN
    give = f"{page}/actions/{planned.number}/evidence/new?replaces={row.evidence_id}"
    return Place(
        evidence=row.evidence,
        kind="finding",
        detail=str(
            _("%(finding)s, corrective action %(number)s", finding=finding.number, number=planned.number)
        ),
        open=open_,
        url=give if open_ else f"{page}#actions",
        path=f"{page}#actions",
    )
