"""The detail tables: their columns, and the rows that figures count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from auditor.audits.inspections.words import ANSWERS, STATES
from auditor.audits.results import Result
from auditor.findings.states import ActionState
from auditor.language import _, _l
from auditor.reports.audit_lines import AuditLine, ItemLine
from auditor.reports.figures import Tally
from auditor.reports.finding_lines import AGE_LABELS, STANDING_LABELS, ActionLine, FindingLine
from auditor.reports.inspection_lines import InspectionLine
from auditor.reports.promise_lines import ControlLine
from auditor.reports.scope import Roster, Side
from auditor.reports.training_lines import STATE_LABELS, TrainingLine

ACTION_LABELS = {
    ActionState.OPEN: _l("In progress"),
    ActionState.DONE: _l("Done"),
    ActionState.SENT_BACK: _l("Sent back"),
}


@dataclass(frozen=True)
class Column:
    """A column: its key, its heading, its width in characters, and what is in it."""

    key: str
    title: Any
    width: float
    counted: bool = False  # figures are counted by it
    summed: bool = False
    written: bool = False  # what people wrote: wrapped, and never taken for a formula


@dataclass(frozen=True)
class Table:
    """A detail table: its sheet, the name that formulas use, and its columns."""

    key: str
    sheet: Any
    name: Any
    columns: tuple[Column, ...]

    def tally(self) -> Tally:
        """Return an empty tally of its rows."""
        return Tally(
            [one.key for one in self.columns if one.counted], [one.key for one in self.columns if one.summed]
        )

    def marked(self) -> Table:
        """Return the table with a column that says what was imported."""
        return replace(self, columns=(*self.columns, IMPORTED))

    def column(self, key: str) -> Column:
        """Return one of its columns."""
        return next(one for one in self.columns if one.key == key)


IMPORTED = Column("former_number", _l("Imported (former number)"), 16, written=True)
_AS_OF = Column("as_of", _l("As of"), 12.5, counted=True)
RESULTS = (
    ("conform", Result.CONFORM),
    ("minor", Result.MINOR),
    ("major", Result.MAJOR),
    ("observation", Result.OBSERVATION),
    ("improvement", Result.IMPROVEMENT),
    ("not_applicable", Result.NOT_APPLICABLE),
    ("not_checked", Result.NOT_CHECKED),
)

AUDITS = Table("audits", _l("Detail audits"), _l("AuditRows"), (
    _AS_OF,
    Column("number", _l("Number"), 10),
    Column("kind", _l("Kind"), 16, counted=True),
    Column("subject", _l("Subject"), 22, written=True),
    Column("auditors", _l("Auditors"), 20, written=True),
    Column("period_from", _l("Period from"), 12.5),
    Column("period_to", _l("Period to"), 12.5),
    Column("starts_on", _l("Starts"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("month", _l("Month due"), 10, counted=True),
    Column("state", _l("State"), 13, counted=True),
    Column("since", _l("State since"), 12.5),
    Column("overdue", _l("Overdue"), 9, counted=True),
    Column("items", _l("Items"), 8, summed=True),
    *(Column(key, result.label, 9, summed=True) for key, result in RESULTS),
))  # fmt: skip
ITEMS = Table("items", _l("Detail items"), _l("ItemRows"), (
    Column("audit", _l("Audit"), 10),
    Column("year", _l("Fiscal year"), 10, counted=True),
    Column("subject_key", _l("Subject key"), 10, counted=True),
    Column("subject", _l("Subject"), 22, written=True),
    Column("code", _l("Control"), 12),
    Column("control", _l("Title of the control"), 34, written=True),
    Column("category", _l("Category"), 20, counted=True, written=True),
    Column("result", _l("Result"), 16, counted=True),
    Column("result_on", _l("Recorded on"), 12.5),
    Column("latest", _l("Newest"), 8, counted=True),
    Column("note", _l("Note"), 44, written=True),
))  # fmt: skip
INSPECTIONS = Table("inspections", _l("Detail self-inspections"), _l("InspectionRows"), (
    _AS_OF,
    Column("number", _l("Number"), 10),
    Column("unit_key", _l("Unit key"), 10, counted=True),
    Column("unit", _l("Unit"), 20, written=True),
    Column("department", _l("Department"), 20, written=True),
    Column("subject", _l("What is inspected"), 22, written=True),
    Column("answered_by", _l("Answered by"), 20, written=True),
    Column("period_from", _l("Inspected period from"), 12.5),
    Column("period_to", _l("Inspected period to"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("month", _l("Month due"), 10, counted=True),
    Column("state", _l("State"), 16, counted=True),
    Column("since", _l("State since"), 12.5),
    Column("confirmed_by", _l("Confirmed by"), 16, written=True),
    Column("overdue", _l("Overdue"), 9, counted=True),
    Column("late_days", _l("Days late"), 9),
    Column("items", _l("Items"), 8, summed=True),
    *(Column(result.value, words, 11, summed=True) for result, words in ANSWERS.items()),
))  # fmt: skip
FINDINGS = Table("findings", _l("Detail findings"), _l("FindingRows"), (
    _AS_OF,
    Column("number", _l("Number"), 10),
    Column("of_year", _l("Found in the year"), 10, counted=True),
    Column("title", _l("Title"), 34, written=True),
    Column("grade", _l("Grade"), 16, counted=True),
    Column("state", _l("State"), 16, counted=True),
    Column("open", _l("Open"), 8, counted=True),
    Column("department", _l("Department"), 20, written=True),
    Column("responsible", _l("Department head"), 14, written=True),
    Column("subject", _l("Subject"), 20, written=True),
    Column("control", _l("Control"), 10),
    Column("found_on", _l("Found on"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("closed_on", _l("Closed on"), 12.5),
    Column("age_days", _l("Age in days"), 9),
    Column("age", _l("Age band"), 12, counted=True),
    Column("overdue", _l("Overdue"), 9, counted=True),
    Column("late_days", _l("Days late"), 9),
))  # fmt: skip
ACTIONS = Table("actions", _l("Detail actions"), _l("ActionRows"), (
    _AS_OF,
    Column("number", _l("Number"), 12),
    Column("text", _l("Corrective action"), 44, written=True),
    Column("finding", _l("Finding"), 10),
    Column("grade", _l("Grade"), 16, counted=True),
    Column("department", _l("Department"), 20, written=True),
    Column("owner", _l("Responsible"), 14, written=True),
    Column("due_on", _l("Due"), 12.5),
    Column("state", _l("State"), 12, counted=True),
    Column("standing", _l("Progress"), 14, counted=True),
    Column("done_on", _l("Done on"), 12.5),
    Column("late_days", _l("Days late"), 9),
))  # fmt: skip
TRAINING = Table("training", _l("Detail training"), _l("TrainingRows"), (
    _AS_OF,
    Column("course_key", _l("Course key"), 10, counted=True),
    Column("course", _l("Course"), 30, written=True),
    Column("unit_key", _l("Unit key"), 10, counted=True),
    Column("unit", _l("Unit"), 20, written=True),
    Column("department", _l("Department"), 20, written=True),
    Column("number", _l("Employee number"), 12, written=True),
    Column("name", _l("Full name"), 16, written=True),
    Column("kind", _l("Employment"), 14),
    Column("state", _l("State"), 16, counted=True),
    Column("due_on", _l("Due"), 12.5),
    Column("completed_on", _l("Completed on"), 12.5),
    Column("score", _l("Score (%)"), 9),
    Column("late_days", _l("Days late"), 9),
))  # fmt: skip
CONTROLS = Table("controls", _l("Detail promises"), _l("PromiseRows"), (
    Column("promise_key", _l("Promise key"), 10, counted=True),
    Column("promise", _l("Promise"), 10, written=True),
    Column("code", _l("Control"), 12),
    Column("control", _l("Title of the control"), 40, written=True),
    Column("linked", _l("Linked"), 9, counted=True),
    Column("verdict", _l("Verdict of the promise"), 22, counted=True),
    Column("first", _l("Counts the promise"), 10, counted=True),
    Column("checked", _l("Results"), 10, summed=True),
    Column("major", _l("Open points, major"), 11, summed=True),
    Column("minor", _l("Open points, minor"), 11, summed=True),
    Column("checked_on", _l("Last checked"), 12.5),
))  # fmt: skip
TABLES = {one.key: one for one in (AUDITS, ITEMS, INSPECTIONS, FINDINGS, ACTIONS, TRAINING, CONTROLS)}


def yes(value: bool) -> str:
    """Return the word for a column that says yes or no."""
    return str(_("Yes") if value else _("No"))


def subject_key(subject_id: int) -> str:
    """Return what tells subjects apart whatever they are called."""
    return f"S{subject_id}"


def unit_key(department_id: int | None) -> str:
    """Return what tells departments apart whatever they are called."""
    return f"U{department_id}" if department_id else "U-"


def course_key(course_id: int) -> str:
    """Return what tells courses apart whatever they are called."""
    return f"C{course_id}"


def promise_key(promise_id: int) -> str:
    """Return what tells promises apart: a number such as 6.10 would be counted with 6.1."""
    return f"P{promise_id}"


def month_of(day: date | None) -> date | None:
    """Return the first day of the month: a text such as 2026-11 would be taken for a date when counted."""
    return day.replace(day=1) if day else None


def audit_row(line: AuditLine, side: Side) -> dict[str, Any]:
    """Return the cells of an audit by column."""
    return {
        "as_of": side.moment.day, "number": line.number, "kind": str(line.kind.label), "subject": line.subject,
        "auditors": line.auditors, "period_from": line.period_from, "period_to": line.period_to,
        "starts_on": line.starts_on, "due_on": line.due_on, "month": month_of(line.due_on),
        "state": str(line.state.label), "since": line.since, "overdue": yes(line.overdue), "items": line.items,
        **{key: line.count(result) for key, result in RESULTS}, "former_number": line.former_number,
    }  # fmt: skip


def item_row(
    line: ItemLine, subjects: dict[int, str], category: str, year: Callable[[int], str]
) -> dict[str, Any]:
    """Return the cells of an item by column."""
    return {
        "audit": line.audit, "year": year(line.fiscal_year), "subject_key": subject_key(line.subject_id),
        "subject": subjects.get(line.subject_id, ""), "code": line.code, "control": line.control,
        "category": category, "result": str(line.result.label), "result_on": line.result_on,
        "latest": yes(line.latest), "note": " ".join(part for part in (line.reason, line.note) if part),
    }  # fmt: skip


def inspection_row(line: InspectionLine, side: Side) -> dict[str, Any]:
    """Return the cells of a self-inspection by column."""
    return {
        "as_of": side.moment.day, "number": line.number, "unit_key": unit_key(line.unit_id),
        "unit": side.roster.department(line.unit_id), "department": line.department, "subject": line.subject,
        "answered_by": line.answered_by, "period_from": line.period_from, "period_to": line.period_to,
        "due_on": line.due_on, "month": month_of(line.due_on), "state": str(STATES[line.state]),
        "since": line.since, "confirmed_by": line.confirmed_by, "overdue": yes(line.late_days > 0),
        "late_days": line.late_days or None, "items": line.items,
        **{result.value: line.count(result) for result in ANSWERS},
    }  # fmt: skip


def finding_row(line: FindingLine, side: Side) -> dict[str, Any]:
    """Return the cells of a finding by column."""
    return {
        "as_of": side.moment.day, "number": line.number, "of_year": yes(line.of_year), "title": line.title,
        "grade": str(line.grade.label), "state": str(line.state.label), "open": yes(line.open),
        "department": line.department, "responsible": line.responsible, "subject": line.subject,
        "control": line.control, "found_on": line.found_on, "due_on": line.due_on, "closed_on": line.closed_on,
        "age_days": line.age_days, "age": str(AGE_LABELS[line.age]), "overdue": yes(line.late_days > 0),
        "late_days": line.late_days or None, "former_number": line.former_number,
    }  # fmt: skip


def action_row(line: ActionLine, side: Side) -> dict[str, Any]:
    """Return the cells of a corrective action by column."""
    return {
        "as_of": side.moment.day, "number": line.number, "text": line.text, "finding": line.finding.number,
        "grade": str(line.finding.grade.label), "department": line.finding.department, "owner": line.owner,
        "due_on": line.due_on, "state": str(ACTION_LABELS[line.state]),
        "standing": str(STANDING_LABELS[line.standing]), "done_on": line.done_on,
        "late_days": -line.days if line.standing == "late" else None,
    }  # fmt: skip


def training_row(line: TrainingLine, side: Side, roster: Roster) -> dict[str, Any]:
    """Return the cells of one person's training by column."""
    return {
        "as_of": side.moment.day, "course_key": course_key(line.course_id), "course": line.course,
        "unit_key": unit_key(line.unit_id), "unit": roster.department(line.unit_id),
        "department": roster.department(line.department_id), "number": line.number, "name": line.name,
        "kind": str(line.kind.label), "state": str(STATE_LABELS[line.state]), "due_on": line.due_on,
        "completed_on": line.completed_on, "score": line.score, "late_days": line.late_days or None,
    }  # fmt: skip


def control_row(line: ControlLine) -> dict[str, Any]:
    """Return the cells of a promise and one of its controls by column."""
    return {
        "promise_key": promise_key(line.promise_id), "promise": line.promise, "code": line.code,
        "control": line.control, "linked": yes(bool(line.code)), "verdict": str(line.verdict.label),
        "first": yes(line.first), "checked": line.checked, "major": line.major, "minor": line.minor,
        "checked_on": line.checked_on,
    }  # fmt: skip
