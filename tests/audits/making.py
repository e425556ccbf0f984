"""Audits of the cast, made through the actions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from auditor.audits.actions import Answer, Appointee, NewAudit, assign, record_result
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import Result
from auditor.dated import Moment
from tests.cast import NOW, Cast

DEPARTMENT_CONTROLS = ("ORG-01", "ORG-02", "PHY-01", "PHY-02", "TEC-01")


def new_audit(
    cast: Cast, subject: str = "D210", auditors: tuple[str, ...] = ("auditor",), **more: Any
) -> NewAudit:
    """Return what an audit of a department of the cast would be."""
    codes = more.pop("codes", DEPARTMENT_CONTROLS)
    values: dict[str, Any] = {
        "subject_id": cast.subject[subject],
        "kind": "operation",
        "version_id": cast.version,
        "control_ids": tuple(cast.control[code] for code in codes),
        "period_from": date(2026, 4, 1),
        "period_to": date(2026, 11, 19),
        "starts_on": date(2026, 11, 24),
        "due_on": date(2026, 12, 11),
        "auditors": tuple(Appointee(cast.person[name]) for name in auditors),
    }
    return NewAudit(**{**values, **more})


def assigned(cast: Cast, at: datetime = NOW, by: str = "administrator", **more: Any) -> Audit:
    """Return an audit of the cast, assigned."""
    return assign(cast.actor(by), at, new_audit(cast, **more))


def items(audit: Audit) -> list[AuditItem]:
    return list(AuditItem.select().where(AuditItem.audit == audit.id).order_by(AuditItem.position))


def answer(
    cast: Cast,
    item: AuditItem,
    result: Result = Result.CONFORM,
    by: str = "auditor",
    at: datetime = NOW,
    **more: Any,
) -> ItemResult | None:
    """Record a result on top of the one that stands."""
    latest = ItemResult.latest(Moment.at(at), item=item.id)
    values = {"based_on": latest.id if latest else None, **more}
    return record_result(cast.actor(by), at, item, Answer(result, **values))


def answer_all(cast: Cast, audit: Audit, by: str = "auditor", at: datetime = NOW) -> None:
    for item in items(audit):
        answer(cast, item, by=by, at=at)
