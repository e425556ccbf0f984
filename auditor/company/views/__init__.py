"""Pages of company: settings, closed days, and the first steps of an empty installation."""

from auditor.company.views import settings, setup
from auditor.company.views.blueprint import bp

__all__ = ["bp", "settings", "setup"]
