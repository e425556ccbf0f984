"""What a backup costs beside reading the rows and writing them down, and that memory does not grow with them."""

from __future__ import annotations

import json
import resource
from pathlib import Path
from typing import Any

import pytest

from auditor import clock, db
from auditor.access import application
from auditor.integrity.backup import back_up

ROWS = 300_000


def test_a_backup_of_three_hundred_thousand_rows(
    app: Any, settings: Any, tmp_path: Path, compared: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = (
        f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {ROWS}) SELECT x FROM n"
        if db.is_sqlite()
        else f"SELECT x FROM generate_series(1, {ROWS}) AS g(x)"
    )
    text = "CAST(x AS TEXT)"
    db.database.execute_sql(
        f"INSERT INTO person (id, action, employee_number) SELECT x, {text}, {text} FROM ({numbers}) AS made"
    )

    def backup() -> None:
        back_up(application("bench"), settings, tmp_path / "b.zip", clock.now(), {}, force=True)

    def plain() -> None:
        with (tmp_path / "plain.jsonl").open("w") as out:
            for row in db.database.execute_sql("SELECT * FROM person ORDER BY id").fetchall():
                out.write(json.dumps(row) + "\n")

    backup()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    backup()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    with capsys.disabled():
        print(f"\nmemory: {grown:.0f} MB more for {ROWS} rows")
    assert grown < 20
    assert compared(f"a backup of {ROWS} rows", backup, plain, repeats=2) < 8
