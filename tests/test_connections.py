"""Connections to the embedded database rest between requests, and none that is of no use is taken up again."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from peewee import IntegrityError, OperationalError

from auditor import serving
from auditor.connections import WAITERS, made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.sqlite3"
    with closing(sqlite3.connect(path)) as new:
        new.execute("CREATE TABLE row (name TEXT UNIQUE)")
        new.execute("INSERT INTO row VALUES ('first')")
        new.commit()
    return path


@pytest.fixture
def database(file: Path) -> Any:
    pool: Any = made(f"sqlite:///{file}", 1, 0)
    yield pool
    if not pool.is_closed():
        pool.close()
    pool.close_idle()


def connection_of(database: Any) -> Any:
    """The connection that the next request gets."""
    database.connect()
    found = database.connection()
    assert database.execute_sql("PRAGMA foreign_keys").fetchone() == (1,)
    database.close()
    return found


def names(database: Any) -> list[str]:
    database.connect()
    rows = database.execute_sql("SELECT name FROM row").fetchall()
    database.close()
    return [name for (name,) in rows]


def test_a_connection_is_taken_up_again(database: Any) -> None:
    assert connection_of(database) is connection_of(database)


def test_another_file_of_the_name_is_seen_at_once(database: Any, file: Path, tmp_path: Path) -> None:
    assert names(database) == ["first"]
    restored = Path(shutil.copy(file, tmp_path / "restored"))
    with closing(sqlite3.connect(restored)) as other:
        other.execute("UPDATE row SET name = 'second'")
        other.commit()
    os.replace(restored, file)
    assert names(database) == ["second"]


def test_a_file_that_is_away_is_no_empty_database(database: Any, file: Path) -> None:
    assert names(database) == ["first"]
    away = file.rename(file.with_suffix(".away"))
    with pytest.raises(OperationalError):
        database.connect()
    assert not file.exists()
    away.rename(file)
    assert names(database) == ["first"]


def test_what_went_wrong_on_a_connection_does_not_reach_the_next_request(database: Any, file: Path) -> None:
    before = connection_of(database)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database.connect()
        with pytest.raises(OperationalError, match="locked"), database.atomic("IMMEDIATE"):
            pass
        database.close()
    assert connection_of(database) is not before


def test_a_refused_row_leaves_the_connection_as_it_was(database: Any) -> None:
    before = connection_of(database)
    database.connect()
    with pytest.raises(IntegrityError), database.atomic("IMMEDIATE"):
        database.execute_sql("INSERT INTO row VALUES ('first')")
    database.close()
    assert connection_of(database) is before


def test_threads_that_wait_to_write_leave_some_to_those_who_read(file: Path) -> None:
    """While another process holds the lock; the tenth of a second is what a waiting thread takes to begin."""
    assert WAITERS < serving.THREADS
    pool: Any = made(f"sqlite:///{file}", 1, 20)
    assert names(pool) == ["first"]  # from here on the file is one that reads while another writes
    told: list[str] = []

    def write() -> None:
        pool.connect()
        try:
            with pool.atomic("IMMEDIATE"):
                told.append("written")
        except OperationalError as error:
            told.append(str(error))
        finally:
            pool.close()

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writers = [threading.Thread(target=write) for _ in range(WAITERS + 3)]
        for writer in writers:
            writer.start()
        until = time.monotonic() + 10
        while len(told) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        assert told == ["database is locked"] * 3
        assert names(pool) == ["first"]
        other.execute("COMMIT")
    for writer in writers:
        writer.join(20)
    assert told[3:] == ["written"] * WAITERS
    pool.close_idle()
