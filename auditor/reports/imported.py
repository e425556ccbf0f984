"""Which audits and findings of a report were imported, and the numbers that they had before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor import db
from auditor.audits.models import Audit, ImportedAudit
from auditor.findings.models import Finding, ImportedFinding
from auditor.language import _
from auditor.reports.scope import Scope


def audits_of(ids: Iterable[int]) -> dict[int, ImportedAudit]:
    """Return what is known of those audits that were imported: one query."""
    return {row.audit_id: row for row in ImportedAudit.select().where(ImportedAudit.audit.in_(list(ids)))}


def findings_of(ids: Iterable[int]) -> dict[int, str]:
    """Return the former numbers of those findings that were imported: one query."""
    rows = ImportedFinding.select(ImportedFinding.finding, ImportedFinding.former_number)
    return dict(db.tuples(rows.where(ImportedFinding.finding.in_(list(ids)))))


def marked(scope: Scope) -> set[str]:
    """Return the keys of the detail tables that get a column for it: none where nothing was imported: two queries.

    A workbook of a company that began here, or as of a day before the import, has no such column.
    """
    years, instant = [side.year.label for side in scope.sides], scope.now.moment.instant
    audits = ImportedAudit.select(ImportedAudit.id).join(Audit)
    findings = ImportedFinding.select(ImportedFinding.id).join(Finding)
    found: dict[str, Any] = {
        "audits": audits.where(Audit.created_at <= instant, Audit.fiscal_year.in_(years)),
        "findings": findings.where(Finding.recorded_at <= instant),
    }
    return {key for key, query in found.items() if query.exists()}


def said(number: str, former_number: str) -> str:
    """Return a number as a list for management shows it."""
    return str(_("%(number)s (imported)", number=number)) if former_number else number
