"""Takes over the plan of the year before: the same checks a year later, with whoever still can carry them out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from auditor.access import Actor
from auditor.audits.independence import judge
from auditor.audits.programme import naming, queries
from auditor.audits.programme.board import Board, board
from auditor.audits.programme.models import Programme, ProgrammeEntry, ProgrammeEntryDetail
from auditor.audits.programme.planning import begin
from auditor.audits.programme.proposal import Proposed
from auditor.audits.programme.rules import rules_of
from auditor.audits.programme.words import PLANNED
from auditor.audits.programme.writing import add_entries, keys_of
from auditor.audits.results import AUDITS
from auditor.audits.verdicts import known_facts
from auditor.calendars import FiscalYear, add_months, business_day
from auditor.catalogue.models import Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l, current


@dataclass(frozen=True)
class Copied:
    """What would be taken over; ``dropped`` are the checks with the people who cannot carry them out again."""

    found: list[Proposed] = field(default_factory=list)
    dropped: list[Proposed] = field(default_factory=list)
    gone: int = 0  # checks of subjects or controls that are no more


def offered(year: FiscalYear, at: datetime) -> Copied:
    """Return what the plan of the year before would give; about forty queries, whatever its size."""
    moment = Moment.at(at)
    before = queries.programme_of(year.label - 1, moment)
    if before is None:
        return Copied()
    programme = queries.programme_of(year.label, moment)
    known = keys_of(programme) if programme is not None else set()
    seen = board(year, programme or before, moment, current())
    closed = company.closed_days(moment)
    found, gone = [], 0
    for row in _entries(before, moment):
        one = _moved(row, year, seen, closed)
        if one is None:
            gone += 1
        elif one.key not in known:
            found.append(one)
    kept, dropped = _with_who_can(found, moment)
    return Copied(kept, dropped, gone)


def copy(actor: Actor, at: datetime, year: FiscalYear, reason: str = "") -> int:
    """Take over the checks of the year before, each once; begins the plan with its rules where there is none.

    Returns how many were taken over. Raises RuleBroken where the year before has no plan.
    """
    moment = Moment.at(at)
    before = queries.programme_of(year.label - 1, moment)
    if before is None:
        raise RuleBroken(_l("The year before has no plan that could be taken over."))
    programme = queries.programme_of(year.label, moment)
    if programme is None:
        rules = [one.rule for one in rules_of(before, moment)]
        programme = begin(actor, at, year, queries.terms_of(before, moment), rules)
    return add_entries(actor, at, programme, offered(year, at).found, "copy", reason)


def _entries(before: Programme, moment: Moment) -> list[ProgrammeEntryDetail]:
    ids = ProgrammeEntry.select(ProgrammeEntry.id).where(ProgrammeEntry.programme == before.id)
    query = (
        ProgrammeEntryDetail.standing(moment, ProgrammeEntryDetail.entry.in_(ids))
        .select(ProgrammeEntryDetail, ProgrammeEntry)
        .join(ProgrammeEntry)
        .where(ProgrammeEntryDetail.state == PLANNED)
        .order_by(ProgrammeEntry.id)
    )
    return list(query)


def _moved(
    row: ProgrammeEntryDetail, year: FiscalYear, seen: Board, closed: Collection[date]
) -> Proposed | None:
    """Return the check a year later; None where its subject or all of its controls are no more."""
    here = seen.row(row.entry.subject_id)
    if here is None:
        return None
    there = {need.code[1] for need in here.needs if need.code[0] == row.entry.catalogue_id}
    codes = tuple(code for code in row.codes if code in there)
    starts = business_day(add_months(row.starts_on, 12), closed=closed)
    if starts > year.last:
        starts = business_day(year.last, later=False, closed=closed)
    if not codes or starts < year.first:
        return None
    due = min(business_day(starts + (row.due_on - row.starts_on), closed=closed), max(year.last, starts))
    due = max(starts, business_day(due, later=False, closed=closed))
    return Proposed(
        f"copy:{row.entry_id}", row.entry.subject_id, row.entry.catalogue_id, row.entry.kind, None,
        business_day(add_months(row.entry.rule_on, 12), closed=closed), starts, due, codes,
        people=tuple(row.people),
    )  # fmt: skip


def _with_who_can(found: list[Proposed], moment: Moment) -> tuple[list[Proposed], list[Proposed]]:
    """Return the checks with whoever still works here and is independent, and those with who is not."""
    persons = {person for one in found for person in one.people}
    left = naming.gone(persons, moment) if persons else set()
    subjects = {
        row.id: row for row in Subject.select().where(Subject.id.in_([one.subject_id for one in found]))
    }
    audits = [one for one in found if one.kind in AUDITS and one.people]
    facts = None
    if audits:
        last = max(naming.period_of(one.starts_on)[1] for one in audits)
        facts = known_facts(persons, [subjects[one.subject_id] for one in audits], last, moment)
    kept, dropped = [], []
    for one in found:
        able = [person for person in one.people if person not in left]
        if facts is not None and one.kind in AUDITS and able:
            about = facts.about(able, subjects[one.subject_id], one.catalogue_id, one.codes)
            judged = judge(able, *naming.period_of(one.starts_on), about)
            able = [person for person in able if judged[person].independent]
        kept.append(replace(one, people=tuple(able)))
        if lost := tuple(person for person in one.people if person not in able):
            dropped.append(replace(one, people=lost))
    return kept, dropped
