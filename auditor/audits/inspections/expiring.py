"""Evidence of self-inspections that expires: for whoever answers them, on the worklist and by reminders."""

from __future__ import annotations

from dataclasses import replace

from auditor.access import GRANTABLE, Actor, Permission
from auditor.audits.expiring import OPEN, near_on_items
from auditor.audits.inspections import people
from auditor.audits.inspections.notices import page_of
from auditor.audits.inspections.queries import INSPECTED, seen_by
from auditor.audits.models import Audit, ItemEvidence
from auditor.audits.results import EDITABLE, State
from auditor.dated import Moment
from auditor.evidence.expiring import Place, reminder, work_items
from auditor.evidence.models import Evidence
from auditor.language import _
from auditor.work import DueThing, WorkItem


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the evidence that waits for the person (``auditor.evidence.expiring``): constant queries.

    For whoever answers the self-inspection, deputies included, and nobody who only leads or confirms.
    """
    if not actor.may(Permission.INSPECTION_ANSWER):
        return []
    own = replace(actor, roles=actor.roles.difference(GRANTABLE))
    reached = seen_by(own, moment.instant) & (Audit.current_state != State.CANCELLED.value)
    rows = list(near_on_items(moment, reached))
    if not rows:
        return []
    answering = people.answering({row.item.audit_id: row.item.audit for row in rows}.values(), moment)
    mine = {actor.person_id, *actor.principal_ids}
    places = [place_of(row) for row in rows if mine & set(answering[row.item.audit_id])]
    return work_items(places, moment.day)


def replaceable(moment: Moment, evidence_id: int | None = None) -> list[ItemEvidence]:
    """Return the rows of evidence that waits at items of open self-inspections, of one piece or all: one query."""
    rows = near_on_items(moment, INSPECTED, OPEN)
    return list(rows if evidence_id is None else rows.where(Evidence.id == evidence_id))


def due_things(moment: Moment) -> list[DueThing]:
    """Return the evidence that waits for whoever answers an open self-inspection: constant queries."""
    rows = replaceable(moment)
    audits = {row.item.audit_id: row.item.audit for row in rows}
    answering = people.answering(audits.values(), moment)
    above = people.above({one.subject_id: one.subject for one in audits.values()}.values(), moment)
    things = [
        reminder(place_of(row), answering[row.item.audit_id], above.get(row.item.audit.subject_id))
        for row in rows
    ]
    return [thing for thing in things if thing is not None]


def place_of(row: ItemEvidence) -> Place:
    """Return where a piece of evidence of a self-inspection hangs."""
    audit, page = row.item.audit, page_of(row.item.audit_id)
    open_ = audit.current_state in EDITABLE
    return Place(
        evidence=row.evidence,
        kind="audit",
        detail=str(_("Self-inspection %(number)s %(code)s", number=audit.number, code=row.item.control.code)),
        open=open_,
        url=f"{page}/items/{row.item_id}/evidence?replaces={row.evidence_id}" if open_ else page,
        path=page,
    )
