"""How the application reaches its database: a SQLite file that must be there, or a pool to a PostgreSQL server.

Nobody waits for ever: for a lock as long as ``wait`` says, for a server that is silent about as long. What ends
the wait is an OperationalError, which a page and a command can tell of.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from peewee import OperationalError, SqliteDatabase
from playhouse.pool import MaxConnectionsExceeded
from playhouse.postgres_ext import PooledPsycopg3Database

WAIT = 15  # seconds for a lock that somebody else holds
_KEPT = 300  # seconds that a connection rests in the pool at most


def made(url: str, connections: int, wait: float) -> SqliteDatabase | PooledPsycopg3Database:
    """Return the database of ``url`` (``sqlite:///…`` or ``psycopg3://…``); nothing is opened yet."""
    return _sqlite(url, wait) if url.startswith("sqlite:///") else _postgres(url, connections, wait)


def file_of(url: str) -> Path:
    """Return the file of a ``sqlite:///…`` address."""
    return Path(url.removeprefix("sqlite:///")).absolute()


def _sqlite(url: str, wait: float) -> SqliteDatabase:
    return SqliteDatabase(
        # Read and write, never create: where the file has gone (a disk that is not mounted), an empty company
        # must not take its place. Only migrating.py creates it.
        f"{file_of(url).as_uri()}?mode=rw",
        uri=True,
        pragmas={
            "busy_timeout": int(wait * 1000),  # first: the others may have to wait too
            "journal_mode": "wal",
            "foreign_keys": 1,
            "synchronous": "normal",
        },
        timeout=wait,
        autoconnect=False,
    )


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
