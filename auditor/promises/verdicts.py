"""The verdict on a promise, and the rules it follows. Nobody sets it by hand.

A *check* of a control is a result of an audit that was submitted or approved at the moment asked for; of
several on the same subject the last one counts. "Not checked" is no check, "not applicable" is one that says
nothing about the promise. An *open point* is a finding graded minor or major that is neither closed nor
withdrawn, or a last check that is a minor or major nonconformity on which no finding was recorded yet. A
nonconformity whose finding was closed has been put right. Observations and opportunities for improvement are
no open points.

The first that holds is the verdict:

1. not_linked        no control is linked that the catalogue version in use has
2. needs_correction  an open point of some linked control is major
3. check_overdue     some linked control has no check, or its newest one is older than its frequency allows
                     (by the day after the same day of the month in which it would be due)
4. confirmed_open    some linked control has an open point
5. confirmed         otherwise

A control that is not applicable wherever it was checked is left out; when that leaves none, the verdict is
check_overdue: nothing confirms the promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from dateutil.relativedelta import relativedelta

from auditor.catalogue.words import MONTHS
from auditor.language import _l


class Verdict(StrEnum):
    """What can be said of a promise (screens: status kind "promise")."""

    CONFIRMED = "confirmed"
    CONFIRMED_OPEN = "confirmed_open"
    CHECK_OVERDUE = "check_overdue"
    NEEDS_CORRECTION = "needs_correction"
    NOT_LINKED = "not_linked"

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return VERDICT_LABELS[self]


VERDICT_LABELS = {
    Verdict.CONFIRMED: _l("Confirmed"),
    Verdict.CONFIRMED_OPEN: _l("Confirmed, open points"),
    Verdict.CHECK_OVERDUE: _l("Check overdue"),
    Verdict.NEEDS_CORRECTION: _l("Needs correction"),
    Verdict.NOT_LINKED: _l("Not linked"),
}


@dataclass
class ControlState:
    """What is known of one linked control at a moment; ``results`` counts subjects by their last result."""

    code: str
    frequency: str
    control: Any = None  # the catalogue's Control, for pages
    results: dict[str, int] = field(default_factory=dict)
    checked_on: date | None = None  # the newest check that says something
    major: int = 0  # open points
    minor: int = 0

    @property
    def not_applicable(self) -> bool:
        """Tell whether it was checked and applies to none of the subjects."""
        return set(self.results) == {"not_applicable"}

    @property
    def due_on(self) -> date | None:
        """The last day on which the newest check is new enough."""
        if self.checked_on is None:
            return None
        return self.checked_on + relativedelta(months=MONTHS.get(self.frequency, 12))

    def overdue(self, day: date) -> bool:
        """Tell whether a check is missing or too old on ``day``."""
        return self.due_on is None or self.due_on < day


def verdict(controls: Sequence[ControlState], day: date) -> Verdict:
    """Return the verdict that the linked controls give on ``day``; the rules stand at the head of this file."""
    if not controls:
        return Verdict.NOT_LINKED
    if any(control.major for control in controls):
        return Verdict.NEEDS_CORRECTION
    telling = [control for control in controls if not control.not_applicable]
    if not telling or any(control.overdue(day) for control in telling):
        return Verdict.CHECK_OVERDUE
    if any(control.minor for control in controls):
        return Verdict.CONFIRMED_OPEN
    return Verdict.CONFIRMED
