"""What a company consists of, in a form in which two runs of the same work can be compared."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from typing import Any

from auditor import db
from auditor.config import Settings
from tests.bed.models import every_table

# Drawn by chance, or made of what is: the log proves them (verify), no two runs share them.
CHANCE = {
    "action", "salt", "text_salt", "value_hash", "hash", "prev", "rows", "message_id", "token_hash", "nonce",
    "receipt", "password_hash", "once",
}  # fmt: skip
HASHES = {"head", "was", "now"}
# Of these each case says for itself what it expects.
APART = {"activity_event", "activity_rows", "job_run", "sign_in_attempt"}
SCRATCH = {"keys/.lock", "scheduler.lock", "upgrade.lock", "log-head.json"}

Rows = dict[str, list[dict[str, str]]]


def rows(ignored: frozenset[str]) -> Rows:
    """Return every row of every table but those apart; ``ignored`` names "table" or "table.column"."""
    found: Rows = {}
    for model in every_table():
        table = str(model._meta.table_name)
        if table in APART or table in ignored:
            continue
        columns = [
            name for name in model._meta.columns if name not in CHANCE and f"{table}.{name}" not in ignored
        ]
        fields = [model._meta.columns[name] for name in columns]
        query: Any = model.select(*fields).order_by(model.id).tuples()
        found[table] = [
            {name: str(value) for name, value in zip(columns, row, strict=True)} for row in query.iterator()
        ]
    return found


def events() -> list[tuple[str, str, str]]:
    """Return what the log tells, in its order: type, who, data without what depends on chance."""
    from auditor.activity import ActivityEvent

    return [
        (
            event.type,
            f"{event.actor_id} {event.system}",
            db.canonical({key: value for key, value in event.data.items() if key not in HASHES}),
        )
        for event in ActivityEvent.select().order_by(ActivityEvent.seq)
    ]


def files(settings: Settings) -> dict[str, str]:
    """Return the files of the data folder, with the hash of what people gave; the database is apart."""
    found = {}
    for path in sorted(settings.data.rglob("*")):
        name = str(path.relative_to(settings.data))
        if path.is_dir() or name in SCRATCH or name.startswith("auditor.sqlite3"):
            continue
        given = name.startswith(("evidence/", "imports/"))
        found[name] = hashlib.sha256(path.read_bytes()).hexdigest() if given else ""
    return found


def put_back(settings: Settings, to: datetime) -> None:
    """Make every file as old as ``to``: the clock of a test stands, that of the disk does not."""
    seconds = to.astimezone(UTC).timestamp()
    for path in settings.data.rglob("*"):
        if path.is_file():
            os.utime(path, (seconds, seconds))


def count_on() -> None:
    """On PostgreSQL, have the next rows numbered as if nothing had been rolled back."""
    if db.is_sqlite():
        return
    for model in every_table():
        table = str(model._meta.table_name)
        db.database.execute_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', 'id'),"
            f' (SELECT COALESCE(MAX(id), 0) + 1 FROM "{table}"), false)'
        )
