"""Pure date arithmetic: fiscal years, business days, recurrence, deadlines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr


@dataclass(frozen=True, order=True)
class FiscalYear:
    """A fiscal year named by the calendar year it begins in (2026年度 begins in 2026)."""

    label: int
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def months(self) -> int:
        """How many months it has: twelve, unless the company went over to another start."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


def fiscal_year(label: int, start_month: int) -> FiscalYear:
    """Return the fiscal year ``label`` for a company whose year begins on the first of ``start_month``."""
    first = date(label, start_month, 1)
    return FiscalYear(label, first, first + relativedelta(years=1, days=-1))


def fiscal_year_of(day: date, start_month: int) -> FiscalYear:
    """Return the fiscal year that ``day`` lies in."""
    return fiscal_year(day.year if day.month >= start_month else day.year - 1, start_month)


@dataclass(frozen=True)
class FiscalCalendar:
    """The fiscal years of a company that may have gone over to another first month.

    Of each calendar year one fiscal year has the name, and it begins in it, so that every day lies in exactly one.
    A year that has begun is never begun again: going over to an earlier month shortens the year in which it
    happens (from April to January: nine months), going over to a later one lengthens it (from January to April:
    fifteen). ``changes`` are the days from which another month holds, in order; ``month`` holds before.
    """

    month: int
    changes: tuple[tuple[date, int], ...] = ()

    def month_on(self, day: date) -> int:
        """Return the first month of fiscal years as it is laid down on ``day``."""
        return next((month for since, month in reversed(self.changes) if since <= day), self.month)

    def begins(self, label: int) -> date:
        """Return the first day of a fiscal year: the first of the year on which a year is to begin by what holds then.

        Where what held in January and what held later leave none, the month that held in January counts once more.
        """
        firsts = (date(label, month, 1) for month in range(1, 13))
        usual = date(label, self.month_on(date(label, 1, 1)), 1)
        return next((day for day in firsts if self.month_on(day) == day.month), usual)

    def named(self, label: int) -> FiscalYear:
        """Return the fiscal year ``label``."""
        return FiscalYear(label, self.begins(label), self.begins(label + 1) - timedelta(days=1))

    def year_of(self, day: date) -> FiscalYear:
        """Return the fiscal year that ``day`` lies in."""
        return self.named(day.year if day >= self.begins(day.year) else day.year - 1)


@lru_cache(maxsize=64)
def national_holidays(year: int, language: str = "ja") -> dict[date, str]:
    """Return the national holidays of Japan in ``year`` with their names in ``language`` ("ja" or "en")."""
    named = {"en": "en_US"}.get(language, language)
    return dict(holidays.country_holidays("JP", years=year, language=named))


def is_business_day(day: date, closed: Collection[date] = ()) -> bool:
    """Tell whether ``day`` is neither a weekend, a national holiday nor one of the ``closed`` days."""
    return day.weekday() < 5 and day not in national_holidays(day.year) and day not in closed


def business_day(day: date, later: bool = True, closed: Collection[date] = ()) -> date:
    """Return ``day`` or the nearest business day after (``later``) or before it."""
    step = timedelta(days=1 if later else -1)
    while not is_business_day(day, closed):
        day += step
    return day


def add_business_days(day: date, count: int, closed: Collection[date] = ()) -> date:
    """Return the business day that lies ``count`` business days after ``day`` (before it if negative)."""
    step = timedelta(days=1 if count >= 0 else -1)
    for _ in range(abs(count)):
        day = business_day(day + step, count >= 0, closed)
    return day


def add_months(day: date, months: int) -> date:
    """Return the same day ``months`` later; the last day of the month where that day does not exist."""
    return day + relativedelta(months=months)


def occurrences(rule: str, first: date, start: date, end: date) -> list[date]:
    """Return the dates of the RFC 5545 ``rule`` counted from ``first`` that lie in ``start``..``end``.

    What begins on a day that not every month has (the 31st, 29 February) comes on the last day of the others.
    Raises ValueError for a rule that cannot be read.
    """
    series = rrulestr(_with_last_days(rule, first), dtstart=datetime.combine(first, time()))
    found = series.between(datetime.combine(start, time()), datetime.combine(end, time()), inc=True)
    return [moment.date() for moment in found]


def _with_last_days(rule: str, first: date) -> str:
    """Return ``rule`` so that it passes over no month: RFC 5545 by itself leaves out what has not the day."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    if first.day <= 28 or any(name.startswith("BY") for name in parts):
        return rule
    days = ",".join(map(str, range(28, first.day + 1)))
    month = f";BYMONTH={first.month}" if parts.get("FREQ") == "YEARLY" else ""
    if month or parts.get("FREQ") == "MONTHLY":
        return f"{rule.rstrip(';')}{month};BYMONTHDAY={days};BYSETPOS=-1"
    return rule
