"""Jobs that run late, twice, at midnight, with the clock put back, from two processes: the same database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import hypothesis
from hypothesis import strategies as st

from tests.faults.time import world
from tests.faults.time.conftest import EXAMPLES, JOBS, Left, Winter

_DAYS = st.dates(world.FIRST, world.LAST - timedelta(days=1))
_SPECIAL = st.sampled_from(
    [date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 31), date(2028, 4, 1)]
)
_HOURS = st.sampled_from([time(0), time(23, 59, 59, 999999), time(0, 30), time(9), time(15)])
_STEPS = st.tuples(
    st.one_of(_DAYS, _SPECIAL),
    _HOURS,
    st.sampled_from(["once", "twice", "an hour back", "together"]),
    st.permutations(JOBS),
    st.integers(1, len(JOBS)),
)


@hypothesis.settings(max_examples=EXAMPLES, phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
@hypothesis.given(steps=st.lists(_STEPS, min_size=1, max_size=6))
def test_whenever_the_jobs_run_they_leave_the_same_database(
    winter: Winter, same: Callable[[Left], None], steps: list[tuple[date, time, str, list[str], int]]
) -> None:
    winter.begin()
    for day, hour, how, order, many in sorted(steps, key=lambda step: step[:2]):
        at, names = world.instant(day, hour), tuple(order[:many])
        if how == "together":
            assert winter.run_together(at, names) == []
            continue
        _well(winter, at, names)
        if how == "twice":
            _well(winter, at, names)
        if how == "an hour back":
            _well(winter, at - timedelta(hours=1), names)
    _well(winter, world.instant(world.LAST), JOBS)
    same(winter.left())


def _well(winter: Winter, at: datetime, names: tuple[str, ...]) -> None:
    assert [run.outcome for run in winter.run(at, names)] == ["done"] * len(names)
