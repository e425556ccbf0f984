"""The working paper of a self-inspection: taken and brought back by who may answer it, in the words of its screen."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.audits.inspections import deciding
from auditor.audits.models import Audit, ItemResult
from auditor.audits.results import Result
from auditor.audits.workingpaper.models import IssuedPaper, PaperUpload
from auditor.errors import RuleBroken
from tests.audits.inspections.making import answer_all, confirmed, inspection
from tests.audits.making import answer, assigned, items
from tests.audits.workingpaper.filling import CHECKLIST, HEAD_ROW, cell, column, filled, plan, standing, taken
from tests.bed.pages import parsed, text_of
from tests.cast import NOW, Cast
from tests.findings.making import Making

KEPT = {"result": "できている"}


@pytest.fixture
def audit(cast: Cast) -> Audit:
    return inspection(cast)


def brought(client: Any, audit: Audit, content: bytes, name: str = "点検調書.xlsx") -> Any:
    return client.post(f"/inspections/{audit.id}/papers", data={"file": (io.BytesIO(content), name)})


def test_the_paper_asks_in_the_words_of_the_screen(cast: Cast, audit: Audit) -> None:
    answer(cast, items(audit)[0], Result.MINOR, by="head_of_sales", note="鍵が壊れている")
    book = load_workbook(io.BytesIO(taken(cast, audit, "head_of_sales")))
    guide, sheet = book.worksheets[:2]
    told = "\n".join(str(one.value) for row in guide.iter_rows() for one in row if one.value)
    assert "点検調書" in told and "点検対象期間" in told and "監査" not in told
    assert "一部できていない" in told and "提出はされません" in told
    assert sheet.cell(HEAD_ROW, column(sheet, "result")).value == "回答"
    assert cell(sheet, "ORG-01", "result").value == "一部できていない"
    assert cell(sheet, "ORG-01", "note").value == "鍵が壊れている"
    (listed,) = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert listed.formula1.strip('"').split(",") == [
        "できている", "一部できていない", "できていない", "できているが気になる点がある", "当部署には該当しない", "まだ確認していない",
    ]  # fmt: skip


def test_its_english_words_are_understood_too_and_each_is_one_choice_of_the_list(
    cast: Cast, audit: Audit
) -> None:
    english = taken(cast, audit, "head_of_sales", language="en")
    sheet = load_workbook(io.BytesIO(english)).worksheets[CHECKLIST]
    (listed,) = [one for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert len(listed.formula1.split(",")) == 6 and len(listed.formula1) < 255
    said = {"ORG-01": "It is kept", "ORG-02": "Not kept", "PHY-01": "適合", "PHY-02": "○"}
    made = plan(
        cast, audit, filled(english, {code: {"result": word} for code, word in said.items()}), "head_of_sales"
    )
    assert [line.read.result for line in made.lines] == ["conform", "major", "conform", "conform"]


def test_a_result_that_no_self_inspection_has_is_told_with_those_it_has(cast: Cast, audit: Audit) -> None:
    content = filled(taken(cast, audit, "head_of_sales"), {"ORG-01": {"result": "改善の機会"}})
    (problem,) = plan(cast, audit, content, "head_of_sales").errors
    assert "できている" in problem.message and "できていない" in problem.message


def test_a_paper_goes_out_and_comes_back_and_leads_to_what_is_still_to_be_answered(
    client: Any, cast: Cast, audit: Audit
) -> None:
    cast.sign_in(client, "head_of_sales")
    page = client.get(f"/inspections/{audit.id}")
    assert parsed(page).xpath(f"//a[@href='/inspections/{audit.id}/papers']")
    sent = client.post(f"/inspections/{audit.id}/papers/take", data={"language": "ja"})
    assert sent.status_code == 200 and IssuedPaper.get().issued_to_id == cast.person["head_of_sales"]
    back = filled(
        sent.data, {"ORG-01": KEPT, "PHY-01": {"result": "一部できていない", "note": "書庫の鍵がない"}}
    )
    came = brought(client, audit, back)
    shown = client.get(came.location)
    assert "書庫の鍵がない" in text_of(shown)
    assert not ItemResult.select().exists(), "looking changes nothing"
    digest = parsed(shown).xpath("//input[@name='digest']/@value")[0]
    done = client.post(f"{came.location}/apply", data={"digest": digest})
    assert (done.status_code, done.location) == (303, f"/inspections/{audit.id}/submit")
    assert "まだ回答が必要な項目" in text_of(client.get(done.location))
    assert standing(audit, "ORG-01") == ("conform", "", "")
    assert standing(audit, "PHY-01") == ("minor", "書庫の鍵がない", "")
    assert client.post(f"{came.location}/apply", data={"digest": digest}).status_code == 303
    again = brought(client, audit, back)
    assert "この調書による変更はありません" in text_of(client.get(again.location))
    assert client.post(f"{again.location}/discard").location == f"/inspections/{audit.id}/papers"
    assert ItemResult.select().count() == 2


def test_what_was_answered_on_the_screen_meanwhile_is_chosen_between(
    client: Any, cast: Cast, audit: Audit
) -> None:
    back = filled(taken(cast, audit, "head_of_sales"), {"ORG-01": {"note": "紙に書いた"}})
    answer(cast, items(audit)[0], Result.MINOR, by="head_of_sales", note="画面で入れた")
    cast.sign_in(client, "head_of_sales")
    address = brought(client, audit, back).location
    page = client.get(address)
    assert "食い違い1件" in text_of(page)
    digest = parsed(page).xpath("//input[@name='digest']/@value")[0]
    item = items(audit)[0].id
    done = client.post(f"{address}/apply", data={"digest": digest, f"choice-{item}": "both_theirs"})
    assert done.status_code == 303
    assert standing(audit, "ORG-01") == ("minor", "画面で入れた\n\n紙に書いた", "")


def test_who_took_the_paper_over_does_not_confirm(cast: Cast, client: Any) -> None:
    audit = inspection(cast, named=("head_of_other",))
    cast.sign_in(client, "head_of_other")
    back = filled(taken(cast, audit, "head_of_other"), {"ORG-01": KEPT})
    address = brought(client, audit, back).location
    digest = parsed(client.get(address)).xpath("//input[@name='digest']/@value")[0]
    assert client.post(f"{address}/apply", data={"digest": digest}).status_code == 303
    answer_all(cast, audit, "head_of_sales")
    deciding.submit(cast.actor("head_of_sales"), NOW, Audit.get_by_id(audit.id))
    with pytest.raises(RuleBroken):
        deciding.confirm(cast.actor("head_of_other"), NOW, Audit.get_by_id(audit.id))


@pytest.mark.parametrize("state", ["submitted", "confirmed"])
def test_a_self_inspection_that_was_handed_in_takes_no_paper_any_more(
    client: Any, cast: Cast, state: str
) -> None:
    audit = inspection(cast)
    content = filled(taken(cast, audit, "head_of_sales"), {"ORG-01": {"result": "できていない"}})
    answer_all(cast, audit, "head_of_sales")
    deciding.submit(cast.actor("head_of_sales"), NOW, Audit.get_by_id(audit.id))
    if state == "confirmed":
        confirmed(cast, Audit.get_by_id(audit.id))
    cast.sign_in(client, "head_of_sales")
    for refused in (
        brought(client, audit, content),
        client.post(f"/inspections/{audit.id}/papers/take", data={"language": "ja"}),
    ):
        assert refused.status_code == 422
        assert "提出済み又は終了している" in text_of(refused)
    assert standing(audit, "ORG-01")[0] == "conform" and not PaperUpload.select().exists()


def test_the_paper_of_an_audit_is_none_of_a_self_inspection_and_the_other_way_round(
    client: Any, cast: Cast, audit: Audit
) -> None:
    other = assigned(cast)
    cast.sign_in(client, "head_of_sales")
    refused = brought(client, audit, taken(cast, other))
    assert refused.status_code == 422 and other.number in text_of(refused)
    cast.sign_in(client, "auditor")
    assert client.get(f"/audits/{audit.id}/papers").status_code == 404
    assert client.post(f"/inspections/{other.id}/papers/take").status_code == 404


def test_who_is_named_takes_a_paper_without_the_findings_of_a_department_that_is_not_the_own(
    cast: Cast, settings: Any
) -> None:
    audit = inspection(cast, named=("staff_of_sales",))
    making = Making(cast, settings.evidence_folder, NOW - timedelta(days=5))
    first = assigned(cast, at=NOW - timedelta(days=10))
    answer(cast, items(first)[0], Result.MINOR, note="x", at=NOW - timedelta(days=9))
    finding = making.recorded(item=items(first)[0])
    for who, sees in (("head_of_sales", True), ("staff_of_sales", False)):
        sheet = load_workbook(io.BytesIO(taken(cast, audit, who))).worksheets[CHECKLIST]
        assert (finding.number in str(cell(sheet, "ORG-01", "findings").value)) is sees


@pytest.mark.parametrize(
    ("person", "status"), [("administrator", 403), ("head_of_other", 404), ("staff_of_sales", 404)]
)
def test_only_who_may_answer_takes_a_paper_and_brings_one_back(
    client: Any, cast: Cast, audit: Audit, person: str, status: int
) -> None:
    content = filled(taken(cast, audit, "head_of_sales"), {"ORG-01": KEPT})
    cast.sign_in(client, "head_of_sales")
    address = brought(client, audit, content).location
    cast.sign_in(client, person)
    assert client.get(f"/inspections/{audit.id}/papers").status_code == status
    assert client.post(f"/inspections/{audit.id}/papers/take").status_code == status
    assert brought(client, audit, content).status_code == status
    assert client.get(address).status_code == 404, "what somebody else brought back is nobody's business"
    assert client.post(f"{address}/apply").status_code == 404
    assert client.post(f"{address}/discard").status_code == 404


def test_who_is_not_signed_in_is_led_to_the_door(client: Any, audit: Audit) -> None:
    assert client.get(f"/inspections/{audit.id}/papers").status_code == 303
    assert client.post(f"/inspections/{audit.id}/papers/take").status_code == 303
    assert not IssuedPaper.select().exists()


def test_a_paper_costs_the_same_queries_for_many_items_as_for_few(cast: Cast, query_count: Any) -> None:
    counts = []
    for one in (inspection(cast, codes=("ORG-01",)), inspection(cast)):
        with query_count() as statements:
            taken(cast, one, "head_of_sales")
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 45
