"""Reads of a programme: the one of a year for a person, where it stands, its terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditor.access import Actor, Permission
from auditor.audits.programme.models import (
    CellNotNeeded,
    Programme,
    ProgrammeEntry,
    ProgrammeState,
    ProgrammeTerms,
)
from auditor.audits.programme.words import State
from auditor.calendars import FiscalYear
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound, RuleBroken
from auditor.language import _l
from auditor.people.kinds import UnitLevel

FIRST_YEAR, LAST_YEAR = 1990, 2200


@dataclass(frozen=True)
class Terms:
    """Down to which size of unit departments are checked by themselves, and how early checks open."""

    unit_level: str = UnitLevel.DEPARTMENT.value
    audit_lead_days: int = 30
    inspection_lead_days: int = 7


def year_of(label: int, moment: Moment) -> FiscalYear:
    """Return the fiscal year. Raises NotFound for one that nobody plans."""
    if not FIRST_YEAR <= label <= LAST_YEAR:
        raise NotFound
    return company.fiscal_year_named(label, moment)


def programme_of(label: int, moment: Moment) -> Programme | None:
    """Return the programme of a year, if it had been begun: one query."""
    found: Programme | None = Programme.get_or_none(
        Programme.fiscal_year == label, Programme.created_at <= moment.instant
    )
    return found


def programme_for(actor: Actor, label: int, permission: Permission, moment: Moment) -> Programme:
    """Return the programme of a year for ``permission``.

    Raises NotFound where none was begun or who may not see it, Forbidden for who may see but not do that.
    """
    row = programme_of(label, moment)
    if row is None or not actor.everywhere(Permission.PROGRAMME_READ):
        raise NotFound
    if not actor.everywhere(permission):
        raise Forbidden
    return row


def entry_for(
    actor: Actor, label: int, entry_id: int, permission: Permission, moment: Moment
) -> ProgrammeEntry:
    """Return an entry of the year's programme; raises as ``programme_for`` does."""
    programme = programme_for(actor, label, permission, moment)
    row: ProgrammeEntry | None = ProgrammeEntry.get_or_none(
        ProgrammeEntry.id == entry_id, ProgrammeEntry.programme == programme.id
    )
    if row is None:
        raise NotFound
    return row


def state_of(programme: Programme | None, moment: Moment) -> ProgrammeState | None:
    """Return the state that stands at ``moment``: one query."""
    return ProgrammeState.latest(moment, programme=programme.id) if programme is not None else None


def stands_at(programme: Programme, moment: Moment) -> State:
    """Return where the programme stands."""
    row = state_of(programme, moment)
    return State(row.state) if row is not None else State.DRAFT


def terms_of(programme: Programme | None, moment: Moment) -> Terms:
    """Return the terms of a programme; the usual ones where none was begun: one query."""
    row = ProgrammeTerms.latest(moment, programme=programme.id) if programme is not None else None
    if row is None:
        return Terms()
    return Terms(row.unit_level, row.audit_lead_days, row.inspection_lead_days)


def not_needed(programme: Programme | None, moment: Moment) -> dict[int, dict[str, CellNotNeeded]]:
    """Return by subject and category what need not be checked: one query."""
    if programme is None:
        return {}
    rows = CellNotNeeded.standing(moment, CellNotNeeded.programme == programme.id).where(
        ~CellNotNeeded.needed
    )
    found: dict[int, dict[str, CellNotNeeded]] = {}
    for row in rows:
        found.setdefault(row.subject_id, {})[row.category] = row
    return found


def moment_asked(as_of: date | None, at: datetime) -> Moment:
    """Return the moment of a past day, or now. Raises RuleBroken for a day to come."""
    if as_of is None:
        return Moment.at(at)
    try:
        return Moment.end_of(as_of, at)
    except (ValueError, OverflowError) as error:
        raise RuleBroken(_l("Choose today or an earlier day."), "as_of") from error


def cell_row(
    programme: Programme | None, subject_id: int, category: str, moment: Moment
) -> CellNotNeeded | None:
    """Return the last word on a cell, whichever it is: one query."""
    if programme is None:
        return None
    return CellNotNeeded.latest(moment, programme=programme.id, subject=subject_id, category=category)
