"""Lists as Excel files: exactly the rows that the list shows with its filter, in its order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import fn

from auditor import clock, db
from auditor.access import Actor, Permission
from auditor.audits import listing
from auditor.audits import queries as audits
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import AuditKind, Result, State
from auditor.catalogue.models import Category, Control
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import queries as findings
from auditor.findings.states import Grade
from auditor.language import _, _l, current, fiscal_year_name, format_long_day, pick, speaking
from auditor.people import queries as people
from auditor.reports.book import Book, DetailSheet
from auditor.reports.finding_lines import STANDING_LABELS, ActionLine, finding_lines
from auditor.reports.saving import written
from auditor.reports.scope import scope_of
from auditor.reports.tables import ACTION_LABELS, IMPORTED, Column, Table
from auditor.reports.training_lines import STATE_LABELS
from auditor.training import following, states
from auditor.training.models import Course, TrainingRound

_CHUNK = 500


@dataclass(frozen=True)
class ListExport:
    """A list to be written: its table and, when asked for, its rows."""

    what: str  # for the log and the name of the file
    table: Table
    rows: Any  # () -> Iterator[dict]; called while the language of the file is spoken
    title: str = ""


def write(export: ListExport, language: str, moment: Moment, path: Path) -> int:
    """Write the list to ``path``; returns the number of rows."""
    with speaking(language):
        heading = _(
            "%(company)s · as of %(day)s",
            company=company.company_name(moment),
            day=format_long_day(moment.day),
        )
        book = Book(language, heading)
        book.describe(str(export.table.sheet))
        with written(book.raw, path):
            sheet = DetailSheet(book, export.table, export.title)
            for row in export.rows():
                sheet.add(row)
            count = sheet.close()
    return count


def audits_list(actor: Actor, wanted: listing.Filter, moment: Moment) -> ListExport:
    """Return the audits that the list shows to ``actor``."""

    def rows() -> Iterator[dict[str, Any]]:
        query = listing.ordered(
            listing.matching(audits.seen_by(actor, moment.instant), wanted, moment), wanted
        )
        for chunk in _chunks(list(query)):
            for row in listing.rows(chunk, moment, current()):
                late = row.state == "overdue"
                yield {
                    "number": row.audit.number,
                    "year": fiscal_year_name(row.audit.fiscal_year),
                    "kind": str(AuditKind(row.audit.kind).label),
                    "subject": row.name,
                    "auditors": str(_(", ")).join(row.auditors),
                    "starts_on": row.starts_on,
                    "due_on": row.due_on,
                    "state": str(State(row.audit.current_state).label),
                    "overdue": str(_("Overdue")) if late else "",
                    "checked": row.checked,
                    "items": row.total,
                    "former_number": row.former_number,
                }

    return ListExport("audits", AUDITS, rows)


def findings_list(actor: Actor, filters: findings.Filters, moment: Moment) -> ListExport:
    """Return the findings that the list shows to ``actor``."""

    def rows() -> Iterator[dict[str, Any]]:
        for chunk in _chunks(list(findings.listing(actor, filters, moment))):
            for row in findings.rows(chunk, moment):
                yield {
                    "number": row.number,
                    "title": row.title,
                    "grade": str(row.grade.label),
                    "state": str(row.state.label),
                    "department": row.department,
                    "responsible": row.responsible,
                    "owners": row.owners,
                    "found_on": row.found_on,
                    "due_on": row.due_on,
                    "late_days": -row.days if row.overdue else None,
                    "actions_done": row.actions_done,
                    "actions": row.actions,
                    "former_number": row.former_number,
                }

    return ListExport("findings", FINDINGS, rows)


def actions_list(actor: Actor, filters: findings.Filters, moment: Moment) -> ListExport:
    """Return the corrective actions of the findings that the list shows to ``actor``."""

    def rows() -> Iterator[dict[str, Any]]:
        shown = {row.number: place for place, row in enumerate(findings.listing(actor, filters, moment))}
        lines = _every_action(moment)
        lines = [line for line in lines if line.finding.number in shown]
        for line in sorted(lines, key=lambda one: (shown[one.finding.number], one.due_on, one.number)):
            yield {
                "number": line.number,
                "text": line.text,
                "finding": line.finding.number,
                "title": line.finding.title,
                "grade": str(Grade(line.finding.grade).label),
                "department": line.finding.department,
                "owner": line.owner,
                "due_on": line.due_on,
                "state": str(ACTION_LABELS[line.state]),
                "standing": str(STANDING_LABELS[line.standing]),
                "late_days": -line.days if line.standing == "late" else None,
            }

    return ListExport("actions", ACTIONS, rows)


def _every_action(moment: Moment) -> list[ActionLine]:
    return finding_lines(scope_of(moment.instant).now, every=True)[1]


@dataclass(frozen=True)
class TrainingFilter:
    """What of the training is listed: one course or one round; empty and None leave everybody."""

    course_id: int | None = None
    round_id: int | None = None
    state: str = ""
    department_id: int | None = None
    below: bool = False
    text: str = ""


def training_list(actor: Actor, wanted: TrainingFilter, moment: Moment) -> ListExport:
    """Return the persons behind the figures of a course or a round, as ``actor`` may see them.

    Raises NotFound for a course or round that the actor may not see, RuleBroken when none is named.
    """
    query, title_of = _training_query(actor, wanted, moment)
    within = following.reach(actor)
    departments: Collection[int] | None = within
    if wanted.department_id is not None:
        one = {wanted.department_id}
        asked = people.tree(moment).with_below(one) if wanted.below else one
        departments = asked if within is None else asked & within

    def rows() -> Iterator[dict[str, Any]]:
        tree = people.tree(moment)
        page, total, seen = 1, 1, 0
        while seen < total:
            found, total, _page = following.listed(
                query,
                moment,
                departments=departments,
                wanted=following.FILTERS.get(wanted.state, ()),
                text=wanted.text,
                page=page,
                size=_CHUNK * 4,
            )
            for row in found:
                yield _training_row(row, tree, pick(title_of, "title"), moment)
            if not found:
                return
            page, seen = page + 1, seen + len(found)

    return ListExport("training", TRAINING, rows)


def _training_query(actor: Actor, wanted: TrainingFilter, moment: Moment) -> tuple[Any, Any]:
    if wanted.round_id is not None:
        opened: TrainingRound = following.round_for(actor, wanted.round_id, Permission.TRAINING_READ, moment)
        return states.of_round(opened.id, moment), opened.version
    if wanted.course_id is None:
        raise RuleBroken(_l("Name a course or a round of training."), "course")
    course = following.course_for(actor, wanted.course_id, Permission.TRAINING_READ)
    return states.of_course(course.id, moment), following.versions_of(course.id)[0]


def _training_row(row: Any, tree: people.Tree, title: str, moment: Moment) -> dict[str, Any]:
    standing = row.standing
    late = standing.state == "overdue" and standing.due_on is not None
    return {
        "number": row.number,
        "name": row.name,
        "department": tree.path(standing.department_id, current()) if standing.department_id else "",
        "course": title,
        "state": str(STATE_LABELS[standing.state]),
        "due_on": standing.due_on,
        "completed_on": clock.day_of(standing.completed_at) if standing.completed_at else None,
        "late_days": (moment.day - standing.due_on).days if late else None,
    }


def first_course() -> int:
    """Return the course that was brought in first. Raises RuleBroken while there is none."""
    row: Course | None = Course.select().order_by(Course.id).first()
    if row is None:
        raise RuleBroken(_l("There is no course so far."), "course")
    return row.id


def audit_sheet(actor: Actor, audit_id: int, moment: Moment) -> ListExport:
    """Return one audit with what its items showed, if ``actor`` may see that. Raises NotFound."""
    audit: Audit = audits.audit_for(actor, audit_id, Permission.AUDIT_READ, moment.instant)
    held = audits.is_auditor(actor, audit_id, moment.instant)
    shown = audits.shows_results(actor, audit, held)

    def rows() -> Iterator[dict[str, Any]]:
        results = _results_of(audit_id, moment) if shown else {}
        labels = {result.value: str(result.label) for result in Result}
        for item_id, code, category, control, question in _items_of(audit_id, current()):
            result, on, reason, note = results.get(item_id, (Result.NOT_CHECKED.value, None, "", ""))
            yield {
                "code": code,
                "category": category,
                "control": control,
                "question": question,
                "result": labels[result],
                "result_on": on,
                "note": " ".join(part for part in (reason, note) if part),
            }

    name = audits.subject_name(audit.subject, moment, current())
    return ListExport("audit", AUDIT, rows, f"{audit.number} {name}")


def _items_of(audit_id: int, language: str) -> list[tuple[Any, ...]]:
    """Return id, code, category, title and question of each item in its order: one query."""
    category, title, question = Category.title_ja, Control.title_ja, Control.question_ja
    if language == "en":
        category, title, question = (
            _either(Category.title_en, category),
            _either(Control.title_en, title),
            _either(Control.question_en, question),
        )
    query = (
        AuditItem.select(AuditItem.id, Control.code, category, title, question).join(Control).join(Category)
    )
    return db.tuples(query.where(AuditItem.audit == audit_id).order_by(AuditItem.position, AuditItem.id))


def _either(wanted: Any, other: Any) -> Any:
    """Return the wanted text, the other where it is empty."""
    return fn.COALESCE(fn.NULLIF(wanted, ""), other)


def _results_of(audit_id: int, moment: Moment) -> dict[int, tuple[Any, ...]]:
    """Return result, day, reason and note by item: one query."""
    mine = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id)
    told = ItemResult.standing(moment, ItemResult.item.in_(mine)).select(
        ItemResult.item, ItemResult.result, ItemResult.valid_from, ItemResult.reason, ItemResult.note
    )
    return {row[0]: row[1:] for row in db.tuples(told)}


def _chunks(rows: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(rows), _CHUNK):
        yield rows[first : first + _CHUNK]


AUDITS = Table("audits", _l("Audits"), _l("AuditRows"), (
    Column("number", _l("Number"), 10),
    Column("year", _l("Fiscal year"), 10),
    Column("kind", _l("Kind"), 16),
    Column("subject", _l("Subject"), 24, written=True),
    Column("auditors", _l("Auditors"), 22, written=True),
    Column("starts_on", _l("Starts"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("state", _l("State"), 14),
    Column("overdue", _l("Overdue"), 10),
    Column("checked", _l("Items with a result"), 11),
    Column("items", _l("Items"), 10),
    IMPORTED,
))  # fmt: skip
FINDINGS = Table("findings", _l("Findings"), _l("FindingRows"), (
    Column("number", _l("Number"), 10),
    Column("title", _l("Title"), 36, written=True),
    Column("grade", _l("Grade"), 18),
    Column("state", _l("State"), 18),
    Column("department", _l("Department"), 20, written=True),
    Column("responsible", _l("Department head"), 14, written=True),
    Column("owners", _l("Responsible for actions"), 20, written=True),
    Column("found_on", _l("Found on"), 12.5),
    Column("due_on", _l("Due"), 12.5),
    Column("late_days", _l("Days late"), 9),
    Column("actions_done", _l("Actions done"), 9),
    Column("actions", _l("Actions"), 9),
    IMPORTED,
))  # fmt: skip
ACTIONS = Table("actions", _l("Corrective actions"), _l("ActionRows"), (
    Column("number", _l("Number"), 12),
    Column("text", _l("Corrective action"), 44, written=True),
    Column("finding", _l("Finding"), 10),
    Column("title", _l("Title"), 30, written=True),
    Column("grade", _l("Grade"), 18),
    Column("department", _l("Department"), 20, written=True),
    Column("owner", _l("Responsible"), 14, written=True),
    Column("due_on", _l("Due"), 12.5),
    Column("state", _l("State"), 12),
    Column("standing", _l("Progress"), 15),
    Column("late_days", _l("Days late"), 9),
))  # fmt: skip
TRAINING = Table("training", _l("Training"), _l("TrainingRows"), (
    Column("number", _l("Employee number"), 12, written=True),
    Column("name", _l("Full name"), 18, written=True),
    Column("department", _l("Department"), 36, written=True),
    Column("course", _l("Course"), 34, written=True),
    Column("state", _l("State"), 18),
    Column("due_on", _l("Due"), 12.5),
    Column("completed_on", _l("Completed on"), 12.5),
    Column("late_days", _l("Days late"), 9),
))  # fmt: skip
AUDIT = Table("audit", _l("Audit"), _l("ItemRows"), (
    Column("code", _l("Control"), 12),
    Column("category", _l("Category"), 20, written=True),
    Column("control", _l("Title of the control"), 28, written=True),
    Column("question", _l("Question"), 50, written=True),
    Column("result", _l("Result"), 18),
    Column("result_on", _l("Recorded on"), 12.5),
    Column("note", _l("Note"), 44, written=True),
))  # fmt: skip
