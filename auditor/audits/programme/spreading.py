"""When checks take place: on business days, spread over the months that a rule allows. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from auditor.calendars import FiscalYear, add_months, business_day, is_business_day

QUIET_AT_ENDS = 1  # months at the begin and the end of the year in which no audit begins, where none is named


def open_days(
    year: FiscalYear, months: Collection[int], earliest: date, due_days: int, closed: Collection[date]
) -> list[date]:
    """Return the business days on which an audit may begin, so that it still is due within the year.

    Without ``months`` those from the second to the last but one month of the year; where ``earliest`` leaves
    none of them, what remains of the year.
    """
    last = year.last - timedelta(days=due_days)
    allowed = set(months) or {
        add_months(year.first, ahead).month for ahead in range(QUIET_AT_ENDS, year.months - QUIET_AT_ENDS)
    }
    every = [
        year.first + timedelta(days=ahead)
        for ahead in range((last - year.first).days + 1)
        if is_business_day(year.first + timedelta(days=ahead), closed)
    ]
    coming = [day for day in every if day >= earliest]
    return (
        [day for day in coming if day.month in allowed]
        or coming
        or [business_day(max(min(earliest, year.last), year.first), later=False, closed=closed)]
    )


def spread(days: list[date], place: int, of: int, nth: int = 0, times: int = 1) -> date:
    """Return the day of the ``nth`` check of subject ``place``, one of ``of``, that is checked ``times`` a year.

    The days are cut into as many blocks as there are checks; within a block the subjects follow each other.
    """
    width = len(days) / times
    at = nth * width + (place + 0.5) / of * width
    return days[min(int(at), len(days) - 1)]


def due_after(starts_on: date, due_days: int, year: FiscalYear, closed: Collection[date]) -> date:
    """Return the business day by which a check is due, within the year."""
    due = business_day(starts_on + timedelta(days=due_days), closed=closed)
    if due > year.last:
        due = business_day(year.last, later=False, closed=closed)
    return max(due, starts_on)


def month_of(
    year: FiscalYear, ahead: int, due_days: int, closed: Collection[date]
) -> tuple[date, date, date]:
    """Return of the month so far ``ahead`` its first day, the day a self-inspection begins, and when it is due."""
    first = add_months(year.first, ahead)
    last = add_months(first, 1) - timedelta(days=1)
    starts = business_day(first, closed=closed)
    due = business_day(min(starts + timedelta(days=due_days), last), closed=closed)
    if due > last:
        due = business_day(last, later=False, closed=closed)
    return first, starts, max(due, starts)
