"""The database: connection, fields, and the three kinds of tables.

``BaseModel`` is scratch that no report counts (sessions, drafts, outbox). ``CountedModel`` is append-only
and witnessed by the activity log. ``DatedRow`` (dated.py) is a counted row with dates of its own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from flask import has_app_context
from peewee import (
    AutoField,
    BooleanField,
    CharField,
    DatabaseProxy,
    DateTimeField,
    Model,
    SqliteDatabase,
    TextField,
)

from auditor.connections import WAIT, made
from auditor.failpoints import FailPoint, reached
from auditor.language import _
from auditor.writing import ActionField, undone_unseen, writing

database = DatabaseProxy()
_ONCE = 0x6F6E6365  # tells the locks of one_at_a_time from that of the log's end
_CHUNK = 500  # rows an INSERT: stays below SQLite's limit of 32,766 variables at 60 columns


_pointed_at: tuple[str, float] = ("", 0)


def let_go() -> None:
    """Close this thread's connection and those that rest in the pool: none may cross a fork."""
    if not database.is_closed():
        database.close()
    if hasattr(database.obj, "close_idle"):
        database.close_idle()


def connect(url: str, connections: int = 16, wait: float = WAIT) -> None:
    """Point the application at the database of ``url`` (``sqlite:///…`` or ``psycopg3://…``).

    ``wait``: how many seconds a lock of somebody else's is waited for. Where it points there already, nothing
    happens: a second pool would leave the first one's connections open.
    """
    global _pointed_at
    if (url, wait) == _pointed_at:
        return
    if database.obj is not None:
        let_go()
    _pointed_at = url, wait
    database.initialize(made(url, connections, wait))


def is_sqlite() -> bool:
    return isinstance(database.obj, SqliteDatabase)


def transaction() -> Any:
    """Return the context of one transaction, or of a savepoint inside one.

    On SQLite the outermost one takes the write lock at its begin, so that a transaction which first reads
    and then writes is never refused half-way.
    """
    return undone_unseen(database.atomic("IMMEDIATE") if is_sqlite() else database.atomic())


def together(first: Any, last: Any) -> Any:
    """Do two writes of different tables, and return what the last gives: one statement on PostgreSQL, two on SQLite."""
    if is_sqlite():
        first.execute()
        return last.execute()
    return last.with_cte(first.cte("first")).execute()


def one_at_a_time(what: str) -> None:
    """Have others who do ``what`` wait until this transaction ends, so that they see what it made.

    For what has no unique key: a form sent twice must find what the first sending made. On SQLite a
    transaction writes alone from its begin.
    """
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_ONCE, what))


def renew() -> None:
    """Replace this thread's connection where it has died, so that what failed can be told of.

    Raises OperationalError when the database still cannot be reached.
    """
    if database.is_closed() or database.is_connection_usable():
        return
    database.close()
    database.connect()


@contextmanager
def hardly_waiting() -> Iterator[None]:
    """Inside, hardly wait for SQLite's one writer: for what may as well be written the next time."""
    if not is_sqlite():
        yield
        return
    (usual,) = database.execute_sql("PRAGMA busy_timeout").fetchone()
    database.execute_sql("PRAGMA busy_timeout = 100")
    try:
        yield
    finally:
        database.execute_sql(f"PRAGMA busy_timeout = {int(usual)}")


@contextmanager
def connected() -> Iterator[None]:
    """Hold a connection open for a job, a command or a test; an open one is used as it is."""
    opened = database.connect(reuse_if_open=True)
    try:
        yield
    finally:
        if opened and not database.is_closed():
            database.close()


class UtcDateTimeField(DateTimeField):
    """An instant, stored in UTC; SQLite and PostgreSQL give back the same aware value."""

    def db_value(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise ValueError(f"{self.name}: an instant needs a zone")
            value = value.astimezone(UTC).replace(tzinfo=None)
            if is_sqlite():
                return value.isoformat(sep=" ", timespec="microseconds")
        return value

    def python_value(self, value: Any) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                # Only a database client writes this; `auditor verify` must live to name the row.
                return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


ERASED_MARK = "␡"  # what stands in the place of an erased text, in every language


class ErasedText(str):
    """What an erased text reads as, in the reader's language; written again, it stays erased."""


class _Erasable:
    """Of a column in which people write: its text can be erased (auditor.integrity.texts)."""

    def db_value(self, value: Any) -> Any:
        if isinstance(value, ErasedText):
            return ERASED_MARK
        if value == ERASED_MARK:
            value = f"{ERASED_MARK} "  # nobody makes a text look erased by typing the mark
        return super().db_value(value)  # type: ignore[misc]

    def python_value(self, value: Any) -> Any:
        if value == ERASED_MARK:
            return ErasedText(_("(erased)") if has_app_context() else "(erased)")
        return super().python_value(value)  # type: ignore[misc]


class Written(_Erasable, TextField):
    """What a person wrote. Its table has a ``text_salt`` beside it."""


class WrittenLine(_Erasable, CharField):
    """What a person wrote, on one line. Its table has a ``text_salt`` beside it."""


class TextSalt(CharField):
    """Keeps the digest of a row from being found by trying texts; replaced when one of them is erased.

    Null in rows of versions that had none.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=32, null=True, default=lambda: secrets.token_hex(16), **options)


class JsonField(TextField):
    """A value as canonical JSON text: the same on both databases, and equal values give equal text."""

    def db_value(self, value: Any) -> str | None:
        return None if value is None else canonical(value)

    def python_value(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return json.loads(value)
        except ValueError:
            # Only a database client writes this; `auditor verify` must live to name the row.
            return value


def canonical(value: Any) -> str:
    """Return ``value`` as JSON with sorted keys and no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)


def plain(value: Any) -> Any:
    """Return a stored value in the one form that digests are made of."""
    if isinstance(value, ErasedText):
        return ERASED_MARK
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return value


class BaseModel(Model):
    """A table of the application. ``str`` columns have no length in SQLite: forms check it."""

    id = AutoField()

    class Meta:
        database = database
        legacy_table_names = False


class CountedModel(BaseModel):
    """An append-only table whose rows the activity log witnesses (design §3.1 and §3.9).

    ``derived`` names columns that repeat what other rows say, for speed: they may be updated and are left
    out of the digest; an integrity check proves them. ``personal`` names columns that can be erased: their
    salted hash stands in the digest in their place.
    """

    action = ActionField(max_length=32, index=True)

    derived: ClassVar[tuple[str, ...]] = ()
    personal: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def digest_columns(cls) -> list[str]:
        """Return the columns a digest of this table covers today."""
        left_out = {*cls.derived, *cls.personal, "salt", "erased_at"}
        return [column.column_name for column in cls._meta.sorted_fields if column.name not in left_out]

    @classmethod
    def update(cls, __data: Any = None, **update: Any) -> Any:
        named = {getattr(key, "name", key) for key in (__data or {})} | set(update)
        allowed = {*cls.derived, *cls.personal, "salt", "erased_at"} if cls.personal else set(cls.derived)
        if not named <= allowed:
            raise RuntimeError(f"{cls.__name__}: {sorted(named - allowed)} are never overwritten; add a row")
        if not named <= set(cls.derived):
            cls._doubt()
        return super().update(__data, **update)

    @classmethod
    def _doubt(cls) -> None:
        if (current := writing.get()) is not None:
            current.doubt(cls)

    @classmethod
    def written_columns(cls) -> list[str]:
        """Return the columns in which people write, and whose text can be erased."""
        return [
            str(field.name) for field in cls._meta.sorted_fields if isinstance(field, Written | WrittenLine)
        ]

    @classmethod
    def empty_text(cls, row_id: int, column: str) -> bool:
        """Put the mark of erasure in the place of a text, and a fresh salt; returns whether it stood there.

        For auditor.integrity.texts only, which records what this does to the digest of the row.
        """
        values = {column: ErasedText(), "text_salt": secrets.token_hex(16)}
        field = cls._meta.fields[column]
        cls._doubt()
        return bool(super().update(values).where(cls.id == row_id, field != ErasedText()).execute())

    @classmethod
    def delete(cls) -> Any:
        raise RuntimeError(f"{cls.__name__}: rows are never deleted")

    @classmethod
    def add_many(cls, rows: Iterable[Mapping[str, Any]]) -> int:
        """Insert ``rows`` in chunks inside the running action; returns their number."""
        chunk: list[Mapping[str, Any]] = []
        count = 0
        for row in rows:
            chunk.append(cls.sealed(row) if cls.personal else row)
            if len(chunk) == _CHUNK:
                cls.insert_many(chunk).execute()
                reached(FailPoint.CHUNK_WRITTEN)
                count += len(chunk)
                chunk = []
        if chunk:
            cls.insert_many(chunk).execute()
        return count + len(chunk)

    @classmethod
    def sealed(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``values`` with a fresh salt and the salted hash of the personal ones."""
        salt = secrets.token_hex(16)
        return {
            **values,
            "salt": salt,
            "value_hash": personal_hash(salt, [values.get(n) for n in cls.personal]),
        }

    def save(self, force_insert: bool = False, only: Any = None) -> Any:
        """Insert the row; a stored row can be saved only with ``only`` naming derived columns."""
        if self.personal and self.salt is None:  # type: ignore[attr-defined]
            for name, value in self.sealed({n: getattr(self, n) for n in self.personal}).items():
                setattr(self, name, value)
        number: Any = self.id
        if number is None and only is None:
            return self.add()
        return super().save(force_insert=force_insert, only=only)

    def add(self, beside: Any = None) -> int:
        """Insert the row, and have the log witness it as the database gives it back.

        ``beside`` is a write of another table that is done before it (``together``).
        """
        columns = self.digest_columns()
        values = dict(self.__data__)
        self._populate_unsaved_relations(values)  # type: ignore[attr-defined]
        values.pop("id", None)
        fields = [self._meta.columns[name] for name in columns]
        query = type(self).insert(**values).returning(type(self).id, *fields).tuples()
        ((number, *stored),) = query.execute() if beside is None else together(beside, query)
        self.id = number
        self._dirty.clear()  # type: ignore[attr-defined]
        current = writing.get()
        if current is not None:
            digest = row_digest(str(self._meta.table_name), columns, stored)
            current.touched[type(self)].seen[number] = digest
        return 1


def personal_hash(salt: str, values: list[Any]) -> str:
    """Return the salted hash that stands for erasable values in digests."""
    return hashlib.sha256(f"{salt}{canonical(values)}".encode()).hexdigest()


class PersonalModel(CountedModel):
    """A counted row with values about a person that can be erased without breaking the log (design §3.11)."""

    salt = CharField(max_length=32, null=True)
    value_hash = CharField(max_length=64)
    erased_at = UtcDateTimeField(null=True)


def row_digest(table: str, columns: list[str], values: Iterable[Any]) -> bytes:
    """Return 16 bytes that stand for one row: its table, its columns, their values."""
    body = canonical([table, dict(zip(columns, map(plain, values), strict=True))])
    return hashlib.sha256(body.encode()).digest()[:16]


def counted_models() -> list[type[CountedModel]]:
    """Return every counted table of the application, in a fixed order."""
    found: set[type[CountedModel]] = set()
    waiting: list[type[CountedModel]] = [CountedModel]
    while waiting:
        for model in waiting.pop().__subclasses__():
            waiting.append(model)
            if not getattr(model._meta, "abstract_table", False):
                found.add(model)
    return sorted(found - ABSTRACT, key=lambda model: str(model._meta.table_name))


ABSTRACT: set[type[CountedModel]] = {PersonalModel}


class Flag(BooleanField):
    """A boolean that comes back as one from both databases, raw reads included."""

    def python_value(self, value: Any) -> bool | None:
        return None if value is None else bool(value)


def tuples(query: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query as plain tuples (peewee's types promise model instances whatever is asked)."""
    return list(query.tuples())
