"""Makes workbooks, and leaves in the activity log that somebody took one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from auditor import activity
from auditor.access import Actor
from auditor.dated import Moment
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people import queries as people
from auditor.reports import audit_book, year_book
from auditor.reports.audit_report import AuditReport
from auditor.reports.exports import ListExport
from auditor.reports.exports import write as write_list
from auditor.reports.programme_book import PlanBook
from auditor.reports.programme_book import write as write_plan
from auditor.reports.scope import Scope
from auditor.reports.sheets.cover import Production
from auditor.reports.workbook import write_summary

EXPORTED = activity.event_type(
    "reports.exported", _l("Excel file exported"), "what", "as_of", "fiscal_year", "language", "rows", "head"
)
FOLDER = "exports"  # in the data folder: what is being made for somebody


def export_summary(actor: Actor, scope: Scope, language: str, at: datetime, path: Path) -> int:
    """Write the summary workbook to ``path`` and record it; returns the number of its detail rows."""
    head = activity.head()[0]
    with _whole(path) as draft:
        rows = sum(write_summary(scope, language, Production(_producer(actor, at), at), draft).values())
        now = scope.now
        _record(actor, at, "summary", now.moment.day.isoformat(), now.year.label, language, rows, head)
    return rows


def export_list(actor: Actor, export: ListExport, language: str, at: datetime, path: Path) -> int:
    """Write a list to ``path`` and record it; returns the number of its rows."""
    head = activity.head()[0]
    with _whole(path) as draft:
        rows = write_list(export, language, Moment.at(at), draft)
        _record(actor, at, export.what, Moment.at(at).day.isoformat(), None, language, rows, head)
    return rows


def export_audit_report(actor: Actor, report: AuditReport, language: str, at: datetime, path: Path) -> int:
    """Write the report of an audit to ``path`` and record it; returns the number of its items."""
    head = activity.head()[0]
    with _whole(path) as draft:
        rows = audit_book.write(report, language, draft)
        year, day = report.audit.fiscal_year, report.moment.day.isoformat()
        _record(actor, at, "audit_report", day, year, language, rows, head)
    return rows


def export_year(actor: Actor, scope: Scope, language: str, at: datetime, path: Path) -> int:
    """Write the report of a year to ``path`` and record it; returns how many audits it names."""
    head = activity.head()[0]
    with _whole(path) as draft:
        rows = year_book.write(scope, language, draft)
        now = scope.now
        _record(actor, at, "year_report", now.moment.day.isoformat(), now.year.label, language, rows, head)
    return rows


def export_programme(actor: Actor, plan: PlanBook, language: str, at: datetime, path: Path) -> int:
    """Write the plan of a fiscal year to ``path`` and record it; returns the number of its planned checks."""
    head, made = activity.head()[0], plan.made
    with _whole(path) as draft:
        rows = write_plan(plan, language, draft)
        day = made.moment.day.isoformat()
        _record(actor, at, "programme", day, made.year.label, language, rows, head)
    return rows


def drafts(data: Path) -> Iterator[Path]:
    """Yield the workbooks that a page was making for somebody (see ``views/sending.py``)."""
    return (data / FOLDER).glob("*")


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a file to write to that takes the place of ``path`` once it is whole and the log tells of it.

    Whatever goes wrong before leaves an earlier file as it was. What is no plain file is written to directly.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        yield path
        return
    draft = target.with_name(f".{target.name}.part")
    try:
        yield draft
        reached(FailPoint.EXPORT_RECORDED)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _producer(actor: Actor, at: datetime) -> str:
    return people.name(actor.person_id, Moment.at(at)) or actor.system


def _record(
    actor: Actor, at: datetime, what: str, as_of: str, year: int | None, language: str, rows: int, head: int
) -> None:
    reached(FailPoint.EXPORT_WRITTEN)
    with activity.action(actor, at):
        activity.record(
            EXPORTED, what=what, as_of=as_of, fiscal_year=year, language=language, rows=rows, head=head
        )
