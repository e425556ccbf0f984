"""Evidence by its validity: the list of all that a person may see, and what expires soon on their worklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import Case, fn

from auditor.access import Actor, Permission, Scope
from auditor.audits import queries
from auditor.audits.attached import hung_on, says
from auditor.audits.inspections import queries as inspections
from auditor.audits.models import Audit, AuditAssignee, AuditItem, ItemEvidence
from auditor.audits.results import AUDITS, EDITABLE, RESULTS_SHOWN, AuditKind, State
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.evidence.expiring import (
    SOON,
    Place,
    is_erased,
    near,
    overtaken,
    reminder,
    waits,
    work_items,
)
from auditor.evidence.models import Evidence
from auditor.language import current
from auditor.work import DueThing, WorkItem

TABS = ("all", "expiring", "expired")
OPEN = Audit.current_state.in_([state.value for state in EDITABLE])  # a newer version can be given


@dataclass(frozen=True)
class Filter:
    """What of the evidence is listed."""

    tab: str = "all"
    fiscal_year: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A piece of evidence at one item. ``inspected``: of a self-inspection."""

    evidence: Evidence
    item: AuditItem
    erased: bool
    subject: str

    @property
    def inspected(self) -> bool:
        return bool(self.item.audit.kind == AuditKind.SELF_INSPECTION)


def matching(actor: Actor, wanted: Filter, at: datetime) -> Any:
    """Return the evidence at items that the person may see and that the filter leaves, whatever its tab."""
    query = hung_on(Moment.at(at), _among(actor, at))
    if wanted.fiscal_year is not None:
        query = query.where(Audit.fiscal_year == wanted.fiscal_year)
    return query.where(says(wanted.text)) if wanted.text else query


def _seen(actor: Actor, at: datetime) -> Any:
    """Return the condition on Audit that leaves the audits and self-inspections of which the person sees results."""
    return queries.results_seen_by(actor, at) | inspections.seen_by(actor, at)


def _among(actor: Actor, at: datetime) -> Any:
    """Return the same condition; whoever does not see all of the company has theirs read beforehand, by one query.

    SQLite parses queries in queries to a depth only, and the condition stands deep in others.
    """
    if actor.everywhere(Permission.AUDIT_READ) and actor.everywhere(Permission.INSPECTION_READ):
        return _seen(actor, at)
    return Audit.id.in_([row.id for row in Audit.select(Audit.id).where(_seen(actor, at))])


def in_tab(query: Any, tab: str, moment: Moment) -> Any:
    """Return the rows of a tab in its order: what expires first, otherwise what was given last."""
    if tab == "all":
        return query.order_by(Evidence.id.desc(), ItemEvidence.id)
    return query.where(_within(tab, moment)).order_by(Evidence.expires_on, Evidence.id, ItemEvidence.id)


def counts(query: Any, moment: Moment) -> dict[str, int]:
    """Return how many rows each tab has: one query."""
    soon, over = (fn.SUM(Case(None, [(_within(tab, moment), 1)], 0)) for tab in ("expiring", "expired"))
    ((total, expiring, expired),) = query.select(fn.COUNT(ItemEvidence.id), soon, over).tuples()
    return {"all": total, "expiring": int(expiring or 0), "expired": int(expired or 0)}


def _within(tab: str, moment: Moment) -> Any:
    """What has been replaced by a newer version waits for nobody."""
    if tab == "expired":
        return (Evidence.expires_on < moment.day) & ~overtaken(moment)
    return Evidence.expires_on.between(moment.day, moment.day + SOON) & ~overtaken(moment)


def lines(rows: list[ItemEvidence], moment: Moment) -> list[Line]:
    """Return rows of ``matching`` as the list shows them: at most two queries."""
    names = queries.subject_names([row.item.audit.subject for row in rows], moment, current())
    return [
        Line(row.evidence, row.item, is_erased(row.evidence), names[row.item.audit.subject_id])
        for row in rows
    ]


def fiscal_years(actor: Actor, at: datetime) -> list[int]:
    """Return the fiscal years of the checks that the person may see, the latest first: one query."""
    rows = Audit.select(Audit.fiscal_year).where(_seen(actor, at)).distinct()
    return sorted((row.fiscal_year for row in rows), reverse=True)


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the evidence of audits that waits for the person (``auditor.evidence.expiring``), each piece once.

    While its audit is open it waits for the auditors. Afterwards it is for them and the head of the audited
    department to know. Two queries.
    """
    if actor.person_id is None or not actor.may(Permission.AUDIT_READ):
        return []
    mine = _concerns(actor, moment) & (Audit.current_state != State.CANCELLED.value)
    rows = near_on_items(moment, queries.results_seen_by(actor, moment.instant), mine)
    return work_items([place_of(row) for row in rows], moment.day)


def near_on_items(moment: Moment, *where: Any) -> Any:
    """Return the rows of evidence that waits, on items of checks that meet ``where``: the latest check first."""
    rows = hung_on(moment, *where, among=near(moment)).where(waits(OPEN, moment))
    return rows.order_by(Evidence.expires_on, Evidence.id, Audit.id.desc(), AuditItem.position)


def replaceable(moment: Moment, evidence_id: int | None = None) -> list[ItemEvidence]:
    """Return the rows of evidence that waits at items of open audits, of one piece or all: one query."""
    rows = near_on_items(moment, Audit.kind.in_(AUDITS), OPEN)
    return list(rows if evidence_id is None else rows.where(Evidence.id == evidence_id))


def due_things(moment: Moment) -> list[DueThing]:
    """Return the evidence that waits for the auditors of open audits, for the reminders: two queries."""
    rows = replaceable(moment)
    posts = queries.auditors({row.item.audit_id for row in rows}, moment)
    things = [
        reminder(place_of(row), tuple(post.person_id for post in posts.get(row.item.audit_id, [])))
        for row in rows
    ]
    return [thing for thing in things if thing is not None]


def _concerns(actor: Actor, moment: Moment) -> Any:
    posts = AuditAssignee.standing(moment, AuditAssignee.person == actor.person_id)
    mine = Audit.id.in_(posts.where(AuditAssignee.held).select(AuditAssignee.audit))
    if Scope.DEPARTMENT not in actor.scopes(Permission.AUDIT_READ):
        return mine
    headed = Subject.select(Subject.id).where(Subject.department.in_(list(actor.department_ids)))
    told = Audit.current_state.in_([state.value for state in RESULTS_SHOWN])
    return mine | (Audit.subject.in_(headed) & told)


def place_of(row: ItemEvidence) -> Place:
    """Return where a piece of evidence of an audit hangs."""
    audit, address = row.item.audit, f"/audits/{row.item.audit_id}/items/{row.item_id}#evidence"
    return Place(
        evidence=row.evidence,
        kind="audit",
        detail=f"{audit.number} {row.item.control.code}",
        open=audit.current_state in EDITABLE,
        url=address,
        path=address,
    )
