"""What begins on a day that not every month has passes over no month."""

from __future__ import annotations

from datetime import date, timedelta

import hypothesis
import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st

from auditor.audits.series import RULES
from auditor.calendars import add_months, occurrences

_MONTHS = {"yearly": 12, "half_yearly": 6, "quarterly": 3}


@pytest.mark.parametrize(
    ("rule", "first", "days"),
    [
        ("FREQ=YEARLY", "2028-02-29", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        (
            "FREQ=MONTHLY",
            "2027-12-31",
            ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30"],
        ),
        ("FREQ=MONTHLY;INTERVAL=3", "2026-08-30", ["2026-08-30", "2026-11-30", "2027-02-28", "2027-05-30"]),
        ("FREQ=MONTHLY;COUNT=3", "2027-01-31", ["2027-01-31", "2027-02-28", "2027-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2027-01-31", ["2027-01-31", "2027-03-31", "2027-05-31"]),
        ("FREQ=WEEKLY;INTERVAL=2", "2028-02-29", ["2028-02-29", "2028-03-14", "2028-03-28"]),
    ],
)
def test_the_last_day_stands_for_the_one_that_is_missing(rule: str, first: str, days: list[str]) -> None:
    begin = date.fromisoformat(first)
    found = occurrences(rule, begin, begin, begin + timedelta(days=1500))
    assert [str(day) for day in found[: len(days)]] == days


@hypothesis.given(
    first=st.dates(date(2026, 1, 1), date(2032, 12, 31)),
    often=st.sampled_from(sorted(_MONTHS)),
    years=st.integers(1, 9),
)
def test_every_period_of_every_series_has_its_day(first: date, often: str, years: int) -> None:
    end = first + relativedelta(years=years)
    step = _MONTHS[often]
    expected = [add_months(first, step * number) for number in range(years * 12 // step + 1)]
    assert occurrences(RULES[often], first, first, end) == [day for day in expected if day <= end]
