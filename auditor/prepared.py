"""Queries that every request makes: their SQL is put together once, after that only values are bound.

peewee builds the SQL of a query anew each time, which for the larger ones takes longer than the database does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from peewee import Model

from auditor import db

Row = TypeVar("Row", bound=Model)
_INSTANT = db.UtcDateTimeField()
# What stands for a value while the SQL is put together; nobody's value is one of these.
_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: -1_000_000_007 - number,
    str: lambda number: f"\x00{number}",
    date: lambda number: date(1, 1, 2 + number),
    datetime: lambda number: datetime(1, 1, 2, 0, 0, 0, 1 + number, UTC),
}


@dataclass(frozen=True)
class Statement:
    """SQL with its values in order: the name of a value, or None and what always stands there."""

    sql: str
    bound: tuple[tuple[str | None, Any], ...]

    def values(self, values: Mapping[str, Any]) -> list[Any]:
        """Return what is sent beside the SQL when the named values are these."""
        stored = {name: _stored(value) for name, value in values.items()}
        return [stored[name] if name else fixed for name, fixed in self.bound]

    def cut(self, marker: str) -> tuple[Statement, Statement]:
        """Return what stands before and after ``marker``, each with its own values."""
        before, after = self.sql.split(marker)
        count = before.count(_placeholder())
        return Statement(before, self.bound[:count]), Statement(after, self.bound[count:])


def put_together(build: Callable[..., Any], values: Mapping[str, type]) -> Statement:
    """Return the SQL of ``build``, called with a stand-in for each named value, for the engine in use.

    The type of a value is int, str, date or datetime, never None. ``build`` must not look at what it is given,
    only put it into the query, each as a whole value; raises RuntimeError when one does not come out of it.
    """
    return _put_together(build, values)[0]


def _put_together(build: Callable[..., Any], values: Mapping[str, type]) -> tuple[Statement, Any]:
    """Return the statement and the query that it was made of."""
    stand_ins = {name: _STAND_INS[kind](number) for number, (name, kind) in enumerate(values.items())}
    names = {_stored(value): name for name, value in stand_ins.items()}
    query = build(**stand_ins)
    sql, fixed = query.sql()
    bound = tuple((names.get(value), value) for value in fixed)
    missing = set(values) - {name for name, _value in bound}
    if missing:
        raise RuntimeError(f"{sorted(missing)} did not come into the query as they are")
    return Statement(sql, bound), query


class Prepared:
    """A query of fixed shape: ``Prepared(build, person_id=int, day=date)``, then ``rows(person_id=7, day=today)``.

    ``build`` is called once an engine (``put_together``). Rows come back as the driver gives them:
    ``instant()`` reads a time.
    """

    def __init__(self, build: Callable[..., Any], **values: type) -> None:
        self._build = build
        self._values = values
        self._ready: dict[type, tuple[Statement, Any]] = {}

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of the query for ``values``."""
        return list(self.run(**values).fetchall())

    def run(self, **values: Any) -> Any:
        """Send the query with ``values``; returns the driver's cursor."""
        statement, _query = self._made()
        return db.database.execute_sql(statement.sql, statement.values(values))

    def found(self, **values: Any) -> list[Any]:
        """Return what peewee gives for the query: rows of its model, with what it joins to them."""
        _statement, query = self._made()
        return list(query._get_cursor_wrapper(self.run(**values)))

    def models(self, model: type[Row], **values: Any) -> list[Row]:
        """Return the rows as those of ``model``, whatever the query selects from; other columns are attributes."""
        statement, _query = self._made()
        return list(model.raw(statement.sql, *statement.values(values)))

    def _made(self) -> tuple[Statement, Any]:
        engine = type(db.database.obj)
        if engine not in self._ready:
            self._ready[engine] = _put_together(self._build, self._values)
        return self._ready[engine]


def _stored(value: Any) -> Any:
    return _INSTANT.db_value(value) if isinstance(value, datetime) else value


def _placeholder() -> str:
    return "?" if db.is_sqlite() else "%s"


def instant(value: Any) -> datetime | None:
    """Return a time of a row that ``Prepared.rows`` gave, in UTC."""
    return _INSTANT.python_value(value)
