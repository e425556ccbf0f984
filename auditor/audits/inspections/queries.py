"""Reads of self-inspections: one for a person who may see it, and those a person may see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from auditor import db
from auditor.access import Actor, Permission, Scope
from auditor.audits.auditees import departments
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditState, ItemResult
from auditor.audits.queries import is_auditor
from auditor.audits.results import AuditKind, State
from auditor.catalogue.models import Category, Control, Subject, SubjectDetail
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound

INSPECTED = Audit.kind == AuditKind.SELF_INSPECTION.value


def inspection_for(actor: Actor, audit_id: int, permission: Permission, at: datetime) -> Audit:
    """Return the self-inspection with its subject, for ``permission``.

    Raises NotFound for who may not see it, another department's head included, Forbidden for who may see but not
    do that.
    """
    query = Audit.select(Audit, Subject).join(Subject)
    audit: Audit | None = query.where(Audit.id == audit_id, INSPECTED).first()
    if audit is None:
        raise NotFound
    _authorise(actor, audit, permission, at)
    return audit


def item_for(actor: Actor, item_id: int, permission: Permission, at: datetime) -> AuditItem:
    """Return an item with its self-inspection, subject, control and category; raises as ``inspection_for``."""
    item: AuditItem | None = (
        AuditItem.select(AuditItem, Audit, Subject, Control, Category)
        .join(Audit)
        .join(Subject)
        .switch(AuditItem)
        .join(Control)
        .join(Category)
        .where(AuditItem.id == item_id, INSPECTED)
        .first()
    )
    if item is None:
        raise NotFound
    _authorise(actor, item.audit, permission, at)
    return item


def is_item(item_id: int) -> bool:
    """Tell whether an item is one of a self-inspection."""
    return bool(AuditItem.select().join(Audit).where(AuditItem.id == item_id, INSPECTED).exists())


def sees(actor: Actor, audit: Audit, at: datetime) -> bool:
    """Tell whether the person may see this self-inspection."""
    return _reaches(actor, audit, Permission.INSPECTION_READ, at)


def may_answer(actor: Actor, audit: Audit, at: datetime) -> bool:
    """Tell whether the person may answer here: the responsible one, a deputy, or who is named."""
    return _reaches(actor, audit, Permission.INSPECTION_ANSWER, at)


def seen_by(actor: Actor, at: datetime) -> Any:
    """Return the condition on Audit that leaves the self-inspections the person may see."""
    scopes = actor.scopes(Permission.INSPECTION_READ)
    if Scope.COMPANY in scopes:
        return INSPECTED
    moment = Moment.at(at)
    condition = Audit.id.is_null(True)
    if Scope.ASSIGNED in scopes:
        mine = AuditAssignee.standing(moment, AuditAssignee.person == actor.person_id)
        condition |= Audit.id.in_(mine.where(AuditAssignee.held).select(AuditAssignee.audit))
    if Scope.DEPARTMENT in scopes:
        condition |= Audit.subject.in_(_subjects_of(actor.department_ids, moment))
    return INSPECTED & condition


def those_seen(actor: Actor, audit_ids: Collection[int], subject: Subject, at: datetime) -> set[int]:
    """Return which of the self-inspections of one subject the person may see: at most two queries."""
    wanted, scopes = set(audit_ids), actor.scopes(Permission.INSPECTION_READ)
    moment = Moment.at(at)
    if not wanted or Scope.COMPANY in scopes:
        return wanted
    if Scope.DEPARTMENT in scopes and departments([subject], moment).get(subject.id) in actor.department_ids:
        return wanted
    if Scope.ASSIGNED not in scopes:
        return set()
    named = AuditAssignee.standing(
        moment, AuditAssignee.audit.in_(sorted(wanted)), AuditAssignee.person == actor.person_id
    )
    return {row.audit_id for row in named.where(AuditAssignee.held)}


def _subjects_of(department_ids: Collection[int], moment: Moment) -> list[int]:
    """Return the subjects that the departments answer for: two queries."""
    own = Subject.select(Subject.id).where(Subject.department.in_(list(department_ids)))
    owned = SubjectDetail.standing(moment).where(SubjectDetail.owner.in_(list(department_ids)))
    return sorted(
        {row[0] for row in db.tuples(own)}
        | {row[0] for row in db.tuples(owned.select(SubjectDetail.subject))}
    )


def _authorise(actor: Actor, audit: Audit, permission: Permission, at: datetime) -> None:
    if not _reaches(actor, audit, Permission.INSPECTION_READ, at):
        raise NotFound
    if permission is not Permission.INSPECTION_READ and not _reaches(actor, audit, permission, at):
        raise Forbidden


def _reaches(actor: Actor, audit: Audit, permission: Permission, at: datetime) -> bool:
    scopes = actor.scopes(permission)
    if Scope.COMPANY in scopes:
        return True
    if Scope.ASSIGNED in scopes and is_auditor(actor, audit.id, at):
        return True
    if Scope.DEPARTMENT not in scopes:
        return False
    unit = departments([audit.subject], Moment.at(at)).get(audit.subject_id)
    return unit is not None and unit in actor.department_ids


def answered_by(audit_ids: Collection[int]) -> dict[int, set[int]]:
    """Return who ever answered an item of each, or handed it in: they do not confirm it (design §3.4); two queries."""
    found: dict[int, set[int]] = {one: set() for one in audit_ids}
    wrote = (
        ItemResult.select(AuditItem.audit, ItemResult.recorded_by)
        .join(AuditItem)
        .where(AuditItem.audit.in_(list(audit_ids)), ItemResult.recorded_by.is_null(False))
        .distinct()
    )
    handed_in = AuditState.select(AuditState.audit, AuditState.recorded_by).where(
        AuditState.audit.in_(list(audit_ids)),
        AuditState.state == State.SUBMITTED.value,
        AuditState.recorded_by.is_null(False),
    )
    for audit_id, person_id in [*db.tuples(wrote), *db.tuples(handed_in)]:
        found[audit_id].add(person_id)
    return found
