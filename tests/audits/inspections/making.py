"""Self-inspections of the cast, made through the actions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from auditor.audits.actions import Appointee, NewAudit
from auditor.audits.attaching import Link
from auditor.audits.inspections import deciding, proving
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.models import Audit, AuditItem
from auditor.clock import day_of
from auditor.evidence.actions import About
from auditor.evidence.models import Evidence
from tests.audits.making import DEPARTMENT_CONTROLS, answer, items
from tests.cast import NOW, Cast


def new_inspection(cast: Cast, subject: str = "D210", named: tuple[str, ...] = (), **more: Any) -> NewAudit:
    """Return what a self-inspection of the cast would be."""
    codes = more.pop("codes", DEPARTMENT_CONTROLS)
    values: dict[str, Any] = {
        "subject_id": cast.subject[subject],
        "kind": "self_inspection",
        "version_id": cast.version,
        "control_ids": tuple(cast.control[code] for code in codes),
        "period_from": date(2026, 11, 1),
        "period_to": date(2026, 11, 30),
        "starts_on": date(2026, 11, 20),
        "due_on": date(2026, 12, 4),
        "auditors": tuple(Appointee(cast.person[name]) for name in named),
    }
    return NewAudit(**{**values, **more})


def opened(
    cast: Cast, *subjects: str, at: datetime = NOW, by: str = "administrator", **more: Any
) -> list[Audit]:
    """Return self-inspections of the cast, assigned together."""
    return open_inspections(cast.actor(by), at, [new_inspection(cast, one, **more) for one in subjects])


def inspection(cast: Cast, subject: str = "D210", **more: Any) -> Audit:
    """Return one self-inspection of the cast, assigned."""
    return opened(cast, subject, **more)[0]


def answer_all(cast: Cast, audit: Audit, by: str, at: datetime = NOW, **more: Any) -> None:
    """Answer every item that is not answered yet."""
    for item in items(audit):
        if item.current_result == "not_checked":
            answer(cast, item, by=by, at=at, **more)


def submitted(cast: Cast, subject: str = "D210", by: str = "head_of_sales", **more: Any) -> Audit:
    """Return a self-inspection that was answered and handed in."""
    audit = inspection(cast, subject, **more)
    answer_all(cast, audit, by)
    deciding.submit(cast.actor(by), NOW, audit)
    return audit


def confirmed(cast: Cast, audit: Audit, by: str = "administrator", at: datetime = NOW) -> Audit:
    """Return the self-inspection, handed in where it is not yet, and confirmed."""
    if audit.current_state != "submitted" and Audit.get_by_id(audit.id).current_state != "submitted":
        deciding.submit(cast.actor("head_of_sales"), at, audit)
    deciding.confirm(cast.actor(by), at, audit)
    return audit


def valid_for(
    cast: Cast, item: AuditItem, days: int, by: str = "head_of_sales", name: str = "登録証"
) -> Evidence:
    """Return a link that hangs on the item and is valid so many days longer."""
    link = Link(f"https://wiki.example.jp/{name}", name)
    about = About(date(2026, 1, 1), day_of(NOW) + timedelta(days=days))
    return proving.attach_link(cast.actor(by), NOW, item, link, about)
