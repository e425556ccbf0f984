"""When audits come again: by rules of RFC 5545, on business days of a Japanese company."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from dateutil.rrule import FR, MO, MONTHLY, TH, TU, WE, YEARLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audits.recurrence import Direction, in_words
from auditor.calendars import add_months, business_day, is_business_day, occurrences
from auditor.language import speaking

WEEKDAYS = {"MO": MO, "TU": TU, "WE": WE, "TH": TH, "FR": FR}
CASES = list(csv.DictReader((Path(__file__).parent / "business_days.csv").read_text("utf-8").splitlines()))


def closed_days(text: str) -> set[date]:
    """The days of 2026-12-29~2027-01-03, or of one day."""
    if not text:
        return set()
    first, _, last = text.partition("~")
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return {start + timedelta(days=n) for n in range((end - start).days + 1)}


def test_the_table_has_sixty_cases_each_with_its_reason() -> None:
    assert len(CASES) == 60
    assert all(len(case["why"].split()) > 2 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=[f"{c['day']}-{c['direction']}-{n}" for n, c in enumerate(CASES)])
def test_a_date_falls_on_the_business_day_that_was_worked_out_by_hand(case: dict[str, str]) -> None:
    day = date.fromisoformat(case["day"])
    if case["rule"]:
        first = date.fromisoformat(case["first"])
        assert occurrences(case["rule"], first, first, day)[int(case["place"])] == day, case["why"]
    later = case["direction"] == Direction.LATER
    found = business_day(day, later, closed_days(case["closed"]))
    assert found == date.fromisoformat(case["expected"]), case["why"]


# ---- the rules of RFC 5545, against dateutil's own objects ----

_FIRST = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@st.composite
def _rules(draw: Any) -> tuple[str, date, Any]:
    """A rule as it is written, the day it is counted from, and the rrule that dateutil makes of its parts."""
    first = draw(_FIRST)
    freq = draw(st.sampled_from(["MONTHLY", "YEARLY"]))
    interval = draw(st.integers(1, 18))
    parts: dict[str, Any] = {}
    words = [f"FREQ={freq}", f"INTERVAL={interval}"]
    how = draw(st.sampled_from(["plain", "weekday", "monthday"]))
    if how == "plain":
        first = first.replace(day=min(first.day, 28))
    elif how == "weekday":
        name, place = draw(st.sampled_from(sorted(WEEKDAYS))), draw(st.sampled_from([-2, -1, 1, 2, 3, 4]))
        words.append(f"BYDAY={place}{name}")
        parts["byweekday"] = WEEKDAYS[name](place)
    else:
        days = draw(st.lists(st.sampled_from([-1, 1, 10, 15, 30, 31]), min_size=1, max_size=2, unique=True))
        words.append("BYMONTHDAY=" + ",".join(map(str, days)))
        parts["bymonthday"] = days
    if how != "plain" and draw(st.booleans()):
        months = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True))
        words.append("BYMONTH=" + ",".join(map(str, months)))
        parts["bymonth"] = months
    ends = draw(st.sampled_from(["never", "count", "until"]))
    if ends == "count":
        count = draw(st.integers(1, 20))
        words.append(f"COUNT={count}")
        parts["count"] = count
    elif ends == "until":
        until = first + timedelta(days=draw(st.integers(0, 3000)))
        words.append(f"UNTIL={until:%Y%m%d}")
        parts["until"] = datetime.combine(until, time())
    made = rrule(
        {"MONTHLY": MONTHLY, "YEARLY": YEARLY}[freq],
        interval=interval,
        dtstart=datetime.combine(first, time()),
        **parts,
    )
    return ";".join(words), first, made


@settings(max_examples=150)
@given(_rules(), st.integers(0, 2000), st.integers(0, 2000))
def test_the_dates_are_those_of_rrule(rule: tuple[str, date, Any], begins: int, lasts: int) -> None:
    text, first, made = rule
    start = first + timedelta(days=begins)
    end = start + timedelta(days=lasts)
    expected = []
    for moment in made:
        if moment.date() > end:
            break
        if moment.date() >= start:
            expected.append(moment.date())
    assert occurrences(text, first, start, end) == expected


@settings(max_examples=100)
@given(_FIRST, st.integers(1, 24), st.sampled_from(["MONTHLY", "YEARLY"]), st.integers(1, 40))
def test_a_day_that_not_every_month_has_comes_on_the_last_day_and_no_month_is_passed_over(
    first: date, interval: int, freq: str, count: int
) -> None:
    months = interval * (12 if freq == "YEARLY" else 1)
    expected = [first + relativedelta(months=months * place) for place in range(count)]
    found = occurrences(f"FREQ={freq};INTERVAL={interval}", first, first, expected[-1])
    assert found == expected
    assert all(day.day == min(first.day, (day + relativedelta(day=31)).day) for day in found)


@settings(max_examples=100)
@given(_FIRST, st.booleans(), st.sets(st.integers(0, 30), max_size=8))
def test_a_business_day_is_the_nearest_in_its_direction(day: date, later: bool, shut: set[int]) -> None:
    closed = {day + timedelta(days=n - 15) for n in shut}
    found = business_day(day, later, closed)
    step = timedelta(days=1 if later else -1)
    between = day
    while between != found:
        assert not is_business_day(between, closed)
        between += step
    assert is_business_day(found, closed)


def test_months_after_a_completion_keep_the_month() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)


@pytest.mark.parametrize(
    ("rule", "after", "english", "japanese"),
    [
        ("FREQ=YEARLY", None, "Every year", "毎年"),
        ("FREQ=MONTHLY;INTERVAL=12", None, "Every year", "毎年"),
        ("FREQ=MONTHLY;INTERVAL=6", None, "Every half year", "半年ごと"),
        ("FREQ=MONTHLY;INTERVAL=3", None, "Every quarter", "四半期ごと"),
        ("FREQ=MONTHLY", None, "Every month", "毎月"),
        ("FREQ=MONTHLY;INTERVAL=4", None, "Every 4 months", "4か月ごと"),
        ("FREQ=YEARLY;INTERVAL=2", None, "Every 2 years", "2年ごと"),
        ("FREQ=MONTHLY;BYDAY=2TU", None, "FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU"),
        ("", 1, "1 month after the last one is completed", "前回の完了から1か月後"),
        ("", 6, "6 months after the last one is completed", "前回の完了から6か月後"),
    ],
)
def test_a_rule_is_said_in_words(app: Any, rule: str, after: int | None, english: str, japanese: str) -> None:
    with app.test_request_context(), speaking("en"):
        assert in_words(rule, after) == english
    with app.test_request_context(), speaking("ja"):
        assert in_words(rule, after) == japanese
