"""The words in which whoever answers a self-inspection is asked, beside those of audits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.audits.results import Result, State
from auditor.language import _l

ANSWERS: Mapping[Result, Any] = {
    Result.CONFORM: _l("It is kept"),
    Result.MINOR: _l("Not fully kept"),
    Result.MAJOR: _l("Not kept"),
    Result.OBSERVATION: _l("Kept but something is to be looked at"),
    Result.NOT_APPLICABLE: _l("There is no such thing here"),
    Result.NOT_CHECKED: _l("Not answered yet"),
}
STATES: Mapping[State, Any] = {
    State.PLANNED: _l("Not started"),
    State.IN_PROGRESS: _l("Being answered"),
    State.SUBMITTED: _l("Waiting for confirmation"),
    State.RETURNED: _l("Sent back"),
    State.APPROVED: _l("Confirmed"),
    State.CANCELLED: _l("Cancelled"),
}
