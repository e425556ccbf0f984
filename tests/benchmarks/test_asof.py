"""Reading what stood at a past date among many dated rows."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from auditor import activity, clock, db
from auditor.access import application
from auditor.company.models import Setting
from auditor.dated import Moment

SERIES, STATEMENTS = 2_000, 5
FILLED = activity.event_type("bench.settings_filled", "Settings filled", "count")


def test_the_standing_rows_among_ten_thousand(app: Any, compared: Any) -> None:
    first = date(2022, 4, 1)
    with activity.action(application("bench"), clock.now()):
        for step in range(STATEMENTS):
            recorded = clock.now() - timedelta(days=365 * (STATEMENTS - step))
            Setting.add_many(
                {
                    "key": f"bench.{number}",
                    "value": str(step),
                    "valid_from": first + timedelta(days=365 * step),
                    "recorded_at": recorded,
                }
                for number in range(SERIES)
            )
        activity.record(FILLED, count=SERIES * STATEMENTS)
    moment = Moment(date(2024, 4, 1), clock.now())
    table = Setting._meta.table_name

    def standing() -> int:
        return len(list(Setting.standing(moment).tuples()))

    def every_row() -> int:
        return len(db.database.execute_sql(f'SELECT * FROM "{table}"').fetchall())

    assert standing() == SERIES
    assert compared(f"{SERIES} standing of {SERIES * STATEMENTS} dated rows", standing, every_row) < 20
