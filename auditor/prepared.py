"""Queries that every request makes: their SQL is put together once, after that only values are bound.

peewee builds the SQL of a query anew each time, which for the larger ones takes longer than the database does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from auditor import db

_INSTANT = db.UtcDateTimeField()
# What stands for a value while the SQL is put together; nobody's value is one of these.
_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: -1_000_000_007 - number,
    str: lambda number: f"\x00{number}",
    date: lambda number: date(1, 1, 2 + number),
    datetime: lambda number: datetime(1, 1, 2, 0, 0, 0, 1 + number, UTC),
}


class Prepared:
    """A query of fixed shape: ``build`` is called once an engine, with a stand-in for each named value.

    ``Prepared(build, person_id=int, day=date)``; then ``rows(person_id=7, day=today)``. The type of a value is
    int, str, date or datetime, never None. ``build`` must not look at what it is given, only put it into the
    query, each as a whole value. Rows come back as the driver gives them: ``instant()`` reads a time.
    """

    def __init__(self, build: Callable[..., Any], **values: type) -> None:
        self._build = build
        self._values = values
        self._ready: dict[type, tuple[str, list[tuple[str | None, Any]]]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of the query for ``values``."""
        engine = type(db.database.obj)
        if engine not in self._ready:
            self._ready[engine] = self._put_together()
        sql, bound = self._ready[engine]
        stored = {name: _stored(value) for name, value in values.items()}
        found = [stored[name] if name else fixed for name, fixed in bound]
        return list(db.database.execute_sql(sql, found).fetchall())

    def _put_together(self) -> tuple[str, list[tuple[str | None, Any]]]:
        stand_ins = {name: _STAND_INS[kind](n) for n, (name, kind) in enumerate(self._values.items())}
        names = {_stored(value): name for name, value in stand_ins.items()}
        sql, fixed = self._build(**stand_ins).sql()
        bound = [(names.get(value), value) for value in fixed]
        missing = set(self._values) - {name for name, _value in bound}
        if missing:
            raise RuntimeError(f"{sorted(missing)} did not come into the query as they are")
        return sql, bound


def _stored(value: Any) -> Any:
    return _INSTANT.db_value(value) if isinstance(value, datetime) else value


def instant(value: Any) -> datetime | None:
    """Return a time of a row that ``Prepared.rows`` gave, in UTC."""
    return _INSTANT.python_value(value)
