"""PostgreSQL is told of many new rows at once, and what every request asks does not wait for that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from peewee import ProgrammingError

from auditor import activity, db, tablesizes
from auditor.access import Actor
from auditor.people.models import Employment, Person, PersonDetail
from tests.bed.absence import absent
from tests.cast import CAST_MADE, NOW, Cast

MANY = 3_000
FORGET = "UPDATE pg_class SET reltuples = 1 WHERE relname ~ '^(person|employment)' AND reltuples > 0"
SYSTEM = Actor(person_id=None, system="test")


def _crowd() -> None:
    with activity.action(SYSTEM, NOW):
        Person.add_many({"employee_number": f"M{number:05}"} for number in range(MANY))
        ids = [row.id for row in Person.select(Person.id).where(Person.employee_number.startswith("M"))]
        stated = {"valid_from": date(2026, 4, 1), "recorded_at": NOW, "corrects": False}
        named = {"family_name": "多数", "given_name": "一人"}
        PersonDetail.add_many({**stated, **named, "person": one} for one in ids)
        Employment.add_many({**stated, "person": one, "kind": "regular", "status": "active"} for one in ids)
        activity.record(CAST_MADE, persons=len(ids))


@contextmanager
def _no_statement_longer_than(seconds: int) -> Iterator[None]:
    """On PostgreSQL ends a statement that takes longer; SQLite has no choice that could be a wrong one."""
    if db.is_sqlite():
        yield
        return
    db.database.execute_sql(f"SET statement_timeout = '{seconds}s'")
    try:
        yield
    finally:
        db.database.execute_sql("SET statement_timeout = 0")


def test_what_every_request_asks_is_cheap_while_the_database_takes_full_tables_for_empty_ones(
    client: Any, cast: Cast
) -> None:
    """As where it looked by itself while an import ran, whose rows did not count yet."""
    _crowd()
    cast.sign_in(client, "administrator")
    if not db.is_sqlite():
        try:
            db.database.execute_sql(FORGET)
        except ProgrammingError:
            absent("tables that the database has not looked at", "a database user who is superuser")
    with _no_statement_longer_than(3):
        assert client.get("/accounts/password").status_code == 200


def test_the_rows_of_an_import_are_known_to_the_database_at_once(client: Any, cast: Cast) -> None:
    _crowd()
    if not db.is_sqlite():
        told = "SELECT reltuples FROM pg_class WHERE relname IN ('person', 'person_detail', 'employment')"
        assert all(rows >= MANY for (rows,) in db.database.execute_sql(told).fetchall())
    cast.sign_in(client, "administrator")
    with _no_statement_longer_than(3):
        assert client.get("/people/").status_code == 200


def test_a_small_action_has_no_table_looked_at(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr(tablesizes, "learn", looked.extend)
    with activity.action(SYSTEM, NOW):
        Person.add_many({"employee_number": f"M{number}"} for number in range(tablesizes.LARGE - 1))
        activity.record(CAST_MADE, persons=tablesizes.LARGE - 1)
    assert not looked
    _crowd()
    assert {model.__name__ for model in looked} == {"Person", "PersonDetail", "Employment"}
