"""Writes the rows of many self-inspections, table by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peewee import IntegrityError

from auditor import clock, db
from auditor.access import Actor
from auditor.audits.applying import Fitting
from auditor.audits.assigning import NewAudit, with_lead
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    AuditLeftOut,
    AuditPlan,
    AuditSeries,
    AuditSeriesDetail,
    AuditState,
)
from auditor.audits.results import State
from auditor.audits.series import Recurrence, months
from auditor.catalogue.models import CatalogueVersion, Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l

_ATTEMPTS = 20  # two who assign at once take the same numbers; the second takes the next ones


@dataclass(frozen=True)
class Checked:
    """A self-inspection whose terms have been checked, with its items and what it leaves out."""

    new: NewAudit
    taken: Fitting


def in_series(
    actor: Actor, at: datetime, checked: Sequence[Checked], recurrence: Recurrence
) -> list[Checked]:
    """Set up a series for each, inside the running action, and return them as the first ones of theirs."""
    versions = CatalogueVersion.select().where(
        CatalogueVersion.id.in_(list({one.new.version_id for one in checked}))
    )
    catalogues = {row.id: row.catalogue_id for row in versions}
    begun, terms = [], []
    for one in checked:
        series = AuditSeries.create(
            subject=one.new.subject_id,
            catalogue=catalogues[one.new.version_id],
            kind=one.new.kind,
            created_at=at,
        )
        terms.append({"series_of": series.id, **_terms(one, recurrence), **_stated(actor, at)})
        first = replace(one.new, series_id=series.id, occurrence=one.new.starts_on.isoformat())
        begun.append(Checked(first, one.taken))
    AuditSeriesDetail.add_many(terms)
    return begun


def numbered(checked: Sequence[Checked], at: datetime) -> list[Audit]:
    """Insert the self-inspections in one statement a few hundred, under the next free numbers of their years."""
    moment = Moment.at(at)
    year_of = {
        day: company.fiscal_year_at(day, moment).label for day in {one.new.starts_on for one in checked}
    }
    for _attempt in range(_ATTEMPTS):
        numbers = _free_numbers([year_of[one.new.starts_on] for one in checked])
        try:
            with db.transaction():
                Audit.add_many(
                    _row(one.new, number, year_of[one.new.starts_on], at)
                    for one, number in zip(checked, numbers, strict=True)
                )
        except IntegrityError:
            if not Audit.select().where(Audit.number.in_(numbers)).exists():
                raise
            continue
        made = {
            row.number: row
            for row in Audit.select(Audit, Subject).join(Subject).where(Audit.number.in_(numbers))
        }
        return [made[number] for number in numbers]
    raise RuleBroken(_l("Many audits are being assigned at this moment. Nothing was saved. Try again."))


def write_rows(actor: Actor, at: datetime, audits: Sequence[Audit], checked: Sequence[Checked]) -> None:
    """Write state, plan, items, what is left out and who is named of each: one statement a few hundred rows."""
    pairs = list(zip(audits, checked, strict=True))
    stated = _stated(actor, at)
    AuditState.add_many({"audit": one.id, "state": State.PLANNED.value, **stated} for one in audits)
    AuditPlan.add_many(
        {"audit": audit.id, "starts_on": one.new.starts_on, "due_on": one.new.due_on, **stated}
        for audit, one in pairs
    )
    AuditItem.add_many(
        {"audit": audit.id, "control": control.id, "position": place}
        for audit, one in pairs
        for place, control in enumerate(one.taken.controls, 1)
    )
    AuditLeftOut.add_many(
        {"audit": audit.id, "control": left.control.id, "said": left.said.id}
        for audit, one in pairs
        for left in one.taken.left_out
    )
    AuditAssignee.add_many(
        {"audit": audit.id, "person": named.person_id, "lead": named.lead, "held": True, **stated}
        for audit, one in pairs
        for named in with_lead(one.new.auditors)
    )


def _free_numbers(years: Sequence[int]) -> list[str]:
    """Return a number for each, in order: S26-01, S26-02 …"""
    next_places: dict[int, int] = {}
    for year in set(years):
        taken = db.tuples(Audit.select(Audit.number).where(Audit.number.startswith(_prefix(year))))
        next_places[year] = max((int(number.rpartition("-")[2]) for (number,) in taken), default=0) + 1
    found = []
    for year in years:
        found.append(f"{_prefix(year)}{next_places[year]:02d}")
        next_places[year] += 1
    return found


def _prefix(year: int) -> str:
    return f"S{year % 100:02d}-"


def _row(new: NewAudit, number: str, year: int, at: datetime) -> dict[str, Any]:
    return {
        "number": number,
        "kind": new.kind,
        "subject": new.subject_id,
        "version": new.version_id,
        "fiscal_year": year,
        "period_from": new.period_from,
        "period_to": new.period_to,
        "series_of": new.series_id,
        "occurrence": new.occurrence,
        "created_at": at,
    }


def _terms(one: Checked, recurrence: Recurrence) -> dict[str, Any]:
    new = one.new
    return {
        "recurrence": recurrence.rule,
        "first_on": new.starts_on,
        "period_months": months(new.period_from, new.period_to),
        "lead_days": recurrence.lead_days,
        "due_days": (new.due_on - new.starts_on).days,
        "codes": sorted(control.code for control in one.taken.controls),
        "auditors": [named.person_id for named in new.auditors],
    }


def _stated(actor: Actor, at: datetime) -> dict[str, Any]:
    """Return what every dated row carries."""
    return {"valid_from": clock.day_of(at), "recorded_at": at, "recorded_by": actor.person_id}
