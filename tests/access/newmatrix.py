"""Writes tests/access/matrix.txt anew, on a database of its own: `make access-matrix`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import argon2

from auditor import clock, create_app, db, open_database
from auditor.accounts import passwords
from auditor.config import Settings
from tests import cast
from tests.access import company, matrix


def main() -> None:
    passwords._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load({"AUDITOR_SCHEDULER": "no"}, data=Path(folder))
        open_database(settings)
        app = create_app(settings)
        with clock.standing_at(cast.NOW), db.connected():
            with app.app_context():
                made = company.make(cast.make(), settings.data)
            lines = matrix.lines(app, made)
            visitors = {short: matrix.Visitor(app, made, short) for short in company.PERSONS}
            table = {
                (line.section, line.name): {short: one.ask(line) for short, one in visitors.items()}
                for line in lines
            }
        db.let_go()
    broken = [
        f"{name} {cells}" for (_, name), cells in table.items() if not set(cells.values()) <= matrix.WORDS
    ]
    if broken:
        sys.exit("Not written; something is broken:\n" + "\n".join(broken))
    matrix.FILE.write_text(matrix.written(table), encoding="utf-8")
    print(f"{matrix.FILE}: {len(table)} lines. Read each line that changed before you keep it.")


if __name__ == "__main__":
    main()
