"""What PostgreSQL knows of how large its tables are, by which it chooses how to read them.

It looks for itself about once a minute. Until then a table that was almost empty before an import is taken for
almost empty: joined row by row, a page that takes milliseconds takes hours. SQLite chooses without such numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from peewee import DatabaseError

from auditor import db
from auditor.writing import Writing

LARGE = 100  # rows of one action; what fewer do is soon seen by itself and costs little until then


def grown(written: Writing) -> list[type[Any]]:
    """Return the tables to which an action added many rows."""
    return [model for model, rows in written.touched.items() if rows.begun >= LARGE]


def learn(models: Iterable[type[Any]]) -> None:
    """Have PostgreSQL look at these tables now. What cannot be done now it does by itself later: nothing is raised."""
    if db.is_sqlite():
        return
    with suppress(DatabaseError):
        for model in models:
            db.database.execute_sql(f'ANALYZE "{model._meta.table_name}"')


def learn_all() -> None:
    """Have PostgreSQL look at every table, as after a restore: inside the transaction that filled them, too."""
    if not db.is_sqlite():
        db.database.execute_sql("ANALYZE")
