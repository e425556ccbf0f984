"""The summary workbook: figures that agree, cells that stay text, the same cells for the same moment."""

from __future__ import annotations

import re
import zipfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor import activity
from auditor.access import application
from auditor.audits.models import AuditState, ItemResult
from auditor.company.actions import set_settings
from auditor.dated import Moment
from auditor.findings.asof import findings_at
from auditor.findings.models import ActionState, FindingDetail, FindingState
from auditor.language import speaking
from auditor.people.models import DepartmentDetail, PersonDetail
from auditor.reports.finding_lines import finding_lines
from auditor.reports.scope import scope_of
from auditor.training import states
from auditor.training.wording import RATE_SAID
from tests.bed.texts import english_only, sources
from tests.cast import NOW, Cast
from tests.reports import year as writing
from tests.reports.conftest import Make
from tests.reports.year import Year

LATER = datetime(2026, 12, 15, 3, 0, tzinfo=UTC)
RELAXED = {"ja": "独立性の特例（ごく小規模な会社）", "en": "Relaxed rules of independence"}
CHANGED = activity.event_type("test.changed", "Test rows changed", "rows")
PRODUCTION = {"Produced by", "Produced at", "Known up to", "End of the log as of then", "End of the log at production", None}  # fmt: skip
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def cells(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in load_workbook(path).worksheets}


@cache
def _rows_of_the_summary(path: Path) -> list[tuple[Any, ...]]:
    return list(load_workbook(path).worksheets[1].iter_rows(values_only=True))


def summary(path: Path, row: str) -> tuple[Any, ...]:
    """What stands beside a label on the summary sheet (its first occurrence)."""
    rows = _rows_of_the_summary(path)
    return next(one[1:4] for one in rows if str(one[0] or "").strip("　") == row)


def without_production(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    found = cells(path)
    cover = next(iter(found))
    found[cover] = [row for row in found[cover] if row[1] not in PRODUCTION]
    return found


# ---- figures ----


def test_the_figures_are_those_that_one_counts_by_hand(book: Make) -> None:
    path = book("en")
    assert summary(path, "Planned in the year") == (3, 2, 1)
    assert summary(path, "Done")[:2] == (1, 1)
    assert summary(path, "Being carried out")[:2] == (1, 0)
    assert summary(path, "Not started")[:2] == (1, 1)  # A25-02 was still planned a year ago
    assert summary(path, "Overdue")[:2] == (1, 0)
    assert summary(path, "Items to be checked")[:2] == (15, 10)
    assert summary(path, "Found in the year")[:2] == (3, 2)
    assert summary(path, "Open, earlier years included")[:2] == (3, 1)
    assert summary(path, "of these overdue")[:2] == (2, 0)
    assert summary(path, "To be done")[:2] == (4, 1)
    assert summary(path, "Due within 30 days")[:2] == (1, 0)
    assert summary(path, "Workers on the roster")[:2] == (11, 0)
    assert summary(path, "Completed")[:2] == (4, 0)
    assert summary(path, "Exempt")[0] == 1
    assert summary(path, "On leave")[0] == 1
    assert summary(path, "No rule covers this person")[0] == 1
    assert summary(path, "Completion rate")[0] == pytest.approx(4 / 9, abs=1e-4)
    assert summary(path, "Promises")[0] == 4


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_the_completion_rate_is_the_one_of_the_training_pages(
    year: Year, book: Make, app: Any, language: str
) -> None:
    moment = Moment.at(NOW)
    counts = states.summed(states.counts(states.of_course(year.course, moment)).values())
    assert counts.percent == 44  # 4 of 11, of whom one is exempt and one on leave; no rule covers another one
    rows = cells(book(language))[{"ja": "教育", "en": "Training"}[language]]
    total = next(row for row in rows if row[0] in ("合計", "Total"))
    assert total[9] == pytest.approx(4 / 9, abs=1e-4)
    with app.app_context(), speaking(language):
        assert any(row[0] == str(RATE_SAID) for row in rows)


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_the_cover_says_which_rules_of_independence_are_relaxed_on_that_day(
    year: Year, cast: Cast, workbook: Make, language: str
) -> None:
    actor = cast.actor("administrator")
    values = {
        "head_of_audit_may_be_administrator": True,
        "administrator_may_audit": True,
        "outside_verifier": "社外 花子",
    }
    set_settings(actor, values, date(2026, 12, 1), NOW)

    def cover(as_of: date) -> list[Any]:
        rows = next(iter(cells(workbook(language, as_of=as_of, at=LATER)).values()))
        labels = [row[1] for row in rows]
        first = labels.index(RELAXED[language])
        return [row[2] for row in rows[first : first + 3] if row[2]]

    assert cover(date(2026, 11, 30)) == [{"ja": "なし", "en": "None"}[language]]
    said = cover(date(2026, 12, 1))
    assert len(said) == 3 and "社外 花子" in said[2]


def test_a_finding_that_awaits_its_effect_is_not_late(year: Year, cast: Cast, app: Any) -> None:
    early = date(2026, 10, 1)
    with activity.action(application("test"), NOW):
        writing.finding(
            cast,
            year,
            "F26-008",
            "minor",
            early,
            date(2026, 10, 20),
            [("effectiveness", date(2026, 10, 10))],
        )
        activity.record(CHANGED, rows=1)
    with app.app_context(), speaking("ja"):
        side = scope_of(NOW).now
        late = {line.number: line.late_days for line in finding_lines(side)[0] if line.late_days}
    found = {one.number for one in findings_at(side.moment) if one.overdue}
    assert set(late) == found and "F26-008" not in late


def test_a_later_day_knows_more_and_an_earlier_one_less(year: Year, workbook: Make) -> None:
    assert summary(workbook("en", as_of=date(2026, 9, 8)), "Being carried out")[0] == 2
    assert summary(workbook("en", as_of=date(2026, 9, 8)), "Done")[0] == 0
    assert summary(workbook("en", as_of=date(2026, 10, 25)), "Overdue")[0] == 1


def test_every_number_agrees_when_libreoffice_counts_again(book: Make, libreoffice: Any) -> None:
    counted = libreoffice.all_recalculated(book("ja"), book("en"))
    for path, said in zip(counted, ("差はすべて0です。", "All differences are 0."), strict=True):
        sheet = load_workbook(path, data_only=True).worksheets[-1]
        lines = [row for row in sheet.iter_rows(min_row=8, values_only=True) if row[2]]
        assert len(lines) > 200
        assert [row for row in lines if row[5] != 0 or row[3] != row[4]] == []
        assert sheet["B5"].value == said


def test_a_planted_wrong_figure_is_shown(book: Make, libreoffice: Any, tmp_path: Path) -> None:
    path = tmp_path / "planted.xlsx"
    opened = load_workbook(book("en"))
    place = next(
        row for row in opened["Reconciliation"].iter_rows(min_row=8) if row[1].value == "Audits: Done"
    )
    opened["Summary"][place[2].value].value += 1
    opened.save(path)
    sheet = load_workbook(libreoffice.recalculated(path), data_only=True).worksheets[-1]
    wrong = [row for row in sheet.iter_rows(min_row=8, values_only=True) if row[5]]
    assert [(row[1], row[5], row[6]) for row in wrong] == [("Audits: Done", 1, "differs")]
    assert sheet["B5"].value.startswith("There are differences")


def test_every_number_on_the_management_sheets_stands_on_the_reconciliation(book: Make) -> None:
    opened = load_workbook(book("en"))
    counted = {(row[0], row[2]) for row in opened["Reconciliation"].iter_rows(min_row=8, values_only=True)}
    loose = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in opened.worksheets[1:5]
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float) and (sheet.title, cell.coordinate) not in counted
    ]
    # The change of a share is the difference of two figures beside it.
    assert [one for one in loose if not one[1].startswith("D")] == []


# ---- text stays text ----


def test_what_people_wrote_never_becomes_a_formula(book: Make) -> None:
    opened = load_workbook(book("ja"))
    formulas = {
        sheet.title for sheet in opened.worksheets for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    }  # fmt: skip
    assert formulas == {"突合"}
    written = [cell for sheet in opened.worksheets for row in sheet.iter_rows() for cell in row if cell.value == writing.FORMULA]  # fmt: skip
    assert len(written) >= 3 and all(cell.data_type == "s" and cell.quotePrefix for cell in written)
    actions = [row[2].value for row in opened["明細 是正処置"].iter_rows(min_row=5)]
    assert "+1 で始まる処置" in actions


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "#N/A", "a\x00\x1b\ufffeb", "\ud800", "_x0041_", "=", "x" * 40_000])  # fmt: skip
def test_any_text_can_stand_in_a_cell(app: Any, tmp_path: Path, text: str) -> None:
    from openpyxl import Workbook

    from auditor.cells import add_sheet
    from auditor.reports.styles import Styles

    book = Workbook(write_only=True)
    sheet = add_sheet(book, "x")
    sheet.append([Styles(sheet, "ja").text.cell(sheet, text)])
    book.save(tmp_path / "x.xlsx")
    cell = load_workbook(tmp_path / "x.xlsx")["x"]["A1"]
    assert cell.data_type in ("s", "n") and not (cell.data_type == "n" and cell.value is not None)
    assert len(str(cell.value or "")) <= 32_767


# ---- the same cells ----


def test_the_same_data_moment_and_language_give_the_same_cells(year: Year, workbook: Make) -> None:
    one, other = workbook("ja"), workbook("ja")
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        assert first.namelist() == second.namelist()
        differing = {name for name in first.namelist() if first.read(name) != second.read(name)}
    assert differing <= {"docProps/core.xml"}


def test_the_workbook_made_today_for_a_past_day_is_the_one_made_then(
    cast: Cast, year: Year, workbook: Make
) -> None:
    then = workbook("en")  # on 20 November
    with activity.action(application("test"), LATER):
        _change_everything(cast, year)
        activity.record(CHANGED, rows=6)
    again = workbook("en", as_of=date(2026, 11, 20), at=LATER, by="somebody else")
    assert without_production(again) == without_production(then)
    now = workbook("en", at=LATER)
    assert without_production(now) != without_production(then)


def _change_everything(cast: Cast, year: Year) -> None:
    """Names, departments, states, results, due dates: some even said to hold from before the day."""
    early = date(2026, 10, 1)
    AuditState.write(LATER, None, audit=year.audit["A26-02"], state="submitted")
    ItemResult.write(LATER, None, early, item=year.item["A26-01", "ORG-01"], result="major", corrects=False)
    FindingState.write(LATER, None, finding=year.finding["F26-001"], state="closed")
    detail = FindingDetail.get(FindingDetail.finding == year.finding["F26-002"])
    FindingDetail.write(
        LATER, None, early, replaces=detail, corrects=True, finding=year.finding["F26-002"], title="訂正した表題",
        facts="", grade="minor", department=cast.department["D220"], due_on=date(2027, 1, 1),
    )  # fmt: skip
    ActionState.write(LATER, None, corrective_action=year.action["F26-001-1"], state="done")
    person = PersonDetail.get(PersonDetail.person == cast.person["auditor"])
    PersonDetail.write(
        LATER, None, early, replaces=person, person=cast.person["auditor"], family_name="新姓", given_name="みのり",
        family_kana="", given_kana="", romanised=None, email=None, search_key="", sort_key="", language="ja",
    )  # fmt: skip
    unit = DepartmentDetail.get(DepartmentDetail.department == cast.department["D210"])
    DepartmentDetail.write(
        LATER, None, replaces=unit, department=cast.department["D210"], name="営業新部", name_en="New Sales", kind="部",
        level="department", parent=cast.department["D100"], site="",
    )  # fmt: skip
    writing.complete(cast, year, "staff_of_sales", 1, date(2026, 12, 10))
    writing.finding(cast, year, "F26-009", "major", date(2026, 12, 1), date(2026, 12, 9), [])


# ---- both languages, and the form ----


def test_no_english_stands_on_a_japanese_sheet_and_none_the_other_way(book: Make) -> None:
    assert sources()
    plain, _patterns = english_only()
    japanese = [
        (title, value) for title, rows in cells(book("ja")).items() for row in rows for value in row
        if isinstance(value, str) and (value in plain or value.strip("　") in plain)
    ]  # fmt: skip
    assert japanese == []
    written = {"テスト 太郎", "髙田 直子"}
    english = {
        value for title, rows in cells(book("en")).items() for row in rows for value in row
        if isinstance(value, str) and JAPANESE.search(value)
    } - written  # fmt: skip
    ours = {str(message.string) for source in sources() for message in _read(source)}
    assert english & ours == set()


def _read(source: Path) -> Any:
    from tests.bed.texts import read

    return [message for message in read(source) if message.id]


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_the_sheets_can_be_printed_filtered_and_named(book: Make, language: str) -> None:
    opened = load_workbook(book(language))
    names: list[str] = []
    for sheet in opened.worksheets:
        assert isinstance(sheet, Worksheet) and len(sheet.title) <= 31
        assert sheet.page_setup.orientation == "landscape" and int(sheet.page_setup.paperSize) == 9
        assert sheet.page_setup.fitToWidth == 1 and sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in sheet.oddFooter.right.text
        for table in sheet.tables.values():
            names.append(table.displayName)
            assert sheet.freeze_panes == "A5" and table.autoFilter is not None
            heads = [cell.value for cell in sheet[table.ref][0]]
            assert heads == [column.name for column in table.tableColumns]
            assert len(set(heads)) == len(heads)
    assert len(names) == len(set(names)) == 6
    assert opened.properties.title and opened.properties.creator == "auditor"
    assert sum(len(sheet._charts) for sheet in opened.worksheets) == 2  # read back by openpyxl


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_it_prints_with_no_cell_too_narrow(book: Make, libreoffice: Any, language: str) -> None:
    text = libreoffice.text(libreoffice.printed(book(language)))
    assert "###" not in text
    assert ("青葉見本株式会社" if language == "ja" else "Aoba Mihon Co., Ltd.") in text


def test_an_empty_company_gets_a_workbook_too(cast: Cast, workbook: Make, libreoffice: Any) -> None:
    sheet = load_workbook(libreoffice.recalculated(workbook("en")), data_only=True).worksheets[-1]
    assert sheet["B5"].value == "All differences are 0."


def test_the_number_of_queries_does_not_grow_with_the_rows(
    cast: Cast, year: Year, workbook: Make, query_count: Any
) -> None:
    with query_count() as few:
        workbook("ja")
    with activity.action(application("test"), NOW):
        for number in range(100, 130):
            writing.finding(cast, year, f"F26-{number}", "minor", date(2026, 9, 5), date(2026, 11, 4), [])
            writing.audit(cast, year, f"A26-{number}", "D220", 2026, date(2026, 10, 1), [])
        activity.record(CHANGED, rows=60)
    with query_count() as many:
        workbook("ja")
    assert many.count == few.count
