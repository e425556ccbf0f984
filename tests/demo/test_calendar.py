"""When the demo's story happens, whatever day it is told on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from auditor.demo.calendar import STORY_TODAY, Calendar

ZONE = ZoneInfo("Asia/Tokyo")
FIRST_TOLD = date(2025, 3, 10)
TODAYS = [date(2026, 4, 1) + timedelta(days=17 * place) for place in range(30)]
HOURS = (9, 17)


STORY = [FIRST_TOLD + timedelta(days=one) for one in range((STORY_TODAY - FIRST_TOLD).days + 1)]


@pytest.mark.parametrize("clock_time", [time(0, 5), time(14, 20)])
def test_the_order_of_the_story_is_kept_and_nothing_lies_ahead(clock_time: time) -> None:
    """Weekends, the days around New Year and a short half-year bring days of the story together."""
    for today in TODAYS:
        calendar = Calendar(datetime.combine(today, clock_time, ZONE))
        told = [calendar.at(day, hour) for day in STORY if day.month in (1, 3, 5, 10, 11) for hour in HOURS]
        assert told == sorted(set(told)), today
        assert told[-1] < calendar.now, today


def test_on_its_own_day_the_story_happens_when_it_is_written() -> None:
    calendar = Calendar(datetime.combine(STORY_TODAY, time(14, 20), ZONE))
    assert calendar.at(date(2026, 9, 8), 11, 5) == datetime(2026, 9, 8, 11, 5, tzinfo=ZONE)
    assert calendar.at(date(2026, 9, 5), 11).astimezone(ZONE).date() == date(2026, 9, 4)  # a Saturday
