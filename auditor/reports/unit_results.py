"""The results of a year by department, each beside last year's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from auditor.audits.auditees import departments
from auditor.audits.results import NONCONFORMITIES, State
from auditor.catalogue.models import Subject
from auditor.findings.states import State as FindingState
from auditor.language import _
from auditor.reports.audit_lines import AuditLine
from auditor.reports.finding_lines import FindingLine
from auditor.reports.inspection_lines import InspectionLine
from auditor.reports.material import Material
from auditor.reports.scope import Side


@dataclass
class Counted:
    """What is counted of one department in one year."""

    audits: int = 0
    audits_done: int = 0
    nonconformities: int = 0  # of audits
    inspections: int = 0
    confirmed: int = 0
    not_kept: int = 0  # of self-inspections
    found: int = 0
    open: int = 0
    late: int = 0


@dataclass
class UnitResults:
    """A department of the level 部; None: what belongs to none."""

    name: str
    now: Counted = field(default_factory=Counted)
    before: Counted = field(default_factory=Counted)


def unit_results(material: Material) -> list[UnitResults]:
    """Return every department of which something is counted in either year, in the order of the tree.

    Last year's numbers stand with the department that answers today; one that is no more keeps its own row. What is
    audited at a system, an area or a contractor stands with the department responsible for it: two queries.
    """
    owners = departments(Subject.select(), material.scope.now.moment)
    found: dict[int | None, UnitResults] = {}
    scope = material.scope

    def of(department_id: int | None, name: str, side: Side) -> Counted:
        unit = scope.now.roster.unit(department_id) or side.roster.unit(department_id)
        called = scope.now.roster.department(unit) or side.roster.department(unit)
        counted: Counted = getattr(found.setdefault(unit, UnitResults(called)), name)
        return counted

    for side, name, (audits, inspections, findings) in (
        (scope.now, "now", (material.audits, material.inspections, material.findings)),
        (
            scope.before,
            "before",
            (material.audits_before, material.inspections_before, material.findings_before),
        ),
    ):
        for audit in audits:
            if audit.state is not State.CANCELLED:
                _audit(of(audit.department_id or owners.get(audit.subject_id), name, side), audit)
        for inspection in inspections:
            if inspection.state is not State.CANCELLED:
                _inspection(of(inspection.department_id, name, side), inspection)
        for finding in findings:
            _finding(of(finding.department_id, name, side), finding)
    order = scope.now.roster.order
    return [found[unit] for unit in sorted(found, key=lambda unit: (unit is None, order(unit)))]


def _audit(one: Counted, line: AuditLine) -> None:
    one.audits += 1
    one.audits_done += line.state is State.APPROVED
    one.nonconformities += line.count(*NONCONFORMITIES)


def _inspection(one: Counted, line: InspectionLine) -> None:
    one.inspections += 1
    one.confirmed += line.state is State.APPROVED
    one.not_kept += line.count(*NONCONFORMITIES)


def _finding(one: Counted, line: FindingLine) -> None:
    one.found += line.of_year and line.state is not FindingState.WITHDRAWN
    one.open += line.open
    one.late += bool(line.open and line.late_days)


def titles(inspected: bool) -> list[str]:
    """Return the headings of ``cells``."""
    found = [_("Audits done / planned"), _("Nonconformities of audits")]
    if inspected:
        found += [_("Self-inspections confirmed / planned"), _("Not kept, wholly or in part")]
    found += [_("Findings of the year"), _("Open findings"), _("of these overdue")]
    return [str(one) for one in found]


def cells(row: UnitResults, inspected: bool) -> list[Any]:
    """Return what the tables show of a department: this year's number with last year's behind it."""
    now, before = row.now, row.before
    shown = [
        (f"{now.audits_done} / {now.audits}", f"{before.audits_done} / {before.audits}"),
        (now.nonconformities, before.nonconformities),
    ]
    if inspected:
        shown += [
            (f"{now.confirmed} / {now.inspections}", f"{before.confirmed} / {before.inspections}"),
            (now.not_kept, before.not_kept),
        ]
    return [*shown, (now.found, before.found), (now.open, before.open), (now.late, before.late)]
