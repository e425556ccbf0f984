"""What a roster file says, row by row, with the cell that each value came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from auditor.people.kinds import EmploymentKind, EmploymentStatus, UnitLevel
from auditor.people.roster_problems import RosterProblem, Severity


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row stands. ``sheet`` is empty for CSV, whose columns are lettered as a spreadsheet shows them."""

    sheet: str
    row: int
    columns: Mapping[str, str]

    def cell(self, field: str) -> str:
        """Return the address of a value, such as "E12"; the row alone where the file has no such column."""
        return f"{self.columns.get(field, '')}{self.row}"


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One unit. ``kind`` is the word as written (本部, 室, 支店 …), ``level`` the size it stands for."""

    source: Source
    code: str
    name: str
    name_en: str
    kind: str
    level: UnitLevel | None
    parent_code: str
    site: str
    head_number: str


@dataclass(frozen=True, slots=True)
class ConcurrentPost:
    """A further department that a person serves (兼務); ``field`` names its cell in the row's source."""

    department_code: str
    department_name: str
    post: str
    field: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One worker. Texts are as written but for blanks around them; what the file leaves empty is "" or None.

    ``department_code`` is "" where the file gives a name that only the application can look up,
    and for officers and outside persons without a unit. ``left_on`` is the last day of employment.
    ``language`` is "ja", "en" or "" where the file does not say.
    """

    source: Source
    number: str
    family_name: str
    given_name: str
    family_kana: str
    given_kana: str
    roman_name: str
    email: str
    kind: EmploymentKind
    status: EmploymentStatus
    department_code: str
    department_name: str
    post: str
    concurrent: tuple[ConcurrentPost, ...]
    joined_on: date | None
    left_on: date | None
    leave_from: date | None
    returned_on: date | None
    language: str


@dataclass(frozen=True, slots=True)
class RosterFile:
    """Everything read from one file. Rows with an error of their own are counted but not among the rows.

    ``as_of`` is the day that the title names (2026年4月1日現在), a proposal for the effective date.
    ``numbers_seen`` holds the employee numbers of all rows, broken ones included, so that a person whose
    row has a problem is not taken for missing.
    """

    filename: str
    sha256: str
    departments: tuple[DepartmentRow, ...] = ()
    persons: tuple[PersonRow, ...] = ()
    problems: tuple[RosterProblem, ...] = ()
    department_rows: int = 0
    person_rows: int = 0
    numbers_seen: frozenset[str] = frozenset()
    as_of: date | None = None

    @property
    def errors(self) -> tuple[RosterProblem, ...]:
        """The problems that keep the file from being applied."""
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)

    @property
    def is_readable(self) -> bool:
        """Whether nothing stands against applying the file."""
        return not self.errors
