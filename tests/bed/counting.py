"""Counting the statements that a piece of code sends to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import peewee

NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA", "SET ")


@dataclass
class Statements:
    """The statements seen so far, in order."""

    sql: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.sql)

    def __len__(self) -> int:
        return len(self.sql)


@contextmanager
def counted() -> Iterator[Statements]:
    """Collects every statement sent through peewee meanwhile; transaction control is left out."""
    seen = Statements()
    original = peewee.Database.execute_sql

    def execute_sql(self: peewee.Database, sql: str, *args: Any, **kwargs: Any) -> Any:
        if not sql.lstrip().upper().startswith(NOT_COUNTED):
            seen.sql.append(sql)
        return original(self, sql, *args, **kwargs)

    peewee.Database.execute_sql = execute_sql  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        peewee.Database.execute_sql = original  # type: ignore[method-assign]


def assert_same_queries(read: Callable[[], object], grow: Callable[[], object], *, at_most: int = 40) -> None:
    """Holds that `read` sends as many statements before `grow` as after it (10 rows, then 1,000).

    The first reading warms what is kept per process and is not counted.
    """
    read()
    with counted() as few:
        read()
    grow()
    with counted() as many:
        read()
    if few.count != many.count:
        grown = "\n".join(f"  {sql[:400]}" for sql in _more_often(few.sql, many.sql))
        raise AssertionError(
            f"{few.count} statements became {many.count} as the rows grew; more often:\n{grown}"
        )
    assert few.count <= at_most, f"{few.count} statements for one page:\n" + "\n".join(few.sql)


def _more_often(few: list[str], many: list[str]) -> list[str]:
    return [
        f"{many.count(sql)}x, was {few.count(sql)}x: {sql}"
        for sql in dict.fromkeys(many)
        if many.count(sql) != few.count(sql)
    ]
