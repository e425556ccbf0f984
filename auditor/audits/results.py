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
    """Where an audit stands."""

    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return STATE_LABELS[self]


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
    State.IN_PROGRESS: _l("Being carried out"),
    State.SUBMITTED: _l("Waiting for approval"),
    State.RETURNED: _l("Sent back"),
    State.APPROVED: _l("Done"),
    State.CANCELLED: _l("Cancelled"),
}

AUDITS = (AuditKind.CONFORMITY, AuditKind.OPERATION)  # by independent auditors
NONCONFORMITIES = frozenset({Result.MINOR, Result.MAJOR})
WITH_FINDING = frozenset({Result.MINOR, Result.MAJOR, Result.OBSERVATION, Result.IMPROVEMENT})
EDITABLE = frozenset({State.PLANNED, State.IN_PROGRESS, State.RETURNED})
RESULTS_SHOWN = frozenset({State.SUBMITTED, State.APPROVED})  # to the audited department
