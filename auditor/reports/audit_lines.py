"""Audits and their items as rows of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, Case, fn
from playhouse.postgres_ext import ServerSide

from auditor import clock, db
from auditor.audits import queries as audits
from auditor.audits.models import Audit, AuditItem, AuditState, ImportedAudit, ItemResult
from auditor.audits.results import AUDITS, EDITABLE, RESULTS_SHOWN, AuditKind, Result, State
from auditor.catalogue.models import Category, Control, Subject
from auditor.language import current
from auditor.reports import imported
from auditor.reports.scope import Side

OPEN = (State.PLANNED, State.IN_PROGRESS, State.RETURNED)  # as reports count them: the coarse states


class ItemCounts:
    """What is counted of an audit or a self-inspection whose ``results`` are told by their number."""

    results: dict[str, int]

    @property
    def items(self) -> int:
        """How many items it has."""
        return sum(self.results.values())

    def count(self, *results: Result) -> int:
        """Return how many items stand at one of ``results``."""
        return sum(self.results.get(result.value, 0) for result in results)


@dataclass(frozen=True)
class AuditLine(ItemCounts):
    """One audit of the year, as it stood."""

    id: int
    number: str
    kind: AuditKind
    subject_id: int
    subject: str
    department_id: int | None
    auditors: str
    period_from: date
    period_to: date
    starts_on: date | None
    due_on: date | None
    state: State  # the coarse one
    since: date | None  # of that state
    overdue: bool
    results: dict[str, int]
    former_number: str = ""  # of an audit of earlier years that was imported

    @property
    def checked(self) -> int:
        """How many items have a result."""
        return self.items - self.count(Result.NOT_CHECKED)


def audit_lines(side: Side) -> list[AuditLine]:
    """Return the audits of the year in the order of their numbers: a constant number of queries."""
    found = audits.audits_at(side.moment, Audit.fiscal_year == side.year.label, Audit.kind.in_(AUDITS))
    names = subject_names(side)
    since = _since(side)
    former = imported.audits_of(one.audit.id for one in found)
    lines = [
        AuditLine(
            id=one.audit.id,
            number=one.audit.number,
            kind=AuditKind(one.audit.kind),
            subject_id=one.audit.subject_id,
            subject=names.get(one.audit.subject_id, ""),
            department_id=one.audit.subject.department_id,
            auditors="、".join(_auditors(side, one, former)),
            period_from=one.audit.period_from,
            period_to=one.audit.period_to,
            starts_on=one.starts_on,
            due_on=one.due_on,
            state=State(one.state).coarse,
            since=since.get(one.audit.id) or clock.day_of(one.audit.created_at),
            overdue=State(one.state) in EDITABLE and one.due_on is not None and one.due_on < side.moment.day,
            results=one.results,
            former_number=former[one.audit.id].former_number if one.audit.id in former else "",
        )
        for one in found
    ]
    return sorted(lines, key=lambda line: (len(line.number), line.number))


def _since(side: Side) -> dict[int, date]:
    """Return by audit from which day it stands at its coarse state: a finer one does not begin it anew."""
    moment = side.moment
    of_year = Audit.select(Audit.id).where(Audit.fiscal_year == side.year.label)
    standing = list(AuditState.standing(moment, AuditState.audit.in_(of_year)))
    found = {row.audit_id: row.valid_from for row in standing}
    finer = {
        row.audit_id: State(row.state).coarse for row in standing if State(row.state).coarse != row.state
    }
    began = (
        AuditState.select()
        .where(AuditState.audit.in_(list(finer)), AuditState.recorded_at <= moment.instant)
        .order_by(AuditState.id)
    )
    return found | {row.audit_id: row.valid_from for row in began if row.state == finer[row.audit_id]}


def _auditors(side: Side, one: audits.AuditAt, former: dict[int, ImportedAudit]) -> list[str]:
    """Return the names, of an imported audit also those whom the roster does not know."""
    named = [side.roster.name(person) for person in one.auditors]
    strangers = former[one.audit.id].auditors if one.audit.id in former else ""
    return [*named, strangers] if strangers else named


def subject_names(side: Side) -> dict[int, str]:
    """Return what every subject is called."""
    return audits.subject_names(Subject.select(), side.moment, side.roster.language)


@dataclass(frozen=True)
class ItemLine:
    """One item of an audit with the result that stood."""

    audit: str
    fiscal_year: int
    subject_id: int
    code: str
    control_ja: str
    control_en: str
    category_key: str
    category_ja: str
    category_en: str
    category_position: int
    result: Result
    result_on: date | None
    note: str
    reason: str
    latest: bool  # the newest result of this control on this subject in these two years that was submitted

    @property
    def control(self) -> str:
        """The control's title in the reader's language."""
        return (self.control_ja if current() == "ja" else self.control_en) or self.control_ja

    @property
    def category(self) -> str:
        """The category's title in the reader's language."""
        return (self.category_ja if current() == "ja" else self.category_en) or self.category_ja


def item_lines(side: Side) -> Iterator[ItemLine]:
    """Return the items of this year's audits, and those of the year before whose result still is the newest.

    Cancelled audits are left out. Read from the database as they are asked for: memory stays flat.
    """
    query = _items(side)
    rows = query.iterator() if db.is_sqlite() else ServerSide(query, array_size=2000)
    for row in rows:
        *_rest, counts, rank = row
        latest = bool(counts) and rank == 1
        if latest or row[1] == side.year.label:
            yield _item(row, latest)


def _item(row: tuple[Any, ...], latest: bool) -> ItemLine:
    (audit, year, subject, code, ja, en, key, key_ja, key_en, place, result, on, note, reason, *_ranks) = row
    return ItemLine(
        audit, year, subject, code, ja, en, key, key_ja, key_en, place, Result(result), _day(on), note or "",
        reason or "", latest,
    )  # fmt: skip


def _items(side: Side) -> Any:
    moment = side.moment
    cancelled = (
        AuditState.standing(moment).where(AuditState.state == State.CANCELLED.value).select(AuditState.audit)
    )
    standing = (
        ItemResult.standing(moment)
        .select(
            ItemResult.id, ItemResult.item, ItemResult.result, ItemResult.valid_from, ItemResult.recorded_at,
            ItemResult.note, ItemResult.reason,
        )
        .alias("standing")
    )  # fmt: skip
    result = fn.COALESCE(standing.c.result, Result.NOT_CHECKED.value)
    submitted = AuditState.standing(moment).where(AuditState.state.in_([one.value for one in RESULTS_SHOWN]))
    # What an auditor still works on may change, and "not checked" is no result (as on the promise board).
    counts = Case(
        None,
        [((result != Result.NOT_CHECKED.value) & Audit.id.in_(submitted.select(AuditState.audit)), 1)],
        0,
    )
    newest = fn.ROW_NUMBER().over(
        partition_by=[Audit.subject, Control.code],
        order_by=[
            counts.desc(), fn.COALESCE(standing.c.valid_from, Audit.period_from).desc(),
            standing.c.recorded_at.desc(), fn.COALESCE(standing.c.id, 0).desc(), AuditItem.id.desc(),
        ],
    )  # fmt: skip
    return (
        AuditItem.select(
            Audit.number, Audit.fiscal_year, Audit.subject, Control.code, Control.title_ja, Control.title_en,
            Category.key, Category.title_ja, Category.title_en, Category.position, result, standing.c.valid_from, standing.c.note,
            standing.c.reason, counts, newest,
        )
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .join(Category)
        .switch(AuditItem)
        .join(standing, JOIN.LEFT_OUTER, on=(standing.c.item_id == AuditItem.id))
        .where(
            Audit.fiscal_year.in_([side.year.label, side.year.label - 1]),
            Audit.created_at <= moment.instant,
            Audit.kind.in_(AUDITS),
            Audit.id.not_in(cancelled),
        )
        .order_by(Audit.fiscal_year.desc(), Audit.id, AuditItem.position, AuditItem.id)
        .tuples()
    )  # fmt: skip


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
