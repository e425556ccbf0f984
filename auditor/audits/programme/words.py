"""The words of a programme: in what state it stands, what a cell of its grid says."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from auditor.language import _l


class State(StrEnum):
    """Where the programme of a year stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return STATE_LABELS[self]


class CellState(StrEnum):
    """What one cell says: a category of controls on a subject."""

    GAP = "gap"  # not covered: fewer checks than the controls ask for
    LATE = "late"
    RUNNING = "running"
    PLANNED = "planned"
    DONE = "done"
    NOT_NEEDED = "not_needed"
    NONE = "none"  # no control of the category is checked on this kind of subject

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return CELL_LABELS[self]


class Cycle(StrEnum):
    """How often a rule has something checked."""

    TIMES = "times"
    FREQUENCY = "frequency"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return CYCLE_LABELS[self]


STATE_LABELS = {
    State.DRAFT: _l("Draft"),
    State.SUBMITTED: _l("Waiting for approval"),
    State.RETURNED: _l("Sent back"),
    State.APPROVED: _l("Approved"),
}
CELL_LABELS = {
    CellState.GAP: _l("Not covered"),
    CellState.LATE: _l("Overdue"),
    CellState.RUNNING: _l("Begun"),
    CellState.PLANNED: _l("Planned"),
    CellState.DONE: _l("Done"),
    CellState.NOT_NEEDED: _l("Not needed"),
    CellState.NONE: _l("No controls"),
}
CYCLE_LABELS = {
    Cycle.TIMES: _l("A number of times a year"),
    Cycle.FREQUENCY: _l("By each control's own frequency"),
}
PLANNED, SKIPPED = "planned", "skipped"
EDITABLE = frozenset({State.DRAFT, State.RETURNED})  # changes need no reason
