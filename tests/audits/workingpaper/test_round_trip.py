"""Two people on two papers and somebody on the screen at once: nothing lost, nothing doubled, no conflict hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audits.models import Audit, ItemResult
from auditor.audits.results import Result
from auditor.audits.workingpaper.comparing import Choice, joined
from auditor.audits.workingpaper.models import AppliedPaper
from auditor.integrity.checks import derived_mismatches
from tests.audits.making import answer, assigned, items
from tests.audits.workingpaper.filling import applied, filled, plan, taken
from tests.cast import NOW, Cast

CODES = ("ORG-01", "ORG-02")
PEOPLE = ("auditor", "second_auditor")
Said = tuple[str, str, str]
NOTHING: Said = ("not_checked", "", "")
WORDS = {result.value: str(result) for result in Result}

results = st.sampled_from([None, "conform", "minor", "not_applicable"])
notes = st.sampled_from([None, "甲", "乙", "丙\n二行目", "（削除）"])
edits = st.dictionaries(st.sampled_from(CODES), st.tuples(results, notes), max_size=2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sampled_from(PEOPLE)),
        st.tuples(st.just("write"), st.sampled_from(PEOPLE), edits),
        st.tuples(st.just("bring"), st.sampled_from(PEOPLE), st.sampled_from(list(Choice))),
        st.tuples(st.just("screen"), st.sampled_from(CODES), results, notes),
    ),
    min_size=4,
    max_size=11,
)
LABELS = {"conform": "適合", "minor": "Minor nonconformity", "not_applicable": "対象外"}


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
        return result, "" if note == "（削除）" else note, reason


class Model:
    """What ought to stand, worked out apart from the application."""

    def __init__(self) -> None:
        self.stands = dict.fromkeys(CODES, NOTHING)
        self.writings: Counter[str] = Counter()  # how many dated rows each item ought to have
        self.papers: dict[str, Paper] = {}

    def put(self, code: str, said: Said) -> None:
        if said != self.stands[code]:
            self.stands[code] = said
            self.writings[code] += 1

    def news(self, paper: Paper, code: str) -> tuple[Said, bool] | None:
        """Return what a paper would change an item to and whether that is a conflict; None for nothing new."""
        says, before, theirs = paper.says(code), paper.shown[code], self.stands[code]
        if says == before or (code, says) in paper.brought:
            return None
        mine: Said = tuple(  # type: ignore[assignment]
            theirs[place] if says[place] == before[place] else says[place] for place in range(3)
        )
        return None if mine == theirs else (mine, theirs != before)


@settings(max_examples=18)
@given(steps)
def test_whatever_two_papers_and_the_screen_say_arrives_once(cast: Cast, told: list[Any]) -> None:
    audit = assigned(cast, auditors=PEOPLE, codes=CODES)
    of_code = {item.control.code: item for item in items(audit)}
    model, at = Model(), NOW
    for step in told:
        at += timedelta(minutes=1)
        match step:
            case ("take", who):
                model.papers[who] = Paper(taken(cast, audit, who, at), dict(model.stands))
            case ("write", who, changes) if who in model.papers:
                _write(model.papers[who], changes)
            case ("bring", who, choice) if who in model.papers:
                _bring(cast, audit, model, who, choice, at)
            case ("screen", code, result, note):
                _type(cast, of_code[code], model, code, result, note, at)
        for code in CODES:
            row = ItemResult.select().where(ItemResult.item == of_code[code].id)
            assert row.count() == model.writings[code], "nothing is lost and nothing is doubled"
            assert _standing(of_code[code].id) == model.stands[code]
    assert not list(derived_mismatches())


def _write(paper: Paper, changes: dict[str, tuple[str | None, str | None]]) -> None:
    for code, (result, note) in changes.items():
        cells = paper.cells.setdefault(code, {})
        if result is not None:
            cells["result"] = result
        if note is not None:
            cells["note"] = note
        if cells.get("result") == "not_applicable":
            cells["reason"] = "対象がない"
    answers = {
        code: {name: LABELS.get(value, value) if name == "result" else value for name, value in cells.items()}
        for code, cells in paper.cells.items()
    }
    paper.content = filled(paper.content, answers)


def _bring(cast: Cast, audit: Audit, model: Model, who: str, choice: Choice, at: Any) -> None:
    paper = model.papers[who]
    expected = {code: news for code in CODES if (news := model.news(paper, code)) is not None}
    found = plan(cast, audit, paper.content, who, at)
    shown = {
        line.item.code: ((line.mine.result.value, line.mine.note, line.mine.reason), line.is_conflict)
        for line in found.lines
    }
    assert shown == expected, "every change and every conflict is shown, and nothing else"
    assert not found.errors
    before = AppliedPaper.select().count()
    if expected:
        choices = {code: choice for code, (_mine, conflict) in expected.items() if conflict}
        chosen = {
            code: _chosen(model.stands[code], mine, choice) if conflict else mine
            for code, (mine, conflict) in expected.items()
        }
        if any(said[0] == "not_applicable" and not said[2] for said in chosen.values()):
            return  # a choice that breaks a rule is refused; its own test holds that
        applied(cast, audit, paper.content, who, at, choices)
        for code, said in chosen.items():
            model.put(code, said)
            paper.brought.add((code, paper.says(code)))
        assert AppliedPaper.select().count() == before + 1
        assert not plan(cast, audit, paper.content, who, at).lines, "once more, the same file changes nothing"


def _chosen(theirs: Said, mine: Said, choice: Choice) -> Said:
    if choice in (Choice.MINE, Choice.THEIRS):
        return mine if choice is Choice.MINE else theirs
    result = mine[0] if choice is Choice.BOTH_MINE else theirs[0]
    return result, joined(theirs[1], mine[1]), joined(theirs[2], mine[2])


def _type(
    cast: Cast, item: Any, model: Model, code: str, result: str | None, note: str | None, at: Any
) -> None:
    now = model.stands[code]
    said: Said = (result or now[0], "" if note == "（削除）" else note or now[1], now[2])
    if said[0] == "not_applicable" and not said[2]:
        said = (said[0], said[1], "対象がない")
    answer(cast, item, Result(said[0]), by="second_auditor", at=at, note=said[1], reason=said[2])
    model.put(code, said)


def _standing(item_id: int) -> Said:
    rows = list(ItemResult.select().where(ItemResult.item == item_id).order_by(ItemResult.id))
    replaced = {row.replaces_id for row in rows}
    standing = [row for row in rows if row.id not in replaced]
    assert len(standing) <= 1, "one answer follows the other"
    return (standing[0].result, standing[0].note, standing[0].reason) if standing else NOTHING
