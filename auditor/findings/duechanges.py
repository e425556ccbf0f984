"""The history of a finding's due dates: which day, why, by whom, at whose request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditor.findings.models import DueDecision, DueRequest, Finding, FindingDetail


@dataclass(frozen=True)
class DueChange:
    """A line of the history of due dates."""

    before: date | None
    after: date
    reason: str
    by: str
    on: datetime
    asked_by: str


def due_rows(finding: Finding) -> list[FindingDetail]:
    """Return the rows that set a due date: the first, and each that changed it."""
    rows: list[FindingDetail] = []
    query = FindingDetail.select().where(FindingDetail.finding == finding.id).order_by(FindingDetail.id)
    for row in query:
        if not rows or row.due_on != rows[-1].due_on:
            rows.append(row)
    return rows


def granted(finding: Finding) -> list[DueDecision]:
    query = DueDecision.select(DueDecision, DueRequest).join(DueRequest)
    return list(query.where(DueRequest.finding == finding.id, DueDecision.granted))


def changes(
    rows: list[FindingDetail], asked: dict[datetime, DueRequest], names: dict[int, str]
) -> list[DueChange]:
    found = []
    for before, row in zip([None, *rows], rows, strict=False):
        request = asked.get(row.recorded_at)
        found.append(
            DueChange(
                before=before.due_on if before else None,
                after=row.due_on,
                reason=row.reason if before else "",
                by=names.get(row.recorded_by or 0, ""),
                on=row.recorded_at,
                asked_by=names.get(request.asked_by_id, "") if request else "",
            )
        )
    return found
