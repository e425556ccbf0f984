"""The append-only log of who changed what, chained and witnessing every counted row (design §3.9).

An action collects its events and writes them once, last in the outermost transaction, under one lock:
a writer that waits for the lock holds no other that an earlier one could need.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from peewee import BlobField, CharField, IntegerField, fn

from auditor import clock, db, endfile, tablesizes
from auditor.access import Actor
from auditor.db import BaseModel, CountedModel, JsonField, UtcDateTimeField
from auditor.failpoints import FailPoint, reached
from auditor.prepared import Prepared, instant
from auditor.writing import Rows, Writing, writing

_LOCK = 0x61756469  # the advisory lock of the chain's end on PostgreSQL
_log = logging.getLogger("auditor.outages")
GENESIS = "0" * 64
_CHUNK = 500  # events an INSERT
_key = b""
_head_file: Path | None = None


def configure(key: bytes, head_file: Path | None) -> None:
    """Set the key of the chain and the file that keeps its head outside the database."""
    global _key, _head_file
    _key, _head_file = key, head_file


@dataclass(frozen=True)
class EventType:
    """A kind of event: its name, what to call it on the screen, and exactly the keys it carries."""

    name: str
    label: Any
    keys: frozenset[str]


_types: dict[str, EventType] = {}


def event_type(name: str, label: Any, *keys: str) -> EventType:
    """Declare an event type, once, beside the action that writes it."""
    if name in _types:
        raise RuntimeError(f"event type {name} is declared twice")
    _types[name] = EventType(name, label, frozenset(keys))
    return _types[name]


def event_types() -> dict[str, EventType]:
    """Return the declared event types by name."""
    return dict(_types)


class ActivityEvent(BaseModel):
    """One link of the chain. Holds ids and hashes, never names, addresses or texts."""

    seq = IntegerField(unique=True)
    at = UtcDateTimeField(index=True)
    type = CharField(index=True)
    actor_id = IntegerField(null=True, index=True)
    system = CharField(default="")
    data = JsonField()
    action = CharField(max_length=32, index=True)
    rows = JsonField()  # [[table, columns, count, digest], …]: what the action wrote
    prev = CharField(max_length=64)
    hash = CharField(max_length=64)

    class Meta:
        table_name = "activity_event"

    def link(self, key: bytes | None = None) -> str:
        """Return the HMAC that this event must carry; with another ``key`` than the one in use if given."""
        body = [
            self.seq,
            self.at,
            self.type,
            self.actor_id,
            self.system,
            self.data,
            self.action,
            self.rows,
            self.prev,
        ]
        return hmac.new(_key if key is None else key, db.canonical(body).encode(), hashlib.sha256).hexdigest()


class ActivityRows(BaseModel):
    """For one event and one table, the id and digest of each row written: lets verify name the row."""

    seq = IntegerField(index=True)
    table = CharField()
    leaves = BlobField()

    class Meta:
        table_name = "activity_rows"


@dataclass
class _Running:
    actor: Actor
    at: datetime
    events: list[tuple[EventType, dict[str, Any]]] = field(default_factory=list)
    end: tuple[int, str] | None = None  # of the log, where it was read along (holds_end)


_running: ContextVar[_Running | None] = ContextVar("auditor_action", default=None)
_ends: ContextVar[list[tuple[int, str]] | None] = ContextVar("auditor_ends", default=None)


@contextmanager
def action(actor: Actor, at: datetime) -> Iterator[None]:
    """Run one action: a transaction whose changes and events are written together or not at all.

    Inside another action it joins it (a savepoint). Raises RuntimeError when counted rows were written and
    nothing was recorded.
    """
    outer = _running.get()
    if outer is not None:
        mark = len(outer.events)
        try:
            with db.transaction():
                yield
        except BaseException:
            del outer.events[mark:]
            raise
        return
    running = _Running(actor, at)
    written = Writing()
    tokens = _running.set(running), writing.set(written)
    head: ActivityEvent | None = None
    try:
        with db.transaction():
            yield
            reached(FailPoint.ACTION_WRITTEN)
            head = _write(running, written)
            reached(FailPoint.ACTION_LOGGED)
    finally:
        _running.reset(tokens[0])
        writing.reset(tokens[1])
    reached(FailPoint.ACTION_COMMITTED)
    if head is not None:
        _ended(head.seq, head.hash)
    tablesizes.learn(tablesizes.grown(written))


@contextmanager
def many_actions() -> Iterator[None]:
    """Keep the head outside the database once, after all that is done inside: for work that is made anew, not resumed."""
    ends: list[tuple[int, str]] = []
    token = _ends.set(ends)
    try:
        yield
    finally:
        _ends.reset(token)
    for end in ends:
        _ended(*end)


def record(kind: EventType, **data: Any) -> None:
    """Collect an event of the running action. Raises RuntimeError for other keys than the type lists."""
    running = _running.get()
    if running is None:
        raise RuntimeError(f"{kind.name}: recorded outside an action")
    if set(data) != kind.keys:
        raise RuntimeError(f"{kind.name}: keys {sorted(data)} given, {sorted(kind.keys)} listed")
    running.events.append((kind, data))


def _write(running: _Running, written: Writing) -> ActivityEvent | None:
    if not running.events:
        if written.touched:
            tables = ", ".join(model.__name__ for model in written.touched)
            raise RuntimeError(f"rows of {tables} were written and nothing was recorded")
        return None
    witnessed = [_witness(model, seen, written.token) for model, seen in written.touched.items()]
    rows = [
        [table, columns, len(leaves) // 24, hashlib.sha256(leaves).hexdigest()]
        for table, columns, leaves in witnessed
        if leaves
    ]
    seq, prev = _end(running)
    first = seq + 1
    events = []
    for kind, data in running.events:
        seq += 1
        event = ActivityEvent(
            seq=seq,
            at=running.at,
            type=kind.name,
            actor_id=running.actor.person_id,
            system=running.actor.system,
            data=json.loads(db.canonical(data)),
            action=written.token,
            rows=rows if seq == first else [],
            prev=prev,
        )
        event.hash = prev = event.link()
        events.append(event)
    beside = [{"seq": first, "table": table, "leaves": leaves} for table, _, leaves in witnessed if leaves]
    _add(events, beside)
    return events[-1]


def _add(events: list[ActivityEvent], rows: list[dict[str, Any]]) -> None:
    """Insert the events of an action and what they witness."""
    told = [event.__data__ for event in events]
    for place in range(0, len(told) - _CHUNK, _CHUNK):
        ActivityEvent.insert_many(told[place : place + _CHUNK]).execute()
    rest = ActivityEvent.insert_many(told[(len(told) - 1) // _CHUNK * _CHUNK :])
    if rows:
        db.together(rest, ActivityRows.insert_many(rows))
    else:
        rest.execute()


def _end(running: _Running) -> tuple[int, str]:
    """Return number and hash of the last event, which stays the last until the transaction ends.

    On SQLite the transaction holds it already; on PostgreSQL nobody else gets past the lock.
    """
    if running.end is not None:
        return running.end
    if not db.is_sqlite():
        db.database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    return head()


def end_columns() -> list[Any]:
    """Return the columns by which a query of an action reads the end of the log along, for ``holds_end``.

    None on PostgreSQL: there the end is no writer's before the lock, which is taken last.
    """
    if not db.is_sqlite():
        return []
    end = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).limit(1)
    return [end.select(ActivityEvent.seq).alias("end_seq"), end.select(ActivityEvent.hash).alias("end_hash")]


def holds_end(row: Any) -> None:
    """Tell the running action, which has written before, what a query with ``end_columns`` read of the log's end."""
    running = _running.get()
    if running is not None and db.is_sqlite():
        running.end = (row.end_seq, row.end_hash) if row.end_seq is not None else (0, GENESIS)


def _witness(model: type[CountedModel], rows: Rows, token: str) -> tuple[str, list[str], bytes]:
    """Return the table, its columns, and id and digest of each row that the action wrote."""
    columns = model.digest_columns()
    leaves = rows.leaves() if rows.known() else leaves_of(model, columns, model.action == token)
    return str(model._meta.table_name), columns, leaves


def leaves_of(model: type[CountedModel], columns: list[str], where: Any) -> bytes:
    """Return id (8 bytes) and digest (16 bytes) of each row that meets ``where``, in the order of ids."""
    fields = [model._meta.columns[name] for name in columns]
    query = model.select(model.id, *fields).where(where).order_by(model.id).tuples()
    table = str(model._meta.table_name)
    return b"".join(
        struct.pack(">Q", row[0]) + db.row_digest(table, columns, row[1:]) for row in query.iterator()
    )


def head() -> tuple[int, str]:
    """Return number and hash of the last event in the database; (0, zeros) when there is none."""
    rows = _last.rows()
    return rows[0] if rows else (0, GENESIS)


_last = Prepared(
    lambda: (
        ActivityEvent.select(ActivityEvent.seq, ActivityEvent.hash)
        .order_by(ActivityEvent.seq.desc())
        .limit(1)
    )
)


def head_at(instant: datetime) -> tuple[int, str]:
    """Return number and hash of the last event at or before ``instant``."""
    last = (
        ActivityEvent.select(ActivityEvent.seq, ActivityEvent.hash)
        .where(ActivityEvent.at <= instant)
        .order_by(ActivityEvent.seq.desc())
        .first()
    )
    return (last.seq, last.hash) if last else (0, GENESIS)


def keep_time() -> None:
    """Have this request, job or command begin no earlier than what the log tells of: one query (auditor.clock).

    An event that lies further ahead than the clock has patience for was written by a clock that was far off.
    """
    if not clock.is_standing():
        ((latest,),) = _latest.rows(until=clock.machine() + clock.PATIENCE)
        clock.not_before(instant(latest))


def latest_until(until: datetime) -> Any:
    """Return the query of the latest instant up to ``until`` that an event tells of."""
    return ActivityEvent.select(fn.MAX(ActivityEvent.at)).where(ActivityEvent.at <= until)


def recorded_until() -> datetime | None:
    """Return the latest instant that an event tells of, None in an empty log."""
    return instant(ActivityEvent.select(fn.MAX(ActivityEvent.at)).scalar())


_latest = Prepared(latest_until, until=datetime)


def kept_head() -> tuple[int, str] | None:
    """Return the head kept outside the database; None when there is none yet, or it cannot be read."""
    try:
        return endfile.read(_head_file)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # `auditor verify` says so (unreadable_head); no save is refused for it


def unreadable_head() -> Path | None:
    """Return the file of a head that cannot be read, also one that was set aside for a new one."""
    if _head_file is None:
        return None
    try:
        endfile.read(_head_file)
    except (OSError, ValueError, KeyError, TypeError):
        return _head_file
    aside = endfile.set_aside(_head_file)
    return aside if aside.exists() else None


def is_marked_with(key: bytes) -> bool:
    """Tell whether the log was last written with ``key``; one changed event does not say otherwise."""
    last = list(ActivityEvent.select().order_by(ActivityEvent.seq.desc()).limit(3))
    return not last or any(event.link(key) == event.hash for event in last)


def kept_folder() -> Path | None:
    """Return the folder in which the head is kept; None where there is none."""
    return None if _head_file is None else _head_file.parent


def _ended(seq: int, link: str) -> None:
    """Keep the end of the log, or have ``many_actions`` keep it."""
    ends = _ends.get()
    if ends is None:
        _keep_head(seq, link)
    else:
        ends[:] = [(seq, link)]


def _keep_head(seq: int, link: str) -> None:
    """Write the head beside the database. A crash before this leaves an older head, which still witnesses.

    What it belongs to is committed: where it cannot be written, that is logged and the next action tries again.
    """
    if _head_file is None:
        return
    try:
        kept = kept_head()
        if kept is None or kept[0] < seq:  # else another process was faster with a later one
            endfile.write(_head_file, seq, link, unreadable=kept is None)
    except OSError as error:
        _log.error("the end of the log could not be kept in %s: %s", _head_file, error)


def is_behind() -> bool:
    """Tell whether the database ends before the kept head: an older copy stands in its place."""
    kept = kept_head()
    return kept is not None and kept[0] > head()[0]


def drafts_of_head(folder: Path) -> Iterator[Path]:
    """Yield the files in ``folder`` in which a process was writing the end of the log."""
    return endfile.drafts(folder)
