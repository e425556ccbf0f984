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
NOTICE_SENT = activity.event_type("audit.notice_sent", _l("Audit notice sent"), "audit", "notice")
NOTICE_ANSWERED = activity.event_type(
    "audit.notice_answered", _l("Audit notice answered"), "audit", "notice", "answer"
)
FACTS_ASKED = activity.event_type(
    "audit.facts_asked", _l("Confirmation of facts asked for"), "audit", "request", "results"
)
FACTS_ANSWERED = activity.event_type(
    "audit.facts_answered", _l("Facts confirmed or objected to"), "audit", "request", "accepted", "objected"
)
FACTS_SKIPPED = activity.event_type(
    "audit.facts_skipped", _l("Audit submitted without all facts confirmed"), "audit", "state", "results"
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
REGISTER_CHANGED = activity.event_type(
    "audit.register_changed", _l("Register of auditors changed"), "person", "held", "row"
)
SERIES_CHANGED = activity.event_type(
    "audit.series_changed", _l("Terms of a recurring audit changed"), "series", "valid_from", "row"
)
OCCURRENCE_SKIPPED = activity.event_type(
    "audit.occurrence_skipped", _l("One audit of a recurring audit left out"), "series", "occurrence", "row"
)
OCCURRENCE_MOVED = activity.event_type(
    "audit.occurrence_moved",
    _l("One audit of a recurring audit moved"),
    "series",
    "occurrence",
    "row",
    "starts",
    "due",
)
OCCURRENCE_RESTORED = activity.event_type(
    "audit.occurrence_restored", _l("Decision on an audit to come taken back"), "series", "occurrence", "row"
)
