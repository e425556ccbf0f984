"""Reads of audits: one for a person who may see it, those a person may see, and all as of a moment."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from peewee import JOIN, fn

from auditor.access import Actor, Permission, Scope
from auditor.audits import auditees
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    AuditPlan,
    AuditState,
    ItemDraft,
    ItemResult,
)
from auditor.audits.results import AUDITS, EDITABLE, RESULTS_SHOWN, State
from auditor.catalogue.models import Category, Control, Subject, SubjectDetail
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound
from auditor.people import queries as people
from auditor.prepared import Prepared


@dataclass(frozen=True)
class OpenFinding:
    """A finding as the checklist shows it; findings stand below audits and give it through ``findings_beside``."""

    number: str
    title: str
    url: str
    state: str
    due_on: date | None = None
    item_id: int | None = None


# Filled in by auditor.reactions, since findings stand below audits.
items_with_finding: list[Callable[[Collection[int]], set[int]]] = []  # of these items, those a finding names
findings_beside: list[Callable[[AuditItem, Moment], list[OpenFinding]]] = []  # open on the control or subject
audits_with_open_finding: list[Callable[[Collection[int]], set[int]]] = []  # of these audits


def audit_for(actor: Actor, audit_id: int, permission: Permission, at: datetime) -> Audit:
    """Return the audit with its subject, for ``permission``.

    Raises NotFound for a self-inspection and for who may not see it, Forbidden for who may see but not do that.
    """
    query = Audit.select(Audit, Subject).join(Subject)
    audit: Audit | None = query.where(Audit.id == audit_id, Audit.kind.in_(AUDITS)).first()
    if audit is None:
        raise NotFound
    _authorise(actor, audit, permission, is_auditor(actor, audit_id, at), at)
    return audit


def item_for(actor: Actor, item_id: int, permission: Permission, at: datetime) -> AuditItem:
    """Return the item with its audit, subject, control and category, for ``permission``: one query.

    ``item.conducted`` tells whether the person audits there now, ``item.draft`` is what they typed and did not
    save. Raises NotFound for who may not see it (the audited department before the audit is submitted included),
    Forbidden for who may see but not do that.
    """
    moment = Moment.at(at)
    found = _item.found(
        item_id=item_id, person_id=actor.person_id or 0, day=moment.day, instant=moment.instant
    )
    if not found:
        raise NotFound
    item: AuditItem = found[0]
    item.conducted = held = bool(item.conducted)
    _authorise(actor, item.audit, Permission.AUDIT_READ, held, at)
    if not shows_results(actor, item.audit, held):
        raise NotFound
    _authorise(actor, item.audit, permission, held, at)
    return item


def _item_with(item_id: int, person_id: int, day: date, instant: datetime) -> Any:
    post = AuditAssignee.standing(
        Moment(day, instant),
        AuditAssignee.person == person_id,
        AuditAssignee.audit.in_(AuditItem.select(AuditItem.audit).where(AuditItem.id == item_id)),
    )
    mine = Audit.id.in_(post.where(AuditAssignee.held).select(AuditAssignee.audit))
    return (
        AuditItem.select(AuditItem, Audit, Subject, Control, Category, ItemDraft, mine.alias("conducted"))
        .join(
            ItemDraft,
            JOIN.LEFT_OUTER,
            on=(ItemDraft.item == AuditItem.id) & (ItemDraft.person == person_id),
            attr="draft",
        )
        .switch(AuditItem)
        .join(Audit)
        .join(Subject)
        .switch(AuditItem)
        .join(Control)
        .join(Category)
        .where(AuditItem.id == item_id, Audit.kind.in_(AUDITS))
    )


_item = Prepared(_item_with, item_id=int, person_id=int, day=date, instant=datetime)


def is_auditor(actor: Actor, audit_id: int, at: datetime) -> bool:
    """Tell whether the person audits there now: one query."""
    if actor.person_id is None:
        return False
    row = AuditAssignee.latest(Moment.at(at), audit=audit_id, person=actor.person_id)
    return row is not None and row.held


def shows_results(actor: Actor, audit: Audit, held: bool) -> bool:
    """Tell whether the person sees what the items showed: the audited department does once it is submitted."""
    return (
        held
        or Scope.COMPANY in actor.scopes(Permission.AUDIT_READ)
        or State(audit.current_state) in RESULTS_SHOWN
    )


def seen_by(actor: Actor, at: datetime) -> Any:
    """Return the condition on Audit that leaves the audits the person may see; self-inspections are none."""
    scopes = actor.scopes(Permission.AUDIT_READ)
    audits = Audit.kind.in_(AUDITS)
    if Scope.COMPANY in scopes:
        return audits
    condition = Audit.id.is_null(True)
    if Scope.ASSIGNED in scopes:
        mine = AuditAssignee.standing(Moment.at(at), AuditAssignee.person == actor.person_id)
        condition |= Audit.id.in_(mine.where(AuditAssignee.held).select(AuditAssignee.audit))
    if Scope.DEPARTMENT in scopes:
        condition |= answered_by(actor, Moment.at(at))
    return audits & condition


def results_seen_by(actor: Actor, at: datetime) -> Any:
    """Return the condition on Audit that leaves those of which the person sees what the items showed."""
    if Scope.COMPANY in actor.scopes(Permission.AUDIT_READ):
        return seen_by(actor, at)
    mine = AuditAssignee.standing(Moment.at(at), AuditAssignee.person == actor.person_id)
    told = Audit.current_state.in_([state.value for state in RESULTS_SHOWN])
    return seen_by(actor, at) & (
        told | Audit.id.in_(mine.where(AuditAssignee.held).select(AuditAssignee.audit))
    )


def answered_by(actor: Actor, moment: Moment) -> Any:
    """Return the condition on Audit that leaves those whose subject a department of the actor answers for.

    What the departments own is read beforehand, by one query: SQLite parses queries in queries to a depth only,
    and the condition stands deep in others.
    """
    mine = list(actor.department_ids)
    subjects = Subject.select(Subject.id).where(Subject.department.in_(mine))
    owned = SubjectDetail.standing(moment).where(SubjectDetail.owner.in_(mine))
    return Audit.subject.in_(subjects) | Audit.subject.in_([row.subject_id for row in owned])


def may(actor: Actor, audit: Audit, permission: Permission, at: datetime) -> bool:
    """Tell whether the person holds ``permission`` for this audit; for the buttons of a page."""
    held = Scope.ASSIGNED in actor.scopes(permission) and is_auditor(actor, audit.id, at)
    return _reaches(actor, audit, permission, held, at)


def _authorise(actor: Actor, audit: Audit, permission: Permission, held: bool, at: datetime) -> None:
    if not _reaches(actor, audit, Permission.AUDIT_READ, held, at):
        raise NotFound
    if not _reaches(actor, audit, permission, held, at):
        raise Forbidden


def _reaches(actor: Actor, audit: Audit, permission: Permission, held: bool, at: datetime) -> bool:
    scopes = actor.scopes(permission)
    return (
        Scope.COMPANY in scopes
        or (Scope.ASSIGNED in scopes and held)
        or (
            Scope.DEPARTMENT in scopes
            and auditees.department_of(audit.subject, Moment.at(at)) in actor.department_ids
        )
    )


def conductors(audit_id: int, at: datetime) -> set[int]:
    """Return everybody who ever was auditor there or recorded a result: they may not approve (design §3.4)."""
    named: Any = AuditAssignee.select(AuditAssignee.person).where(
        AuditAssignee.audit == audit_id, AuditAssignee.held, AuditAssignee.recorded_at <= at
    )
    wrote: Any = (
        ItemResult.select(ItemResult.recorded_by)
        .join(AuditItem)
        .where(AuditItem.audit == audit_id, ItemResult.recorded_by.is_null(False))
        .distinct()
    )
    return {row[0] for row in named.tuples()} | {row[0] for row in wrote.tuples()}


def auditors(audit_ids: Iterable[int], moment: Moment) -> dict[int, list[AuditAssignee]]:
    """Return who audits each audit at ``moment``, the lead first: one query."""
    found: dict[int, list[AuditAssignee]] = {}
    rows = AuditAssignee.standing(moment, AuditAssignee.audit.in_(list(audit_ids))).where(AuditAssignee.held)
    for row in sorted(rows, key=lambda row: (not row.lead, row.id)):
        found.setdefault(row.audit_id, []).append(row)
    return found


def plan_of(audit_id: int, moment: Moment) -> AuditPlan:
    """Return the plan that stands at ``moment``. Raises NotFound before there was one."""
    row = AuditPlan.latest(moment, audit=audit_id)
    if row is None:
        raise NotFound
    return row


def plans(audit_ids: Iterable[int], moment: Moment) -> dict[int, AuditPlan]:
    """Return the plan of each audit that stands at ``moment``: one query."""
    rows = AuditPlan.standing(moment, AuditPlan.audit.in_(list(audit_ids)))
    return {row.audit_id: row for row in rows}


def subject_names(subjects: Iterable[Subject], moment: Moment, language: str) -> dict[int, str]:
    """Return what each subject is called: a department by the roster, others by their details; at most two queries."""
    wanted = {subject.id: subject for subject in subjects}
    others = [one for one, subject in wanted.items() if subject.department_id is None]
    tree = people.tree(moment) if len(others) < len(wanted) else people.Tree({})
    stated = SubjectDetail.standing(moment, SubjectDetail.subject.in_(others)) if others else ()
    details = {row.subject_id: row for row in stated}
    return {one: _subject_name(subject, tree, details.get(one), language) for one, subject in wanted.items()}


def _subject_name(subject: Subject, tree: people.Tree, detail: SubjectDetail | None, language: str) -> str:
    if subject.department_id is not None:
        return tree.name(subject.department_id, language) or subject.code
    if detail is None:
        return subject.code
    return (detail.name_en if language == "en" and detail.name_en else detail.name_ja) or subject.code


def subject_name(subject: Subject, moment: Moment, language: str) -> str:
    """Return what one subject is called."""
    return subject_names([subject], moment, language)[subject.id]


def counts(audit_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return for each audit how many items stand at which result: one query."""
    found: dict[int, dict[str, int]] = {}
    rows: Any = (
        AuditItem.select(AuditItem.audit, AuditItem.current_result, fn.COUNT(AuditItem.id))
        .where(AuditItem.audit.in_(list(audit_ids)))
        .group_by(AuditItem.audit, AuditItem.current_result)
        .tuples()
    )
    for audit_id, result, count in rows:
        found.setdefault(audit_id, {})[result] = count
    return found


@dataclass(frozen=True)
class AuditAt:
    """An audit as it stood at a moment; ``auditors`` are person ids, the lead first."""

    audit: Audit
    state: str
    starts_on: date | None
    due_on: date | None
    auditors: tuple[int, ...] = ()
    results: dict[str, int] = field(default_factory=dict)  # items by result, not_checked included

    @property
    def overdue_on(self) -> date | None:
        """The due date of an audit that still is to be submitted."""
        return self.due_on if State(self.state) in EDITABLE else None


def audits_at(moment: Moment, *where: Any) -> list[AuditAt]:
    """Return every audit that existed at ``moment`` as it stood then: six queries.

    ``where`` narrows by columns of Audit. ``audit.subject`` is loaded.
    """
    audits = list(
        Audit.select(Audit, Subject)
        .join(Subject)
        .where(Audit.created_at <= moment.instant, *where)
        .order_by(Audit.number)
    )
    ids = Audit.select(Audit.id).where(Audit.created_at <= moment.instant, *where)
    states = {row.audit_id: row.state for row in AuditState.standing(moment, AuditState.audit.in_(ids))}
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    posts: dict[int, list[AuditAssignee]] = {}
    for row in AuditAssignee.standing(moment, AuditAssignee.audit.in_(ids)).where(AuditAssignee.held):
        posts.setdefault(row.audit_id, []).append(row)
    results = _results_at(moment, ids)
    return [
        AuditAt(
            audit,
            states.get(audit.id, State.PLANNED.value),
            plan.starts_on if (plan := plans.get(audit.id)) else None,
            plan.due_on if plan else None,
            tuple(row.person_id for row in sorted(posts.get(audit.id, []), key=lambda r: (not r.lead, r.id))),
            results.get(audit.id, {}),
        )
        for audit in audits
    ]


def _results_at(moment: Moment, audit_ids: Any) -> dict[int, dict[str, int]]:
    """Return by audit how many items stood at which result: two queries."""
    found: dict[int, dict[str, int]] = {}
    totals: Any = (
        AuditItem.select(AuditItem.audit, fn.COUNT(AuditItem.id))
        .where(AuditItem.audit.in_(audit_ids))
        .group_by(AuditItem.audit)
        .tuples()
    )
    for audit_id, count in totals:
        found[audit_id] = {"not_checked": count}
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit.in_(audit_ids))
    standing: Any = (
        ItemResult.standing(moment, ItemResult.item.in_(items))
        .select(AuditItem.audit, ItemResult.result, fn.COUNT(ItemResult.id))
        .join(AuditItem)
        .group_by(AuditItem.audit, ItemResult.result)
        .tuples()
    )
    for audit_id, result, count in standing:
        if result != "not_checked":
            found[audit_id][result] = count
            found[audit_id]["not_checked"] -= count
    return found


def title(audit: Audit, name: str) -> str:
    """Return what an audit is called in lists and mails: its number and subject."""
    return f"{audit.number} {name}"
