"""Whatever one row of whatever counted table is changed, removed or added with a database client: it is named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from peewee import BooleanField, DateField, DateTimeField, Field, ForeignKeyField, IntegerField

from auditor import create_app, db
from auditor.activity import ActivityEvent
from auditor.db import CountedModel
from auditor.evidence.actions import path_of
from auditor.evidence.models import StoredFile
from auditor.integrity.checks import derived_mismatches
from auditor.integrity.verify import read_log, table_problems, verify
from tests.bed.models import every_table

TABLES = [model for model in every_table() if issubclass(model, CountedModel)]
_FAR = 900_000  # an id that no row has


def named(model: type[CountedModel]) -> str:
    return str(model._meta.table_name)


@pytest.fixture(scope="module")
def company(demo_template, tmp_path_factory):
    with demo_template.copy(tmp_path_factory.mktemp("demo")) as settings:
        app = create_app(settings)
        with app.app_context(), db.connected():
            # A database client may do what the application would never do.
            db.database.execute_sql(
                "PRAGMA foreign_keys = 0" if db.is_sqlite() else "SET session_replication_role = replica"
            )
            yield settings
        if hasattr(db.database.obj, "close_all"):
            db.database.close_all()


@pytest.fixture(scope="module")
def log(company):
    chain, problems = read_log()
    assert not problems
    return chain


class _Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside is rolled back."""
    try:
        with db.database.atomic():
            yield
            raise _Undone
    except _Undone:
        pass


def last_id(model: type[CountedModel]) -> int:
    return int(db.database.execute_sql(f"SELECT MAX(id) FROM {named(model)}").fetchone()[0])


def whole_rows(model: type[CountedModel]) -> list[int]:
    """The latest rows of which nothing was erased, as many as the table has columns at most."""
    whole = "salt" if model.personal else "text_salt" if "text_salt" in model._meta.fields else "id"
    query = model.select(model.id).where(model._meta.fields[whole].is_null(False)).order_by(model.id.desc())
    return [row.id for row in query.limit(len(model._meta.sorted_fields))]


def codes(model: type[CountedModel], log: Any) -> set[tuple[str, int]]:
    return {(problem.code, problem.row) for problem in table_problems(model, log)}


def test_every_counted_table_has_rows_in_the_demo_company(company):
    empty = [named(model) for model in TABLES if not model.select().exists()]
    assert not empty, f"the demo year leaves these tables empty: {empty}"


def test_nothing_is_named_in_an_untouched_company(company, log):
    assert not [problem for model in TABLES for problem in table_problems(model, log)]


@pytest.mark.parametrize("model", TABLES, ids=named)
def test_a_changed_value_is_named_whichever_column_it_is_in(company, log, model):
    rows = whole_rows(model)
    fields = [
        field
        for field in model._meta.sorted_fields
        if not field.primary_key and field.name not in {*model.derived, "salt", "erased_at", "value_hash"}
    ]
    for first in range(0, len(fields), len(rows)):  # each column in a row of its own
        changed = list(zip(fields[first : first + len(rows)], rows, strict=False))
        with undone():
            for field, row in changed:
                db.database.execute_sql(
                    f'UPDATE {named(model)} SET "{field.column_name}" = {_other(field)} WHERE id = {row}'
                )
            found = codes(model, log)
        for field, row in changed:
            wanted = "value_changed" if field.name in model.personal else "row_changed"
            assert (wanted, row) in found, f"{named(model)}.{field.column_name}"
        assert {row for _code, row in found} == {row for _field, row in changed}


@pytest.mark.parametrize("model", [model for model in TABLES if model.derived], ids=named)
def test_a_changed_current_state_is_named(company, model):
    row = last_id(model)
    for name in model.derived:
        if name in ("erased_at", "missing_since"):
            continue  # of a file: verify looks for the file itself
        field = model._meta.fields[name]
        with undone():
            db.database.execute_sql(
                f'UPDATE {named(model)} SET "{field.column_name}" = {_other(field)} WHERE id = {row}'
            )
            assert (named(model), row) in {(table, number) for table, number, _ in derived_mismatches()}


def test_a_time_that_is_none_any_more_is_named(company, log):
    if not db.is_sqlite():
        return  # PostgreSQL refuses it itself
    with undone():
        row = last_id(StoredFile)
        db.database.execute_sql(f"UPDATE stored_file SET stored_at = 'once' WHERE id = {row}")
        assert ("row_changed", row) in codes(StoredFile, log)


@pytest.mark.parametrize("model", TABLES, ids=named)
def test_a_removed_row_is_named(company, log, model):
    row = last_id(model)
    with undone():
        db.database.execute_sql(f"DELETE FROM {named(model)} WHERE id = {row}")
        assert ("row_removed", row) in codes(model, log)


@pytest.mark.parametrize("model", TABLES, ids=named)
def test_an_added_row_is_named(company, log, model):
    row = last_id(model)
    columns, values = zip(*_twin(model), strict=True)
    with undone():
        db.database.execute_sql(
            f"INSERT INTO {named(model)} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {named(model)} WHERE id = {row}"
        )
        assert ("row_added", _FAR) in codes(model, log)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(0.0, id="first", marks=pytest.mark.thorough),
        pytest.param(0.5, id="middle"),
        pytest.param(1.0, id="last", marks=pytest.mark.thorough),
    ],
)
@pytest.mark.parametrize("column", ["type", "at", "actor_id", "data", "action", "rows", "prev", "hash"])
def test_a_changed_event_is_named(company, place, column):
    seq = _seq(place)
    value = {"at": "'2001-01-01 00:00:00.000000'", "actor_id": "4711", "data": "'{\"x\": 1}'", "rows": "'[]'"}
    if column == "rows":
        seq = _with_rows(seq)
    with undone():
        db.database.execute_sql(
            f'UPDATE activity_event SET "{column}" = {value.get(column, chr(39) + "f" * 32 + chr(39))} WHERE seq = {seq}'
        )
        assert seq in _events_named()


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["first", "middle", "last"])
def test_a_removed_event_is_named(company, place):
    seq = _seq(place)
    with undone():
        db.database.execute_sql(f"DELETE FROM activity_event WHERE seq = {seq}")
        assert seq in _events_named()


def test_an_added_event_is_named(company):
    last = _seq(1.0)
    with undone():
        db.database.execute_sql(
            "INSERT INTO activity_event (id, seq, at, type, actor_id, system, data, action, rows, prev, hash) "
            f"SELECT {_FAR}, {last + 1}, at, type, actor_id, system, data, action, rows, hash, prev "
            f"FROM activity_event WHERE seq = {last}"
        )
        assert last + 1 in _events_named()


@pytest.mark.parametrize("action", ["change", "remove"])
def test_an_altered_evidence_file_is_named(company, action):
    stored = StoredFile.select().order_by(StoredFile.id.desc()).get()
    path = path_of(company.evidence_folder, stored.sha256)
    before = path.read_bytes()
    try:
        if action == "change":
            path.write_bytes(before + b" ")
        else:
            path.unlink()
        found = [(problem.code, problem.row) for problem in verify(company.evidence_folder).problems]
        assert found == [("file_changed" if action == "change" else "file_missing", stored.id)]
    finally:
        path.write_bytes(before)


def _other(field: Field) -> str:
    """An SQL expression for a value that the column does not have."""
    column = f'"{field.column_name}"'
    if isinstance(field, BooleanField):
        return f"NOT {column}" if not db.is_sqlite() else f"1 - {column}"
    if isinstance(field, DateTimeField):
        return "'2001-02-03 04:05:06.000000'"
    if isinstance(field, DateField):
        return "'2001-02-03'"
    if isinstance(field, IntegerField | ForeignKeyField):
        return f"COALESCE({column}, 0) + {_FAR}"
    return "'x'"


def _twin(model: type[CountedModel]) -> Iterator[tuple[str, str]]:
    """Columns and SQL values of a row like the last one that no unique key refuses."""
    unique = {name for names, is_unique in model._meta.indexes if is_unique for name in names}
    for field in model._meta.sorted_fields:
        column = f'"{field.column_name}"'
        if field.primary_key:
            yield column, str(_FAR)
        elif field.unique or field.name in unique:
            yield column, _other(field)
        else:
            yield column, column


def _seq(place: float) -> int:
    last = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get().seq
    return max(1, int(last * place))


def _with_rows(seq: int) -> int:
    """The first event up to ``seq`` that witnesses rows."""
    later = ActivityEvent.select().where(ActivityEvent.seq <= seq).order_by(ActivityEvent.seq.desc())
    return int(next(event.seq for event in later if event.rows))


def _events_named() -> set[int]:
    _chain, problems = read_log()
    return {problem.event for problem in problems}
