"""Makes workbooks, and leaves in the activity log that somebody took one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from auditor import activity
from auditor.access import Actor
from auditor.dated import Moment
from auditor.language import _l
from auditor.people import queries as people
from auditor.reports.exports import ListExport
from auditor.reports.exports import write as write_list
from auditor.reports.scope import Scope
from auditor.reports.sheets.cover import Production
from auditor.reports.workbook import write_summary

EXPORTED = activity.event_type(
    "reports.exported", _l("Excel file exported"), "what", "as_of", "fiscal_year", "language", "rows", "head"
)


def export_summary(actor: Actor, scope: Scope, language: str, at: datetime, path: Path) -> int:
    """Write the summary workbook to ``path`` and record it; returns the number of its detail rows."""
    head = activity.head()[0]
    rows = sum(write_summary(scope, language, Production(_producer(actor, at), at), path).values())
    now = scope.now
    _record(actor, at, "summary", now.moment.day.isoformat(), now.year.label, language, rows, head)
    return rows


def export_list(actor: Actor, export: ListExport, language: str, at: datetime, path: Path) -> int:
    """Write a list to ``path`` and record it; returns the number of its rows."""
    head = activity.head()[0]
    rows = write_list(export, language, Moment.at(at), path)
    _record(actor, at, export.what, Moment.at(at).day.isoformat(), None, language, rows, head)
    return rows


def _producer(actor: Actor, at: datetime) -> str:
    return people.name(actor.person_id, Moment.at(at)) or actor.system


def _record(
    actor: Actor, at: datetime, what: str, as_of: str, year: int | None, language: str, rows: int, head: int
) -> None:
    with activity.action(actor, at):
        activity.record(
            EXPORTED, what=what, as_of=as_of, fiscal_year=year, language=language, rows=rows, head=head
        )
