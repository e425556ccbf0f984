"""What the sheets of one workbook are made of, read once and in a fixed order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from auditor.audits.results import NONCONFORMITIES, Result
from auditor.catalogue.models import Subject
from auditor.language import fiscal_year_name
from auditor.reports import tables
from auditor.reports.audit_lines import AuditLine, ItemLine, audit_lines, item_lines, subject_names
from auditor.reports.finding_lines import ActionLine, FindingLine, finding_lines
from auditor.reports.inspection_lines import InspectionLine, NotKept, inspection_lines, not_kept, present
from auditor.reports.promise_lines import PromiseLine, promise_lines
from auditor.reports.scope import Scope
from auditor.reports.training_lines import CourseShown, TrainingLine, courses, training_lines


@dataclass
class GridCell:
    """The newest results of the controls of one category on one subject."""

    results: dict[Result, int] = field(default_factory=dict)

    @property
    def bad(self) -> int:
        """How many of them are nonconformities."""
        return sum(self.results.get(one, 0) for one in NONCONFORMITIES)


@dataclass
class Material:
    """Filled in while the detail sheets are written, read by the others."""

    scope: Scope
    audits: list[AuditLine] = field(default_factory=list)
    audits_before: list[AuditLine] = field(default_factory=list)  # last year's
    inspections: list[InspectionLine] = field(default_factory=list)
    inspections_before: list[InspectionLine] = field(default_factory=list)
    not_kept: list[NotKept] = field(default_factory=list)
    findings: list[FindingLine] = field(default_factory=list)
    findings_before: list[FindingLine] = field(default_factory=list)
    actions: list[ActionLine] = field(default_factory=list)
    courses: list[CourseShown] = field(default_factory=list)
    units: dict[int, list[int | None]] = field(default_factory=dict)  # of a course, in the order of the tree
    late: list[TrainingLine] = field(default_factory=list)
    subjects: dict[int, str] = field(default_factory=dict)
    departments: dict[int, int] = field(default_factory=dict)  # of the subjects that are departments
    titles: dict[str, tuple[int, str]] = field(default_factory=dict)  # of categories: place and title by key
    grid: dict[tuple[int, str], GridCell] = field(default_factory=dict)
    promises: list[PromiseLine] = field(default_factory=list)

    @cached_property
    def inspected(self) -> bool:
        """Whether there is anything to say of self-inspections."""
        return present(self.scope)

    def sources(self, items: bool = True) -> Iterator[tuple[tables.Table, Iterator[dict[str, Any]]]]:
        """Give each detail table with its rows, in the order in which they are to be read."""
        yield tables.AUDITS, self.audit_rows()
        if items:
            yield tables.ITEMS, self.item_rows()
        if self.inspected:
            yield tables.INSPECTIONS, self.inspection_rows()
        yield tables.FINDINGS, self.finding_rows()
        yield tables.ACTIONS, self.action_rows()
        yield tables.TRAINING, self.training_rows()
        yield tables.CONTROLS, self.control_rows()

    def audit_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of both years' audits."""
        for side in self.scope.sides:
            lines = audit_lines(side)
            if side is self.scope.now:
                self.audits = lines
            else:
                self.audits_before = lines
            yield from (tables.audit_row(line, side) for line in lines)

    def item_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of the items, one at a time; keeps only what the grid needs."""
        self.subjects = subject_names(self.scope.now)
        self.departments = {row.id: row.department_id for row in Subject.select() if row.department_id}
        for line in item_lines(self.scope.now):
            if line.latest:
                self._see(line)
            # A later version of the catalogue may call a category otherwise: one key has one title here.
            _place, title = self.titles.setdefault(line.category_key, (line.category_position, line.category))
            yield tables.item_row(line, self.subjects, title, fiscal_year_name)

    @property
    def categories(self) -> dict[str, str]:
        """The titles of the categories by key, in the order of the catalogue."""
        placed = sorted((place, key, title) for key, (place, title) in self.titles.items())
        return {key: title for _place, key, title in placed}

    def _see(self, line: ItemLine) -> None:
        results = self.grid.setdefault((line.subject_id, line.category_key), GridCell()).results
        results[line.result] = results.get(line.result, 0) + 1

    def inspection_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of both years' self-inspections."""
        for side in self.scope.sides:
            lines = inspection_lines(side)
            if side is self.scope.now:
                self.inspections, self.not_kept = lines, not_kept(side, lines)
            else:
                self.inspections_before = lines
            yield from (tables.inspection_row(line, side) for line in lines)

    def finding_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of both years' findings."""
        self._actions: list[dict[str, Any]] = []
        for side in self.scope.sides:
            findings, actions = finding_lines(side)
            if side is self.scope.now:
                self.findings, self.actions = findings, actions
            else:
                self.findings_before = findings
            self._actions += [tables.action_row(line, side) for line in actions]
            yield from (tables.finding_row(line, side) for line in findings)

    def action_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of both years' corrective actions; after the findings."""
        yield from self._actions

    def training_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of both years' training, course by course; keeps only who is late."""
        self.courses = courses(self.scope.now)
        for side in self.scope.sides:
            for course in self.courses:
                for line in training_lines(side, course):
                    if side is self.scope.now:
                        self._remember(line)
                    yield tables.training_row(line, side, side.training)

    def _remember(self, line: TrainingLine) -> None:
        units = self.units.setdefault(line.course_id, [])
        if line.unit_id not in units:
            units.append(line.unit_id)
        if line.state == "overdue":
            self.late.append(line)

    def control_rows(self) -> Iterator[dict[str, Any]]:
        """Give the rows of the promises and their controls."""
        self.promises = promise_lines(self.scope.now.moment)
        for promise in self.promises:
            yield from (tables.control_row(line) for line in promise.controls)
