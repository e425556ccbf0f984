"""A fresh database for each test: a copied file on SQLite, an emptied database on PostgreSQL.

What many tests begin with is written once: `keep(name)` takes a picture of it, `put_back(name)` brings it back.

The suite runs on SQLite unless `AUDITOR_TEST_DATABASE_URL` names a PostgreSQL server. Either is made once a
session by the migrations, as an installation is.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from graphlib import TopologicalSorter
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

    def is_empty(self) -> bool: ...

    def keep(self, name: str) -> None: ...

    def put_back(self, name: str) -> None:
        """Brings the picture into the empty database; nobody is connected to it meanwhile."""


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
        self._become(self.pristine)

    def is_empty(self) -> bool:
        log = self._beside("-wal")  # what was written since stands there
        return not log.exists() or log.stat().st_size == 0

    def keep(self, name: str) -> None:
        with (
            closing(sqlite3.connect(self.file)) as held,
            closing(sqlite3.connect(self._picture(name))) as copy,
        ):
            held.backup(copy)

    def put_back(self, name: str) -> None:
        self._become(self._picture(name))

    def _become(self, other: Path) -> None:
        for leftover in (self.file, self._beside("-wal"), self._beside("-shm")):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(other, self.file)

    def _beside(self, end: str) -> Path:
        return self.file.with_name(self.file.name + end)

    def _picture(self, name: str) -> Path:
        return self.pristine.with_name(f"{name}.picture")


class PostgresDatabase:
    """A database of this process's own on a running server; the tables that got rows are emptied.

    Few rows are deleted in a hundredth of the time that truncating their tables takes.
    """

    def __init__(self, server: str, upgrade: Upgrade) -> None:
        self.server = server
        self.name = f"auditor_bed_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as administration:
            administration.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self.name)))
        upgrade(self.url)
        self.connection = psycopg.connect(self.url, autocommit=True)
        self.tables = self._tables()
        self._pictures: dict[str, dict[str, bytes]] = {}
        seeded = self._filled()
        assert not seeded, (
            f"a migration leaves rows in {seeded}: emptying would lose them; teach tests/bed/databases.py"
        )

    @property
    def url(self) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{self.name}"))

    def empty(self) -> None:
        filled = self._filled()
        with self.connection.transaction():
            self._all("DELETE FROM {table}", reversed(filled))
            self._all("SELECT setval({sequence}, 1, false)", filled)

    def is_empty(self) -> bool:
        return not self._filled()

    def keep(self, name: str) -> None:
        self._pictures[name] = {}
        for table in self._filled():
            with self.connection.cursor().copy(_of("COPY {table} TO STDOUT", table)) as copy:
                self._pictures[name][table] = b"".join(bytes(block) for block in copy)

    def put_back(self, name: str) -> None:
        picture = self._pictures[name]
        with self.connection.transaction():
            for table, rows in picture.items():
                with self.connection.cursor().copy(_of("COPY {table} FROM STDIN", table)) as copy:
                    copy.write(rows)
            self._all("SELECT setval({sequence}, max(id)) FROM {table}", picture)

    def _all(self, statement: str, tables: Iterable[str]) -> None:
        """Sends the statement for each of the tables, in one go."""
        together = sql.SQL("; ").join(_of(statement, table) for table in tables)
        if together.as_string(self.connection):
            self.connection.execute(together)

    def drop(self) -> None:
        self.connection.close()
        with psycopg.connect(self.server, autocommit=True) as administration:
            administration.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name))
            )

    def _tables(self) -> list[str]:
        """The tables, each after those that it refers to."""
        rows = self.connection.execute(
            "SELECT tablename, confrelid::regclass::text FROM pg_tables"
            " LEFT JOIN pg_constraint ON contype = 'f' AND conrelid = quote_ident(tablename)::regclass"
            " WHERE schemaname = 'public' AND tablename <> %s",
            [HISTORY],
        )
        refers: dict[str, set[str]] = {}
        for table, target in rows:
            refers.setdefault(table, set()).update({target} - {None, table})
        return list(TopologicalSorter(refers).static_order())

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
        filled = {str(name) for (name,) in rows}
        return [name for name in self.tables if name in filled]


def _of(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(table=sql.Identifier(table), sequence=sql.Literal(f"{table}_id_seq"))


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
