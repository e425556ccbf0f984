"""What the jobs have written, apart from what tells when they ran: ids, tokens and recorded instants."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from peewee import ForeignKeyField

from auditor import clock
from auditor.dated import Moment
from auditor.db import UtcDateTimeField, canonical
from auditor.notifications.models import Notice
from auditor.worklist.queries import due_things
from tests.bed.models import every_table
from tests.faults.killed.contents import CHANCE

# Mails are bundled by the day of the run, runs are told of one by one, the log says when.
APART = {"activity_event", "activity_rows", "job_run", "mail", "mail_server", "notice", "sign_in_attempt"}
_LONG = 400
Contents = dict[str, Counter[str]]


class Picture:
    """The rows of the open database, each by what it says; a row that another names, by what that one says."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, Any]] = {}
        for model in every_table():
            self._rows[str(model._meta.table_name)] = {row.id: row for row in model.select()}
        self._said: dict[tuple[str, int], str] = {}

    def contents(self) -> Contents:
        """Every row of every table but those apart."""
        return {
            table: Counter(self.says(table, one) for one in rows)
            for table, rows in self._rows.items()
            if table not in APART
        }

    def reminders(self, is_one: Callable[[str], bool]) -> dict[tuple[str, str, int], list[int]]:
        """Of each kind, thing and person the steps told (days left), of the notices whose kind is one."""
        found: dict[tuple[str, str, int], list[int]] = {}
        for row in Notice.select().order_by(Notice.id):
            if is_one(row.kind):
                kind, _thing, due_on, step, person = row.key.split(":")
                thing = self._thing(kind, row.params) + due_on
                found.setdefault((kind, thing, int(person)), []).append(int(step))
        return found

    def tidings(self, is_one: Callable[[str], bool]) -> Counter[tuple[str, str, int]]:
        """Kind, thing and person of the other notices."""
        return Counter(
            (row.kind, self._thing(row.kind, row.params), row.person_id)
            for row in Notice.select()
            if not is_one(row.kind)
        )

    def still_open(self, moment: Moment) -> set[tuple[str, str]]:
        """Kind and thing of everything that reminders are sent of at ``moment``."""
        return {
            (one.notice, self._thing(one.notice, {"id": one.id}) + one.due_on.isoformat())
            for one in due_things(moment)
        }

    def _thing(self, kind: str, params: dict[str, Any]) -> str:
        number = int(params.get("id") or params.get("audit") or params.get("assignment") or 0)
        if kind.startswith("audit"):
            return self.says("audit", number)
        return self.says("training_round" if "team" in kind or "round" in kind else "assignment", number)

    def says(self, table: str, number: int) -> str:
        """What one row says."""
        if (table, number) not in self._said:
            said = canonical(self._values(self._rows[table][number]))
            short = hashlib.sha256(said.encode()).hexdigest()[:12]
            self._said[table, number] = f"{table} {said if len(said) < _LONG else said[:_LONG] + short}"
        return self._said[table, number]

    def _values(self, row: Any) -> dict[str, Any]:
        found = {}
        for field in row._meta.sorted_fields:
            value = row.__data__[field.name]
            if field.name == "id" or field.name in CHANCE or isinstance(field, UtcDateTimeField):
                continue
            if isinstance(field, ForeignKeyField) and value is not None:
                value = self.says(str(field.rel_model._meta.table_name), value)
            if field.name == "valid_from" and row._meta.table_name.startswith("audit"):
                # An audit that was opened late is not said to have been open before.
                value = "written" if value == clock.day_of(row.recorded_at) else value
            found[field.name] = value
        return found
