"""Creates and upgrades the database by the numbered files in ``migrations/``, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from playhouse.migrations import Runner

from auditor import activity, connections, db, places
from auditor.config import Settings
from auditor.errors import ConfigurationError
from auditor.failpoints import FailPoint, reached

_LOCK = 0x61756470


class _Runner(Runner):  # type: ignore[misc]
    """Applies each migration and notes it in one transaction, on both databases."""

    def _run(self, name: str, module: Any, direction: str, fake: bool = False) -> None:
        def change(*arguments: Any) -> None:
            getattr(module, direction)(*arguments)
            reached(FailPoint.MIGRATION_WRITTEN)

        step = SimpleNamespace(atomic=getattr(module, "atomic", True), **{direction: change})
        super()._run(name, step, direction, fake=fake)
        reached(FailPoint.MIGRATION_APPLIED)


def runner() -> Runner:
    """Return the runner of this database's migrations."""
    return _Runner(db.database.obj, directory=str(places.migrations()))


def upgrade(settings: Settings) -> list[str]:
    """Apply what is missing and return the names of the migrations applied.

    Raises ConfigurationError when the database is of a newer version than this program, when its log was written
    with another key, and when there is none although this data folder has had one: an empty company must not
    take the place of one that is away.
    """
    make_file(settings)
    with db.connected(), _alone(settings):
        migrations = runner()
        if not migrations.applied() and settings.head_file.exists():
            raise ConfigurationError(_away(settings))
        unknown = [entry.name for entry in migrations.status() if entry.path is None]
        if unknown:
            raise ConfigurationError(
                f"The database was made by a newer version of auditor (it has {unknown[-1]}). "
                "Nothing was changed. Install that version, or restore a backup made with this one."
            )
        before = set(migrations.applied())
        if before and not activity.is_marked_with(settings.log_key):
            raise ConfigurationError(
                "The key of the log is not the one that the log of this company was written with. Nothing was "
                f"written. Put the copy that is kept outside into {settings.data / 'keys' / 'log.key'}, or set "
                "AUDITOR_LOG_KEY (see docs/key-and-head.md)."
            )
        migrations.up()
        if db.is_sqlite():
            db.database.execute_sql("PRAGMA foreign_keys = 1")
            broken = db.database.execute_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise ConfigurationError(
                    f"The upgrade left {len(broken)} rows without the row they refer to."
                )
        return sorted(set(migrations.applied()) - before)


def make_file(settings: Settings) -> None:
    """Create the file of an embedded database that never was; connections do not.

    Raises ConfigurationError where there was one.
    """
    if not settings.is_sqlite:
        return
    file = connections.file_of(settings.database_url)
    if file.exists():
        return
    if settings.head_file.exists():
        raise ConfigurationError(_away(settings))
    file.touch()


def _away(settings: Settings) -> str:
    where = (
        f"The database {connections.file_of(settings.database_url)} is not there"
        if settings.is_sqlite
        else "The database that DATABASE_URL names is empty"
    )
    return (
        f"{where}, but {settings.head_file} says that there was one. Nothing was changed. Is its disk mounted? "
        "Put the database back, or restore a backup. To begin with an empty company, choose an empty folder."
    )


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of upgrades: a file lock beside SQLite, an advisory lock on PostgreSQL."""
    if db.is_sqlite():
        with (settings.data / "upgrade.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    (waits,) = db.database.execute_sql("SHOW lock_timeout").fetchone()
    db.database.execute_sql("SET lock_timeout = 0")  # another process may upgrade a large table before us
    db.database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        yield
    finally:
        db.database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        db.database.execute_sql("SELECT set_config('lock_timeout', %s, false)", (waits,))
