"""Sends one odd input after another to the same company and notes what broke: each place once, with its first input.

Held of every answer: no server error; nothing that a report counts has changed unless the log tells of it, and
nothing at all of that where the answer is a refusal; a few seconds of work at the most. Each input is undone.
"""

from __future__ import annotations

import re
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import peewee
from flask import Flask

from auditor import db
from auditor.activity import ActivityEvent
from tests.access.company import PERSONS, Company
from tests.access.matrix import Visitor

LONGEST = 5.0  # seconds of processor time for one answer
# Saves what is right on a page of many items and says of each other one why not: refused are those alone.
ITEM_BY_ITEM = {"POST /inspections/#/answer"}
# Also within a statement that writes two tables together.
_WRITES = re.compile(
    r'(?:^\s*|\()(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)|\) INSERT INTO "(\w+)', re.IGNORECASE
)


@dataclass
class Watch:
    """The company, those who can ask, and everything that went wrong so far."""

    app: Flask
    company: Company
    found: dict[str, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    inputs: int = 0

    def __post_init__(self) -> None:
        self._visitors = {short: Visitor(self.app, self.company, short) for short in PERSONS}
        self._counted = {str(model._meta.table_name) for model in db.counted_models()}
        self._before: dict[str, Any] = {}
        self._touched: set[str] = set()
        self._error: BaseException | None = None

    def send(self, short: str, method: str, address: str, label: str = "", **content: Any) -> Any:
        """Send one request as a person of the company and hold its answer; it is not undone here."""
        visitor = self._visitors[short]
        headers = {**visitor.headers, **content.pop("headers", {})}
        began = time.process_time()
        try:
            answer = visitor.client.open(address, method=method, headers=headers, buffered=True, **content)
        except (
            Exception
        ) as error:  # where the application is under test it raises what it would answer 500 to
            self.note(origin(error), f"{short} {method} {address} {label} {content!r}")
            return None
        answer.close()
        self.answers[answer.status_code] += 1
        what = f"{short} {method} {address} {label} {content!r}"
        if answer.status_code >= 500:
            self.note(f"{answer.status_code} {method} {_shape(address)}", what)
        if time.process_time() - began > LONGEST:
            self.note(f"slow {method} {_shape(address)}", what)
        self._hold(answer.status_code, f"{method} {_shape(address)}", what)
        return answer

    def call(self, name: str, act: Callable[[], Any], what: str, *allowed: type[Exception]) -> Any:
        """Hold that a function returns, or raises one of the errors that it promises."""
        began = time.process_time()
        try:
            return act()
        except allowed:
            return None
        except Exception as error:
            self.note(f"{name}: {origin(error)}", what)
        finally:
            if time.process_time() - began > LONGEST:
                self.note(f"slow {name}", what)
        return None

    def note(self, place: str, what: str) -> None:
        if place[:300] not in self.found:
            self.found[place[:300]] = what[:600]
            print(f"{place}\n    {what[:600]}", flush=True)  # a long run tells at once

    def nothing(self) -> None:
        """Raise with everything that was found."""
        told = "\n".join(f"{place}\n    {what}" for place, what in self.found.items())
        assert not self.found, f"{len(self.found)} places broke after {self.inputs} inputs:\n{told}"

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one input and take back afterwards whatever it wrote."""
        self.inputs += 1
        if self.inputs % 1_000 == 0:
            print(f"{self.inputs:,} inputs", flush=True)  # seen with -s
        self._touched.clear()
        with db.transaction() as transaction, self._listening():
            yield
            transaction.rollback()

    def _hold(self, status: int, where: str, what: str) -> None:
        changed = self.changed()
        told = "activity_event" in self._touched and self._differs("activity_event")
        if changed and not told:
            self.note(f"changed {', '.join(changed)} without an event: {where}", what)
        if status >= 400 and (changed or told) and where not in ITEM_BY_ITEM:
            self.note(f"refused with {status} and changed {', '.join(changed) or 'the log'}: {where}", what)

    def changed(self) -> list[str]:
        """Return the counted tables that are not now as they were before this input."""
        return sorted(table for table in self._touched & self._counted if self._differs(table))

    def before(self, table: str) -> Any:
        return self._before[table]

    def _differs(self, table: str) -> bool:
        return self.rows(table) != self._before[table]

    def rows(self, table: str) -> Any:
        if table == "activity_event":
            return ActivityEvent.select().count()
        return db.database.execute_sql(f'SELECT * FROM "{table}" ORDER BY id').fetchall()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        original = peewee.Database.execute_sql
        watch = self

        def execute_sql(self: peewee.Database, sql: str, *args: Any, **kwargs: Any) -> Any:
            for written in _WRITES.finditer(sql):
                table = written[1] or written[2]
                if table not in watch._before and (table in watch._counted or table == "activity_event"):
                    watch._before[table] = watch.rows(table)
                watch._touched.add(table)
            return original(self, sql, *args, **kwargs)

        peewee.Database.execute_sql = execute_sql  # type: ignore[method-assign]
        try:
            yield
        finally:
            peewee.Database.execute_sql = original  # type: ignore[method-assign]


_EVERY_STATEMENT = ("/auditor/connections.py", "/auditor/db.py", "/auditor/dated.py")


def origin(error: BaseException) -> str:
    """Return the error and the innermost line of the product that led to it, the reach for the database left out."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        frame
        for frame in frames
        if ("/auditor/" in frame.filename and not frame.filename.endswith(_EVERY_STATEMENT))
        or "/templates/" in frame.filename
    ]
    last = own[-1] if own else frames[-1]
    place = re.sub(r"^.*/(auditor|templates)/", r"\1/", last.filename)
    return f"{place}:{last.lineno} {type(error).__name__}: {re.sub(r'[0-9]+', '#', str(error))[:120]}"


def _shape(address: str) -> str:
    return re.sub(r"/\d+", "/#", address.partition("?")[0])
