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
