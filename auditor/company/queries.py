"""Reads of the company's settings and calendar, as of any moment."""

from __future__ import annotations

from datetime import date
from typing import Any

from auditor.calendars import FiscalYear, fiscal_year, fiscal_year_of
from auditor.company.models import ClosedDay, Setting
from auditor.dated import Moment
from auditor.language import current

# Every key a setting can have, with what holds until the company says otherwise.
DEFAULTS: dict[str, Any] = {
    "company_name_ja": "",
    "company_name_en": "",
    "fiscal_year_start_month": 4,
    # Independence (design §3.3): the level (people.kinds.UnitLevel) up to which a unit counts as one's own, and small companies.
    "own_unit_level": "department",
    "head_of_audit_may_be_administrator": False,
    "administrator_may_audit": False,
    "outside_verifier": "",
    # Days.
    "finding_due_days_major": 30,
    "finding_due_days_minor": 60,
    "effectiveness_after_days": 90,
    "reminder_days": [14, 3, 0, -3, -7],
    "first_password_days": 14,
}


def setting(key: str, moment: Moment) -> Any:
    """Return what the setting ``key`` is at ``moment``. Raises KeyError for a key that does not exist."""
    default = DEFAULTS[key]
    row = Setting.latest(moment, key=key)
    return default if row is None else row.value


def settings(moment: Moment) -> dict[str, Any]:
    """Return all settings at ``moment``: one query."""
    return {**DEFAULTS, **{row.key: row.value for row in Setting.standing(moment)}}


def company_name(moment: Moment) -> str:
    """Return the company's name in the current language, or in the other one where it is missing: one query."""
    rows = Setting.standing(moment, Setting.key.in_(["company_name_ja", "company_name_en"]))
    names = {row.key.removeprefix("company_name_"): str(row.value) for row in rows}
    return names.get(current()) or names.get("ja") or names.get("en") or ""


def fiscal_year_at(day: date, moment: Moment) -> FiscalYear:
    """Return the fiscal year that ``day`` lies in."""
    return fiscal_year_of(day, setting("fiscal_year_start_month", moment))


def fiscal_year_named(label: int, moment: Moment) -> FiscalYear:
    """Return the fiscal year called ``label`` (2026年度 is 2026)."""
    return fiscal_year(label, setting("fiscal_year_start_month", moment))


def closed_days(moment: Moment) -> frozenset[date]:
    """Return the company's own closed days."""
    return frozenset(row.day for row in ClosedDay.standing(moment) if row.closed)
