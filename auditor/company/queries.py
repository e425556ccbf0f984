"""Reads of the company's settings and calendar, as of any moment."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from peewee import JOIN, ModelSelect, fn

from auditor.calendars import FiscalCalendar, FiscalYear
from auditor.clock import day_of
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
    "only_registered_auditors": False,  # else the register only ranks proposals
    # Whether the audited department confirms the facts before an audit is submitted: optional, reason, required.
    "facts_confirmation": "optional",
    # Days.
    "finding_due_days_major": 30,
    "finding_due_days_minor": 60,
    "effectiveness_after_days": 90,
    "reminder_days": [14, 3, 0, -3, -7],
    "reminders_on_business_days": True,
    "mail_most_entries": 20,
    "first_password_days": 14,
    # Years that a leaver's name and address are kept; then they are erased (design §3.11).
    "leaver_kept_years": 5,
    # Days that mails which were sent stay in the outbox.
    "mail_kept_days": 365,
}


def _text(longest: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        text = str(value).strip()
        if len(text) > longest:
            raise ValueError(text)
        return text

    return check


def _number(lowest: int, highest: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        number = int(value)
        if isinstance(value, bool) or not lowest <= number <= highest:
            raise ValueError(value)
        return number

    return check


def _one_of(*choices: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError(value)
        return str(value)

    return check


def _days(value: Any) -> list[int]:
    return sorted({_number(-365, 365)(day) for day in value}, reverse=True)


# What each setting can be: turns a value into the stored one, or raises ValueError.
RULES: dict[str, Callable[[Any], Any]] = {
    "company_name_ja": _text(200),
    "company_name_en": _text(200),
    "fiscal_year_start_month": _number(1, 12),
    "own_unit_level": _one_of("division", "department", "section", "team"),
    "head_of_audit_may_be_administrator": bool,
    "administrator_may_audit": bool,
    "outside_verifier": _text(200),
    "only_registered_auditors": bool,
    "facts_confirmation": _one_of("optional", "reason", "required"),
    "finding_due_days_major": _number(1, 730),
    "finding_due_days_minor": _number(1, 730),
    "effectiveness_after_days": _number(1, 730),
    "reminder_days": _days,
    "reminders_on_business_days": bool,
    "mail_most_entries": _number(3, 200),
    "first_password_days": _number(1, 90),
    "leaver_kept_years": _number(1, 50),
    "mail_kept_days": _number(1, 3650),
}


def last_row(key: str) -> Setting | None:
    """Return the last row written for ``key``, whatever day it holds from: the next one replaces it."""
    row: Setting | None = Setting.select().where(Setting.key == key).order_by(Setting.id.desc()).first()
    return row


def tip() -> int:
    """Return the id of the last statement about any setting: a page that names an older one is stale."""
    return int(Setting.select(fn.MAX(Setting.id)).scalar() or 0)


def history(keys: Collection[str]) -> ModelSelect[Setting]:
    """Return every statement about ``keys``, newest day first, each with the one it replaces."""
    before = Setting.alias()
    rows = Setting.select(Setting, before).join(
        before, JOIN.LEFT_OUTER, on=(Setting.replaces == before.id), attr="before"
    )
    return rows.where(Setting.key.in_(list(keys))).order_by(Setting.valid_from.desc(), Setting.id.desc())


def planned(moment: Moment) -> dict[str, list[tuple[date, Any]]]:
    """Return what each setting will be from a later day on, by key, the nearest day first: one query."""
    rows = (
        Setting.select()
        .where(Setting.valid_from > moment.day, Setting.recorded_at <= moment.instant)
        .order_by(Setting.valid_from, Setting.recorded_at, Setting.id)
    )
    last = {(row.key, row.valid_from): row.value for row in rows}  # of several for one day the last one
    found: dict[str, list[tuple[date, Any]]] = {}
    for (key, day), value in last.items():
        found.setdefault(key, []).append((day, value))
    return found


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


def fiscal_calendar(moment: Moment) -> FiscalCalendar:
    """Return the fiscal years as far as they are known at the moment's instant, changes to come included: one query.

    What was written first of all, and for a past day, says how it always was: so do the first steps.
    """
    key = "fiscal_year_start_month"
    known = Setting.select().where(Setting.key == key, Setting.recorded_at <= moment.instant)
    rows = list(known.order_by(Setting.valid_from, Setting.recorded_at, Setting.id))
    never_true = {row.replaces_id for row in rows if row.corrects}
    rows = [row for row in rows if row.id not in never_true]
    month = DEFAULTS[key]
    if rows and rows[0].valid_from < day_of(rows[0].recorded_at):
        month = rows[0].value
    return FiscalCalendar(month, tuple({row.valid_from: row.value for row in rows}.items()))


def fiscal_year_at(day: date, moment: Moment) -> FiscalYear:
    """Return the fiscal year that ``day`` lies in; of a day to come by the start that is planned for it."""
    return fiscal_calendar(moment).year_of(day)


def fiscal_year_named(label: int, moment: Moment) -> FiscalYear:
    """Return the fiscal year called ``label`` (2026年度 is 2026), shorter or longer where its start was changed."""
    return fiscal_calendar(moment).named(label)


def closed_days(moment: Moment) -> frozenset[date]:
    """Return the company's own closed days."""
    return frozenset(row.day for row in ClosedDay.standing(moment) if row.closed)
