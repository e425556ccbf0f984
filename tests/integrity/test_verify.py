"""`auditor verify` names what was done behind the application's back (design §3.9)."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor import activity, db
from auditor.access import application
from auditor.activity import ActivityEvent, ActivityRows
from auditor.evidence import actions as evidence
from auditor.integrity import verify as integrity
from auditor.people.models import Department, DepartmentDetail, PersonDetail
from tests import cast as members

FOLDER = Path("/nonexistent")


@pytest.fixture
def cast(app: Any) -> members.Cast:
    with app.app_context():
        return members.make()


def problems(folder: Path = FOLDER) -> list[tuple[str, str, int]]:
    return [(found.code, found.table, found.row) for found in integrity.verify(folder).problems]


def test_an_untouched_company_is_clean(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        report = integrity.verify(FOLDER)
    assert report.clean
    assert report.events == 1
    assert report.rows > 80


@pytest.mark.parametrize("table", ["department", "department_detail", "membership", "role_grant", "control"])
def test_a_removed_row_is_named(cast: members.Cast, app: Any, table: str) -> None:
    with app.app_context():
        victim = db.database.execute_sql(f"SELECT MAX(id) FROM {table}").fetchone()[0]
        if db.is_sqlite():
            db.database.execute_sql("PRAGMA foreign_keys = 0")
        else:
            db.database.execute_sql("SET session_replication_role = replica")
        db.database.execute_sql(f"DELETE FROM {table} WHERE id = {victim}")
        assert ("row_removed", table, victim) in problems()
        if not db.is_sqlite():
            db.database.execute_sql("SET session_replication_role = DEFAULT")


def test_a_changed_row_is_named_with_the_event_that_witnessed_it(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        row = DepartmentDetail.get(DepartmentDetail.department == cast.department["D210"])
        db.database.execute_sql(f"UPDATE department_detail SET name = 'x' WHERE id = {row.id}")
        (problem,) = integrity.verify(FOLDER).problems
        assert (problem.code, problem.table, problem.row, problem.event) == (
            "row_changed", "department_detail", row.id, 1,
        )  # fmt: skip
        assert str(row.id) in str(problem)


def test_a_row_slipped_in_is_named(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        token = Department.select(Department.action).first().action
        db.database.execute_sql(f"INSERT INTO department (id, action, code) VALUES (9999, '{token}', 'D999')")
        assert problems() == [("row_added", "department", 9999)]


def test_a_changed_name_is_found_although_the_log_holds_no_names(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        row = PersonDetail.get(PersonDetail.person == cast.person["auditor"])
        db.database.execute_sql(f"UPDATE person_detail SET family_name = '別' WHERE id = {row.id}")
        assert problems() == [("value_changed", "person_detail", row.id)]


def _change(column: str, value: str) -> Callable[[], None]:
    def do() -> None:
        db.database.execute_sql(f"UPDATE activity_event SET {column} = {value} WHERE seq = 2")

    return do


@pytest.mark.parametrize(
    "tamper",
    [
        _change("actor_id", "4711"),
        _change("data", "'{}'"),
        _change("at", "'2020-01-01 00:00:00.000000'"),
        _change("rows", '\'[["department", [], 1, "0"]]\''),
        _change("prev", "'" + "0" * 64 + "'"),
    ],
    ids=["actor", "data", "time", "rows", "link"],
)
def test_a_changed_event_is_named(cast: members.Cast, app: Any, tamper: Callable[[], None]) -> None:
    with app.app_context():
        _more_events(cast)
        tamper()
        found = integrity.verify(FOLDER).problems
        assert ("event_changed", 2) in [(problem.code, problem.event) for problem in found]


def test_a_removed_event_is_named_in_the_middle_and_at_the_end(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        _more_events(cast)
        ActivityEvent.delete().where(ActivityEvent.seq == 2).execute()
        assert ("event_missing", 2) in [(p.code, p.event) for p in integrity.verify(FOLDER).problems]
        ActivityEvent.delete().where(ActivityEvent.seq >= 2).execute()
        assert ("head_missing", 3) in [(p.code, p.event) for p in integrity.verify(FOLDER).problems]


def test_an_event_slipped_in_is_named(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        last = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get()
        ActivityEvent.create(
            seq=last.seq + 1, at=members.NOW, type="test.cast_made", data={}, action="x", rows=[],
            prev=last.hash, hash="f" * 64,
        )  # fmt: skip
        assert [(p.code, p.event) for p in integrity.verify(FOLDER).problems] == [("event_changed", 2)]


def test_a_row_whose_digest_was_rewritten_too_is_still_found(cast: members.Cast, app: Any) -> None:
    with app.app_context():
        db.database.execute_sql("UPDATE department SET code = 'D2X0' WHERE code = 'D210'")
        leaves = activity.leaves_of(Department, Department.digest_columns(), Department.id > 0)
        ActivityRows.update(leaves=leaves).where(ActivityRows.table == "department").execute()
        assert ("witness_changed", "department", 0) in problems()


def test_an_altered_and_a_missing_evidence_file_are_named(
    cast: members.Cast, app: Any, tmp_path: Path
) -> None:
    with app.app_context():
        added = evidence.add_file(cast.actor("auditor"), members.NOW, tmp_path, io.BytesIO(b"photo"), "a.jpg")
        assert problems(tmp_path) == []
        path = evidence.path_of(tmp_path, added.file.sha256)
        path.write_bytes(b"another")
        assert problems(tmp_path) == [("file_changed", "", added.file_id)]
        path.unlink()
        assert problems(tmp_path) == [("file_missing", "", added.file_id)]


def test_a_chain_made_with_another_key_is_refused(cast: members.Cast, app: Any, settings: Any) -> None:
    with app.app_context():
        activity.configure(b"somebody else's key, long enough", None)
        assert ("event_changed", 1) in [(p.code, p.event) for p in integrity.verify(FOLDER).problems]
        activity.configure(settings.log_key, settings.head_file)


def test_rows_written_outside_an_action_are_refused(app: Any) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="counted row is written inside"):
        Department.create(code="D1")


def test_an_action_that_writes_and_records_nothing_is_rolled_back(app: Any) -> None:
    with app.app_context():
        with (
            pytest.raises(RuntimeError, match="nothing was recorded"),
            activity.action(application("test"), members.NOW),
        ):
            Department.create(code="D1")
        assert Department.select().count() == 0


def _more_events(cast: members.Cast) -> None:
    for _round in range(2):
        with activity.action(application("test"), members.NOW):
            activity.record(members.CAST_MADE, persons=1)
