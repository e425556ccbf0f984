"""What applying a roster would change, person by person, with the old and the new value and the cell."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from auditor.db import canonical
from auditor.language import _l
from auditor.people.roster_rows import RosterFile

LEAVERS_TO_CONFIRM = 0.05  # more than this share of the company leaving at once asks again


class Fate(StrEnum):
    """What an import means for a person or a department; of several the first of these is told."""

    ADDED = "added"
    LEFT = "left"
    MOVED = "moved"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PASSED_OVER = "passed_over"  # left before the roster's day and never known here

    @property
    def label(self) -> Any:
        return FATE_LABELS[self]


FATE_LABELS = {
    Fate.ADDED: _l("Added"),
    Fate.LEFT: _l("Leaving"),
    Fate.MOVED: _l("Moved"),
    Fate.CHANGED: _l("Details changed"),
    Fate.UNCHANGED: _l("Unchanged"),
    Fate.PASSED_OVER: _l("Passed over"),
}

FIELD_LABELS: dict[str, Any] = {
    "family_name": _l("Family name"),
    "given_name": _l("Given name"),
    "family_kana": _l("Family name (kana)"),
    "given_kana": _l("Given name (kana)"),
    "romanised": _l("Name in Latin letters"),
    "email": _l("E-mail address"),
    "language": _l("Language"),
    "kind": _l("Kind of employment"),
    "status": _l("Status"),
    "departments": _l("Departments"),
    "post": _l("Post"),
    "name": _l("Name"),
    "name_en": _l("Name in English"),
    "unit_kind": _l("Kind of unit"),
    "level": _l("Size of the unit"),
    "parent": _l("Superior department"),
    "site": _l("Site"),
    "active": _l("In use"),
    "head": _l("Department head"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value that would change. ``old`` is empty for what is new; ``since`` differs from the roster's day."""

    field: str
    old: str
    new: str
    cell: str = ""
    since: date | None = None

    @property
    def label(self) -> Any:
        return FIELD_LABELS[self.field]


@dataclass(frozen=True, slots=True)
class Planned:
    """What an import means for one person (``key`` the employee number) or one department (its code)."""

    fate: Fate
    key: str
    name: str
    reading: str = ""
    row: int | None = None
    changes: tuple[Change, ...] = ()
    in_file: bool = True


@dataclass(frozen=True)
class Rows:
    """The rows to write. Persons and departments are named by number and code until they have an id."""

    new_departments: list[str] = field(default_factory=list)
    new_persons: list[str] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)
    names: list[dict[str, Any]] = field(default_factory=list)
    employments: list[dict[str, Any]] = field(default_factory=list)
    memberships: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(
            (
                self.new_departments,
                self.new_persons,
                self.details,
                self.heads,
                self.names,
                self.employments,
                self.memberships,
            )
        )


@dataclass(frozen=True)
class RosterPlan:
    """What applying ``file`` from ``effective_from`` on would change, as the database stood when it was made."""

    file: RosterFile
    effective_from: date
    whole: bool
    persons: tuple[Planned, ...]
    departments: tuple[Planned, ...]
    rows: Rows = field(repr=False)
    working_before: int  # persons on the roster on that day without this import

    @cached_property
    def counts(self) -> Mapping[Fate, int]:
        """The number of persons of each fate; they add up to the persons of the file and the leavers not in it."""
        found = Counter(person.fate for person in self.persons)
        return {fate: found[fate] for fate in Fate}

    @property
    def missing(self) -> int:
        """The persons who would leave because the file, said to be the whole roster, does not name them."""
        return sum(1 for person in self.persons if person.fate is Fate.LEFT and not person.in_file)

    @property
    def is_applicable(self) -> bool:
        return self.file.is_readable

    @property
    def changes_nothing(self) -> bool:
        return self.rows.is_empty

    @property
    def needs_confirmation(self) -> bool:
        """Whether so many would leave that the wrong file is more likely (issue 2: more than 5 %)."""
        return self.missing > LEAVERS_TO_CONFIRM * max(self.working_before, 1)

    @cached_property
    def digest(self) -> str:
        """What identifies this plan: another plan for the same file has the same digest only if it writes the same."""
        body = [self.file.sha256, self.effective_from, self.whole, vars(self.rows)]
        return hashlib.sha256(canonical(body).encode()).hexdigest()

    def people(self, fate: Fate) -> list[Planned]:
        return [person for person in self.persons if person.fate is fate]
