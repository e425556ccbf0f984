"""The kinds of events that audits leave in the activity log: ids, dates and states, no texts."""

from __future__ import annotations

from auditor import activity
from auditor.language import _l

ASSIGNED = activity.event_type(
    "audit.assigned", _l("Audit assigned"), "audit", "subject", "items", "auditors"
)
PLAN_MOVED = activity.event_type("audit.plan_moved", _l("Dates of an audit moved"), "audit", "starts", "due")
AUDITORS_CHANGED = activity.event_type(
    "audit.auditors_changed", _l("Auditors of an audit changed"), "audit", "added", "removed", "lead"
)
OVERRIDDEN = activity.event_type(
    "audit.independence_overridden", _l("Independence overridden with a reason"), "audit", "person"
)
RESULT_RECORDED = activity.event_type(
    "audit.result_recorded", _l("Result of an audit item recorded"), "audit", "item", "row", "result"
)
EVIDENCE_ATTACHED = activity.event_type(
    "audit.evidence_attached", _l("Evidence attached to an audit item"), "audit", "item", "evidence"
)
EVIDENCE_REMOVED = activity.event_type(
    "audit.evidence_removed", _l("Evidence removed from an audit item"), "audit", "item", "evidence"
)
EVIDENCE_REPLACED = activity.event_type(
    "audit.evidence_replaced",
    _l("Evidence of an audit replaced by a newer version"),
    "audit",
    "before",
    "evidence",
    "count",
)
STATE_CHANGED = activity.event_type(
    "audit.state_changed", _l("State of an audit changed"), "audit", "before", "after"
)
SERIES_MADE = activity.event_type("audit.series_made", _l("Recurring audit set up"), "series", "subject")
SERIES_STOPPED = activity.event_type("audit.series_stopped", _l("Recurring audit stopped"), "series")
EXCEPTION_FOUND = activity.event_type(
    "audit.exception_found",
    _l("Independence of an auditor broken by a transfer"),
    "audit",
    "person",
    "exception",
)
EXCEPTION_SETTLED = activity.event_type(
    "audit.exception_settled", _l("Broken independence settled"), "audit", "exception", "outcome"
)
CONCLUDED = activity.event_type("audit.concluded", _l("Opinion of an audit's report written"), "audit", "row")
DECIDED_OUTSIDE = activity.event_type(
    "audit.decided_outside", _l("Decision of a person from outside recorded"), "audit", "state", "decision"
)
