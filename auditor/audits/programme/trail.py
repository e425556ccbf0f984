"""The kinds of events that programmes leave in the activity log: ids, dates and counts, no texts."""

from __future__ import annotations

from auditor import activity
from auditor.language import _l

BEGUN = activity.event_type("programme.begun", _l("Programme of a year begun"), "programme", "year", "rules")
TERMS_SET = activity.event_type(
    "programme.terms_set", _l("Terms of a programme changed"), "programme", "unit_level"
)
RULE_SET = activity.event_type(
    "programme.rule_set", _l("Rule of a programme changed"), "programme", "place", "active"
)
ENTRIES_ADDED = activity.event_type(
    "programme.entries_added", _l("Checks added to a programme"), "programme", "count", "source"
)
ENTRIES_CHANGED = activity.event_type(
    "programme.entries_changed", _l("Checks of a programme changed"), "programme", "count", "change"
)
CELL_SET = activity.event_type(
    "programme.cell_set",
    _l("Cell of a programme marked as needed or not"),
    "programme",
    "subject",
    "category",
    "needed",
)
STATE_CHANGED = activity.event_type(
    "programme.state_changed", _l("State of a programme changed"), "programme", "before", "after", "gaps"
)
OPENED = activity.event_type(
    "programme.opened", _l("Check of a programme opened"), "programme", "entry", "audit"
)
OPENED_TOGETHER = activity.event_type(
    "programme.inspections_opened",
    _l("Self-inspections of a programme opened together"),
    "programme",
    "inspections",
)
LINKED = activity.event_type(
    "programme.linked", _l("Audit taken as a check of a programme"), "programme", "entry", "audit"
)
