"""The company of the demo: settings, catalogues, rosters, roles, deputies, subjects, owners of controls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from auditor.access import Role, application
from auditor.accounts import roles
from auditor.calendars import add_business_days, add_months, business_day
from auditor.catalogue import actions as catalogue
from auditor.company import actions as settings
from auditor.demo import rosters
from auditor.demo.stage import Stage, told
from auditor.people.applying import apply_roster
from auditor.people.planning import plan_roster
from auditor.people.queries import department_names, employee_numbers
from auditor.people.roster_file import read_roster

ADMINISTRATOR = "002215"
_SETUP = application("demo")
# Story days: the product came into use in the spring of the year before.
_SET_UP = date(2025, 3, 24)
_BEGUN = date(2025, 4, 1)


def enter(stage: Stage) -> None:
    """Put into the chronicle how the company began to use the product, and its two reorganisations since."""
    about = told("company")
    stage.on(_SET_UP, partial(_settings, stage, about), 9)
    stage.on(_SET_UP, partial(_roster, stage, rosters.last_april, _begun(stage)), 10)
    stage.on(_SET_UP, partial(_roles, stage, about), 11)
    stage.on(_SET_UP, partial(_catalogues, stage), 13)
    stage.on(_SET_UP, partial(_subjects, stage, about), 14)
    stage.on(_SET_UP, partial(_owners, stage, about), 15)
    stage.on(date(2026, 3, 27), partial(_roster, stage, rosters.this_april, _first(stage, 0)), 16)
    recorded = _before(stage, stage.calendar.middle)
    stage.chronicle.add(recorded, partial(_roster, stage, rosters.this_october, stage.calendar.middle))
    for principal, deputy, role, starts, ends in about["deputies"]:
        stage.on(starts, partial(_deputy, stage, principal, deputy, role, starts, ends), 9)
    day, code, *_rest = about["retired_subject"]
    stage.on(day, partial(_retire, stage, code), 17)


def _first(stage: Stage, months: int) -> date:
    return add_months(stage.calendar.first, months)


def _begun(stage: Stage) -> date:
    """Return the day from which there is a company: what the story tells of its first day can come to lie before it."""
    return business_day(_first(stage, -12), later=False)


def _before(stage: Stage, day: date) -> datetime:
    """Return an afternoon a week before ``day``, when the personnel department knows its roster."""
    return stage.calendar.instant(add_business_days(day, -5), 16, 20)


def _settings(stage: Stage, about: dict[str, Any], at: datetime) -> None:
    begun = stage.calendar.shifted(_BEGUN)
    values = {**about["settings"], "fiscal_year_start_month": stage.calendar.first.month}
    settings.set_settings(_SETUP, values, begun, at)
    for day, name in about["closed_days"]:
        settings.set_closed_day(_SETUP, stage.calendar.day(day), True, name, at)


def _roster(stage: Stage, file: Callable[..., bytes], effective: date, at: datetime) -> None:
    content = file(stage.calendar)
    name = f"社員名簿_{effective:%Y%m%d}.xlsx"
    read = read_roster(content, name, known_departments=department_names(), known_numbers=employee_numbers())
    actor = stage.actor(ADMINISTRATOR, at) if employee_numbers() else _SETUP
    apply_roster(actor, plan_roster(read, effective, True, at), at, confirmed=True)


def _roles(stage: Stage, about: dict[str, Any], at: datetime) -> None:
    begun = _begun(stage)
    for role, number in about["roles"].items():
        roles.grant_role(_SETUP, stage.person(number), Role(role), at, begun)
    stage.forget_actors()


def _catalogues(stage: Stage, at: datetime) -> None:
    catalogue.import_builtin(_SETUP, at, stage.calendar.shifted(_BEGUN))


def _subjects(stage: Stage, about: dict[str, Any], at: datetime) -> None:
    begun = stage.calendar.shifted(_BEGUN)
    for kind, code, ja, en, owner in about["subjects"]:
        catalogue.add_subject(_SETUP, kind, code, ja, en, stage.department(owner), at, begun)
    _day, code, ja, en, owner = about["retired_subject"]
    catalogue.add_subject(_SETUP, "contractor", code, ja, en, stage.department(owner), at, begun)


def _owners(stage: Stage, about: dict[str, Any], at: datetime) -> None:
    begun, owner = stage.calendar.shifted(_BEGUN), stage.version.catalogue_id
    for code in stage.controls:
        department, person = about["owners"].get(code.partition("-")[0], (None, None))
        if department is None:
            continue
        person_id = stage.person(person) if person else None
        catalogue.set_owner(_SETUP, owner, code, stage.department(department), person_id, begun, at)
    for code, subject, reason in about["not_applicable"]:
        catalogue.set_applicability(_SETUP, owner, code, stage.subject(subject), False, reason, begun, at)


def _deputy(
    stage: Stage, principal: str, deputy: str, role: str, starts: date, ends: date, at: datetime
) -> None:
    day = stage.calendar.day
    roles.name_deputy(
        stage.actor(ADMINISTRATOR, at), stage.person(principal), stage.person(deputy), Role(role),
        day(starts), day(ends), at,
    )  # fmt: skip


def _retire(stage: Stage, code: str, at: datetime) -> None:
    catalogue.retire_subject(stage.actor(ADMINISTRATOR, at), stage.subject(code), at)
