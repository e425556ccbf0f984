"""Taking a working paper: what the file holds, how it is protected, and that it is known when it comes back."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from auditor.activity import ActivityEvent
from auditor.audits import actions
from auditor.audits.models import Audit, AuditState
from auditor.audits.results import Result
from auditor.audits.workingpaper import issuing
from auditor.audits.workingpaper.models import IssuedPaper
from auditor.errors import RuleBroken
from tests.audits.making import answer, answer_all, assigned, items
from tests.audits.workingpaper.filling import CHECKLIST, cell, column, row_of, taken
from tests.bed.pages import text_of
from tests.cast import NOW, Cast
from tests.findings.making import Making

LATER = NOW + timedelta(hours=1)


def book_of(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_the_paper_shows_what_stands_and_its_first_sheet_says_how_to_fill_it_in(cast: Cast) -> None:
    audit = assigned(cast)
    answer(cast, items(audit)[0], Result.MINOR, note="3件中1件に印がない")
    book = book_of(taken(cast, audit))
    guide, sheet = book.worksheets[:2]
    assert book.sheetnames[:2] == ["記入要領", "チェックリスト"]
    assert "監査調書" in guide["B1"].value
    assert any("（削除）" in str(one.value) for row in guide.iter_rows() for one in row)
    assert cell(sheet, "ORG-01", "result").value == "軽微な不適合"
    assert cell(sheet, "ORG-01", "note").value == "3件中1件に印がない"
    assert cell(sheet, "ORG-02", "result").value is None, "not checked is a cell to fill in"
    assert cell(sheet, "ORG-02", "question").value == "ORG-02の管理策\nORG-02は守られているか。"
    assert cell(sheet, "ORG-02", "guidance").value == "記録を見る。"


def test_the_paper_speaks_the_language_asked_for(cast: Cast) -> None:
    book = book_of(taken(cast, assigned(cast), language="en"))
    assert book.sheetnames[:2] == ["Instructions", "Checklist"]
    assert cell(book.worksheets[CHECKLIST], "ORG-01", "question").value == "Control ORG-01\nIs ORG-01 kept?"


def test_only_answers_can_be_typed_and_results_are_chosen_from_a_list(cast: Cast) -> None:
    book = book_of(taken(cast, assigned(cast)))
    sheet = book.worksheets[CHECKLIST]
    assert sheet.protection.sheet and not sheet.protection.password
    assert book.security.lockStructure
    free = {name for name in ("key", "code", "question", "before", "result", "note", "reason")
            if not cell(sheet, "ORG-01", name).protection.locked}  # fmt: skip
    assert free == {"result", "note", "reason"}
    lists = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert "軽微な不適合" in lists[0].formula1 and len(lists[0].formula1) < 255
    assert cell(sheet, "PHY-01", "result").coordinate in lists[0].sqref
    assert sheet.column_dimensions["A"].hidden and sheet.row_dimensions[1].hidden
    assert book.worksheets[-1].sheet_state == "veryHidden"


def test_the_paper_is_made_for_a_print_on_landscape_a4_with_its_headings_repeated(cast: Cast) -> None:
    sheet = book_of(taken(cast, assigned(cast))).worksheets[CHECKLIST]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.page_setup.fitToWidth == 1 and sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$4:$4"
    assert "A26-" in sheet.oddFooter.left.text


def test_last_time_and_open_findings_stand_beside_each_item(cast: Cast, settings: Any) -> None:
    first = assigned(cast, at=NOW - timedelta(days=200))
    answer_all(cast, first, at=NOW - timedelta(days=190))
    answer(cast, items(first)[2], Result.OBSERVATION, note="施錠が遅い", at=NOW - timedelta(days=189))
    actions.submit(cast.actor("auditor"), NOW - timedelta(days=188), Audit.get_by_id(first.id))
    actions.approve(cast.actor("head_of_audit"), NOW - timedelta(days=187), Audit.get_by_id(first.id))
    making = Making(cast, settings.evidence_folder, NOW - timedelta(days=186))
    finding = making.recorded(item=items(first)[2])
    sheet = book_of(taken(cast, assigned(cast))).worksheets[CHECKLIST]
    before = cell(sheet, "PHY-01", "before").value
    assert before.startswith("観察事項\n" + first.number) and before.endswith("施錠が遅い")
    assert finding.number in cell(sheet, "PHY-01", "findings").value
    assert cell(sheet, "ORG-01", "findings").value is None


def test_a_text_that_looks_like_a_formula_stays_text(cast: Cast) -> None:
    audit = assigned(cast)
    answer(cast, items(audit)[0], Result.CONFORM, note="=HYPERLINK(1)")
    note = cell(book_of(taken(cast, audit)).worksheets[CHECKLIST], "ORG-01", "note")
    assert (note.value, note.data_type, note.quotePrefix) == ("=HYPERLINK(1)", "s", True)


def test_a_paper_is_recorded_and_asked_for_again_it_is_the_same(cast: Cast) -> None:
    audit = assigned(cast)
    answer(cast, items(audit)[0])
    first, again = taken(cast, audit), taken(cast, audit, at=LATER)
    paper = IssuedPaper.get()
    assert (paper.issued_to_id, paper.state, paper.items) == (cast.person["auditor"], "in_progress", 5)
    assert paper.expires_at == NOW + issuing.KEPT
    assert ActivityEvent.select().where(ActivityEvent.type == "audit.paper_issued").count() == 1
    for content in (first, again):
        sheet = book_of(content).worksheets[CHECKLIST]
        key = sheet.cell(row_of(sheet, "ORG-01"), column(sheet, "key")).value
        assert key.startswith(paper.token)
    answer(cast, items(audit)[1], at=LATER)
    taken(cast, audit, at=LATER)
    taken(cast, audit, language="en", at=LATER)
    assert IssuedPaper.select().count() == 3


def test_several_auditors_each_take_a_paper_of_their_own(cast: Cast) -> None:
    audit = assigned(cast, auditors=("auditor", "second_auditor"))
    taken(cast, audit)
    taken(cast, audit, by="second_auditor")
    assert {paper.issued_to_id for paper in IssuedPaper.select()} == {
        cast.person["auditor"], cast.person["second_auditor"],
    }  # fmt: skip


def test_no_paper_is_given_out_of_an_audit_that_was_submitted(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    with pytest.raises(RuleBroken):
        taken(cast, audit)
    cast.sign_in(client, "auditor")
    refused = client.post(f"/audits/{audit.id}/papers/take", data={"language": "ja"})
    assert refused.status_code == 422
    assert "差し戻してもらってください" in text_of(refused)
    assert AuditState.select().where(AuditState.state == "in_progress").count() == 1


def test_the_page_gives_the_file_to_be_saved_and_lists_who_took_one(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    assert "調書" in text_of(client.get(f"/audits/{audit.id}"))
    assert "まだありません" in text_of(client.get(f"/audits/{audit.id}/papers"))
    sent = client.post(f"/audits/{audit.id}/papers/take", data={"language": "en"})
    assert sent.status_code == 200
    assert sent.headers["Content-Disposition"].startswith("attachment")
    named = client.post(f"/audits/{audit.id}/papers/take", data={"language": "ja"})
    assert unquote(named.headers["Content-Disposition"]).endswith("監査調書.xlsx"), (
        "encoded, so that a server sends it"
    )
    assert book_of(sent.data).sheetnames[0] == "Instructions"
    page = text_of(client.get(f"/audits/{audit.id}/papers"))
    assert "髙橋" in page and "2027-02-18" in page


@pytest.mark.parametrize("person", ["administrator", "head_of_sales"])
def test_who_may_only_read_the_audit_takes_no_paper(client: Any, cast: Cast, person: str) -> None:
    audit = assigned(cast)
    cast.sign_in(client, person)
    assert client.get(f"/audits/{audit.id}/papers").status_code == 403
    assert client.post(f"/audits/{audit.id}/papers/take").status_code == 403


def test_a_stranger_finds_nothing_and_nobody_is_shown_to_the_door(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    assert client.post(f"/audits/{audit.id}/papers/take").status_code == 303
    cast.sign_in(client, "staff_of_sales")
    assert client.post(f"/audits/{audit.id}/papers/take").status_code == 404
    assert not IssuedPaper.select().exists()


def test_a_paper_costs_the_same_queries_for_many_items_as_for_few(cast: Cast, query_count: Any) -> None:
    few, many = assigned(cast, codes=("ORG-01",)), assigned(cast)
    counts = []
    for audit in (few, many):
        with query_count() as statements:
            taken(cast, audit)
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 35
