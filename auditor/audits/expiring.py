"""Evidence by its validity: the list of all that a person may see, and what expires soon on their worklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import Case, fn

from auditor.access import Actor, Permission, Scope
from auditor.audits import queries
from auditor.audits.attached import hung, is_erased, overtaken, says
from auditor.audits.models import Audit, AuditAssignee, AuditItem, ItemEvidence
from auditor.audits.results import EDITABLE, RESULTS_SHOWN
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.evidence.models import Evidence
from auditor.language import _, current
from auditor.work import WorkItem

SOON = timedelta(days=30)
TABS = ("all", "expiring", "expired")


@dataclass(frozen=True)
class Filter:
    """What of the evidence is listed."""

    tab: str = "all"
    fiscal_year: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A piece of evidence at one item."""

    evidence: Evidence
    item: AuditItem
    erased: bool
    subject: str


def matching(actor: Actor, wanted: Filter, at: datetime) -> Any:
    """Return the evidence at items that the person may see and that the filter leaves, whatever its tab."""
    query = hung(actor, at)
    if wanted.fiscal_year is not None:
        query = query.where(Audit.fiscal_year == wanted.fiscal_year)
    return query.where(says(wanted.text)) if wanted.text else query


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
    """Return the fiscal years of the audits that the person may see, the latest first: one query."""
    rows = Audit.select(Audit.fiscal_year).where(queries.results_seen_by(actor, at)).distinct()
    return sorted((row.fiscal_year for row in rows), reverse=True)


def waiting_for(actor: Actor, moment: Moment) -> list[WorkItem]:
    """Return the evidence that expires within 30 days, each piece once: one query.

    While its audit is open it waits for the auditors, until it is replaced or taken off. Afterwards it is for
    them and the head of the audited department to know, until 30 days after it expired.
    """
    if actor.person_id is None or not actor.may(Permission.AUDIT_READ):
        return []
    query = (
        hung(actor, moment.instant, _concerns(actor, moment))
        .where(Evidence.expires_on <= moment.day + SOON, ~overtaken(moment))
        .order_by(Evidence.expires_on, Evidence.id, Audit.id.desc(), AuditItem.position)
    )
    found: dict[int, WorkItem] = {}
    for row in query:
        open_ = row.item.audit.current_state in _OPEN
        if (open_ or row.evidence.expires_on >= moment.day - SOON) and not is_erased(row.evidence):
            found.setdefault(row.evidence_id, _work_item(row, moment.day))
    return list(found.values())


_OPEN = [state.value for state in EDITABLE]


def _concerns(actor: Actor, moment: Moment) -> Any:
    posts = AuditAssignee.standing(moment, AuditAssignee.person == actor.person_id)
    mine = Audit.id.in_(posts.where(AuditAssignee.held).select(AuditAssignee.audit))
    if Scope.DEPARTMENT not in actor.scopes(Permission.AUDIT_READ):
        return mine
    headed = Subject.select(Subject.id).where(Subject.department.in_(list(actor.department_ids)))
    told = Audit.current_state.in_([state.value for state in RESULTS_SHOWN])
    return mine | (Audit.subject.in_(headed) & told)


def _work_item(row: ItemEvidence, today: date) -> WorkItem:
    one, audit = row.evidence, row.item.audit
    over = one.expires_on is not None and one.expires_on < today
    what = _("Evidence has expired") if over else _("Evidence expires")
    return WorkItem(
        kind="audit",
        title=str(_("%(what)s: %(title)s", what=what, title=one.name)),
        url=f"/audits/{audit.id}/items/{row.item_id}#evidence",
        step=str(_("Replace") if audit.current_state in _OPEN else _("See the evidence")),
        due_on=one.expires_on,
        detail=f"{audit.number} {row.item.control.code}",
    )
