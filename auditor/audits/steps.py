"""The steps of an audit in their order, each with who came to it and when: progress, apart from the result."""

from __future__ import annotations

from typing import Any

from auditor.audits.pages import AuditPage
from auditor.audits.results import AuditKind, State
from auditor.language import _

_ORDER = (
    State.PLANNED,
    State.NOTIFIED,
    State.IN_PROGRESS,
    State.FACTS_CONFIRMED,
    State.SUBMITTED,
    State.APPROVED,
    State.CLOSED,
)
_OF_AN_INSPECTION = (State.PLANNED, State.IN_PROGRESS, State.SUBMITTED, State.APPROVED)
_SENT_BACK_TO = State.IN_PROGRESS  # where an audit goes on that was sent back or reopened


def of(page: AuditPage) -> list[dict[str, Any]]:
    """Return the steps for the flow of the page; one that was passed over is left out."""
    state = State(page.audit.current_state)
    order = _OF_AN_INSPECTION if page.audit.kind == AuditKind.SELF_INSPECTION else _ORDER
    here = (
        order.index(_SENT_BACK_TO if state is State.RETURNED else state)
        if state in (*order, State.RETURNED)
        else -1
    )
    words = _words()
    steps = []
    for place, step in enumerate(order):
        day, who = page.states.get(step.value, (None, ""))
        reached = place <= here and day is not None
        if place < here and not reached:
            continue
        last = place == here and state is not order[-1]
        steps.append(
            {
                "label": words[step],
                "state": "now" if last else "done" if reached else "next",
                "who": who if reached else "",
                "when": day.isoformat() if reached and day else None,
            }
        )
    return steps


def _words() -> dict[State, str]:
    return {
        State.PLANNED: str(_("Planned")),
        State.NOTIFIED: str(_("Notified")),
        State.IN_PROGRESS: str(_("Conducted")),
        State.FACTS_CONFIRMED: str(_("Facts confirmed")),
        State.SUBMITTED: str(_("Submitted")),
        State.APPROVED: str(_("Approved")),
        State.CLOSED: str(_("Audit closed")),
    }
