"""The bounds of fiscal years, also of those in which the company goes over to another first month."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audits.programme.board import board
from auditor.calendars import FiscalCalendar, add_months, fiscal_year_of
from auditor.company import queries
from auditor.company.actions import set_setting
from auditor.company.queries import fiscal_calendar, fiscal_year_at, fiscal_year_named
from auditor.dated import Moment
from auditor.language import speaking
from auditor.reports.scope import scope_of
from auditor.reports.trend import open_by_month
from tests.audits.programme.making import often
from tests.cast import NOW, Cast

KEY = "fiscal_year_start_month"
APRIL_TO_JANUARY = FiscalCalendar(4, ((date(2027, 1, 1), 1),))


@pytest.mark.parametrize(
    ("month", "since", "to", "label", "first", "last"),
    [
        # to an earlier month: the year in which it happens is shortened
        (4, date(2027, 1, 1), 1, 2026, date(2026, 4, 1), date(2026, 12, 31)),
        (4, date(2027, 1, 1), 1, 2027, date(2027, 1, 1), date(2027, 12, 31)),
        (4, date(2026, 11, 20), 1, 2026, date(2026, 4, 1), date(2026, 12, 31)),
        (10, date(2026, 12, 1), 4, 2026, date(2026, 10, 1), date(2027, 3, 31)),
        # decided after the new first month has passed: the next year is shortened
        (4, date(2027, 2, 15), 1, 2026, date(2026, 4, 1), date(2027, 3, 31)),
        (4, date(2027, 2, 15), 1, 2027, date(2027, 4, 1), date(2027, 12, 31)),
        # to a later month: the year that has begun goes on until then
        (1, date(2026, 11, 20), 4, 2026, date(2026, 1, 1), date(2027, 3, 31)),
        (1, date(2027, 4, 1), 4, 2027, date(2027, 1, 1), date(2028, 3, 31)),
        (4, date(2027, 10, 1), 10, 2027, date(2027, 4, 1), date(2028, 9, 30)),
        (4, date(2026, 8, 1), 10, 2026, date(2026, 4, 1), date(2027, 9, 30)),
        (1, date(2026, 11, 20), 4, 2027, date(2027, 4, 1), date(2028, 3, 31)),
    ],
)
def test_a_year_in_which_the_first_month_changes(
    month: int, since: date, to: int, label: int, first: date, last: date
) -> None:
    year = FiscalCalendar(month, ((since, to),)).named(label)
    assert (year.first, year.last) == (first, last)


@given(month=st.integers(1, 12), day=st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_without_a_change_it_is_the_plain_rule(month: int, day: date) -> None:
    year = FiscalCalendar(month).year_of(day)
    assert year == fiscal_year_of(day, month) and year.months == 12


@given(
    month=st.integers(1, 12),
    changes=st.lists(
        st.tuples(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 12)), max_size=4
    ),
    day=st.dates(date(2022, 1, 1), date(2033, 12, 31)),
)
def test_every_day_lies_in_one_year_that_begins_in_the_year_of_its_name(
    month: int, changes: list[tuple[date, int]], day: date
) -> None:
    calendar = FiscalCalendar(month, tuple(sorted(dict(changes).items())))
    year = calendar.year_of(day)
    assert day in year and year.first.year == year.label and 1 <= year.months <= 23
    assert calendar.named(year.label + 1).first == year.last + timedelta(days=1)
    assert calendar.named(year.label - 1).last == year.first - timedelta(days=1)


def test_what_was_decided_later_does_not_change_what_was_known_before(cast: Cast) -> None:
    set_setting(cast.actor("administrator"), KEY, 1, date(2027, 1, 1), NOW)
    before, after = Moment.at(NOW - timedelta(minutes=1)), Moment.at(NOW)
    assert fiscal_year_named(2026, before).last == date(2027, 3, 31)
    assert fiscal_year_named(2026, after).last == date(2026, 12, 31)
    assert fiscal_year_at(date(2027, 1, 1), after).label == 2027
    assert fiscal_year_named(2025, after).months == 12, "earlier years stay as they were"


def test_the_first_steps_say_how_it_always_was(cast: Cast) -> None:
    set_setting(cast.actor("administrator"), KEY, 10, date(2025, 1, 1), NOW)
    moment = Moment.at(NOW)
    assert fiscal_calendar(moment).month == 10
    assert fiscal_year_named(2023, moment).first == date(2023, 10, 1)
    assert queries.fiscal_year_named(2024, moment).months == 12


def test_a_control_due_every_month_is_asked_for_as_often_as_the_year_has_months(cast: Cast) -> None:
    often(cast, "ORG-01", "monthly")
    set_setting(cast.actor("administrator"), KEY, 1, date(2027, 1, 1), NOW)
    moment = Moment.at(NOW)
    year = fiscal_year_named(2026, moment)
    seen = board(year, None, moment, "ja")
    row = next(one for one in seen.rows if one.planned.subject.department_id == cast.department["D210"])
    asked = {need.code[1]: need.times for need in row.needs}
    assert (year.months, asked["ORG-01"], asked["PHY-01"]) == (9, 9, 1)


def test_reports_compare_the_day_as_far_into_the_other_year(cast: Cast) -> None:
    set_setting(cast.actor("administrator"), KEY, 1, date(2027, 1, 1), NOW)
    at = datetime(2027, 2, 10, 3, 0, tzinfo=UTC)
    with speaking("ja"):
        here, short = scope_of(at), scope_of(at, None, 2026)
        plain = scope_of(NOW - timedelta(minutes=1))
    assert (here.now.year.label, here.uneven) == (2027, True)
    assert here.before.moment.day == date(2026, 4, 1) + (date(2027, 2, 10) - date(2027, 1, 1))
    assert short.before.moment.day == date(2026, 3, 31) + (date(2027, 2, 10) - date(2026, 12, 31))
    assert (plain.uneven, plain.before.moment.day) == (False, date(2025, 11, 20))
    months = open_by_month([here.before.year, here.now.year], at)
    assert [len(one) for one in months] == [9, 12]


def test_pages_of_a_shortened_year_open(client: Any, cast: Cast) -> None:
    set_setting(cast.actor("administrator"), KEY, 1, date(2027, 1, 1), NOW)
    cast.sign_in(client, "head_of_audit")
    for path in ("/programme/2026", "/programme/2027", "/reports/", "/reports/year/2026"):
        assert client.get(path).status_code == 200, path
    assert add_months(APRIL_TO_JANUARY.named(2026).first, 9) == APRIL_TO_JANUARY.named(2027).first
