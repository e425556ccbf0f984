"""Real faults of the disk and of the database, each for the time of a block. Named by the engine they belong to."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from auditor import db
from auditor.failpoints import FailPoint, arm, disarm
from tests.bed import databases

Fault = Callable[[Any], AbstractContextManager[None]]


def file_of(bed: Any) -> Path:
    return Path(bed.url.removeprefix("sqlite:///"))


@contextmanager
def locked(bed: Any) -> Iterator[None]:
    """Another program holds the write lock longer than anybody waits."""
    if isinstance(bed, databases.SqliteFile):
        with closing(sqlite3.connect(file_of(bed), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(bed.url) as other:
        # As a maintenance program would: reading goes on, writing waits.
        other.execute(
            "LOCK TABLE activity_event, session, job_run, staged_roster, training_quiz_draft IN EXCLUSIVE MODE"
        )
        yield
        other.rollback()


@contextmanager
def read_only(bed: Any) -> Iterator[None]:
    """The database can be read and not written."""
    if isinstance(bed, databases.SqliteFile):
        with _pragma("query_only", 1):
            yield
        return
    with _administration(bed) as (run, name):
        run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        databases.let_go()
        try:
            yield
        finally:
            run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            databases.let_go()


@contextmanager
def full(bed: Any) -> Iterator[None]:
    """The database may not grow by a page, as on a disk without room."""
    with closing(sqlite3.connect(file_of(bed))) as counted:
        counted.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (pages,) = counted.execute("PRAGMA page_count").fetchone()
    with _pragma("max_page_count", pages):
        yield


@contextmanager
def moved_away(bed: Any) -> Iterator[None]:
    """The database file is not where it was."""
    file = file_of(bed)
    aside = file.with_name("aside.sqlite3")
    file.rename(aside)
    try:
        yield
        assert not file.exists(), "nothing may take the place of a database that is away"
    finally:
        aside.rename(file)


@contextmanager
def damaged(bed: Any) -> Iterator[None]:
    """The head of the database file is written over."""
    file = file_of(bed)
    whole = file.read_bytes()
    with file.open("r+b") as out:
        out.write(b"\x01" * 100)
    try:
        yield
    finally:
        file.write_bytes(whole)


@contextmanager
def refused(bed: Any) -> Iterator[None]:
    """The server has stopped this application's sessions and takes no new ones."""
    with _administration(bed) as (run, name):
        run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        terminate(bed)
        try:
            yield
        finally:
            run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextmanager
def cut(bed: Any) -> Iterator[None]:
    """The connection is cut in the middle of each transaction, when rows are written and nothing is committed."""
    arm(FailPoint.ACTION_LOGGED, lambda: terminate(bed))
    try:
        yield
    finally:
        disarm()


def terminate(bed: Any) -> None:
    """End every session of the application, as a restart of the server does."""
    own = bed.connection.info.backend_pid
    with psycopg.connect(bed.server, autocommit=True) as administration:
        administration.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            (bed.name, own),
        )


@contextmanager
def _pragma(name: str, value: int) -> Iterator[None]:
    """Have every connection that the application opens set a pragma."""
    database: Any = db.database.obj
    if not db.database.is_closed():
        db.database.close()
    database._pragmas.append((name, value))
    try:
        yield
    finally:
        database._pragmas.remove((name, value))
        if not db.database.is_closed():
            db.database.close()


@contextmanager
def _administration(bed: Any) -> Iterator[tuple[Callable[[str], object], str]]:
    with psycopg.connect(bed.server, autocommit=True) as administration:
        yield (lambda statement: administration.execute(statement)), bed.name  # type: ignore[arg-type]


# name: the fault, the status of the page, words of the page in Japanese
SQLITE: dict[str, tuple[Fault, int, str]] = {
    "locked": (locked, 503, "他のプログラムがデータベースを使用しており"),
    "read_only": (read_only, 503, "書き込みができません"),
    "full": (full, 507, "保存するための空き容量がありません"),
    "moved_away": (moved_away, 503, "データベースから時間内に応答がありませんでした"),
    "damaged": (damaged, 503, "ディスクに異常があります"),
}
POSTGRES: dict[str, tuple[Fault, int, str]] = {
    "locked": (locked, 503, "他のプログラムがデータベースを使用しており"),
    "read_only": (read_only, 503, "書き込みができません"),
    "refused": (refused, 503, "データベースから時間内に応答がありませんでした"),
    "cut": (cut, 503, "データベースから時間内に応答がありませんでした"),
}
HERE = POSTGRES if databases.chosen_server() else SQLITE
BY_PRAGMA = {"read_only", "full"} if HERE is SQLITE else set()  # in this process's connections only
STILL_READ = {"locked", "read_only", "full", "cut"}  # pages that only read are shown meanwhile


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own, mounted at ``folder``, that is full after so many kilobytes; needs root."""
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("not tried: a disk of a few kilobytes (run as root with the right to mount)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)


def remount(folder: Path, how: str) -> None:
    """Make a mounted disk ``ro`` or ``rw``."""
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True, capture_output=True)


def fill(folder: Path) -> Path:
    """Leave no room on the disk of ``folder``; removing the file that is returned gives it back."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (65536, 4096, 1):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                continue
    return filler
