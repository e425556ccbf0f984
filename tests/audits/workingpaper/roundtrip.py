"""What ought to stand after papers and a screen were used at once, worked out apart from the application.

Of the round trips of audits and of self-inspections: papers are taken, written on and brought back in any order,
beside whatever is typed on the screen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from auditor.audits.models import Audit, AuditItem, ItemResult
from auditor.audits.workingpaper.comparing import Choice, joined
from auditor.audits.workingpaper.models import AppliedPaper
from auditor.integrity.checks import derived_mismatches
from tests.audits.making import items
from tests.audits.workingpaper.filling import applied, filled, plan, taken
from tests.cast import Cast

CODES = ("ORG-01", "ORG-02")
Said = tuple[str, str, str]
NOTHING: Said = ("not_checked", "", "")
DELETED = "（削除）"  # in a cell: the note is to go

results = st.sampled_from([None, "conform", "minor", "not_applicable"])
notes = st.sampled_from([None, "甲", "乙", "丙\n二行目", DELETED])
changes = st.tuples(results, notes).filter(any)  # to the result, the note or both
edits = st.dictionaries(st.sampled_from(CODES), changes, min_size=1, max_size=2)


def paper_steps(people: tuple[str, ...]) -> Any:
    """What somebody does with the paper that they have from the beginning: most often write on it and bring it back."""
    who, choice = st.sampled_from(people), st.sampled_from(list(Choice))
    worked_on = st.tuples(st.just("work"), who, edits, choice)
    return st.one_of(
        worked_on,
        worked_on,
        st.tuples(st.just("take"), who),
        st.tuples(st.just("write"), who, edits),
        st.tuples(st.just("bring"), who, choice),
    )


@dataclass
class Paper:
    """A paper in somebody's hand: what it showed, what was written on it, and what of it was taken over."""

    content: bytes
    shown: dict[str, Said]
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    brought: set[tuple[str, Said]] = field(default_factory=set)

    def says(self, code: str) -> Said:
        before, cells = self.shown[code], self.cells.get(code, {})
        result = cells.get("result") or before[0]
        note, reason = cells.get("note", before[1]) or before[1], cells.get("reason") or before[2]
        return result, "" if note == DELETED else note, reason


@dataclass
class Round:
    """One audit or self-inspection with what ought to stand in it. ``labels``: how a paper names the results."""

    cast: Cast
    audit: Audit
    labels: dict[str, str]
    stands: dict[str, Said] = field(default_factory=lambda: dict.fromkeys(CODES, NOTHING))
    writings: Counter[str] = field(default_factory=Counter)  # how many dated rows each item ought to have
    papers: dict[str, Paper] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.item: dict[str, AuditItem] = {item.control.code: item for item in items(self.audit)}

    def put(self, code: str, said: Said) -> None:
        if said != self.stands[code]:
            self.stands[code] = said
            self.writings[code] += 1

    def take(self, who: str, at: datetime) -> None:
        self.papers[who] = Paper(taken(self.cast, self.audit, who, at), dict(self.stands))

    def write(self, who: str, changes: dict[str, tuple[str | None, str | None]]) -> None:
        """Write on a paper as in a spreadsheet program."""
        paper = self.papers[who]
        for code, (result, note) in changes.items():
            cells = paper.cells.setdefault(code, {})
            if result is not None:
                cells["result"] = result
            if note is not None:
                cells["note"] = note
            if cells.get("result") == "not_applicable":
                cells["reason"] = "対象がない"
        answers = {
            code: {
                name: self.labels.get(value, value) if name == "result" else value
                for name, value in cells.items()
            }
            for code, cells in paper.cells.items()
        }
        paper.content = filled(paper.content, answers)

    def bring(self, who: str, choice: Choice, at: datetime) -> None:
        """Bring a paper back, hold what the preview shows, and take it over with one choice for every conflict."""
        paper = self.papers[who]
        expected = {code: news for code in CODES if (news := self._news(paper, code)) is not None}
        found = plan(self.cast, self.audit, paper.content, who, at)
        shown = {
            line.item.code: ((line.mine.result.value, line.mine.note, line.mine.reason), line.is_conflict)
            for line in found.lines
        }
        assert shown == expected, "every change and every conflict is shown, and nothing else"
        assert not found.errors
        if not expected:
            return
        choices = {code: choice for code, (_mine, conflict) in expected.items() if conflict}
        chosen = {
            code: _chosen(self.stands[code], mine, choice) if conflict else mine
            for code, (mine, conflict) in expected.items()
        }
        if any(said[0] == "not_applicable" and not said[2] for said in chosen.values()):
            return  # a choice that breaks a rule is refused; its own test holds that
        before = AppliedPaper.select().count()
        applied(self.cast, self.audit, paper.content, who, at, choices)
        for code, said in chosen.items():
            self.put(code, said)
            paper.brought.add((code, paper.says(code)))
        assert AppliedPaper.select().count() == before + 1
        again = plan(self.cast, self.audit, paper.content, who, at)
        assert not again.lines, "once more, the same file changes nothing"

    def _news(self, paper: Paper, code: str) -> tuple[Said, bool] | None:
        """Return what a paper would change an item to and whether that is a conflict; None for nothing new."""
        says, before, theirs = paper.says(code), paper.shown[code], self.stands[code]
        if says == before or (code, says) in paper.brought:
            return None
        mine: Said = tuple(  # type: ignore[assignment]
            theirs[place] if says[place] == before[place] else says[place] for place in range(3)
        )
        return None if mine == theirs else (mine, theirs != before)

    def paper(self, step: tuple[Any, ...], at: datetime) -> bool:
        """Do what a step says of a paper; returns whether it was one of these."""
        match step:
            case ("take", who):
                self.take(who, at)
            case ("write", who, changes):
                self.write(who, changes)
            case ("bring", who, choice):
                self.bring(who, choice, at)
            case ("work", who, changes, choice):
                self.write(who, changes)
                self.bring(who, choice, at)
            case _:
                return False
        return True

    def holds(self) -> None:
        """Hold that exactly what ought to stand stands, each answer written once."""
        for code in CODES:
            row = ItemResult.select().where(ItemResult.item == self.item[code].id)
            assert row.count() == self.writings[code], "nothing is lost and nothing is doubled"
            assert _standing(self.item[code].id) == self.stands[code]

    def ends(self) -> None:
        assert not list(derived_mismatches())


def typed(now: Said, result: str | None, note: str | None) -> Said:
    """Return what somebody leaves on the screen who changes the result, the note or both."""
    said: Said = (result or now[0], "" if note == DELETED else note or now[1], now[2])
    return (said[0], said[1], "対象がない") if said[0] == "not_applicable" and not said[2] else said


def _chosen(theirs: Said, mine: Said, choice: Choice) -> Said:
    if choice in (Choice.MINE, Choice.THEIRS):
        return mine if choice is Choice.MINE else theirs
    result = mine[0] if choice is Choice.BOTH_MINE else theirs[0]
    return result, joined(theirs[1], mine[1]), joined(theirs[2], mine[2])


def _standing(item_id: int) -> Said:
    rows = list(ItemResult.select().where(ItemResult.item == item_id).order_by(ItemResult.id))
    replaced = {row.replaces_id for row in rows}
    standing = [row for row in rows if row.id not in replaced]
    assert len(standing) <= 1, "one answer follows the other"
    return (standing[0].result, standing[0].note, standing[0].reason) if standing else NOTHING
