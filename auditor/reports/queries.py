"""Reads for the pages of reports."""

from __future__ import annotations

from auditor.audits.models import Audit
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.findings.models import Finding
from auditor.training.models import TrainingRound


def fiscal_years(moment: Moment) -> list[int]:
    """Return the fiscal years that anything is recorded of, this one included, the latest first: four queries."""
    found = {company.fiscal_year_at(moment.day, moment).label}
    for model in (Audit, Finding, TrainingRound):
        rows = model.select(model.fiscal_year).distinct()
        found |= {row.fiscal_year for row in rows}
    return sorted(found, reverse=True)
