"""The words of audits: what an item showed, of what kind an audit is, in what state it stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from auditor.language import _l


class Result(StrEnum):
    """What an auditor found at one item."""

    CONFORM = "conform"
    MINOR = "minor"
    MAJOR = "major"
    OBSERVATION = "observation"
    IMPROVEMENT = "improvement"
    NOT_APPLICABLE = "not_applicable"
    NOT_CHECKED = "not_checked"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return RESULT_LABELS[self]


class AuditKind(StrEnum):
    """What kind of check it is: an audit of the rules themselves, one of how they are kept, or a self-inspection.

    A self-inspection (運用点検) has the same items, answered by the department itself: independence does not apply.
    """

    CONFORMITY = "conformity"
    OPERATION = "operation"
    SELF_INSPECTION = "self_inspection"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return KIND_LABELS[self]


class State(StrEnum):
    """Where an audit stands. A self-inspection is never notified, confirmed or closed."""

    PLANNED = "planned"
    NOTIFIED = "notified"  # the notice went to the head of the audited department
    IN_PROGRESS = "in_progress"
    FACTS_CONFIRMED = "facts_confirmed"  # by the audited department; before it is submitted
    SUBMITTED = "submitted"
    RETURNED = "returned"  # sent back, or reopened after its approval
    APPROVED = "approved"
    CLOSED = "closed"  # approved, and nothing that it found is open
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return STATE_LABELS[self]

    @property
    def coarse(self) -> State:
        """The state by which reports count: those that were there before the finer ones, so that figures compare."""
        return _COARSE.get(self, self)


RESULT_LABELS = {
    Result.CONFORM: _l("Conforming"),
    Result.MINOR: _l("Minor nonconformity"),
    Result.MAJOR: _l("Major nonconformity"),
    Result.OBSERVATION: _l("Observation"),
    Result.IMPROVEMENT: _l("Opportunity for improvement"),
    Result.NOT_APPLICABLE: _l("Not applicable"),
    Result.NOT_CHECKED: _l("Not checked"),
}
KIND_LABELS = {
    AuditKind.CONFORMITY: _l("Audit of conformity"),
    AuditKind.OPERATION: _l("Audit of operation"),
    AuditKind.SELF_INSPECTION: _l("Self-inspection"),
}
STATE_LABELS = {
    State.PLANNED: _l("Planned"),
    State.NOTIFIED: _l("Notified"),
    State.IN_PROGRESS: _l("Being carried out"),
    State.FACTS_CONFIRMED: _l("Facts confirmed"),
    State.SUBMITTED: _l("Waiting for approval"),
    State.RETURNED: _l("Sent back"),
    State.APPROVED: _l("Done"),
    State.CLOSED: _l("Audit closed"),
    State.CANCELLED: _l("Cancelled"),
}

AUDITS = (AuditKind.CONFORMITY, AuditKind.OPERATION)  # by independent auditors
NONCONFORMITIES = frozenset({Result.MINOR, Result.MAJOR})
WITH_FINDING = frozenset({Result.MINOR, Result.MAJOR, Result.OBSERVATION, Result.IMPROVEMENT})
FACTS = frozenset({Result.MINOR, Result.MAJOR, Result.OBSERVATION})  # what the audited department confirms
NOT_BEGUN = frozenset({State.PLANNED, State.NOTIFIED})
EDITABLE = NOT_BEGUN | {State.IN_PROGRESS, State.FACTS_CONFIRMED, State.RETURNED}
DONE = frozenset({State.APPROVED, State.CLOSED})
RESULTS_SHOWN = DONE | {State.SUBMITTED}  # to the audited department
_COARSE = {
    State.NOTIFIED: State.PLANNED,
    State.FACTS_CONFIRMED: State.IN_PROGRESS,
    State.CLOSED: State.APPROVED,
}
