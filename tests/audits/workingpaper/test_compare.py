"""What a returned paper would change: against what it showed, and against what stands now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor import db
from auditor.access import application
from auditor.activity import ActivityEvent
from auditor.audits import actions
from auditor.audits.conducting import LONGEST_TEXT
from auditor.audits.models import Audit, AuditItem, AuditState, ItemDraft, ItemResult
from auditor.audits.results import Result
from auditor.audits.workingpaper import returning
from auditor.audits.workingpaper.comparing import Choice, Plan, joined
from auditor.audits.workingpaper.models import AppliedPaper, PaperTaken, PaperUpload
from auditor.errors import RuleBroken
from auditor.integrity.checks import derived_mismatches
from auditor.integrity.texts import erase_texts
from auditor.integrity.written import Text
from auditor.language import speaking
from tests.audits.making import answer, answer_all, assigned, items
from tests.audits.workingpaper.filling import (
    CHECKLIST,
    HEAD_ROW,
    applied,
    changed,
    column,
    filled,
    place,
    plan,
    row_of,
    staged,
    standing,
    taken,
)
from tests.cast import NOW, Cast

LATER = NOW + timedelta(hours=1)
EVENING = NOW + timedelta(hours=8)


@pytest.fixture
def audit(cast: Cast) -> Audit:
    made = assigned(cast, auditors=("auditor", "second_auditor"))
    answer(cast, items(made)[1], Result.MINOR, note="記録がない")
    return made


def codes(found: Plan) -> list[tuple[str, str]]:
    return [(one.code, one.place) for one in found.problems]


def test_a_paper_that_nobody_wrote_on_changes_nothing(cast: Cast, audit: Audit) -> None:
    found = plan(cast, audit, taken(cast, audit))
    assert (found.lines, found.problems, found.rows, found.unchanged) == ([], [], 5, 5)


def test_answers_are_written_as_the_screen_writes_them(cast: Cast, audit: Audit) -> None:
    back = filled(taken(cast, audit), {
        "ORG-01": {"result": "適合", "note": " 台帳を3件見た \n"},
        "ORG-02": {"note": "記録が2件ない"},
        "PHY-01": {"result": "対象外", "reason": "部屋がない"},
    })  # fmt: skip
    made = applied(cast, audit, back, at=LATER)
    assert (made.changed, made.kept, made.applied_by) == (3, 0, cast.person["auditor"])
    assert standing(audit, "ORG-01", LATER) == ("conform", "台帳を3件見た", "")
    assert standing(audit, "ORG-02", LATER) == ("minor", "記録が2件ない", "")
    assert standing(audit, "PHY-01", LATER) == ("not_applicable", "", "部屋がない")
    rows = list(ItemResult.select().order_by(ItemResult.id))
    assert [row.recorded_by for row in rows[1:]] == [cast.person["auditor"]] * 3
    assert next(row for row in rows[1:] if row.item_id == rows[0].item_id).replaces_id == rows[0].id
    assert len({row.text_salt for row in rows}) == len(rows)
    assert not list(derived_mismatches())
    events = [event for event in ActivityEvent.select() if event.type == "audit.paper_applied"]
    assert [event.data["changed"] for event in events] == [3]
    assert {table for table, *_ in events[0].rows} == {"applied_paper", "item_result"}


def test_the_first_paper_taken_over_starts_the_audit(cast: Cast) -> None:
    audit = assigned(cast)
    applied(cast, audit, filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}))
    assert [row.state for row in AuditState.select().order_by(AuditState.id)] == ["planned", "in_progress"]


def test_both_languages_are_understood_whatever_the_language_of_the_file(cast: Cast, audit: Audit) -> None:
    words = {"ORG-01": "Conforming", "ORG-02": "ＭＡＪＯＲ　nonconformity", "PHY-01": "観察事項", "PHY-02": " 改善の機会 ",
             "TEC-01": "軽微"}  # fmt: skip
    back = filled(taken(cast, audit, language="en"), {code: {"result": word} for code, word in words.items()})
    applied(cast, audit, back, at=LATER)
    assert [standing(audit, code, LATER)[0] for code in words] == [
        "conform", "major", "observation", "improvement", "minor",
    ]  # fmt: skip


def test_an_emptied_cell_changes_nothing_and_a_text_is_removed_by_saying_so(cast: Cast, audit: Audit) -> None:
    paper = taken(cast, audit)
    assert not plan(cast, audit, filled(paper, {"ORG-02": {"result": None, "note": None}})).lines
    for word in ("（削除）", "(Remove)", "(削除)"):
        (line,) = plan(cast, audit, filled(paper, {"ORG-02": {"note": word}})).lines
        assert (line.mine.note, line.theirs.note) == ("", "記録がない")
    applied(cast, audit, filled(paper, {"ORG-02": {"result": "未確認", "note": "（削除）"}}), at=LATER)
    assert standing(audit, "ORG-02", LATER) == ("not_checked", "", "")


def test_what_two_papers_change_at_different_items_comes_together(cast: Cast, audit: Audit) -> None:
    first, second = taken(cast, audit), taken(cast, audit, by="second_auditor")
    applied(cast, audit, filled(first, {"ORG-01": {"result": "適合"}}), at=LATER)
    back = filled(second, {"PHY-01": {"result": "適合"}})
    assert not plan(cast, audit, back, by="second_auditor", at=EVENING).conflicts
    applied(cast, audit, back, by="second_auditor", at=EVENING)
    assert [standing(audit, code, EVENING)[0] for code in ("ORG-01", "PHY-01")] == ["conform"] * 2


def conflicting(cast: Cast, audit: Audit) -> bytes:
    """A paper that says something of an item at which somebody else entered something meanwhile."""
    back = filled(
        taken(cast, audit),
        {"ORG-01": {"result": "重大な不適合", "note": "鍵がない"}, "PHY-02": {"result": "適合"}},
    )
    answer(cast, items(audit)[0], Result.MINOR, by="second_auditor", at=LATER, note="鍵が古い")
    return back


@pytest.mark.parametrize(
    ("choice", "stands", "kept"),
    [
        (Choice.MINE, ("major", "鍵がない", ""), 0),
        (Choice.THEIRS, ("minor", "鍵が古い", ""), 1),
        (Choice.BOTH_MINE, ("major", "鍵が古い\n\n鍵がない", ""), 0),
        (Choice.BOTH_THEIRS, ("minor", "鍵が古い\n\n鍵がない", ""), 0),
    ],
)
def test_a_conflict_is_decided_by_who_brings_the_paper_back(
    cast: Cast, audit: Audit, choice: Choice, stands: tuple[str, str, str], kept: int
) -> None:
    back = conflicting(cast, audit)
    found = plan(cast, audit, back, at=EVENING)
    (line,) = found.conflicts
    assert (line.theirs.note, line.mine.note, line.before.result) == (
        "鍵が古い",
        "鍵がない",
        Result.NOT_CHECKED,
    )
    made = applied(cast, audit, back, at=EVENING, choices={"ORG-01": choice})
    assert (standing(audit, "ORG-01", EVENING), made.kept) == (stands, kept)
    assert standing(audit, "PHY-02", EVENING)[0] == "conform"
    again = plan(cast, audit, back, at=EVENING)
    assert (again.lines, again.again > 0) == ([], True), "what was decided is not asked again"


def test_nothing_is_taken_over_while_a_conflict_is_undecided(cast: Cast, audit: Audit) -> None:
    back = conflicting(cast, audit)
    before = ItemResult.select().count()
    with pytest.raises(RuleBroken):
        applied(cast, audit, back, at=EVENING)
    assert (ItemResult.select().count(), AppliedPaper.select().count()) == (before, 0)


def test_who_touched_one_field_keeps_what_somebody_else_entered_in_the_other(
    cast: Cast, audit: Audit
) -> None:
    back = filled(taken(cast, audit), {"ORG-02": {"result": "重大な不適合"}})
    answer(cast, items(audit)[1], Result.MINOR, by="second_auditor", at=LATER, note="記録が5件ない")
    (line,) = plan(cast, audit, back, at=EVENING).conflicts
    assert (line.mine.result, line.mine.note) == (Result.MAJOR, "記録が5件ない")


def test_the_same_said_on_both_sides_is_no_conflict(cast: Cast, audit: Audit) -> None:
    back = filled(taken(cast, audit), {"ORG-01": {"result": "適合", "note": "見た\n聞いた"}})
    answer(cast, items(audit)[0], Result.CONFORM, by="second_auditor", at=LATER, note="見た\r\n聞いた")
    assert not plan(cast, audit, back, at=EVENING).lines


def test_the_same_file_twice_changes_nothing_also_after_somebody_else_went_on(
    cast: Cast, audit: Audit
) -> None:
    back = filled(taken(cast, audit), {"ORG-01": {"result": "適合"}})
    applied(cast, audit, back, at=LATER)
    answer(cast, items(audit)[0], Result.MAJOR, by="second_auditor", at=EVENING, note="後で分かった")
    found = plan(cast, audit, back, at=EVENING)
    assert (found.lines, found.again) == ([], 1)
    with pytest.raises(RuleBroken):
        applied(cast, audit, back, at=EVENING)
    assert standing(audit, "ORG-01", EVENING)[0] == "major"


def test_a_paper_that_is_brought_back_every_evening_adds_what_is_new(cast: Cast, audit: Audit) -> None:
    first = filled(taken(cast, audit), {"ORG-01": {"result": "適合"}})
    applied(cast, audit, first, at=LATER)
    second = filled(first, {"PHY-01": {"result": "適合"}})
    found = plan(cast, audit, second, at=EVENING)
    assert [line.item.code for line in found.lines] == ["PHY-01"] and not found.conflicts


def test_one_upload_is_taken_over_once_however_often_it_is_sent(cast: Cast, audit: Audit) -> None:
    upload = staged(cast, audit, filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}))
    fresh = Audit.get_by_id(audit.id)
    digest = returning.plan_of(fresh, upload, NOW).digest
    returning.apply(cast.actor("auditor"), NOW, fresh, upload, digest, {})
    with pytest.raises(returning.AppliedBefore):
        returning.apply(cast.actor("auditor"), NOW, fresh, upload, digest, {})
    assert AppliedPaper.select().count() == 1
    assert PaperUpload.get().content == {}, "the texts do not stay in a second place"


def test_what_was_entered_after_the_preview_asks_for_another_look(cast: Cast, audit: Audit) -> None:
    upload = staged(cast, audit, filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}))
    fresh = Audit.get_by_id(audit.id)
    digest = returning.plan_of(fresh, upload, NOW).digest
    answer(cast, items(audit)[0], Result.MINOR, by="second_auditor", at=LATER, note="先に入れた")
    with pytest.raises(returning.PlanChanged):
        returning.apply(cast.actor("auditor"), EVENING, fresh, upload, digest, {})
    assert standing(audit, "ORG-01", EVENING)[0] == "minor"


def test_what_is_being_typed_on_the_screen_is_left_alone(cast: Cast, audit: Audit) -> None:
    item = items(audit)[0]
    actions.save_draft(cast.actor("auditor"), NOW, item, "書きかけ", None)
    applied(cast, audit, filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}), at=LATER)
    assert ItemDraft.get().note == "書きかけ"


# --- Problems, each by its cell ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "code", "name", "ja", "en"),
    [
        ({"result": "まあまあ"}, "unknown_result", "result", "「まあまあ」という判定はありません", "“まあまあ” is not a result"),
        ({"result": 1}, "unknown_result", "result", "「1」という判定はありません", "“1” is not a result"),
        ({"result": "対象外"}, "reason_missing", "reason", "「対象外」には理由が必要です", "needs a reason"),
        ({"note": "あ" * (LONGEST_TEXT + 1)}, "too_long", "note", "20,001文字あります", "has 20,001 characters"),
        ({"note": "=1+1"}, "formula", "note", "数式が入っています", "A formula stands in a cell"),
        ({"result": '=IF(1,"適合","")'}, "formula", "result", "数式が入っています", "A formula stands in a cell"),
        ({"note": "#REF!"}, "error_value", "note", "Excelのエラー（#REF!）", "shows an Excel error (#REF!)"),
    ],
)  # fmt: skip
def test_a_problem_is_told_by_its_cell_in_both_languages(
    cast: Cast, audit: Audit, values: dict[str, Any], code: str, name: str, ja: str, en: str
) -> None:
    paper = taken(cast, audit)
    found = plan(cast, audit, filled(paper, {"ORG-01": values}))
    assert codes(found) == [(code, f"チェックリスト!{place(paper, 'ORG-01', name)}")]
    for language, words in (("ja", ja), ("en", en)):
        with speaking(language):
            assert words in found.problems[0].message
    with pytest.raises(RuleBroken):
        applied(cast, audit, filled(paper, {"ORG-01": values, "PHY-01": {"result": "適合"}}))
    assert standing(audit, "PHY-01")[0] == "not_checked", "all of it or nothing"


def copy_row(sheet: Any, source: int, target: int) -> None:
    for one in sheet[source]:
        sheet.cell(target, one.column).value = one.value


def test_an_item_twice_is_a_problem_only_with_different_answers(cast: Cast, audit: Audit) -> None:
    def twice(book: Any) -> None:
        sheet = book.worksheets[CHECKLIST]
        copy_row(sheet, row_of(sheet, "ORG-01"), 20)

    same = changed(filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}), twice)
    found = plan(cast, audit, same)
    assert (codes(found), len(found.changes)) == ([], 1)
    other = filled(same, {"ORG-01": {"result": "観察事項"}})
    assert codes(plan(cast, audit, other)) == [("twice", "チェックリスト!C20")]


def test_rows_that_were_mixed_are_refused_instead_of_answering_the_wrong_item(
    cast: Cast, audit: Audit
) -> None:
    def mix(book: Any) -> None:
        sheet = book.worksheets[CHECKLIST]
        place = column(sheet, "key")
        first, second = sheet.cell(HEAD_ROW + 1, place), sheet.cell(HEAD_ROW + 2, place)
        first.value, second.value = second.value, first.value

    found = plan(cast, audit, changed(taken(cast, audit), mix))
    assert [code for code, _ in codes(found)] == ["mixed_row"] * 2 and not found.lines


def test_a_row_of_another_paper_is_refused(cast: Cast, audit: Audit) -> None:
    other = assigned(cast, subject="D130", auditors=("auditor",))
    theirs = taken(cast, other)
    import io

    from openpyxl import load_workbook

    foreign = load_workbook(io.BytesIO(theirs)).worksheets[CHECKLIST]

    def paste(book: Any) -> None:
        for one in foreign[HEAD_ROW + 1]:
            book.worksheets[CHECKLIST].cell(30, one.column).value = one.value

    assert [code for code, _ in codes(plan(cast, audit, changed(taken(cast, audit), paste)))] == [
        "foreign_row"
    ]


def test_a_colleagues_rows_pasted_into_the_own_paper_count(cast: Cast, audit: Audit) -> None:
    """Merged before they were brought back: each row carries what its own paper showed."""
    mine = taken(cast, audit)
    answer(cast, items(audit)[4], Result.CONFORM, at=LATER)
    theirs = filled(taken(cast, audit, by="second_auditor", at=LATER), {"TEC-01": {"result": "観察事項"}})
    import io

    from openpyxl import load_workbook

    other = load_workbook(io.BytesIO(theirs)).worksheets[CHECKLIST]

    def paste(book: Any) -> None:
        sheet = book.worksheets[CHECKLIST]
        for one in other[row_of(other, "TEC-01")]:
            sheet.cell(row_of(sheet, "TEC-01"), one.column).value = one.value

    found = plan(cast, audit, changed(mine, paste), at=EVENING)
    assert (codes(found), [line.item.code for line in found.changes]) == ([], ["TEC-01"])


def test_a_text_beside_the_items_is_named_and_not_silently_lost(cast: Cast, audit: Audit) -> None:
    def scribble(book: Any) -> None:
        sheet = book.worksheets[CHECKLIST]
        sheet.cell(25, column(sheet, "note")).value = "あとで確認すること"

    found = plan(cast, audit, changed(taken(cast, audit), scribble))
    assert [one.code for one in found.problems] == ["stray"]
    assert "あとで確認" in found.problems[0].message and not found.errors


def test_an_erased_text_does_not_come_back_by_a_paper(cast: Cast, audit: Audit) -> None:
    paper = filled(taken(cast, audit), {"ORG-02": {"result": "重大な不適合"}})
    upload = staged(cast, audit, paper)
    row = ItemResult.get()
    erase_texts(
        application("test"),
        [Text("item_result", row.id, "note", row.note, "audit", audit.id)],
        "本人の請求",
        LATER,
    )
    assert not PaperUpload.select().where(PaperUpload.id == upload.id).exists(), "it held the text as well"
    found = plan(cast, audit, paper, at=EVENING)
    assert [one.code for one in found.problems] == ["erased_text"]
    applied(cast, audit, paper, at=EVENING)
    result, note, _reason = standing(audit, "ORG-02", EVENING)
    assert result == "major" and isinstance(note, db.ErasedText)


def test_texts_that_together_are_too_long_are_told(cast: Cast, audit: Audit) -> None:
    back = filled(taken(cast, audit), {"ORG-01": {"note": "甲" * 15_000}})
    answer(cast, items(audit)[0], Result.MINOR, by="second_auditor", at=LATER, note="乙" * 15_000)
    with pytest.raises(RuleBroken) as broken:
        applied(cast, audit, back, at=EVENING, choices={"ORG-01": Choice.BOTH_THEIRS})
    assert broken.value.field == str(items(audit)[0].id)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ("甲", "乙", "甲\n\n乙"),
        ("甲乙", "乙", "甲乙"),
        ("甲", "甲乙", "甲乙"),
        ("", "乙", "乙"),
        ("甲", "", "甲"),
    ],
)
def test_joined_texts_repeat_nothing(first: str, second: str, both: str) -> None:
    assert joined(first, second) == both


def test_a_submitted_audit_takes_no_paper_over(cast: Cast, audit: Audit) -> None:
    upload = staged(cast, audit, filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}))
    fresh = Audit.get_by_id(audit.id)
    digest = returning.plan_of(fresh, upload, NOW).digest
    for item in items(audit):
        if item.current_result == "not_checked":
            answer(cast, item, Result.NOT_APPLICABLE, reason="なし", at=LATER)
    answer(cast, items(audit)[1], Result.CONFORM, at=LATER)
    actions.submit(cast.actor("auditor"), LATER, Audit.get_by_id(audit.id))
    with pytest.raises(RuleBroken):
        returning.apply(cast.actor("auditor"), EVENING, fresh, upload, digest, {})
    assert not AppliedPaper.select().exists()


def test_what_expired_is_cleared_away(cast: Cast, audit: Audit) -> None:
    paper = taken(cast, audit)
    applied(cast, audit, filled(paper, {"ORG-01": {"result": "適合"}}))
    staged(cast, audit, filled(paper, {"PHY-01": {"result": "適合"}}))
    assert returning.discard_old(NOW + timedelta(days=6)) == 0
    assert returning.discard_old(NOW + timedelta(days=8)) == 2
    assert PaperTaken.select().exists()
    returning.discard_old(NOW + timedelta(days=91))
    assert not PaperTaken.select().exists()


def test_comparing_costs_the_same_queries_for_many_items_as_for_few(cast: Cast, query_count: Any) -> None:
    counts = []
    for codes_ in (("ORG-01",), ("ORG-01", "ORG-02", "PHY-01", "PHY-02")):
        audit = assigned(cast, codes=codes_)
        upload = staged(
            cast, audit, filled(taken(cast, audit), {code: {"result": "適合"} for code in codes_})
        )
        fresh = Audit.get_by_id(audit.id)
        with query_count() as statements:
            digest = returning.plan_of(fresh, upload, NOW).digest
        looked = statements.count
        with query_count() as statements:
            returning.apply(cast.actor("auditor"), NOW, fresh, upload, digest, {})
        counts.append((looked, statements.count))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 5


def test_an_audit_of_others_is_not_held_up(cast: Cast, audit: Audit) -> None:
    """Only what is taken over is written: the rows of the other items stay as they were."""
    untouched = {item.id: item.current_result for item in items(audit)[1:]}
    applied(cast, audit, filled(taken(cast, audit), {"ORG-01": {"result": "適合"}}))
    assert {item.id: item.current_result for item in AuditItem.select() if item.id in untouched} == untouched
    answer_all(cast, audit, at=LATER)
    assert not list(derived_mismatches())
