"""A company in a zone with summer time: days of 23 and 25 hours begin, end and fall due at its own midnight."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from hypothesis import strategies as st

from auditor import clock
from auditor.access import application
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.notifications.models import Notice
from auditor.training import actions as training
from auditor.training.models import CourseVersion, TrainingRound
from tests.faults.time import world
from tests.faults.time.conftest import Winter

BERLIN = ZoneInfo("Europe/Berlin")
TICK = timedelta(microseconds=1)
# With changes at two, at midnight, by half an hour; south of the equator; and none.
ZONES = (
    "Europe/Berlin", "America/Havana", "America/Santiago", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe",
    "America/New_York", "Asia/Tokyo",
)  # fmt: skip


@pytest.fixture
def zone() -> Iterator[None]:
    before = clock.zone()
    yield
    clock.use_zone(before)


@hypothesis.given(name=st.sampled_from(ZONES), day=st.dates(date(2026, 1, 1), date(2032, 12, 31)))
def test_a_day_ends_where_the_next_begins(zone: None, name: str, day: date) -> None:
    clock.use_zone(ZoneInfo(name))
    end = Moment.end_of(day, datetime(2040, 1, 1, tzinfo=BERLIN)).instant
    assert clock.day_of(end) == day
    assert clock.day_of(end + TICK) == day + timedelta(days=1)


@pytest.mark.parametrize("change", [date(2028, 3, 26), date(2028, 10, 29)])
def test_a_round_opens_falls_due_and_is_overdue_at_the_companys_midnight(
    winter: Winter, zone: None, change: date
) -> None:
    clock.use_zone(BERLIN)
    begin = world.instant(change - timedelta(days=3), zone=BERLIN)
    # The clock is put on a Sunday, and by default nobody is reminded on one.
    set_setting(application("test"), "reminders_on_business_days", False, begin.date(), begin)
    terms = training.Terms(training.EVERYONE, change, 1)
    made = training.create_rule(application("test"), CourseVersion.get().course_id, terms, begin)

    def opened(at: datetime) -> list[tuple[date, date]]:
        winter.run(at, ("assign_training", "remind"))
        rows = TrainingRound.select().where(TrainingRound.rule == made.id)
        return [(row.opens_on, row.due_on) for row in rows]

    def steps() -> set[int]:
        rows = Notice.select().where(Notice.kind == "training_due")
        keys = [row.key.split(":") for row in rows]
        return {int(step) for _kind, _id, due, step, _person in keys if due == due_on.isoformat()}

    due_on = change + timedelta(days=1)  # a Monday
    assert opened(world.instant(change, time(0), BERLIN) - TICK) == []
    assert opened(world.instant(change, time(0), BERLIN)) == [(change, due_on)]
    assert opened(world.instant(change, time(23, 59, 59, 999999), BERLIN)) == [(change, due_on)]
    assert steps() == {3}
    opened(world.instant(due_on, time(0), BERLIN))
    assert steps() == {3, 0}
    opened(world.instant(due_on + timedelta(days=3), time(0), BERLIN) - TICK)
    assert steps() == {3, 0}
    opened(world.instant(due_on + timedelta(days=3), time(0), BERLIN))
    assert steps() == {3, 0, -3}


@pytest.mark.parametrize("hour", [time(2, 30), time(2, 0), time(3, 0)])
def test_jobs_in_the_hour_that_is_missing_and_in_the_one_that_comes_twice_change_nothing_more(
    winter: Winter, zone: None, hour: time
) -> None:
    clock.use_zone(BERLIN)
    for change in (date(2028, 3, 26), date(2028, 10, 29)):
        at = datetime.combine(change, hour, BERLIN)
        winter.run(at)
        for again in (at.replace(fold=1), at + timedelta(hours=1)):
            assert [run.changed for run in winter.run(again)] == [0] * 5
