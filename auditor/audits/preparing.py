"""An audit that is being put together: kept from page to page, until it is assigned once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from peewee import fn

from auditor import activity
from auditor.access import Actor
from auditor.audits.assigning import Appointee, NewAudit, assign, default_dates
from auditor.audits.models import Audit, AuditDraft
from auditor.audits.recurrence import Direction
from auditor.audits.results import AUDITS, AuditKind
from auditor.audits.series import RULES, Recurrence, assign_recurring
from auditor.calendars import add_business_days, business_day
from auditor.catalogue.models import (
    CatalogueInUse,
    CatalogueVersion,
    Control,
    Subject,
    SubjectDetail,
)
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _l
from auditor.people.models import DepartmentDetail

_FOUND = 20


def start(actor: Actor, at: datetime) -> AuditDraft:
    """Return a fresh draft with the dates that are usual."""
    return AuditDraft.create(person=actor.person_id, values=usual_values(at), saved_at=at)


def usual_values(at: datetime, subject_id: int | None = None) -> dict[str, Any]:
    """Return what a new audit begins with: the fiscal year so far, from next week on for two weeks."""
    first, today = default_dates(at)
    closed = company.closed_days(Moment.at(at))
    starts = add_business_days(business_day(today, closed=closed), 5, closed)
    return {
        "subject": subject_id,
        "kind": AuditKind.OPERATION.value,
        "period_from": first.isoformat(),
        "period_to": today.isoformat(),
        "starts_on": starts.isoformat(),
        "due_on": add_business_days(starts, 10, closed).isoformat(),
        "recurs": "",
        "rule": "",
        "after_months": None,
        "direction": Direction.LATER.value,
        "controls": None,
        "auditors": [],
    }


def draft_for(actor: Actor, draft_id: int) -> AuditDraft:
    """Return the person's own draft. Raises NotFound: another's, or one that was assigned already."""
    row: AuditDraft | None = AuditDraft.get_or_none(
        AuditDraft.id == draft_id, AuditDraft.person == actor.person_id
    )
    if row is None or row.values["kind"] not in AUDITS:
        raise NotFound
    return row


def keep(draft: AuditDraft, at: datetime, **values: Any) -> None:
    """Write what was filled in into the draft."""
    draft.values = {**draft.values, **values}
    draft.saved_at = at
    draft.save(only=[AuditDraft.values, AuditDraft.saved_at])


def finish(actor: Actor, at: datetime, draft: AuditDraft) -> Audit:
    """Assign the audit of the draft, which is gone then: a second click finds none and raises NotFound."""
    new = new_audit(draft)
    recurs = draft.values["recurs"]
    with activity.action(actor, at):
        if AuditDraft.delete().where(AuditDraft.id == draft.id).execute() != 1:
            raise NotFound
        if not recurs:
            return assign(actor, at, new)
        return assign_recurring(actor, at, new, recurrence_of(draft))


def recurrence_of(draft: AuditDraft) -> Recurrence:
    """Return how the audit of the draft comes again."""
    values = draft.values
    direction = values.get("direction") or Direction.LATER.value
    if values["recurs"] == "after":
        return Recurrence(direction=direction, after_months=values.get("after_months"))
    return Recurrence(RULES.get(values["recurs"]) or values["rule"], direction=direction)


def new_audit(draft: AuditDraft) -> NewAudit:
    """Return what the draft asks for. Raises RuleBroken while the subject is missing."""
    values = draft.values
    if not values["subject"]:
        raise RuleBroken(_l("Choose what is audited from the list."), "subject")
    return NewAudit(
        subject_id=values["subject"],
        kind=values["kind"],
        version_id=values.get("version") or 0,
        control_ids=tuple(values["controls"] or ()),
        period_from=date.fromisoformat(values["period_from"]),
        period_to=date.fromisoformat(values["period_to"]),
        starts_on=date.fromisoformat(values["starts_on"]),
        due_on=date.fromisoformat(values["due_on"]),
        auditors=tuple(
            Appointee(one["person"], one["lead"], one.get("override", "")) for one in values["auditors"]
        ),
    )


def subject_of(draft: AuditDraft) -> Subject:
    """Return the subject of the draft. Raises NotFound while none is chosen."""
    row: Subject | None = Subject.get_or_none(Subject.id == (draft.values["subject"] or 0))
    if row is None:
        raise NotFound
    return row


def versions(moment: Moment, kind: str) -> list[CatalogueVersion]:
    """Return the catalogue versions in use that have controls for this kind of subject, the largest first."""
    used = CatalogueInUse.standing(moment).where(CatalogueInUse.version.is_null(False))
    count = fn.COUNT(Control.id)
    query = (
        CatalogueVersion.select(CatalogueVersion)
        .join(Control)
        .where(CatalogueVersion.id.in_(used.select(CatalogueInUse.version)), Control.target == kind)
        .group_by(CatalogueVersion)
        .order_by(count.desc(), CatalogueVersion.id)
    )
    return list(query)


def find_subjects(text: str, moment: Moment, limit: int = _FOUND) -> list[Subject]:
    """Return the subjects whose name or code contains ``text``; inactive ones are left out: one query."""
    text = text[:100]  # SQLite refuses a long pattern
    units = DepartmentDetail.standing(moment).where(DepartmentDetail.active)
    others = SubjectDetail.standing(moment).where(SubjectDetail.active)
    if text:
        units = units.where(DepartmentDetail.name.contains(text) | DepartmentDetail.name_en.contains(text))
        others = others.where(SubjectDetail.name_ja.contains(text) | SubjectDetail.name_en.contains(text))
    active = DepartmentDetail.standing(moment).where(DepartmentDetail.active)
    condition = Subject.department.in_(units.select(DepartmentDetail.department)) | Subject.id.in_(
        others.select(SubjectDetail.subject)
    )
    if text:
        living = Subject.department.is_null() | Subject.department.in_(
            active.select(DepartmentDetail.department)
        )
        condition |= Subject.code.contains(text) & living
    return list(Subject.select().where(condition).order_by(Subject.kind, Subject.code).limit(limit))
