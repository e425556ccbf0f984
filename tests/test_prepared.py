"""A query whose SQL is put together once gives what the same query gives when it is built anew."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from auditor import db
from auditor.dated import Moment
from auditor.people.models import Employment, PersonDetail
from auditor.prepared import Prepared, instant
from tests.cast import NOW, Cast


def _employed(person_id: int, day: date, instant: datetime) -> Any:
    return Employment.standing(Moment(day, instant), Employment.person == person_id).select(
        Employment.id, Employment.recorded_at
    )


def test_a_prepared_query_gives_what_the_query_gives(cast: Cast) -> None:
    query = Prepared(_employed, person_id=int, day=date, instant=datetime)
    for moment in (Moment.at(NOW), Moment(date(2020, 1, 1), NOW)):
        for person_id in cast.person.values():
            anew = db.tuples(_employed(person_id, moment.day, moment.instant))
            rows = query.rows(person_id=person_id, day=moment.day, instant=moment.instant)
            assert [(number, instant(recorded)) for number, recorded in rows] == anew
    assert anew == []


def test_the_sql_is_put_together_once(cast: Cast) -> None:
    built = []

    def named(name: str) -> Any:
        built.append(name)
        return PersonDetail.select(PersonDetail.id).where(PersonDetail.family_name == name)

    query = Prepared(named, name=str)
    assert query.rows(name="nobody") == []
    assert query.rows(name="' OR 1 = 1 --") == []
    assert len(built) == 1


def test_a_value_that_does_not_come_into_the_query_whole_is_refused(cast: Cast) -> None:
    def other(day: date) -> Any:
        return PersonDetail.select(PersonDetail.id).where(PersonDetail.valid_from > day.replace(day=1))

    with pytest.raises(RuntimeError, match="day"):
        Prepared(other, day=date).rows(day=date(2026, 4, 2))


def test_a_time_comes_back_in_utc(cast: Cast) -> None:
    query = Prepared(_employed, person_id=int, day=date, instant=datetime)
    [(_number, recorded)] = query.rows(person_id=cast.person["auditor"], day=date(2026, 5, 1), instant=NOW)
    read = instant(recorded)
    assert read is not None and read.tzinfo == UTC
