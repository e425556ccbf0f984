"""What audits and self-inspections give to a person's own calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from peewee import fn

from auditor import db
from auditor.access import GRANTABLE, Actor
from auditor.audits import queries
from auditor.audits.inspections import queries as inspections
from auditor.audits.inspections.notices import page_of
from auditor.audits.models import Audit, AuditAssignee, AuditPlan
from auditor.audits.results import EDITABLE, AuditKind, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.language import _, current, format_day
from auditor.work import CalendarEntry

_KEPT = timedelta(days=365)  # what was due longer ago is gone from the calendar


def entries(actor: Actor, moment: Moment) -> list[CalendarEntry]:
    """Return the audits the person carries out and those of the departments they head: constant queries.

    With the self-inspections that they answer. What somebody sees by a role of the whole company is not theirs.
    """
    mine = _posts(actor, moment)
    own = replace(actor, roles=actor.roles.difference(GRANTABLE))
    theirs = queries.seen_by(own, moment.instant) | inspections.seen_by(own, moment.instant)
    query = Audit.select(Audit, Subject).join(Subject)
    audits = list(query.where(theirs, Audit.current_state != State.CANCELLED.value))
    ids = [audit.id for audit in audits]
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    shown = [audit for audit in audits if audit.id in plans and plans[audit.id].due_on >= moment.day - _KEPT]
    names = queries.subject_names([audit.subject for audit in shown], moment, current())
    moved = _moves(ids)
    return [
        CalendarEntry(
            key=f"audit-{audit.id}",
            title=_title(audit, queries.title(audit, names[audit.subject_id]), audit.id in mine),
            starts_on=min(plans[audit.id].starts_on, plans[audit.id].due_on),
            ends_on=plans[audit.id].due_on,
            path=_path(audit),
            changed_at=plans[audit.id].recorded_at,
            sequence=moved[audit.id],
            detail=_detail(audit, plans[audit.id], audit.id in mine),
        )
        for audit in shown
    ]


def _posts(actor: Actor, moment: Moment) -> set[int]:
    posts = AuditAssignee.standing(moment, AuditAssignee.person == actor.person_id)
    return {row[0] for row in db.tuples(posts.where(AuditAssignee.held).select(AuditAssignee.audit))}


def _moves(audit_ids: list[int]) -> dict[int, int]:
    rows: Any = (
        AuditPlan.select(AuditPlan.audit, fn.COUNT(AuditPlan.id) - 1)
        .where(AuditPlan.audit.in_(audit_ids))
        .group_by(AuditPlan.audit)
    )
    return dict(db.tuples(rows))


def _path(audit: Audit) -> str:
    return page_of(audit.id) if audit.kind == AuditKind.SELF_INSPECTION else f"/audits/{audit.id}"


def _title(audit: Audit, name: str, mine: bool) -> str:
    if audit.kind == AuditKind.SELF_INSPECTION:
        return str(_("Self-inspection: %(inspection)s", inspection=name))
    if mine:
        return str(_("Audit: %(audit)s", audit=name))
    return str(_("Audit of your department: %(audit)s", audit=name))


def _detail(audit: Audit, plan: AuditPlan, mine: bool) -> str:
    if State(audit.current_state) not in EDITABLE:
        return str(State(audit.current_state).label)
    if mine or audit.kind == AuditKind.SELF_INSPECTION:
        return str(_("To be submitted by %(day)s.", day=format_day(plan.due_on)))
    return ""
