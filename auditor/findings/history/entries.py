"""What a history file says, once everything in it is found to be possible."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from auditor.audits.results import AuditKind, Result
from auditor.db import canonical
from auditor.findings.states import Grade
from auditor.people.roster_problems import RosterProblem, Severity


@dataclass(frozen=True)
class AuditEntry:
    """An audit that is new."""

    number: str
    subject_id: int
    kind: AuditKind
    period_from: date
    period_to: date
    starts_on: date
    done_on: date
    auditors: tuple[int, ...] = ()
    strangers: str = ""  # auditors whom the roster does not know
    summary: str = ""
    cell: tuple[str, str] = ("", "")  # sheet and cell of the auditors


@dataclass(frozen=True)
class ResultEntry:
    """What one control showed in an audit that is new."""

    audit: str
    control_id: int
    result: Result
    note: str
    checked_on: date


@dataclass(frozen=True)
class FindingEntry:
    """A finding that is new. ``closed_on`` None: still open."""

    number: str
    audit: str
    subject_id: int
    control_id: int | None
    title: str
    facts: str
    grade: Grade
    department_id: int
    found_on: date
    due_on: date
    closed_on: date | None
    progress: str


@dataclass(frozen=True)
class HistoryPlan:
    """What importing a file would do."""

    file_hash: str
    audits: Sequence[AuditEntry] = ()
    results: Sequence[ResultEntry] = ()
    findings: Sequence[FindingEntry] = ()
    there: int = 0  # rows that were imported before
    problems: Sequence[RosterProblem] = field(default_factory=tuple)

    @property
    def errors(self) -> list[RosterProblem]:
        """What keeps the file from being imported."""
        return [one for one in self.problems if one.severity is Severity.ERROR]

    @property
    def possible(self) -> bool:
        """Whether it can be imported."""
        return not self.errors

    @property
    def changes_nothing(self) -> bool:
        """Whether all of it is there already."""
        return not (self.audits or self.results or self.findings)

    @property
    def digest(self) -> str:
        """What the person had before them: another plan of the same file has another digest."""
        said = [
            self.file_hash,
            [one.number for one in self.audits],
            len(self.results),
            [one.number for one in self.findings],
            [(one.code, one.place) for one in self.problems],
        ]
        return hashlib.sha256(canonical(said).encode()).hexdigest()
