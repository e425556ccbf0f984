"""Reads the rows of a history file against what the database knows; every problem is told by its cell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from auditor.audits.results import RESULT_LABELS, AuditKind, Result
from auditor.dated import Moment
from auditor.findings.history import judging
from auditor.findings.history.entries import AuditEntry, FindingEntry, HistoryPlan, ResultEntry
from auditor.findings.history.known import Index, Known, known_at
from auditor.findings.history.problems import Found
from auditor.findings.history.tables import tables_of
from auditor.findings.history.words import (
    AMBIGUOUS,
    CLOSED,
    GRADES,
    KINDS,
    OPEN,
    RESULTS,
    STATES,
    word_key,
)
from auditor.findings.states import Grade
from auditor.language import _
from auditor.people.roster_reading import RowReader, Table

Choice = TypeVar("Choice")
LONGEST_NUMBER, LONGEST_NAMES, LONGEST_TITLE, LONGEST_TEXT = 60, 300, 200, 10_000
_BETWEEN_NAMES = re.compile(r"[、,，;；/／\n]+")
_TITLE_FROM_FACTS = 60
_EMPLOYEE_NUMBER = re.compile(r"[0-9A-Za-z-]*\d[0-9A-Za-z-]*")


def plan_of(content: bytes, moment: Moment) -> HistoryPlan:
    """Return what importing ``content`` would do at ``moment``; never raises for what is wrong with it."""
    problems = Found()
    tables = tables_of(content, problems)
    digest = hashlib.sha256(content).hexdigest()
    reading = Reading(known_at(moment), problems)
    if "audits" in tables:
        reading.read_audits(tables["audits"])
    if "results" in tables:
        reading.read_results(tables["results"])
    if "findings" in tables:
        reading.read_findings(tables["findings"])
    judging.tell_of_breaks(reading.known, list(reading.audits.values()), reading.results, problems)
    return HistoryPlan(
        digest, list(reading.audits.values()), reading.results, reading.findings, reading.there, problems.all()
    )  # fmt: skip


class Reading:
    """One file being read: what it says so far, and where each number stood."""

    def __init__(self, known: Known, problems: Found) -> None:
        self.known, self.problems = known, problems
        self.today = known.moment.day
        self.audits: dict[str, AuditEntry] = {}
        self.results: list[ResultEntry] = []
        self.findings: list[FindingEntry] = []
        self.there = 0
        self._seen: dict[tuple[str, str], str] = {}  # what was named where
        self._broken: set[str] = (
            set()
        )  # audits of the file with an error: what names them is not blamed for it

    # ---- audits ----

    def read_audits(self, table: Table) -> None:
        """Read the audits of the file."""
        for number, cells in table.rows:
            row = RowReader(table, number, cells, self.problems)
            own = self._number(row, "number", "audit")
            if own in self.known.audits:
                self.there += 1
                row.notice("already_there", "number")
                continue
            entry = self._audit(row, own)
            if row.broken or entry is None:
                self._broken.add(own)
            else:
                self.audits[own] = entry

    def _audit(self, row: RowReader, own: str) -> AuditEntry | None:
        subject = self._subject(row, required=True)
        kind = self._word(
            row, "kind", KINDS, [kind.label for kind in (AuditKind.OPERATION, AuditKind.CONFORMITY)]
        )
        starts_on = self._day(row, "starts_on", required=True)
        done_on = self._day(row, "done_on") or starts_on
        period_to = self._day(row, "period_to") or starts_on
        period_from = self._day(row, "period_from") or period_to
        auditors, strangers = self._auditors(row)
        summary = self._text(row, "summary")
        if not (subject and starts_on and done_on and period_from and period_to):
            return None
        self._in_order(row, ("period_from", period_from), ("period_to", period_to))
        self._in_order(row, ("starts_on", starts_on), ("done_on", done_on))
        if (same := self.known.starts.get((subject, starts_on))) is not None:
            row.warn("same_audit", "number", day=starts_on.isoformat(), number=same)
        return AuditEntry(
            own, subject, kind or AuditKind.OPERATION, period_from, period_to, starts_on, done_on, auditors,
            strangers, summary, (row.source.sheet, row.source.cell("auditors")),
        )  # fmt: skip

    def _auditors(self, row: RowReader) -> tuple[tuple[int, ...], str]:
        found: list[int] = []
        strangers: list[str] = []
        for name in filter(None, map(str.strip, _BETWEEN_NAMES.split(self._text(row, "auditors")))):
            folded = word_key(name)
            by_number = self.known.numbers.get(name) or self.known.numbers.get(folded.upper())
            called = {by_number} if by_number else self.known.people_called(name)
            if len(called) == 1:
                found += called
            elif called:
                row.error("ambiguous_person", "auditors", value=name)
            elif _EMPLOYEE_NUMBER.fullmatch(folded):
                row.error("unknown_number", "auditors", value=name)
            else:
                row.warn("unknown_person", "auditors", value=name)
                strangers.append(name)
        said = "、".join(strangers)
        if len(said) > LONGEST_NAMES:
            row.error("too_many_auditors", "auditors", limit=str(LONGEST_NAMES))
        return tuple(dict.fromkeys(found)), said

    # ---- results ----

    def read_results(self, table: Table) -> None:
        """Read what the controls of the audits showed."""
        for number, cells in table.rows:
            row = RowReader(table, number, cells, self.problems)
            audit = row.folded("number", LONGEST_NUMBER, required=True)
            if audit in self.known.audits and audit not in self.audits:
                self.there += 1
                row.notice("already_there", "number")
                continue
            entry = self._result(row, audit)
            if entry is not None and not row.broken:
                self.results.append(entry)

    def _result(self, row: RowReader, audit: str) -> ResultEntry | None:
        of = self._audit_named(row, "number", audit)
        control = self._control(row, required=True, subject=of.subject_id if of else None)
        shown = [RESULT_LABELS[one] for one in Result if one is not Result.NOT_CHECKED]
        result = self._word(row, "result", RESULTS, shown, required=True)
        note = self._text(row, "note")
        checked_on = self._day(row, "checked_on") or (of.done_on if of else None)
        if control and not row.broken:
            self._once(row, "control", f"{audit} {control}", "control_twice", value=row.folded("control", 60))
        if of is None or control is None or result is None or checked_on is None:
            return None
        return ResultEntry(audit, control, result, note, checked_on)

    # ---- findings ----

    def read_findings(self, table: Table) -> None:
        """Read the findings of the file."""
        for number, cells in table.rows:
            row = RowReader(table, number, cells, self.problems)
            own = self._number(row, "number", "finding")
            if own in self.known.findings:
                self.there += 1
                row.notice("already_there", "number")
                continue
            entry = self._finding(row, own)
            if entry is not None and not row.broken:
                self.findings.append(entry)

    def _finding(self, row: RowReader, own: str) -> FindingEntry | None:
        audit = row.folded("audit", LONGEST_NUMBER)
        subject = self._subject(row) or self._subject_of(row, audit)
        if subject is None and row.is_empty("subject") and not audit:
            row.error("no_subject", "subject")
        control = self._control(row, subject=subject)
        title, facts = self._title(row)
        grade = self._word(row, "grade", GRADES, [grade.label for grade in Grade], required=True)
        found_on = self._day(row, "found_on", required=True)
        closed_on = self._closed(row, found_on)
        due_on = self._due(row, found_on, closed_on)
        unit = self._unit(row)
        if unit is None and row.is_empty("department") and subject is not None:
            unit = self.known.owner.get(subject)
            if unit is None:
                row.error("no_department", "department", column=row.heading("department"))
        progress = self._text(row, "progress")
        if subject is None or grade is None or unit is None or found_on is None or due_on is None:
            return None
        return FindingEntry(
            own, audit, subject, control, title, facts, grade, unit, found_on, due_on, closed_on, progress
        )

    def _title(self, row: RowReader) -> tuple[str, str]:
        title = row.text("title", LONGEST_TITLE, required=True)
        return title, self._text(row, "facts") or title

    def _closed(self, row: RowReader, found_on: date | None) -> date | None:
        state = self._word(row, "state", STATES, [_("Open"), _("Closed")])
        closed_on = self._day(row, "closed_on")
        if state == CLOSED and closed_on is None and row.is_empty("closed_on"):
            row.error("missing_when_closed", "closed_on", column=row.heading("closed_on"))
        if found_on and closed_on:
            self._in_order(row, ("found_on", found_on), ("closed_on", closed_on))
        return None if state == OPEN else closed_on

    def _due(self, row: RowReader, found_on: date | None, closed_on: date | None) -> date | None:
        due_on = row.day("due_on")
        if due_on is None and row.is_empty("due_on") and closed_on is None:
            row.error("missing_when_open", "due_on", column=row.heading("due_on"))
        if found_on and due_on:
            self._in_order(row, ("found_on", found_on), ("due_on", due_on))
        return due_on or closed_on

    def _subject_of(self, row: RowReader, audit: str) -> int | None:
        """Return the subject of the audit that a finding names; blames a number that is nowhere."""
        if not audit or audit in self._broken:
            if audit:
                row.broken = True
            return None
        if audit in self.audits:
            return self.audits[audit].subject_id
        if audit in self.known.audits:
            return self.known.subject_of[self.known.audits[audit]]
        row.error("unknown_audit", "audit", value=audit)
        return None

    # ---- what the rows share ----

    def _audit_named(self, row: RowReader, name: str, audit: str) -> AuditEntry | None:
        if audit in self._broken:
            row.broken = True  # the audit is blamed, not what belongs to it
        elif audit and audit not in self.audits:
            row.error("unknown_audit", name, value=audit)
        return self.audits.get(audit)

    def _number(self, row: RowReader, name: str, of: str) -> str:
        own = row.folded(name, LONGEST_NUMBER, required=True)
        if own:
            self._once(row, name, f"{of} {own}", "number_twice", value=own)
        return own

    def _once(self, row: RowReader, name: str, key: str, code: str, **params: str) -> None:
        place = f"{row.source.sheet}!{row.source.cell(name)}"
        first = self._seen.setdefault((code, key), place)
        if first != place:
            row.error(code, name, first=first, **params)

    def _text(self, row: RowReader, name: str) -> str:
        """Return a text of several lines: a line break is no fault in it."""
        cell = row.cell(name)
        if isinstance(cell.value, str) and not cell.is_error:
            plain = "".join(char for char in cell.value if char.isprintable() or char == "\n").strip()
            if len(plain) <= LONGEST_TEXT:
                return plain
        return row.text(name, LONGEST_TEXT)

    def _day(self, row: RowReader, name: str, required: bool = False) -> date | None:
        day = row.day(name)
        if day is None and required and row.is_empty(name):
            row.error("missing", name, column=row.heading(name))
        if day is not None and day > self.today:
            row.error("in_the_future", name, column=row.heading(name), value=day.isoformat())
        return day

    def _in_order(self, row: RowReader, first: tuple[str, date], second: tuple[str, date]) -> None:
        if second[1] < first[1]:
            row.error(
                "ends_before", second[0], column=row.heading(second[0]), value=second[1].isoformat(),
                other=row.heading(first[0]),
            )  # fmt: skip

    def _word(
        self, row: RowReader, name: str, words: Mapping[str, Choice], shown: list[Any], required: bool = False
    ) -> Choice | None:
        text = row.text(name, LONGEST_NUMBER, required)
        if not text:
            return None
        key = word_key(text)
        if key in words:
            return words[key]
        choices = str(_(", ")).join(str(one) for one in shown)
        if key in AMBIGUOUS and words in (RESULTS, GRADES):
            row.error("which_grade", name, value=text, choices=choices)
        else:
            row.error("unknown_word", name, column=row.heading(name), value=text, choices=choices)
        return None

    def _subject(self, row: RowReader, required: bool = False) -> int | None:
        return self._named(row, "subject", self.known.subjects, self.known.subject_code, "subject", required)

    def _unit(self, row: RowReader) -> int | None:
        return self._named(row, "department", self.known.units, self.known.unit_code, "unit", False)

    def _control(self, row: RowReader, required: bool = False, subject: int | None = None) -> int | None:
        found = self._named(row, "control", self.known.controls, {}, "control", required)
        if found is None or subject is None:
            return found
        control = self.known.control[found]
        if control.target != self.known.subject[subject].kind:
            row.error("wrong_target", "control", value=control.code)
        return found

    def _named(
        self, row: RowReader, name: str, index: Index, codes: Mapping[int, str], what: str, required: bool
    ) -> int | None:
        text = row.text(name, LONGEST_TITLE, required)
        if not text:
            return None
        found = index.find(text)
        if len(found) == 1:
            return found[0]
        if found:
            listed = str(_(", ")).join(sorted(codes[one] for one in found))
            row.error(f"ambiguous_{what}", name, value=text, codes=listed)
        elif likely := index.near(text):
            row.error(f"unknown_{what}_near", name, value=text, likely=likely)
        else:
            row.error(f"unknown_{what}", name, value=text)
        return None
