"""How the application reaches its database: a pool to a SQLite file that must be there, or to a PostgreSQL server.

Nobody waits for ever: for a lock as long as ``wait`` says, for a server that is silent about as long. What ends
the wait is an OperationalError, which a page and a command can tell of.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

from peewee import InterfaceError, OperationalError, SqliteDatabase
from playhouse.pool import MaxConnectionsExceeded, PooledSqliteDatabase
from playhouse.postgres_ext import PooledPsycopg3Database

# What a page has called saved is on the disk: a power cut takes none of it back, for some 2 ms a save.
SYNCHRONOUS = "full"
WAIT = 15  # seconds for a lock that somebody else holds
# Threads of one process that wait for SQLite's write lock at the same time (of serving.THREADS): while an import
# holds it, whoever reads must still find a thread. Who comes after them is told at once that it is busy.
WAITERS = 12
_LEAST_ROOM = 256 * 1024  # bytes; SQLite needs some for what stands beside the database file
_KEPT = 300  # seconds that a connection rests in the pool at most


def made(url: str, connections: int, wait: float) -> SqliteDatabase | PooledPsycopg3Database:
    """Return the database of ``url`` (``sqlite:///…`` or ``psycopg3://…``); nothing is opened yet."""
    return _sqlite(url, wait) if url.startswith("sqlite:///") else _postgres(url, connections, wait)


def file_of(url: str) -> Path:
    """Return the file of a ``sqlite:///…`` address."""
    return Path(url.removeprefix("sqlite:///")).absolute()


class _Connection(sqlite3.Connection):
    """A connection that knows which file it opened, and whether something went wrong on it."""

    identity: tuple[int, int] | None = None
    doubtful = False


class _File(PooledSqliteDatabase):  # type: ignore[misc]
    """Connections to one SQLite file that rest between requests.

    Opening one reads the whole schema, and every statement is prepared anew: more than all the statements of a
    small page take. A connection is not taken up again once another file has the name (a restore), nor after
    anything but a rule of the database went wrong on it (a full disk, a read-only one).
    """

    path: Path

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._room_to_wait = BoundedSemaphore(WAITERS)

    def _connect(self) -> Any:
        try:
            return super()._connect()
        except sqlite3.OperationalError as error:
            if "unable to open" in str(error):
                raise sqlite3.OperationalError(f"{error}: {self.path} {_why(self.path)}") from error
            self._raise(error)

    def execute_sql(self, sql: str, params: Any = None) -> Any:
        try:
            return super().execute_sql(sql, params)
        except (OperationalError, InterfaceError) as error:
            self._doubt()
            self._raise(error)

    def begin(self, lock_type: str | None = None) -> None:
        if not self._room_to_wait.acquire(blocking=False):
            raise OperationalError("database is locked")  # as SQLite says it
        try:
            super().begin(lock_type)
        except (OperationalError, InterfaceError) as error:
            self._doubt()
            self._raise(error)
        finally:
            self._room_to_wait.release()

    def commit(self) -> None:
        try:
            super().commit()
        except (OperationalError, InterfaceError) as error:
            self._doubt()
            self._raise(error)

    def _raise(self, error: Exception) -> NoReturn:
        """Raise the error again; of a full disk it says that it is full, which SQLite does not always."""
        if "disk I/O error" in str(error) and _room(self.path.parent) <= _LEAST_ROOM:
            raise type(error)(f"{error}: {self.path.parent}: the disk is full") from error
        raise error

    def _doubt(self) -> None:
        if not self.is_closed():
            self.connection().doubtful = True

    def _initialize_connection(self, conn: _Connection) -> None:
        if conn.identity is None:
            conn.identity = _identity(self.path)

    def _is_closed(self, conn: _Connection) -> bool:
        if conn.identity != _identity(self.path):
            conn.close()
            return True
        return bool(super()._is_closed(conn))

    def _can_reuse(self, conn: _Connection) -> bool:
        return not conn.doubtful and bool(super()._can_reuse(conn))


def _why(path: Path) -> str:
    """Return why a database file cannot be opened; SQLite does not say it."""
    if not path.exists():
        return "is not there"
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return "cannot be opened" if writable else "is a readonly database"


def _room(folder: Path) -> int:
    """Return how many bytes the disk of ``folder`` still takes."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return _LEAST_ROOM + 1
    return disk.f_bavail * disk.f_frsize


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells this file from any other, as long as somebody has it open."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sqlite(url: str, wait: float) -> SqliteDatabase:
    path = file_of(url)
    made = _File(
        # Read and write, never create: where the file has gone (a disk that is not mounted), an empty company
        # must not take its place. Only migrating.py creates it.
        f"{path.as_uri()}?mode=rw",
        uri=True,
        pragmas={
            "busy_timeout": int(wait * 1000),  # first: the others may have to wait too
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": SYNCHRONOUS,
        },
        autoconnect=False,
        max_connections=None,  # one a thread, and the server has as many as it has
        stale_timeout=_KEPT,
        factory=_Connection,
        check_same_thread=False,  # one thread at a time: the pool gives it to nobody else meanwhile
        cached_statements=512,
    )
    made.path = path
    return made


class _Pool(PooledPsycopg3Database):  # type: ignore[misc]
    """Connections to PostgreSQL; one that died while it rested is replaced when it is taken out."""

    wait: float

    def connect(self, reuse_if_open: bool = False) -> Any:
        try:
            return super().connect(reuse_if_open)
        except MaxConnectionsExceeded as error:
            raise OperationalError("every connection is in use") from error

    def _initialize_connection(self, conn: Any) -> None:
        # Said here and not when connecting: a pooler between takes no options. Once for each connection.
        if getattr(conn, "auditor_wait", None) != self.wait:
            conn.execute(f"SET lock_timeout = {int(self.wait * 1000)}")
            conn.auditor_wait = self.wait


def _postgres(url: str, connections: int, wait: float) -> PooledPsycopg3Database:
    parts = urlsplit(url)
    pool = _Pool(
        parts.path.lstrip("/"),
        host=parts.hostname,
        port=parts.port or 5432,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        autoconnect=False,
        max_connections=connections,
        stale_timeout=_KEPT,
        timeout=20,
        # A server that has gone without a word (a cable, a firewall) is given up after about half a minute.
        **{
            "connect_timeout": "10",
            "keepalives_idle": "10",
            "keepalives_interval": "5",
            "keepalives_count": "3",
            "tcp_user_timeout": "30000",
            **dict(parse_qsl(parts.query)),  # ?sslmode=verify-full and the like
        },
    )
    pool.wait = wait
    return pool
