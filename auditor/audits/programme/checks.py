"""What is checked in a year as it stood at a moment: audits, self-inspections, entries, series still to come."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from peewee import fn

from auditor import db
from auditor.audits import recurrence
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan, AuditSeries, AuditState
from auditor.audits.programme.coverage import Check, Code
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeEntryDetail, ProgrammeOpening
from auditor.audits.programme.words import PLANNED
from auditor.audits.results import DONE, EDITABLE, NOT_BEGUN, State
from auditor.calendars import FiscalYear
from auditor.catalogue.models import CatalogueVersion, Control
from auditor.company import queries as company
from auditor.dated import Moment

_MOVED_AT_MOST = timedelta(days=366)  # how far an audit of a series may have been moved into the year
_OPEN = frozenset(state.value for state in EDITABLE)


def checks_of(year: FiscalYear, moment: Moment, people: bool = False) -> list[Check]:
    """Return every check of the year known at ``moment``, cancelled and skipped ones left out.

    At most twelve queries, whatever their number; ``people`` reads who carries them out as well.
    """
    audits = _audits(year, moment, people)
    return [*audits, *_entries(year, moment), *_series(year, moment)]


def _audits(year: FiscalYear, moment: Moment, people: bool) -> list[Check]:
    there = (Audit.created_at <= moment.instant) & (Audit.fiscal_year == year.label)
    ids = Audit.select(Audit.id).where(there)
    states = {row.audit_id: row.state for row in AuditState.standing(moment, AuditState.audit.in_(ids))}
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    items = _items(ids)
    posts = _posts(ids, moment) if people else {}
    entries = dict(
        db.tuples(
            ProgrammeOpening.select(ProgrammeOpening.audit, ProgrammeOpening.entry).where(
                ProgrammeOpening.audit.in_(ids)
            )
        )
    )
    rows = db.tuples(
        Audit.select(Audit.id, Audit.subject, Audit.kind, Audit.number, Audit.series_of).where(there)
    )
    found = []
    for audit_id, subject_id, kind, number, series_id in rows:
        state, plan = states.get(audit_id, State.PLANNED.value), plans.get(audit_id)
        if state == State.CANCELLED or plan is None:
            continue
        found.append(
            Check(
                subject_id,
                items.get(audit_id, frozenset()),
                kind,
                plan.starts_on,
                plan.due_on,
                _state(state, plan.due_on, moment.day),
                audit_id,
                entries.get(audit_id),
                number,
                tuple(posts.get(audit_id, ())),
                series_id,
            )
        )
    return found


def _state(state: str, due_on: date, today: date) -> str:
    if state in DONE:
        return "done"
    if state in _OPEN and due_on < today:
        return "late"
    return "planned" if state in NOT_BEGUN else "running"


def _items(ids: Any) -> dict[int, frozenset[Code]]:
    """Return what each audit checks: two queries; audits with the same items share one set."""
    listed: Any = fn.GROUP_CONCAT(AuditItem.control) if db.is_sqlite() else _joined(AuditItem.control)
    rows = db.tuples(
        AuditItem.select(AuditItem.audit, listed).where(AuditItem.audit.in_(ids)).group_by(AuditItem.audit)
    )
    versions = Audit.select(Audit.version).where(Audit.id.in_(ids))
    codes: dict[str, Code] = {
        str(control): (catalogue, code)
        for control, catalogue, code in db.tuples(
            Control.select(Control.id, CatalogueVersion.catalogue, Control.code)
            .join(CatalogueVersion)
            .where(Control.version.in_(versions))
        )
    }
    known: dict[str, frozenset[Code]] = {}
    found = {}
    for audit_id, text in rows:
        text = str(text)
        if text not in known:
            known[text] = frozenset(codes[one] for one in text.split(",") if one in codes)
        found[audit_id] = known[text]
    return found


def _joined(column: Any) -> Any:
    return fn.STRING_AGG(column.cast("text"), ",")


def _posts(ids: Any, moment: Moment) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = AuditAssignee.standing(moment, AuditAssignee.audit.in_(ids)).where(AuditAssignee.held)
    for row in sorted(rows, key=lambda row: (not row.lead, row.id)):
        found.setdefault(row.audit_id, []).append(row.person_id)
    return found


def _entries(year: FiscalYear, moment: Moment) -> list[Check]:
    """Return the entries that have not become a check yet: one query."""
    opened = ProgrammeOpening.select(ProgrammeOpening.entry).where(
        ProgrammeOpening.opened_at <= moment.instant
    )
    return [
        Check(
            subject,
            codes_of(catalogue, codes),
            kind,
            starts_on,
            due_on,
            "late" if due_on < moment.day else "planned",
            entry_id=entry,
            people=people_of(people),
        )
        for entry, subject, catalogue, kind, starts_on, due_on, codes, people in _standing(
            year, moment, ProgrammeEntry.id.not_in(opened), ProgrammeEntryDetail.state == PLANNED
        )
    ]


def _standing(year: FiscalYear, moment: Moment, *where: Any) -> list[tuple[Any, ...]]:
    entry, detail = ProgrammeEntry, ProgrammeEntryDetail
    # The lists stay text: thousands of entries share a handful of them.
    codes, people = detail.codes.cast("text"), detail.people.cast("text")
    query = (
        detail.standing(moment)
        .select(entry.id, entry.subject, entry.catalogue, entry.kind, detail.starts_on, detail.due_on)
        .select_extend(codes.alias("listed_codes"), people.alias("listed_people"))
        .join(entry)
        .where(entry.programme.in_(_of_year(year, moment)), *where)
    )
    return db.tuples(query)


def _of_year(year: FiscalYear, moment: Moment) -> Any:
    return Programme.select(Programme.id).where(
        Programme.fiscal_year == year.label, Programme.created_at <= moment.instant
    )


@lru_cache(maxsize=512)
def codes_of(catalogue: int, text: str) -> frozenset[Code]:
    """Return the controls that a stored list of codes names."""
    return frozenset((catalogue, code) for code in json.loads(text))


@lru_cache(maxsize=512)
def people_of(text: str) -> tuple[int, ...]:
    """Return the persons that a stored list names."""
    return tuple(json.loads(text))


def _series(year: FiscalYear, moment: Moment) -> list[Check]:
    """Return what running series will open in the year, as agreed, as far as it has not been opened: eight queries."""
    courses = recurrence.courses(moment)
    if not courses:
        return []
    closed = company.closed_days(moment)
    return [
        _of_series(course.series, one)
        for course in courses.values()
        for one in recurrence.coming(course, year.last + _MOVED_AT_MOST, closed)
        if not one.skipped and one.starts_on in year and one.starts_on >= moment.day
    ]


def _of_series(series: AuditSeries, one: recurrence.Coming) -> Check:
    return Check(
        series.subject_id,
        frozenset((series.catalogue_id, code) for code in one.terms.codes),
        series.kind,
        one.starts_on,
        one.due_on,
        "planned",
        people=tuple(one.terms.auditors),
        series_id=series.id,
    )
