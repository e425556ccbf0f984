"""Pages of reports."""

from auditor.reports.views import audit_report, lists, overview, programme, summary, yearly
from auditor.reports.views.blueprint import bp

__all__ = ["audit_report", "bp", "lists", "overview", "programme", "summary", "yearly"]
