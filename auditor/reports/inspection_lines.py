"""Self-inspections and what they showed, as rows of a report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from auditor import clock, db
from auditor.audits import auditees
from auditor.audits import queries as audits
from auditor.audits.inspections import people
from auditor.audits.inspections.queries import INSPECTED
from auditor.audits.models import Audit, AuditItem, AuditState, ItemResult
from auditor.audits.results import EDITABLE, NONCONFORMITIES, Result, State
from auditor.catalogue.models import Category, Control
from auditor.findings.models import Finding
from auditor.language import current
from auditor.reports.audit_lines import ItemCounts, subject_names
from auditor.reports.scope import Scope, Side


@dataclass(frozen=True)
class InspectionLine(ItemCounts):
    """One self-inspection of the year, as it stood."""

    id: int
    number: str
    subject: str
    department_id: int | None  # that answers for the subject
    department: str
    unit_id: int | None  # of department level (部)
    answered_by: str
    period_from: date
    period_to: date
    due_on: date | None
    state: State
    since: date | None  # of that state
    confirmed_by: str
    late_days: int
    results: dict[str, int]

    @property
    def answered(self) -> int:
        """How many items have an answer."""
        return self.items - self.count(Result.NOT_CHECKED)

    @property
    def confirmed_on(self) -> date | None:
        """The day on which it was confirmed, if it is."""
        return self.since if self.state is State.APPROVED else None


@dataclass(frozen=True)
class NotKept:
    """What a self-inspection showed not to be kept, and the finding of it."""

    inspection: InspectionLine
    code: str
    control: str
    category: str
    result: Result
    note: str
    finding: str


def present(scope: Scope) -> bool:
    """Tell whether either year has self-inspections, as far as it was known then: one query.

    A workbook of a company that has none, or as of a day before the first, says nothing of them.
    """
    years, instant = [side.year.label for side in scope.sides], scope.now.moment.instant
    known = INSPECTED & Audit.fiscal_year.in_(years) & (Audit.created_at <= instant)
    return bool(Audit.select(Audit.id).where(known).exists())


def inspection_lines(side: Side) -> list[InspectionLine]:
    """Return the self-inspections of the year in the order of their numbers: a constant number of queries."""
    found = audits.audits_at(side.moment, Audit.fiscal_year == side.year.label, INSPECTED)
    if not found:
        return []
    names, roster = subject_names(side), side.roster
    units = auditees.departments(
        {one.audit.subject_id: one.audit.subject for one in found}.values(), side.moment
    )
    answering = people.answering([one.audit for one in found], side.moment)
    states = _states(side)
    lines = []
    for one in found:
        audit, state, row = one.audit, State(one.state), states.get(one.audit.id)
        unit = units.get(audit.subject_id)
        late = state in EDITABLE and one.due_on is not None and one.due_on < side.moment.day
        lines.append(
            InspectionLine(
                id=audit.id,
                number=audit.number,
                subject=names.get(audit.subject_id, ""),
                department_id=unit,
                department=roster.department(unit),
                unit_id=roster.unit(unit),
                answered_by="、".join(roster.name(person) for person in answering[audit.id]),
                period_from=audit.period_from,
                period_to=audit.period_to,
                due_on=one.due_on,
                state=state,
                since=row.valid_from if row else clock.day_of(audit.created_at),
                confirmed_by=roster.name(row.recorded_by) if row and state is State.APPROVED else "",
                late_days=(side.moment.day - one.due_on).days if late and one.due_on else 0,
                results=one.results,
            )
        )
    return sorted(lines, key=lambda line: (len(line.number), line.number))


def _states(side: Side) -> dict[int, AuditState]:
    of_year = Audit.select(Audit.id).where(Audit.fiscal_year == side.year.label, INSPECTED)
    return {row.audit_id: row for row in AuditState.standing(side.moment, AuditState.audit.in_(of_year))}


def not_kept(side: Side, lines: Iterable[InspectionLine]) -> list[NotKept]:
    """Return the answers of ``lines`` that say something is not kept, cancelled ones left out: three queries."""
    known = {line.id: line for line in lines if line.state is not State.CANCELLED}
    of_year = (
        AuditItem.select(AuditItem.id).join(Audit).where(Audit.fiscal_year == side.year.label, INSPECTED)
    )
    bad = [one.value for one in NONCONFORMITIES]
    rows = {
        row.item_id: row
        for row in ItemResult.standing(side.moment, ItemResult.item.in_(of_year)).where(
            ItemResult.result.in_(bad)
        )
    }
    asked = (
        AuditItem.select(AuditItem, Control, Category)
        .join(Control)
        .join(Category)
        .where(AuditItem.id.in_(list(rows)))
        .order_by(AuditItem.audit, AuditItem.position, AuditItem.id)
    )
    findings = _findings(side, rows)
    return [
        NotKept(
            known[item.audit_id],
            item.control.code,
            _named(item.control),
            _named(item.control.category),
            Result(rows[item.id].result),
            str(rows[item.id].note),
            "、".join(findings.get(item.id, [])),
        )
        for item in asked
        if item.audit_id in known
    ]


def _findings(side: Side, item_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return by item the numbers of the findings that name it."""
    query = Finding.select(Finding.item, Finding.number).where(
        Finding.item.in_(list(item_ids)), Finding.recorded_at <= side.moment.instant
    )
    found: dict[int, list[str]] = {}
    for item_id, number in db.tuples(query.order_by(Finding.id)):
        found.setdefault(item_id, []).append(number)
    return found


def _named(row: Control | Category) -> str:
    return str((row.title_ja if current() == "ja" else row.title_en) or row.title_ja)
