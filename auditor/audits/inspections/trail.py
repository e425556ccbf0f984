"""The kinds of events that self-inspections leave in the activity log; single steps are those of audits."""

from __future__ import annotations

from auditor import activity
from auditor.language import _l

OPENED = activity.event_type("inspection.opened", _l("Self-inspections assigned"), "inspections", "items")
ANSWERED = activity.event_type(
    "inspection.answered", _l("Answers of a self-inspection saved together"), "inspection", "items"
)
CONFIRMED = activity.event_type(
    "inspection.confirmed", _l("Self-inspections confirmed together"), "inspections", "before", "after"
)
