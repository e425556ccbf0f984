"""What the witnessed, chained log costs on top of the rows themselves."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path
from typing import Any

from auditor import activity, clock
from auditor.access import application
from auditor.people.models import Person

ROWS = 10_000
ADDED = activity.event_type("bench.persons_added", "Persons added", "count")


def test_ten_thousand_rows_in_one_action(app: Any, tmp_path: Path, compared: Any) -> None:
    plain = sqlite3.connect(tmp_path / "floor.sqlite3")
    plain.execute("PRAGMA journal_mode = wal")
    plain.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, employee_number TEXT UNIQUE, action TEXT)")
    plain.execute("CREATE INDEX person_action ON person (action)")
    numbers = itertools.count()

    def witnessed() -> None:
        with activity.action(application("bench"), clock.now()):
            Person.add_many({"employee_number": f"{next(numbers):08d}"} for _ in range(ROWS))
            activity.record(ADDED, count=ROWS)

    def bare() -> None:
        with plain:
            rows = ((f"{next(numbers):08d}", "0" * 32) for _ in range(ROWS))
            plain.executemany("INSERT INTO person (employee_number, action) VALUES (?, ?)", rows)

    ratio = compared(f"{ROWS} witnessed rows in one action", witnessed, bare)
    plain.close()
    assert ratio < 40
