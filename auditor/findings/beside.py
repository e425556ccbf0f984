"""What audits ask findings (through the hooks in auditor.audits.queries)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from auditor import db
from auditor.access import Actor, Permission
from auditor.audits.models import Audit, AuditItem
from auditor.audits.queries import OpenFinding
from auditor.audits.results import AUDITS
from auditor.catalogue.models import Control
from auditor.dated import Moment
from auditor.findings.models import Finding, FindingDetail
from auditor.findings.queries import within
from auditor.findings.states import OPEN_STATES, State
from auditor.prepared import Prepared


def about(item: AuditItem) -> Finding | None:
    """Return the finding about an item; one that was withdrawn does not keep a new one away."""
    found: Finding | None = (
        Finding.select().where(Finding.item == item, Finding.current_state != State.WITHDRAWN.value).first()
    )
    return found


def items_with_finding(item_ids: Collection[int]) -> set[int]:
    """Return those of the items that a finding names, withdrawn ones included: one query."""
    rows = Finding.select(Finding.item).where(Finding.item.in_(list(item_ids)))
    return {row[0] for row in db.tuples(rows)}


def audits_with_open_finding(audit_ids: Collection[int]) -> set[int]:
    """Return those of the audits of which a finding is open: one query."""
    rows = (
        Finding.select(AuditItem.audit)
        .join(AuditItem)
        .where(
            AuditItem.audit.in_(list(audit_ids)),
            Finding.current_state.in_([state.value for state in OPEN_STATES]),
        )
        .distinct()
    )
    return {row[0] for row in db.tuples(rows)}


def findings_beside(item: AuditItem, moment: Moment) -> list[OpenFinding]:
    """Return the open findings of the item's control (by code, across versions) on the audited subject."""
    rows = _beside.found(
        subject_id=item.audit.subject_id, control_id=item.control_id, day=moment.day, instant=moment.instant
    )
    return [_shown(row) for row in rows]


def findings_of_subject(actor: Actor, audit: Audit, moment: Moment) -> dict[str, list[OpenFinding]]:
    """Return the open findings on the subject by the code of their control, as they stand beside an item.

    Who audits sees them all, who answers a self-inspection those that they could open: up to four queries.
    """
    found: dict[str, list[OpenFinding]] = {}
    rows = _open_on(audit.subject_id, moment).select_extend(Control).join_from(Finding, Control)
    seen = None if audit.kind in AUDITS else within(actor, Permission.FINDING_READ, moment)
    rows = rows if seen is None else rows.where(seen)
    for row in rows:
        found.setdefault(row.control.code, []).append(_shown(row))
    return found


def _open_on(subject_id: int, moment: Moment) -> Any:
    there = Finding.select(Finding.id).where(Finding.subject == subject_id)
    standing = FindingDetail.standing(moment, FindingDetail.finding.in_(there))
    return (
        Finding.select(Finding, FindingDetail)
        .join(FindingDetail, on=(FindingDetail.finding == Finding.id), attr="detail")
        .where(
            FindingDetail.id.in_(standing.select(FindingDetail.id)),
            Finding.current_state.in_([state.value for state in OPEN_STATES]),
            Finding.subject == subject_id,
        )
        .order_by(Finding.id)
    )


def _beside_with(subject_id: int, control_id: int, day: date, instant: datetime) -> Any:
    code = Control.select(Control.code).where(Control.id == control_id)
    same = Control.select(Control.id).where(Control.code == code)
    return _open_on(subject_id, Moment(day, instant)).where(Finding.control.in_(same))


_beside = Prepared(_beside_with, subject_id=int, control_id=int, day=date, instant=datetime)


def _shown(row: Any) -> OpenFinding:
    return OpenFinding(
        number=row.number,
        title=row.detail.title,
        url=f"/findings/{row.id}",
        state=row.current_state,
        due_on=row.detail.due_on,
        item_id=row.item_id,
    )
