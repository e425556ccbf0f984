"""One thing that waits for a person: what each feature gives to the worklist, reminders and calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


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


@dataclass(frozen=True)
class CalendarEntry:
    """A date in a person's own calendar feed: no name of a person and no text that somebody wrote.

    ``key`` names it for good ("audit-12"); ``starts_on`` and ``ends_on`` are its first and its last day.
    ``sequence`` counts how often its dates were changed, ``changed_at`` is when they last were.
    """

    key: str
    title: str
    starts_on: date
    ends_on: date
    path: str
    changed_at: datetime
    sequence: int = 0
    detail: str = ""
