"""Grades and states of findings, and which state may follow which."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from auditor.language import _l


class Grade(StrEnum):
    """How much a finding weighs; two nonconformities, two that are none."""

    MAJOR = "major"
    MINOR = "minor"
    OBSERVATION = "observation"
    IMPROVEMENT = "improvement"

    @property
    def label(self) -> Any:
        return _GRADES[self]

    @property
    def nonconformity(self) -> bool:
        """Nonconformities need cause, correction, corrective action and an effectiveness check (JIS Q 15001, 10)."""
        return self in (Grade.MAJOR, Grade.MINOR)


class State(StrEnum):
    """Where a finding stands.

    Observations and opportunities for improvement take a shorter path: the answer is accepted and closes
    them, or, when it names actions, their verification does; there is no effectiveness check.
    """

    RECORDED = "recorded"  # the department owes the answer
    ANSWERED = "answered"  # cause, correction and plan wait for approval
    ACTING = "acting"  # the corrective actions are being carried out
    VERIFYING = "verifying"  # somebody else looks whether they were
    EFFECTIVENESS = "effectiveness"  # verified; the effectiveness check falls due later
    CONFIRMING = "confirming"  # a major one, found effective: the administrator confirms the closing
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> Any:
        return _STATES[self]

    @property
    def final(self) -> bool:
        return self in (State.CLOSED, State.WITHDRAWN)

    @property
    def put_right(self) -> bool:
        """Tell whether the due date binds no more: verified, and at most an effectiveness check to come."""
        return self.final or self in (State.EFFECTIVENESS, State.CONFIRMING)


OPEN_STATES = tuple(state for state in State if not state.final)
BOUND_STATES = tuple(state for state in State if not state.put_right)  # those that can be overdue

NEXT: dict[State, frozenset[State]] = {
    State.RECORDED: frozenset({State.ANSWERED, State.WITHDRAWN}),
    State.ANSWERED: frozenset({State.RECORDED, State.ACTING, State.CLOSED, State.WITHDRAWN}),
    State.ACTING: frozenset({State.VERIFYING, State.WITHDRAWN}),
    State.VERIFYING: frozenset({State.ACTING, State.EFFECTIVENESS, State.CLOSED, State.WITHDRAWN}),
    State.EFFECTIVENESS: frozenset({State.ACTING, State.CONFIRMING, State.CLOSED, State.WITHDRAWN}),
    State.CONFIRMING: frozenset({State.CLOSED, State.ACTING, State.WITHDRAWN}),
    State.CLOSED: frozenset(),
    State.WITHDRAWN: frozenset(),
}


class ActionState(StrEnum):
    """Where one corrective action stands."""

    OPEN = "open"
    DONE = "done"
    SENT_BACK = "sent_back"


class Source(StrEnum):
    """Where a finding comes from."""

    AUDIT = "audit"
    SELF_INSPECTION = "self_inspection"
    WORRY = "worry"
    OTHER = "other"

    @property
    def label(self) -> Any:
        return _SOURCES[self]


class WorryStep(StrEnum):
    """Where a report of a violation or a worry stands."""

    RECEIVED = "received"
    LOOKING = "looking"
    SETTLED = "settled"

    @property
    def label(self) -> Any:
        return _WORRY_STEPS[self]


_GRADES = {
    Grade.MAJOR: _l("Major nonconformity"),
    Grade.MINOR: _l("Minor nonconformity"),
    Grade.OBSERVATION: _l("Observation"),
    Grade.IMPROVEMENT: _l("Opportunity for improvement"),
}
_STATES = {
    State.RECORDED: _l("To be answered"),
    State.ANSWERED: _l("Plan to be approved"),
    State.ACTING: _l("In progress"),
    State.VERIFYING: _l("To be verified"),
    State.EFFECTIVENESS: _l("Effectiveness check to come"),
    State.CONFIRMING: _l("Closing to be confirmed"),
    State.CLOSED: _l("Closed"),
    State.WITHDRAWN: _l("Withdrawn"),
}
_SOURCES = {
    Source.AUDIT: _l("Audit"),
    Source.SELF_INSPECTION: _l("Self-inspection"),
    Source.WORRY: _l("Report of a violation or concern"),
    Source.OTHER: _l("Other occasion"),
}
_WORRY_STEPS = {
    WorryStep.RECEIVED: _l("Received"),
    WorryStep.LOOKING: _l("Being looked into"),
    WorryStep.SETTLED: _l("Settled"),
}
