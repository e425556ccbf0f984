"""Begins a programme, applies what its rules propose, and says what need not be checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from peewee import IntegrityError

from auditor import activity, clock, db
from auditor.access import Actor
from auditor.audits.programme import naming, trail
from auditor.audits.programme.board import Board, board
from auditor.audits.programme.coverage import Check, cells
from auditor.audits.programme.models import CellNotNeeded, Programme, ProgrammeState, ProgrammeTerms
from auditor.audits.programme.proposal import Proposed, closing_gaps, proposed, with_people
from auditor.audits.programme.queries import Terms
from auditor.audits.programme.rules import DEFAULTS, Rule, rules_of, write
from auditor.audits.programme.words import CellState, State
from auditor.audits.programme.writing import add_entries, keys_of, reason_for
from auditor.audits.results import AUDITS
from auditor.calendars import FiscalYear
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l, current
from auditor.people.kinds import UnitLevel

LEVELS = (UnitLevel.DEPARTMENT, UnitLevel.SECTION, UnitLevel.TEAM)


def begin(
    actor: Actor, at: datetime, year: FiscalYear, terms: Terms | None = None, rules: Sequence[Rule] = DEFAULTS
) -> Programme:
    """Begin the programme of a year with its rules; of two who begin it the second gets the first one's."""
    terms = terms or Terms()
    checked_terms(terms)
    try:
        with activity.action(actor, at):
            programme = Programme.create(fiscal_year=year.label, created_at=at)
            ProgrammeState.write(at, actor.person_id, programme=programme.id, state=State.DRAFT.value)
            _write_terms(actor, at, programme, terms, None)
            for place, rule in enumerate(rules, 1):
                write(actor, at, programme, place, rule)
            activity.record(trail.BEGUN, programme=programme.id, year=year.label, rules=len(rules))
            return programme
    except IntegrityError:
        found = Programme.get_or_none(Programme.fiscal_year == year.label)
        if found is None:
            raise
        return found


def set_terms(actor: Actor, at: datetime, programme: Programme, terms: Terms, based_on: int) -> None:
    """Change the terms; ``based_on`` is the row that was seen.

    Raises RuleBroken for terms that cannot be, Stale when somebody else changed them meanwhile.
    """
    checked_terms(terms)
    with activity.action(actor, at):
        stands = ProgrammeTerms.latest(Moment.at(at), programme=programme.id)
        if stands is not None and stands.id != based_on:
            raise Stale({"unit_level": stands.unit_level}, {"unit_level": terms.unit_level})
        _write_terms(actor, at, programme, terms, stands)
        activity.record(trail.TERMS_SET, programme=programme.id, unit_level=terms.unit_level)


def checked_terms(terms: Terms) -> None:
    """Raise RuleBroken for terms that cannot be."""
    if terms.unit_level not in list(LEVELS):
        raise RuleBroken(_l("Choose a size of unit from the list."), "unit_level")
    for field in ("audit_lead_days", "inspection_lead_days"):
        if not 0 <= getattr(terms, field) <= 120:
            raise RuleBroken(_l("A number of days from 0 to 120."), field)


def _write_terms(
    actor: Actor, at: datetime, programme: Programme, terms: Terms, before: ProgrammeTerms | None
) -> None:
    ProgrammeTerms.write(
        at, actor.person_id, replaces=before, programme=programme.id, unit_level=terms.unit_level,
        audit_lead_days=terms.audit_lead_days, inspection_lead_days=terms.inspection_lead_days,
    )  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """What would be added to a plan, and how the year would stand with it."""

    found: list[Proposed]
    gaps_before: int
    gaps_after: int
    nobody: list[Proposed]  # audits for which nobody independent was found


def offer(programme: Programme, year: FiscalYear, at: datetime) -> Offer:
    """Return what the rules would add now; about 60 queries, whatever the number of subjects."""
    moment = Moment.at(at)
    seen = board(year, programme, moment, current(), people=True)
    closed = company.closed_days(moment)
    rules = rules_of(programme, moment)
    found = proposed(seen, rules, keys_of(programme), _from_day(year, at), closed)
    return _offered(found, seen, year, moment)


def offer_for_gaps(
    programme: Programme, year: FiscalYear, at: datetime, subject_id: int | None = None, category: str = ""
) -> Offer:
    """Return what would close the gaps: all, those of one subject, or of one cell."""
    moment = Moment.at(at)
    seen = board(year, programme, moment, current(), people=True)
    rows = [row for row in seen.rows if subject_id in (None, row.planned.id)]
    closed = company.closed_days(moment)
    mark = uuid4().hex[:8]
    found = closing_gaps(seen, rows, _from_day(year, at), closed, mark, category)
    return _offered(found, seen, year, moment)


def _from_day(year: FiscalYear, at: datetime) -> date:
    return max(clock.day_of(at), year.first)


def _offered(found: list[Proposed], seen: Board, year: FiscalYear, moment: Moment) -> Offer:
    people = naming.named(found, moment, _busy(seen.checks, year)) if found else {}
    found = with_people(found, people)
    nobody = [one for one in found if one.kind in AUDITS and not one.people]
    return Offer(found, seen.gaps, gaps_with(seen, found), nobody)


def _busy(checks: Iterable[Check], year: FiscalYear) -> list[tuple[int, int]]:
    """Return who is planned for an audit that is not opened yet: those that are count as the audits they are."""
    return [
        (person, year.label)
        for check in checks
        if check.audit_id is None and check.kind in AUDITS
        for person in check.people
    ]


def gaps_with(seen: Board, found: Iterable[Proposed]) -> int:
    """Return how many cells would be left uncovered with these checks."""
    added: dict[int, list[Check]] = {}
    for one in found:
        added.setdefault(one.subject_id, []).append(one.check())
    count = 0
    for row in seen.rows:
        not_needed = {key: cell.reason for key, cell in row.cells.items() if not cell.counted}
        after = cells(row.needs, [*row.checks, *added.get(row.planned.id, [])], not_needed, {})
        count += sum(1 for cell in after.values() if cell.state is CellState.GAP)
    return count


def apply_rules(actor: Actor, at: datetime, programme: Programme, year: FiscalYear, reason: str = "") -> int:
    """Add what the rules propose, in one action; returns how many checks were added."""
    reason_for(programme, at, reason)
    found = offer(programme, year, at).found
    return add_entries(actor, at, programme, found, "rules", reason)


def close_gaps(
    actor: Actor,
    at: datetime,
    programme: Programme,
    year: FiscalYear,
    subject_id: int | None = None,
    category: str = "",
    reason: str = "",
) -> int:
    """Plan what is missing: for the whole plan, a subject or one cell; returns how many checks were added."""
    reason_for(programme, at, reason)
    found = offer_for_gaps(programme, year, at, subject_id, category).found
    if not found:
        raise RuleBroken(
            _l("No check was added: there is no gap, or no month is left in which it could be closed.")
        )
    return add_entries(actor, at, programme, found, "gaps", reason)


def set_cell(
    actor: Actor,
    at: datetime,
    programme: Programme,
    subject_id: int,
    category: str,
    needed: bool,
    reason: str,
    based_on: int | None,
) -> None:
    """Say that a category need not be checked on a subject this year, or that it need after all.

    ``based_on`` is the row that was seen. Raises RuleBroken without a reason, Stale when somebody else said
    something meanwhile.
    """
    if not reason.strip():
        raise RuleBroken(
            _l("Write why it need not be checked this year. The reason is shown in the plan.")
            if not needed
            else _l("Write why it is to be checked after all."),
            "reason",
        )
    reason_for(programme, at, reason)
    with activity.action(actor, at):
        db.one_at_a_time(f"programme {programme.id}")
        series: dict[str, Any] = {"programme": programme.id, "subject": subject_id, "category": category}
        stands = CellNotNeeded.latest(Moment.at(at), **series)
        if (stands.id if stands else None) != based_on:
            theirs = {"reason": stands.reason if stands else "", "needed": stands.needed if stands else True}
            raise Stale(theirs, {"reason": reason, "needed": needed})
        CellNotNeeded.write(
            at, actor.person_id, replaces=stands, **series, needed=needed, reason=reason.strip()
        )
        activity.record(
            trail.CELL_SET, programme=programme.id, subject=subject_id, category=category, needed=needed
        )
