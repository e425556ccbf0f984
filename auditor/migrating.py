"""Creates and upgrades the database by the numbered files in ``migrations/``, one process at a time."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from playhouse.migrations import Runner

from auditor import db, places
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

    Raises ConfigurationError when the database is of a newer version than this program.
    """
    with db.connected(), _alone(settings):
        migrations = runner()
        unknown = [entry.name for entry in migrations.status() if entry.path is None]
        if unknown:
            raise ConfigurationError(
                f"The database was made by a newer version of auditor (it has {unknown[-1]}). "
                "Nothing was changed. Install that version, or restore a backup made with this one."
            )
        before = set(migrations.applied())
        migrations.up()
        if db.is_sqlite():
            db.database.execute_sql("PRAGMA foreign_keys = 1")
            broken = db.database.execute_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise ConfigurationError(
                    f"The upgrade left {len(broken)} rows without the row they refer to."
                )
        return sorted(set(migrations.applied()) - before)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the lock of upgrades: a file lock beside SQLite, an advisory lock on PostgreSQL."""
    if db.is_sqlite():
        with (settings.data / "upgrade.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    db.database.execute_sql("SELECT pg_advisory_lock(%s)", (_LOCK,))
    try:
        yield
    finally:
        db.database.execute_sql("SELECT pg_advisory_unlock(%s)", (_LOCK,))
