"""One thing that waits for a person: what each feature gives to the worklist."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class WorkItem:
    """A row of the worklist. ``due_on`` None stands last; ``state`` is (status kind, value) for the chip."""

    kind: str  # audit, finding, training, report, roster, system: the tab it stands under
    title: str
    url: str
    step: str  # the words on the button
    due_on: date | None = None
    detail: str = ""
    who: str = ""
    state: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class DueThing:
    """Something with a due date that people are reminded of.

    ``notice`` is the registered notice kind; it is rendered from {"id": id, "due_on": ISO date}.
    """

    notice: str
    id: int
    due_on: date
    person_ids: tuple[int, ...]
    path: str
    department_id: int | None = None
    escalates: bool = True  # whether head and administrator are told too when it stays late
