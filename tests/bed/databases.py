"""A fresh database for each test: a copied file on SQLite, an emptied database on PostgreSQL.

The suite runs on SQLite unless `AUDITOR_TEST_DATABASE_URL` names a PostgreSQL server. Either is made once a
session by the migrations, as an installation is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from auditor import db
from tests.bed.absence import absent

HISTORY = "schema_migration"  # what the migrations know of themselves is no data of a test
Upgrade = Callable[[str], None]


class Database(Protocol):
    """Where the tests of one process keep their rows."""

    @property
    def url(self) -> str: ...

    def empty(self) -> None: ...


class SqliteFile:
    """One file, put back to a pristine copy before each test."""

    def __init__(self, folder: Path, upgrade: Upgrade) -> None:
        self.pristine = folder / "pristine.sqlite3"
        self.file = folder / "auditor.sqlite3"
        upgrade(f"sqlite:///{self.pristine}")

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"

    def empty(self) -> None:
        for leftover in (self.file, *(self.file.with_name(self.file.name + end) for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(self.pristine, self.file)


class PostgresDatabase:
    """A database of this process's own on a running server; the tables that got rows are truncated."""

    def __init__(self, server: str, upgrade: Upgrade) -> None:
        self.server = server
        self.name = f"auditor_bed_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as administration:
            administration.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        upgrade(self.url)
        self.connection = psycopg.connect(self.url, autocommit=True)
        self.tables = self._tables()
        seeded = self._filled()
        assert not seeded, (
            f"a migration leaves rows in {seeded}: emptying would lose them; teach tests/bed/databases.py"
        )

    @property
    def url(self) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}"))

    def empty(self) -> None:
        filled = self._filled()
        if filled:
            names = sql.SQL(", ").join(sql.Identifier(name) for name in filled)
            self.connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))

    def drop(self) -> None:
        self.connection.close()
        with psycopg.connect(self.server, autocommit=True) as administration:
            administration.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )

    def _tables(self) -> list[str]:
        rows = self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s ORDER BY 1",
            [HISTORY],
        )
        return [name for (name,) in rows]

    def _filled(self) -> list[str]:
        """The tables that hold rows or have handed out a number, so that ids begin at 1 in each test."""
        if not self.tables:
            return []
        one = "SELECT {name} WHERE EXISTS (SELECT 1 FROM {table})"
        rows = self.connection.execute(
            sql.SQL(" UNION ALL ").join(
                sql.SQL(one).format(name=sql.Literal(name), table=sql.Identifier(name))
                for name in self.tables
            )
            + sql.SQL(
                " UNION SELECT replace(sequencename, '_id_seq', '') FROM pg_sequences"
                " WHERE schemaname = 'public' AND last_value IS NOT NULL"
            )
        )
        return sorted({str(name) for (name,) in rows} & set(self.tables))


def let_go() -> None:
    """Closes the application's connections of this process, those its pool keeps included."""
    if not db.database.is_closed():
        db.database.close()
    if hasattr(db.database.obj, "close_all"):
        db.database.close_all()


def chosen_server() -> str | None:
    """The PostgreSQL server that the suite runs on, or None for SQLite."""
    return os.environ.get("AUDITOR_TEST_DATABASE_URL") or None


def any_server() -> str:
    """A PostgreSQL server for a test that needs one whatever the suite runs on; a named skip without."""
    return (
        chosen_server()
        or os.environ.get("AUDITOR_TEST_POSTGRES_URL")
        or absent(
            "PostgreSQL",
            "apt install postgresql, then AUDITOR_TEST_DATABASE_URL=postgresql://user:password@127.0.0.1/postgres make test",
        )
    )


@contextmanager
def database(folder: Path, upgrade: Upgrade) -> Iterator[Database]:
    """The database of this test process; `upgrade(url)` brings an empty one up to date."""
    server = chosen_server()
    if server is None:
        yield SqliteFile(folder, upgrade)
        return
    made = PostgresDatabase(server, upgrade)
    try:
        yield made
    finally:
        made.drop()


@contextmanager
def scratch_postgres() -> Iterator[str]:
    """The address of a new, empty PostgreSQL database that is dropped after the block."""
    made: Any = PostgresDatabase(any_server(), lambda url: None)
    try:
        yield made.url
    finally:
        made.drop()
