"""What the log witnesses of an action: the rows as they came back when they were written, or read anew."""

from __future__ import annotations

from typing import Any

import pytest

from auditor import activity, db
from auditor.activity import ActivityEvent, ActivityRows
from auditor.people.models import Department
from tests.cast import NOW, Cast

WRITTEN = activity.event_type("test.written", "Written", "count")


def _witnessed() -> tuple[list[Any], bytes]:
    event = ActivityEvent.select().where(ActivityEvent.type == WRITTEN.name).order_by(ActivityEvent.seq).get()
    leaves = [bytes(row.leaves) for row in ActivityRows.select().where(ActivityRows.seq == event.seq)]
    return event.rows, b"".join(leaves)


def _stored(codes: list[str]) -> bytes:
    return activity.leaves_of(Department, Department.digest_columns(), Department.code.in_(codes))


def test_rows_are_witnessed_as_the_database_stored_them_without_being_read_again(
    cast: Cast, query_count: Any
) -> None:
    with query_count() as statements, activity.action(cast.actor("administrator"), NOW):
        for code in ("X1", "X2"):
            Department.create(code=code)
        activity.record(WRITTEN, count=2)
    rows, leaves = _witnessed()
    assert [(table, count) for table, _columns, count, _digest in rows] == [("department", 2)]
    assert leaves == _stored(["X1", "X2"])
    assert not [sql for sql in statements.sql if sql.startswith("SELECT") and '"department"."action"' in sql]


def test_a_row_of_a_part_that_was_undone_is_not_witnessed(cast: Cast) -> None:
    with activity.action(cast.actor("administrator"), NOW):
        Department.create(code="X1")
        with pytest.raises(LookupError), db.transaction():
            Department.create(code="X2")
            raise LookupError
        Department.create(code="X3")
        activity.record(WRITTEN, count=2)
    rows, leaves = _witnessed()
    assert rows[0][2] == 2
    assert leaves == _stored(["X1", "X2", "X3"])


def test_rows_written_at_once_are_witnessed_beside_single_ones(cast: Cast) -> None:
    codes = ["X1", "X2", "X3"]
    with activity.action(cast.actor("administrator"), NOW):
        Department.create(code="X1")
        Department.add_many({"code": code} for code in codes[1:])
        activity.record(WRITTEN, count=3)
    assert _witnessed()[1] == _stored(codes)


def test_an_action_with_more_events_than_one_insert_takes_keeps_the_chain(cast: Cast) -> None:
    number, link = activity.head()
    with activity.action(cast.actor("administrator"), NOW):
        for count in range(1_001):
            activity.record(WRITTEN, count=count)
    told = list(ActivityEvent.select().where(ActivityEvent.seq > number).order_by(ActivityEvent.seq))
    assert [event.data["count"] for event in told] == list(range(1_001))
    assert [event.prev for event in told] == [link, *(event.hash for event in told[:-1])]
    assert all(event.hash == event.link() for event in told)
