"""What waits between the auditors and the audited department: notices and facts, for both sides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from peewee import SQL, fn

from auditor.access import Actor, Permission, Scope
from auditor.audits import auditees, queries
from auditor.audits.letters import Reply, waits_for_department
from auditor.audits.models import (
    Audit,
    AuditNotice,
    FactsAnswer,
    FactsRequest,
    ItemResult,
    NoticeAnswer,
)
from auditor.audits.results import AUDITS, EDITABLE
from auditor.catalogue.models import Subject
from auditor.clock import day_of
from auditor.dated import Moment
from auditor.language import _l, current
from auditor.people import queries as people
from auditor.work import DueThing, WorkItem

_OPEN = [state.value for state in EDITABLE]
_ANSWER_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Waiting:
    """One thing that the audited department has to answer, and by when."""

    audit: Audit
    due_on: date
    notice: AuditNotice | None = None  # else the facts of the audit
    request: FactsRequest | None = None


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the notices and facts that wait for the person, as head or deputy, or as the sender of a notice."""
    found: list[WorkItem] = []
    if Scope.DEPARTMENT in actor.scopes(Permission.AUDIT_ANSWER):
        waiting = for_departments(moment, queries.answered_by(actor, moment))
        names = queries.subject_names([one.audit.subject for one in waiting], moment, current())
        found += [_asked(one, names) for one in waiting]
    return [*found, *_wishes(actor, moment)]


def due_things(moment: Moment) -> list[DueThing]:
    """Return what audited departments have not answered, for the heads who are to answer."""
    waiting = for_departments(moment)
    units = auditees.departments([one.audit.subject for one in waiting], moment)
    heads = people.heads(moment) if waiting else {}
    return [
        DueThing(
            notice="audit_notice_due" if one.notice else "audit_facts_due",
            id=(one.notice or one.request).id,  # type: ignore[union-attr]
            due_on=one.due_on,
            person_ids=(one.notice.addressee_id,) if one.notice else _head(units, heads, one),
            path=_path(one),
            department_id=units.get(one.audit.subject_id),
        )
        for one in waiting
    ]


def for_departments(moment: Moment, *where: Any) -> list[Waiting]:
    """Return what departments have to answer of the open audits that ``where`` leaves: six queries."""
    audits = {
        row.id: row
        for row in Audit.select(Audit, Subject)
        .join(Subject)
        .where(Audit.current_state.in_(_OPEN), Audit.kind.in_(AUDITS), *where)
    }
    ids = list(audits)
    notices = list(AuditNotice.standing(moment, AuditNotice.audit.in_(ids))) if ids else []
    said = _answers(notices, moment)
    found = [
        Waiting(audits[row.audit_id], _due(day_of(row.recorded_at), row.visit_on), notice=row)
        for row in notices
        if waits_for_department(said.get(row.id))
    ]
    requests = list(FactsRequest.standing(moment, FactsRequest.audit.in_(ids))) if ids else []
    unsaid = _unsaid(requests, moment)
    found += [
        Waiting(audits[row.audit_id], day_of(row.recorded_at) + _ANSWER_WITHIN, request=row)
        for row in requests
        if row.id in unsaid
    ]
    return sorted(found, key=lambda one: (one.audit.id, one.notice is None))


def _unsaid(requests: list[FactsRequest], moment: Moment) -> set[int]:
    """Return the requests of which something still stands as it was asked about and has no answer: two queries."""
    wanted = {row_id: request for request in requests for row_id in request.results}
    if not wanted:
        return set()
    newer = ItemResult.alias("newer")
    replaced = newer.select(SQL("1")).where(newer.replaces == ItemResult.id)
    rows = ItemResult.select(ItemResult.id).where(ItemResult.id.in_(list(wanted)), ~fn.EXISTS(replaced))
    standing = {row.id for row in rows}
    answers = {
        row.result_id: row for row in FactsAnswer.standing(moment, FactsAnswer.result.in_(list(standing)))
    }
    return {
        wanted[row_id].id
        for row_id in standing
        if (said := answers.get(row_id)) is None
        or (not said.accepted and said.recorded_at < wanted[row_id].recorded_at)
    }


def _asked(one: Waiting, names: dict[int, str]) -> WorkItem:
    return WorkItem(
        kind="audit",
        title=queries.title(one.audit, names[one.audit.subject_id]),
        url=_path(one),
        step=str(_l("Acknowledge the notice") if one.notice else _l("Confirm the facts")),
        due_on=one.due_on,
        state=("audit", one.audit.current_state),
    )


def _wishes(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the wishes for other dates that the person answers: as sender, or in the sender's place."""
    own = [one for one in (actor.person_id, *actor.principal_ids) if one is not None]
    if not own or not actor.may(Permission.AUDIT_NOTIFY):
        return []
    sent = AuditNotice.select(AuditNotice.audit).where(AuditNotice.recorded_by.in_(own))
    notices = {
        row.id: row
        for row in AuditNotice.standing(moment, AuditNotice.audit.in_(sent))
        if row.recorded_by in own
    }
    wishes = {
        notice_id: said
        for notice_id, said in _answers(notices.values(), moment).items()
        if said.answer == Reply.OTHER_DATES
    }
    audits = {
        row.id: row
        for row in Audit.select(Audit, Subject)
        .join(Subject)
        .where(Audit.id.in_([notices[one].audit_id for one in wishes]), Audit.current_state.in_(_OPEN))
    }
    names = queries.subject_names([one.subject for one in audits.values()], moment, current())
    return [
        WorkItem(
            kind="audit",
            title=queries.title(audit, names[audit.subject_id]),
            url=f"/audits/{audit.id}/notices/{notice_id}",
            step=str(_l("Answer the wish for other dates")),
            due_on=notices[notice_id].visit_on,
            state=("audit", audit.current_state),
        )
        for notice_id in wishes
        if (audit := audits.get(notices[notice_id].audit_id)) is not None
    ]


def _answers(notices: Iterable[AuditNotice], moment: Moment) -> dict[int, NoticeAnswer]:
    ids = [row.id for row in notices]
    if not ids:
        return {}
    return {row.notice_id: row for row in NoticeAnswer.standing(moment, NoticeAnswer.notice.in_(ids))}


def _due(sent_on: date, visit_on: date) -> date:
    """A notice is acknowledged within a week, and before the day of the audit."""
    return max(sent_on, min(sent_on + _ANSWER_WITHIN, visit_on - timedelta(days=1)))


def _head(units: dict[int, int], heads: dict[int, int], one: Waiting) -> tuple[int, ...]:
    head = heads.get(units.get(one.audit.subject_id, 0))
    return (head,) if head else ()


def _path(one: Waiting) -> str:
    if one.notice is not None:
        return f"/audits/{one.audit.id}/notices/{one.notice.id}"
    return f"/audits/{one.audit.id}/facts"
