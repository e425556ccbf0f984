"""Dated rows: what stands at a moment, against a naive reading of the same rows (design §3.1, §3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import activity
from auditor.access import application
from auditor.company.models import Setting
from auditor.dated import Moment
from auditor.errors import Stale
from tests import cast as members
from tests.bed.absence import examples

DAY = date(2026, 4, 1)
AT = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
ACTOR = application("test")


@dataclass(frozen=True)
class Step:
    """One statement: true from a day, learnt some hours later than the one before, of a kind."""

    valid_day: int
    hours: int
    kind: str  # new, follows (names the row before), corrects (the row before never was true)


steps = st.lists(
    st.builds(Step, st.integers(0, 6), st.integers(0, 30), st.sampled_from(["new", "follows", "corrects"])),
    max_size=7,
)


def naive(rows: list[tuple[int, Step, datetime, int | None]], moment: Moment) -> int | None:
    """Return the number of the statement that stands, read the slow way."""
    counted = []
    for number, step, learnt, _replaced in rows:
        if DAY + timedelta(days=step.valid_day) > moment.day or learnt > moment.instant:
            continue
        corrected = any(
            other[3] == number and other[1].kind == "corrects" and other[2] <= moment.instant
            for other in rows
        )
        if not corrected:
            counted.append((step.valid_day, learnt, number))
    return max(counted)[2] if counted else None


@given(plan=steps, day=st.integers(-1, 8), hour=st.integers(-5, 220))
@settings(max_examples=examples(20, 60))
def test_what_stands_is_what_a_naive_reading_says(app: Any, plan: list[Step], day: int, hour: int) -> None:
    with app.app_context():
        key = f"k{Setting.select().count()}"
        rows: list[tuple[int, Step, datetime, int | None]] = []
        learnt = AT
        previous: Setting | None = None
        with activity.action(ACTOR, AT):
            for number, step in enumerate(plan):
                learnt += timedelta(hours=step.hours)
                replaces = previous if step.kind != "new" else None
                row = Setting.write(
                    learnt, None, DAY + timedelta(days=step.valid_day), replaces=replaces,
                    corrects=step.kind == "corrects" and replaces is not None, key=key, value=number,
                )  # fmt: skip
                rows.append((number, step, learnt, rows[-1][0] if replaces is not None else None))
                previous = row
            activity.record(members.CAST_MADE, persons=0)
        moment = Moment(DAY + timedelta(days=day), AT + timedelta(hours=hour))
        expected = naive(rows, moment)
        latest = Setting.latest(moment, key=key)
        standing = list(Setting.standing(moment, Setting.key == key))
        assert (latest.value if latest else None) == expected
        assert [row.value for row in standing] == ([] if expected is None else [expected])


def test_of_two_editors_the_second_is_refused_with_both_texts(app: Any) -> None:
    with app.app_context():
        with activity.action(ACTOR, AT):
            first = Setting.write(AT, None, DAY, key="company_name_ja", value="旧")
            activity.record(members.CAST_MADE, persons=0)
        with activity.action(ACTOR, AT):
            Setting.write(AT, 1, DAY, replaces=first, key="company_name_ja", value="こちら")
            activity.record(members.CAST_MADE, persons=0)
        with pytest.raises(Stale) as refused, activity.action(ACTOR, AT):
            Setting.write(AT, 2, DAY, replaces=first, key="company_name_ja", value="あちら")
        assert refused.value.theirs["value"] == "こちら"
        assert refused.value.mine["value"] == "あちら"
        assert Setting.select().count() == 2


def test_as_of_a_past_date_means_the_end_of_that_day_in_the_companys_zone(app: Any) -> None:
    now = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
    assert Moment.end_of(date(2026, 11, 19), now).instant == datetime(
        2026, 11, 19, 14, 59, 59, 999999, tzinfo=UTC
    )
    assert Moment.end_of(date(2026, 11, 20), now).instant == now
    with pytest.raises(ValueError, match="past date"):
        Moment.end_of(date(2026, 11, 21), now)


def test_a_counted_row_cannot_be_overwritten_or_deleted(app: Any) -> None:
    with pytest.raises(RuntimeError, match="never overwritten"):
        Setting.update(value=1)
    with pytest.raises(RuntimeError, match="never deleted"):
        Setting.delete()


def test_what_stands_can_be_narrowed_and_joined_inside_another_query(app: Any) -> None:
    """The SQL of both is put together once a table, so its names must not hide those of a query around it."""
    with app.app_context():
        with activity.action(ACTOR, AT):
            for key, value in (("a", 1), ("b", 2), ("c", 3)):
                first = Setting.write(AT, None, DAY, key=key, value=value)
                Setting.write(AT, None, DAY, replaces=first, key=key, value=value * 10)
            activity.record(members.CAST_MADE, persons=0)
        moment = Moment(DAY, AT)
        inner = Setting.standing(moment, Setting.key != "a").select(Setting.key)
        around = Setting.standing(moment, Setting.key.in_(inner)).where(Setting.key != "c")
        assert [row.value for row in around] == [20]
        assert Setting.standing(moment).count() == 3
        assert Setting.standing(moment, Setting.key == "c").exists()
        assert Setting.latest(moment, key="nothing") is None
