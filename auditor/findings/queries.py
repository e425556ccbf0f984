"""Reads of findings: who may see which, the list, and one finding with what hangs on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, Expression, ModelSelect, fn

from auditor import db
from auditor.access import TABLE, Actor, Permission, Role, Scope
from auditor.audits.models import Audit, AuditAssignee, AuditItem, ItemEvidence
from auditor.audits.results import AUDITS
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound
from auditor.evidence.models import Evidence
from auditor.findings.asof import FindingAt, findings_at
from auditor.findings.models import (
    ActionDetail,
    ActionEvidence,
    ActionState,
    CorrectiveAction,
    Finding,
    FindingDetail,
    ImportedFinding,
)
from auditor.findings.states import BOUND_STATES, OPEN_STATES, Grade, State
from auditor.findings.telling import responsible_of
from auditor.language import current as language
from auditor.people import queries as people

__all__ = ["Filters", "FindingAt", "Row", "finding_for", "findings_at", "listing", "rows", "within"]


# ---- who may reach which ----


def within(actor: Actor, permission: Permission, moment: Moment) -> Expression | None:
    """Return the condition on Finding that ``permission`` narrows to; None: no condition.

    COMPANY: all. DEPARTMENT: those the departments headed answer for. ASSIGNED: an auditor those of the own
    audits, an employee those with an action of the own. The ids are read first (at most three queries): put
    into each other, these subqueries overflow the parser of SQLite.
    """
    if actor.everywhere(permission):
        return None
    reached: set[int] = set()
    if Scope.DEPARTMENT in actor.scopes(permission):
        headed = FindingDetail.standing(moment).where(
            FindingDetail.department.in_(list(actor.department_ids))
        )
        reached |= {row[0] for row in db.tuples(headed.select(FindingDetail.finding))}
    if Role.AUDITOR in actor.roles and permission in TABLE[Role.AUDITOR]:
        posts = AuditAssignee.standing(moment, AuditAssignee.person == actor.person_id)
        audits = posts.where(AuditAssignee.held).select(AuditAssignee.audit)
        audited = Audit.select(Audit.id).where(Audit.id.in_(audits), Audit.kind.in_(AUDITS))
        items = AuditItem.select(AuditItem.id).where(AuditItem.audit.in_(audited))
        reached |= {row[0] for row in db.tuples(Finding.select(Finding.id).where(Finding.item.in_(items)))}
    if permission in TABLE[Role.EMPLOYEE] and Role.EMPLOYEE in actor.roles:
        owned = owned_actions(actor.person_id or 0, moment).select(ActionDetail.corrective_action)
        actions = CorrectiveAction.select(CorrectiveAction.finding).where(CorrectiveAction.id.in_(owned))
        reached |= {row[0] for row in db.tuples(actions)}
    condition: Expression = Finding.id.in_(sorted(reached))
    return condition


def owned_actions(person_id: int, moment: Moment) -> ModelSelect[ActionDetail]:
    """Return the actions the person owns now, withdrawn ones left out."""
    ever = ActionDetail.alias()
    touched = ever.select(ever.corrective_action).where(ever.owner == person_id)
    standing = ActionDetail.standing(moment, ActionDetail.corrective_action.in_(touched))
    return standing.where(ActionDetail.owner == person_id, ~ActionDetail.withdrawn)


def finding_for(actor: Actor, finding_id: int, permission: Permission, moment: Moment) -> Finding:
    """Return the finding. Raises NotFound when the actor may not see it, Forbidden when only not this."""
    found = _reached(actor, finding_id, Permission.FINDING_READ, moment)
    if found is None:
        raise NotFound
    if permission is not Permission.FINDING_READ and not may_on(actor, found, permission, moment):
        raise Forbidden
    return found


def may_on(actor: Actor, finding: Finding, permission: Permission, moment: Moment) -> bool:
    """Tell whether the actor holds ``permission`` on this finding."""
    return actor.may(permission) and _reached(actor, finding.id, permission, moment) is not None


def answers_for(actor: Actor, finding: Finding, moment: Moment) -> bool:
    """Tell whether the actor answers for the finding's department (as head or deputy, not as an owner)."""
    if Scope.DEPARTMENT not in actor.scopes(Permission.FINDING_ANSWER):
        return False
    detail = FindingDetail.latest(moment, finding=finding.id)
    return detail is not None and detail.department_id in actor.department_ids


def answerable(actor: Actor, finding_id: int, moment: Moment) -> Finding:
    """Return the finding for the department's answer. Raises NotFound or Forbidden."""
    found = finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    if not answers_for(actor, found, moment):
        raise Forbidden
    return found


def action_for(actor: Actor, finding_id: int, number: int, moment: Moment) -> CorrectiveAction:
    """Return an action to be carried out by its owner or the department's head. Raises NotFound, Forbidden."""
    finding = finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    found: CorrectiveAction | None = CorrectiveAction.get_or_none(
        CorrectiveAction.finding == finding.id, CorrectiveAction.number == number
    )
    if found is None:
        raise NotFound
    detail = ActionDetail.latest(moment, corrective_action=found.id)
    if (detail is None or detail.owner_id != actor.person_id) and not answers_for(actor, finding, moment):
        raise Forbidden
    return found


def evidence_for(actor: Actor, finding_id: int, evidence_id: int, moment: Moment) -> Evidence:
    """Return a piece of evidence of the finding's actions or of its audit item. Raises NotFound.

    Earlier versions of the evidence of an action are readable too: none is taken off but by a newer one.
    """
    finding = finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    mine = CorrectiveAction.select(CorrectiveAction.id).where(CorrectiveAction.finding == finding.id)
    given = ActionEvidence.standing(moment, ActionEvidence.corrective_action.in_(mine))
    seen = ItemEvidence.standing(moment, ItemEvidence.item == finding.item_id)
    for standing in (
        given.where(ActionEvidence.evidence == evidence_id),
        seen.where(ItemEvidence.evidence == evidence_id, ItemEvidence.held),
    ):
        row = standing.first()
        if row is not None:
            evidence: Evidence = row.evidence
            return evidence
    raise NotFound


def _reached(actor: Actor, finding_id: int, permission: Permission, moment: Moment) -> Finding | None:
    query = Finding.select().where(Finding.id == finding_id)
    condition = within(actor, permission, moment)
    found: Finding | None = (query if condition is None else query.where(condition)).first()
    return found


# ---- the list ----


@dataclass(frozen=True)
class Filters:
    """What a list shows; the names are those of the address."""

    state: str = ""  # a State, "open" or "" for all
    fiscal_year: int | None = None
    grade: str = ""
    department_id: int | None = None
    owner_id: int | None = None
    overdue: bool = False
    text: str = ""
    sort: str = "due"


_SORTS: dict[str, tuple[Any, ...]] = {
    "number": (Finding.fiscal_year, fn.LENGTH(Finding.number), Finding.number),
    "title": (FindingDetail.title,),
    "found": (Finding.found_on,),
    "due": (FindingDetail.due_on,),
}


def listing(actor: Actor, filters: Filters, moment: Moment) -> ModelSelect[Finding]:
    """Return the findings the actor may see and ``filters`` asks for, each with ``.detail``, sorted.

    One query, not yet run: page it, count it or export it.
    """
    query = (
        Finding.select(Finding, FindingDetail, ImportedFinding.former_number)
        .join(FindingDetail, JOIN.INNER, on=(FindingDetail.finding == Finding.id), attr="detail")
        .join_from(Finding, ImportedFinding, JOIN.LEFT_OUTER, attr="taken_over")
        .where(FindingDetail.id.in_(FindingDetail.standing(moment).select(FindingDetail.id)))
    )
    condition = within(actor, Permission.FINDING_READ, moment)
    if condition is not None:
        query = query.where(condition)
    for one in _conditions(filters, moment):
        query = query.where(one)
    columns = _SORTS.get(filters.sort.removeprefix("-"), _SORTS["due"])
    order = [column.desc() if filters.sort.startswith("-") else column for column in columns]
    # What is put right has no due date to keep and stands last in the order of due dates.
    if filters.sort in ("due", ""):
        order.insert(0, Finding.current_state.not_in([state.value for state in BOUND_STATES]))
    return query.order_by(*order, Finding.id)


def _conditions(filters: Filters, moment: Moment) -> list[Any]:
    found: list[Any] = []
    still_open = Finding.current_state.in_([state.value for state in OPEN_STATES])
    if filters.state == "open":
        found.append(still_open)
    elif filters.state:
        found.append(Finding.current_state == filters.state)
    if filters.fiscal_year:
        found.append(Finding.fiscal_year == filters.fiscal_year)
    if filters.grade:
        found.append(FindingDetail.grade == filters.grade)
    if filters.department_id:
        below = people.tree(moment).with_below([filters.department_id])
        found.append(FindingDetail.department.in_(below))
    if filters.owner_id:
        owned = owned_actions(filters.owner_id, moment).select(ActionDetail.corrective_action)
        actions = CorrectiveAction.select(CorrectiveAction.finding).where(CorrectiveAction.id.in_(owned))
        found.append(Finding.id.in_(actions))
    if filters.overdue:
        bound = Finding.current_state.in_([state.value for state in BOUND_STATES])
        found.append(bound & (FindingDetail.due_on < moment.day))
    if words := filters.text.strip():
        found.append(
            Finding.number.contains(words)
            | FindingDetail.title.contains(words)
            | FindingDetail.facts.contains(words)
        )
    return found


@dataclass(frozen=True)
class Row:
    """One line of the list, with names."""

    id: int
    number: str
    title: str
    grade: Grade
    state: State
    department: str
    responsible: str
    owners: str
    found_on: date
    due_on: date
    days: int  # until due; negative: late
    actions_done: int
    actions: int
    former_number: str = ""  # of a finding of earlier years that was imported

    @property
    def overdue(self) -> bool:
        return self.days < 0 and not self.state.put_right


def rows(findings: Iterable[Finding], moment: Moment) -> list[Row]:
    """Return the lines of findings that ``listing`` gave: a constant number of queries."""
    found = list(findings)
    owned = _actions_of([finding.id for finding in found], moment)
    heads = responsible_of({finding.detail.department_id for finding in found}, moment)
    tree = people.tree(moment)
    persons = {owner for actions in owned.values() for owner, _done in actions} | set(heads.values())
    names = people.names(persons, moment)
    lines = []
    for finding in found:
        actions = owned.get(finding.id, [])
        detail = finding.detail
        taken: ImportedFinding | None = getattr(finding, "taken_over", None)
        lines.append(
            Row(
                id=finding.id,
                number=finding.number,
                title=detail.title,
                grade=Grade(detail.grade),
                state=State(finding.current_state),
                department=tree.name(detail.department_id, language()),
                responsible=names.get(heads.get(detail.department_id, 0), ""),
                owners="、".join(dict.fromkeys(names.get(owner, "") for owner, _done in actions)),
                found_on=finding.found_on,
                due_on=detail.due_on,
                days=(detail.due_on - moment.day).days,
                actions_done=sum(done for _owner, done in actions),
                actions=len(actions),
                former_number=taken.former_number if taken else "",
            )
        )
    return lines


def _actions_of(finding_ids: list[int], moment: Moment) -> dict[int, list[tuple[int, bool]]]:
    """Return (owner, done) of each action that stands: two queries."""
    mine = CorrectiveAction.select(CorrectiveAction.id).where(CorrectiveAction.finding.in_(finding_ids))
    details = ActionDetail.standing(moment, ActionDetail.corrective_action.in_(mine))
    details = details.select(ActionDetail, CorrectiveAction).join(CorrectiveAction)
    steps = ActionState.standing(moment, ActionState.corrective_action.in_(mine))
    done = {row.corrective_action_id for row in steps if row.state == "done"}
    found: dict[int, list[tuple[int, bool]]] = {}
    for row in details.order_by(CorrectiveAction.number):
        if not row.withdrawn:
            planned = row.corrective_action
            found.setdefault(planned.finding_id, []).append((row.owner_id, planned.id in done))
    return found


def counts(actor: Actor, moment: Moment) -> dict[str, int]:
    """Return how many findings the actor sees in each state: one query."""
    query = Finding.select(Finding.current_state, fn.COUNT(Finding.id)).group_by(Finding.current_state)
    condition = within(actor, Permission.FINDING_READ, moment)
    return dict(db.tuples(query if condition is None else query.where(condition)))


@dataclass(frozen=True)
class Choices:
    """What the filters of the list offer: only what the actor sees findings of."""

    years: list[int]
    departments: list[tuple[int, str]]
    owners: list[tuple[int, str]]


def choices(actor: Actor, moment: Moment) -> Choices:
    """Return the years, departments and owners of actions among the findings the actor sees: five queries."""
    condition = within(actor, Permission.FINDING_READ, moment)
    seen = Finding.select(Finding.id)
    seen = seen if condition is None else seen.where(condition)
    years = Finding.select(Finding.fiscal_year).where(Finding.id.in_(seen)).distinct()
    details = FindingDetail.standing(moment, FindingDetail.finding.in_(seen))
    departments = {row[0] for row in db.tuples(details.select(FindingDetail.department).distinct())}
    mine = CorrectiveAction.select(CorrectiveAction.id).where(CorrectiveAction.finding.in_(seen))
    standing = ActionDetail.standing(moment, ActionDetail.corrective_action.in_(mine))
    owners = {row[0] for row in db.tuples(standing.select(ActionDetail.owner).distinct())}
    tree, names = people.tree(moment), people.names(owners, moment)
    return Choices(
        years=sorted((row[0] for row in db.tuples(years)), reverse=True),
        departments=sorted(
            ((one, tree.name(one, language())) for one in departments), key=lambda one: one[1]
        ),
        owners=sorted(names.items(), key=lambda one: one[1]),
    )
