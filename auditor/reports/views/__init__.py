"""Pages of reports."""

from auditor.reports.views import lists, overview, summary
from auditor.reports.views.blueprint import bp

__all__ = ["bp", "lists", "overview", "summary"]
