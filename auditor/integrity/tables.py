"""Tables read and written whole, without the models: a backup may be of an earlier version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from auditor import db
from auditor.integrity.archive import BadBackup
from auditor.language import _l

HISTORY = "schema_migration"
# Of the running installation only: who is signed in just now, and who mistyped a password lately.
LEFT_OUT = {HISTORY, "session", "sign_in_attempt"}
_ROWS = 1000  # read or written at a time


@contextmanager
def snapshot() -> Iterator[None]:
    """Hold one moment of the database for what is read inside, while others go on writing."""
    if db.is_sqlite():
        with db.database.atomic("DEFERRED"):
            db.database.execute_sql("SELECT COUNT(*) FROM sqlite_master").fetchall()
            yield
        return
    with db.database.atomic():
        db.database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def names() -> list[str]:
    """Return the tables that a backup holds."""
    return sorted(
        name for name in db.database.get_tables() if name not in LEFT_OUT and not name.startswith("sqlite_")
    )


def columns(table: str) -> list[str]:
    """Return the columns of a table, in the order they are read in."""
    return [column.name for column in db.database.get_columns(table)]


def rows(table: str, wanted: list[str]) -> Iterator[tuple[Any, ...]]:
    """Give the rows in the order of their ids; never many of them in memory."""
    statement = _statement("SELECT {columns} FROM {table} ORDER BY id", table, wanted)
    if db.is_sqlite():
        cursor = db.database.execute_sql(statement)
    else:
        cursor = db.database.connection().cursor(name="auditor_backup")
        cursor.execute(statement)
    with _closing(cursor):
        while some := cursor.fetchmany(_ROWS):
            yield from some


def load(table: str, wanted: list[str], given: Iterable[list[Any]]) -> None:
    """Write rows into an empty table. Raises BadBackup for a value that the database does not take."""
    connection = db.database.connection()
    try:
        if db.is_sqlite():
            marks = ", ".join("?" * len(wanted))
            # Of a table and columns known by name.
            insert = f"INSERT INTO {{table}} ({{columns}}) VALUES ({marks})"  # noqa: S608  # nosec B608
            statement = _statement(insert, table, wanted)
            waiting = iter(given)
            while some := list(islice(waiting, _ROWS)):
                connection.executemany(statement, some)
            return
        statement = _statement("COPY {table} ({columns}) FROM STDIN", table, wanted)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in given:
                copy.write_row(row)
    except (sqlite3.Error, OverflowError, psycopg.DataError, psycopg.IntegrityError) as error:
        said = " ".join(str(error).split())
        raise BadBackup(
            _l(
                "Table %(table)s in this backup does not fit the database: %(reason)s",
                table=table,
                reason=said,
            )
        ) from error


@contextmanager
def unlinked() -> Iterator[None]:
    """Let rows be written before those they refer to; all references are checked at the end.

    Raises BadBackup for a row without the row it refers to.
    """
    if db.is_sqlite():
        yield  # the caller has switched them off: SQLite cannot do so inside a transaction
        broken = db.database.execute_sql("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise BadBackup(
                _l("In this backup a row of %(table)s refers to a row that is not there.", table=broken[0])
            )
        return
    links = db.database.execute_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY conname"
    ).fetchall()
    for table, name, _definition in links:
        db.database.execute_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    connection = db.database.connection()
    for table, name, definition in links:
        try:
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        except psycopg.IntegrityError as error:
            raise BadBackup(
                _l("In this backup a row of %(table)s refers to a row that is not there.", table=table)
            ) from error


def count_on(tables: Iterable[str]) -> None:
    """Let the next id of each table follow the last one; SQLite does so by itself."""
    if db.is_sqlite():
        return
    for table in tables:
        statement = sql.SQL(
            "SELECT setval(pg_get_serial_sequence({name}, 'id'), COALESCE(MAX(id), 1), MAX(id) IS NOT NULL) FROM {table}"
        ).format(name=sql.Literal(table), table=sql.Identifier(table))
        db.database.connection().execute(statement)


def _statement(text: str, table: str, wanted: list[str]) -> str:
    """Fill names into a statement, quoted as both databases read them."""
    return text.format(table=_quoted(table), columns=", ".join(map(_quoted, wanted)))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextmanager
def _closing(cursor: Any) -> Iterator[None]:
    try:
        yield
    finally:
        cursor.close()
