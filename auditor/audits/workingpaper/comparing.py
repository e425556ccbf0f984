"""Compares a returned paper with what it showed when it was written and with what stands now.

Three ways: a cell that says what the paper showed changes nothing. What differs is a change where nobody
entered anything meanwhile, and a conflict where somebody did. Nothing is decided here and nothing written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from auditor import db
from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.results import Result
from auditor.audits.workingpaper.content import Item, items_of, results_standing
from auditor.audits.workingpaper.models import IssuedPaper, PaperTaken
from auditor.audits.workingpaper.problems import LIMIT, Problem, quote
from auditor.audits.workingpaper.reading import Entry, PaperFile, clean
from auditor.audits.workingpaper.words import (
    CODE,
    KEY,
    NOTE,
    REASON,
    RESULT,
    folded,
    read_key,
    results,
    vocabulary,
)
from auditor.dated import Moment
from auditor.language import _, current


class Choice(StrEnum):
    """What is to stand where a paper and somebody else say different things of an item."""

    MINE = "mine"
    THEIRS = "theirs"
    BOTH_MINE = "both_mine"  # both texts, the result of the paper
    BOTH_THEIRS = "both_theirs"  # both texts, the result that stands


@dataclass(frozen=True)
class Said:
    """What is said of an item."""

    result: Result = Result.NOT_CHECKED
    note: str = ""
    reason: str = ""

    @classmethod
    def of(cls, row: ItemResult | None) -> Said:
        return cls() if row is None else cls(Result(row.result), row.note, row.reason)

    def same(self, other: Said) -> bool:
        """Tell whether both say the same to a reader: line breaks of another program are no difference."""
        return (self.result, clean(self.note), clean(self.reason)) == (
            other.result, clean(other.note), clean(other.reason),
        )  # fmt: skip

    def digest(self, token: str) -> str:
        values = [token, self.result.value, clean(self.note), clean(self.reason)]
        return hashlib.sha256(db.canonical(values).encode()).hexdigest()


@dataclass(frozen=True)
class Line:
    """An item of which the paper says something new."""

    item: Item
    entry: Entry
    paper: IssuedPaper
    before: Said  # what the paper showed when it was written
    read: Said  # what the paper says
    mine: Said  # what would stand if the paper is followed: what it leaves alone stays as it stands
    standing: ItemResult | None

    @property
    def theirs(self) -> Said:
        return Said.of(self.standing)

    @property
    def is_conflict(self) -> bool:
        """Tell whether somebody entered something else after the paper was written."""
        return not self.before.same(self.theirs)

    def chosen(self, choice: Choice) -> Said:
        """Return what is to stand."""
        if choice is Choice.THEIRS:
            return self.theirs
        if choice is Choice.MINE:
            return self.mine
        result = self.mine.result if choice is Choice.BOTH_MINE else self.theirs.result
        return Said(
            result,
            joined(self.theirs.note, self.mine.note),
            joined(self.theirs.reason, self.mine.reason),
        )


@dataclass(frozen=True)
class Plan:
    """What taking a paper over would do."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rows: int = 0  # items the file has
    unchanged: int = 0
    again: int = 0  # of those: items whose answer was taken over before

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if not line.is_conflict]

    @property
    def conflicts(self) -> list[Line]:
        return [line for line in self.lines if line.is_conflict]

    @property
    def errors(self) -> list[Problem]:
        return [one for one in self.problems if one.is_error]

    @property
    def digest(self) -> str:
        """What was looked at: another digest means that something changed since."""
        told = [
            [line.item.id, line.mine.digest(""), line.standing.id if line.standing else 0]
            for line in self.lines
        ]
        return hashlib.sha256(db.canonical([told, len(self.errors)]).encode()).hexdigest()


def joined(first: str, second: str) -> str:
    """Return both texts, one after the other; one that holds the other already is enough."""
    if clean(second) in clean(first):
        return first
    if clean(first) in clean(second):
        return second
    return f"{first}\n\n{second}"


def compare(audit: Audit, file: PaperFile, at: datetime) -> Plan:
    """Return what taking the file over would do now: six queries, whatever the number of rows."""
    return _Comparison(audit, file, at).plan()


class _Comparison:
    def __init__(self, audit: Audit, file: PaperFile, at: datetime) -> None:
        self.file = file
        self.choices = results(audit.kind)
        items = items_of(audit.id, current())
        self.by_id = {item.id: item for item in items}
        self.by_code = {folded(item.code): item for item in items}
        self.papers = {row.token: row for row in IssuedPaper.select().where(IssuedPaper.audit == audit.id)}
        self.standing = results_standing(audit.id, Moment.at(at))
        self.history = _history(audit.id)
        self.taken = _taken(audit.id)
        self.problems = list(file.problems)
        self.lost: list[Entry] = []
        self.shown: dict[int, dict[int, ItemResult]] = {}

    def plan(self) -> Plan:
        lines: list[Line] = []
        unchanged = again = 0
        answers = self._once(line for entry in self.file.entries if (line := self._line(entry)) is not None)
        for line in answers:
            known = (line.paper.id, line.item.id, line.read.digest(line.paper.token)) in self.taken
            if known or line.read.same(line.before) or line.mine.same(line.theirs):
                unchanged += 1
                again += known
            else:
                self._check(line)
                lines.append(line)
        if self.lost:
            first = self.lost[0]
            self.problems.append(
                Problem("key_lost", first.sheet, first.cell(KEY), {"count": str(len(self.lost))})
            )
        lines.sort(key=lambda line: (line.item.position, line.item.id))
        self.problems.sort(key=lambda one: not one.is_error)
        return Plan(lines, self.problems, len(answers), unchanged, again)

    def _line(self, entry: Entry) -> Line | None:
        """Return what an entry says of which item; None for one that is none, told among the problems."""
        found = self._item(entry)
        if found is None:
            return None
        item, paper, row = found
        before = Said.of(row)
        standing = self.standing.get(item.id)
        theirs = Said.of(standing)
        read = Said(
            self._result(entry, before.result),
            self._text(entry, NOTE, before.note, theirs.note),
            self._text(entry, REASON, before.reason, theirs.reason),
        )
        mine = Said(
            theirs.result if read.result is before.result else read.result,
            theirs.note if clean(read.note) == clean(before.note) else read.note,
            theirs.reason if clean(read.reason) == clean(before.reason) else read.reason,
        )
        return Line(item, entry, paper, before, read, mine, standing)

    def _item(self, entry: Entry) -> tuple[Item, IssuedPaper, ItemResult | None] | None:
        key = read_key(entry.key)
        of_code = self.by_code.get(folded(entry.code))
        if key is not None:
            paper, item = self.papers.get(key.token), self.by_id.get(key.item_id)
            row = self.history.get(key.based_on)
            if paper is None or item is None or (key.based_on and (row is None or row.item_id != item.id)):
                self.problems.append(entry.problem("foreign_row", CODE))
                return None
            if entry.code and of_code is not item:
                params = {"item": item.code, "code": quote(entry.code)}
                self.problems.append(entry.problem("mixed_row", CODE, **params))
                return None
            return item, paper, row
        if of_code is None:
            if entry.text:
                self.problems.append(entry.problem("stray", CODE, value=entry.text))
            return None
        paper = self.papers[self.file.token]
        self.lost.append(entry)
        return of_code, paper, self._shown(paper).get(of_code.id)

    def _shown(self, paper: IssuedPaper) -> dict[int, ItemResult]:
        """Return by item what a paper showed when it was written."""
        if paper.id not in self.shown:
            rows = sorted(self.history.values(), key=lambda row: row.id)
            self.shown[paper.id] = {row.item_id: row for row in rows if row.id <= paper.last_result}
        return self.shown[paper.id]

    def _result(self, entry: Entry, before: Result) -> Result:
        word = entry.answers.get(RESULT)
        if word is None:
            return before
        found = vocabulary().results.get(folded(word))
        if found is None or (found not in self.choices and found is not before):
            choices = str(_(", ")).join(str(label) for label in self.choices.values())
            self.problems.append(entry.problem("unknown_result", RESULT, value=word, choices=choices))
            return before
        return found

    def _text(self, entry: Entry, name: str, before: str, theirs: str) -> str:
        """Return the text that a cell asks for. What was erased on purpose does not come back by a paper."""
        text = entry.answers.get(name)
        if text is None or text == clean(before):
            return before
        if isinstance(before, db.ErasedText) or isinstance(theirs, db.ErasedText):
            self.problems.append(entry.problem("erased_text", name))
            return before
        if folded(text) in vocabulary().removals:
            return ""
        if len(text) > LONGEST_TEXT:
            params = {"length": f"{len(text):,}", "limit": LIMIT}
            self.problems.append(entry.problem("too_long", name, **params))
        return text

    def _once(self, lines: Iterable[Line]) -> list[Line]:
        """Return one line an item; the same answer twice is one, another one is a problem."""
        found: dict[int, Line] = {}
        for line in lines:
            first = found.setdefault(line.item.id, line)
            if first is not line and not first.read.same(line.read):
                where = f"{first.entry.sheet}!{first.entry.cell(CODE)}"
                params = {"code": line.item.code, "first": where}
                self.problems.append(line.entry.problem("twice", CODE, **params))
        return list(found.values())

    def _check(self, line: Line) -> None:
        if line.mine.result is Result.NOT_APPLICABLE and not line.mine.reason.strip():
            self.problems.append(line.entry.problem("reason_missing", REASON))


def _history(audit_id: int) -> dict[int, ItemResult]:
    """Return every result that was ever recorded in the audit, by its id: one query."""
    rows = ItemResult.select().join(AuditItem).where(AuditItem.audit == audit_id)
    return {row.id: row for row in rows}


def _taken(audit_id: int) -> set[tuple[int, int, str]]:
    rows: Any = (
        PaperTaken.select(PaperTaken.paper, PaperTaken.item, PaperTaken.digest)
        .join(IssuedPaper)
        .where(IssuedPaper.audit == audit_id)
    )
    return set(db.tuples(rows))
