"""Pages of the worklist: the first page, the own calendar, the rules of reminders."""

from __future__ import annotations

from auditor.worklist.views import calendar, first_page, reminders
from auditor.worklist.views.blueprint import bp

__all__ = ["bp", "calendar", "first_page", "reminders"]
