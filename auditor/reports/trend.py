"""How many findings were open at the end of each month of a fiscal year: two queries."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from auditor.calendars import FiscalYear, add_months
from auditor.dated import Moment
from auditor.findings.models import FindingState
from auditor.findings.states import State


def open_by_month(years: list[FiscalYear], now: datetime) -> list[list[int | None]]:
    """Return for each year a count a month: at the end of the month, today's for the running one, then None."""
    rows = list(
        FindingState.select().order_by(FindingState.valid_from, FindingState.recorded_at, FindingState.id)
    )
    withdrawn = {row.replaces_id: row.recorded_at for row in rows if row.corrects and row.replaces_id}
    return [[_open_at(rows, withdrawn, last, now) for last in _month_ends(year)] for year in years]


def _month_ends(year: FiscalYear) -> list[date]:
    return [add_months(year.first, ahead + 1) - timedelta(days=1) for ahead in range(year.months)]


def _open_at(
    rows: list[FindingState], withdrawn: dict[int, datetime], last: date, now: datetime
) -> int | None:
    today = Moment.at(now).day
    if last.replace(day=1) > today:
        return None
    moment = Moment.end_of(min(last, today), now)
    standing: dict[int, str] = {}
    for row in rows:
        known = row.valid_from <= moment.day and row.recorded_at <= moment.instant
        if known and not (row.id in withdrawn and withdrawn[row.id] <= moment.instant):
            standing[row.finding_id] = row.state
    return sum(not State(state).final for state in standing.values())
