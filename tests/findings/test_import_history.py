"""Audits and findings of earlier years, taken over from a spreadsheet."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from auditor.audits import listing, queries
from auditor.audits.models import (
    Audit,
    AuditItem,
    AuditPlan,
    AuditState,
    HistoryImport,
    ImportedAudit,
    IndependenceException,
    ItemResult,
)
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import actions, answering
from auditor.findings import queries as findings
from auditor.findings.history.applying import HistoryChanged, take_over
from auditor.findings.history.problems import message
from auditor.findings.history.reading import plan_of
from auditor.findings.history.template import template
from auditor.findings.models import Finding, FindingDetail, FindingState, ImportedFinding
from auditor.findings.states import Grade, State
from auditor.integrity.checks import derived_mismatches
from auditor.integrity.verify import verify
from auditor.language import speaking
from auditor.notifications.models import Notice
from tests.cast import NOW
from tests.findings.histories import AUDIT, FINDING, RESULT, workbook

MOMENT = Moment.at(NOW)


def take(cast, content=None, at=NOW):
    return take_over(cast.actor("administrator"), at, content or workbook())


def problems(content):
    """(code, place) of everything that is told of a file."""
    return [(one.code, one.place) for one in plan_of(content, MOMENT).problems]


def codes(content):
    return {code for code, _place in problems(content)}


def test_an_audit_stands_as_done_on_its_days_with_its_results(app, cast):
    made = take(cast)
    assert (made.audits, made.results, made.findings) == (1, 1, 1)
    audit = Audit.get()
    assert (audit.number, audit.fiscal_year, audit.current_state) == ("A25-01", 2025, "approved")
    assert (audit.period_from, audit.period_to) == (date(2025, 4, 1), date(2025, 9, 30))
    assert AuditPlan.get().starts_on == date(2025, 10, 14)
    state = AuditState.get()
    assert state.valid_from == date(2025, 11, 5) and state.recorded_at == NOW
    result = ItemResult.get()
    assert (result.result, result.note) == ("minor", "12名のうち3名。")
    assert AuditItem.get().current_result == "minor"
    assert [row.person_id for row in queries.auditors([audit.id], MOMENT)[audit.id]] == [
        cast.person["auditor"]
    ]
    kept = ImportedAudit.get()
    assert (kept.former_number, kept.auditors, kept.summary) == (
        "監2025-01", "外部 太郎", "おおむね守られている。",
    )  # fmt: skip
    assert not list(derived_mismatches())


def test_an_open_finding_goes_the_usual_way_afterwards(app, cast):
    take(cast)
    finding = Finding.get()
    assert (finding.number, finding.current_state, finding.source) == ("F25-001", "recorded", "audit")
    assert finding.item.control.code == "TEC-01" and finding.found_on == date(2025, 10, 15)
    assert FindingDetail.get().grade == "minor" and FindingState.get().comment == "3名の権限は削除した。"
    assert Notice.get(Notice.kind == "finding_recorded").person_id == cast.person["head_of_sales"]
    head, later = cast.actor("head_of_sales"), NOW + timedelta(days=1)
    answering.answer(head, later, finding, cause="申請がない。", correction="削除した。")
    answering.plan_action(
        head, later, finding, text="毎日取り込む", owner_id=cast.person["staff_of_sales"], due_on=date(2026, 12, 10)
    )  # fmt: skip
    answering.submit(head, later, finding)
    assert Finding.get().current_state == "answered"


def test_a_closed_finding_is_closed_on_its_day_and_nobody_is_told(app, cast):
    take(cast, workbook(findings=[{**FINDING, "状態": "完了", "完了日": "2026/2/3", "期限": None}]))
    state = FindingState.get()
    assert (state.state, state.valid_from) == ("closed", date(2026, 2, 3))
    assert not Notice.select().exists()


def test_a_view_as_of_before_the_import_does_not_show_it(app, cast):
    take(cast)
    before = Moment.end_of(date(2026, 11, 19), NOW)
    assert queries.audits_at(before) == [] and findings.findings_at(before) == []
    (shown,) = queries.audits_at(MOMENT)
    assert (shown.state, shown.results) == ("approved", {"not_checked": 0, "minor": 1})


def test_the_same_file_twice_changes_nothing(app, cast):
    take(cast)
    assert take(cast, at=NOW + timedelta(hours=1)) is None
    assert [model.select().count() for model in (Audit, AuditItem, Finding, HistoryImport)] == [1, 1, 1, 1]


def test_rows_that_are_there_are_passed_over_and_new_ones_are_taken(app, cast):
    take(cast)
    more = [AUDIT, {**AUDIT, "監査番号": "監2025-02", "監査対象": "D220", "監査員": "森田健"}]
    second = take(cast, workbook(more, [], [FINDING, {**FINDING, "指摘番号": "指2025-02", "管理策": None}]))
    assert (second.audits, second.findings) == (1, 1)
    assert sorted(row.number for row in Audit.select()) == ["A25-01", "A25-02"]
    late = Finding.get(Finding.number == "F25-002")
    assert (
        late.item_id is None and ImportedFinding.get(ImportedFinding.finding == late).audit.number == "A25-01"
    )


def test_numbers_go_on_after_those_of_the_year(app, cast):
    take(cast)
    made = take(cast, workbook([{**AUDIT, "監査番号": "3", "監査対象": "D220", "監査員": None}], [], []))
    assert made.audits == 1 and {row.number for row in Audit.select()} == {"A25-01", "A25-02"}
    recorded = actions.record(
        cast.actor("administrator"), NOW, title="別", facts="別", grade=Grade.MINOR, due_on=date(2026, 12, 1),
        department_id=cast.department["D210"], subject_id=cast.subject["D210"],
    )  # fmt: skip
    assert recorded.number == "F26-001"


def test_an_auditor_of_the_own_department_is_told_and_opens_an_exception(app, cast):
    row = {**AUDIT, "監査番号": "監26", "監査員": "小林 誠", "対象期間開始": "2026-04-01", "対象期間終了": "2026-05-31",
           "実施日": "2026-06-01", "承認日": "2026-06-20"}  # fmt: skip
    content = workbook([row], [], [])
    assert ("not_independent", "監査!H2") in problems(content)
    take(cast, content)
    assert IndependenceException.get().person_id == cast.person["head_of_sales"]


def test_the_lists_mark_what_was_imported(app, cast):
    take(cast)
    query = listing.ordered(
        listing.matching(
            queries.seen_by(cast.actor("administrator"), NOW), listing.Filter(tab="all"), MOMENT
        ),
        listing.Filter(tab="all"),
    )
    assert [row.former_number for row in listing.rows(list(query), MOMENT, "ja")] == ["監2025-01"]
    listed = findings.listing(cast.actor("administrator"), findings.Filters(), MOMENT)
    assert [row.former_number for row in findings.rows(listed, MOMENT)] == ["指2025-01"]


def test_the_log_witnesses_it_and_holds_no_text(app, cast, settings):
    from auditor.activity import ActivityEvent

    take(cast)
    event = ActivityEvent.get(ActivityEvent.type == "history.imported")
    assert event.data == {"history": 1, "audits": 1, "results": 1, "findings": 1}
    assert not verify(settings.evidence_folder).problems


@pytest.mark.parametrize(
    ("sheet", "change", "expected"),
    [
        ("audits", {"監査番号": None}, ("missing", "監査!A2")),
        ("audits", {"監査対象": "営業第七部"}, ("unknown_subject_near", "監査!B2")),
        ("audits", {"監査対象": "月面基地"}, ("unknown_subject", "監査!B2")),
        ("audits", {"監査の種類": "査察"}, ("unknown_word", "監査!C2")),
        ("audits", {"実施日": "10月頃"}, ("bad_date", "監査!F2")),
        ("audits", {"実施日": None}, ("missing", "監査!F2")),
        ("audits", {"承認日": "2025-10-01"}, ("ends_before", "監査!G2")),
        ("audits", {"承認日": "2027-10-01"}, ("in_the_future", "監査!G2")),
        ("audits", {"監査員": "999999"}, ("unknown_number", "監査!H2")),
        ("results", {"監査番号": "監2024-77"}, ("unknown_audit", "結果!A2")),
        ("results", {"管理策": "TEC-99"}, ("unknown_control", "結果!B2")),
        ("results", {"管理策": "POL-01"}, ("wrong_target", "結果!B2")),
        ("results", {"結果": "不適合"}, ("which_grade", "結果!C2")),
        ("results", {"結果": "優"}, ("unknown_word", "結果!C2")),
        ("findings", {"判定": "最悪"}, ("unknown_word", "指摘!G2")),
        ("findings", {"監査番号": "監1999-01"}, ("unknown_audit", "指摘!B2")),
        ("findings", {"監査番号": None}, ("no_subject", "指摘!C2")),
        ("findings", {"対応部署": "営業第一"}, ("unknown_unit_near", "指摘!H2")),
        ("findings", {"期限": None}, ("missing_when_open", "指摘!J2")),
        ("findings", {"状態": "完了"}, ("missing_when_closed", "指摘!L2")),
        ("findings", {"件名": "あ" * 201}, ("too_long", "指摘!E2")),
        ("findings", {"指摘日": "2026-12-01"}, ("in_the_future", "指摘!I2")),
    ],
)  # fmt: skip
def test_each_problem_is_told_by_its_cell(app, cast, sheet, change, expected):
    rows = {"audits": AUDIT, "results": RESULT, "findings": FINDING}
    content = workbook(**{sheet: [{**rows[sheet], **change}]})
    plan = plan_of(content, MOMENT)
    assert expected in [(one.code, one.place) for one in plan.errors]
    if expected != ("missing", "監査!A2"):  # what belongs to an audit without a number belongs to none
        assert len(plan.errors) == 1, "one fault, one problem"
    for language in ("ja", "en"):
        with speaking(language):
            said = [message(one) for one in plan.problems]
            assert all(said) and not any("%(" in one for one in said)
    with pytest.raises(RuleBroken):
        take(cast, content)
    assert not Audit.select().exists() and not Finding.select().exists()


def test_a_number_and_a_control_stand_once(app, cast):
    assert ("number_twice", "監査!A3") in problems(workbook([AUDIT, AUDIT]))
    assert ("control_twice", "結果!B3") in problems(workbook(results=[RESULT, RESULT]))
    assert ("number_twice", "指摘!A3") in problems(workbook(findings=[FINDING, FINDING]))


def test_a_stranger_is_kept_by_name_and_the_file_is_still_good(app, cast):
    plan = plan_of(workbook(), MOMENT)
    assert plan.possible and "unknown_person" in {one.code for one in plan.problems}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_template_is_read_and_its_examples_are_passed_over(app, cast, language):
    plan = plan_of(template(language), MOMENT)
    told = {one.code for one in plan.problems}
    assert "example_passed_over" in told and not told & {"no_table", "column_missing", "sheet_passed_over"}
    assert plan.changes_nothing


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_template_filled_in_with_the_words_of_its_own_lists_is_taken(app, cast, language):
    with app.test_request_context():
        book = load_workbook(io.BytesIO(template(language)))
    book.worksheets[1]["H2"] = None  # an auditor whom this roster does not know
    for sheet in book.worksheets[1:]:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2) if row[0].value]
        lists = {next(iter(one.sqref.ranges)).min_col: one.formula1.strip('"').split(",") for one in sheet.data_validations.dataValidation}  # fmt: skip
        for row in rows:
            own = [
                str(value).removeprefix("例 ").removeprefix("Example ") if value else None for value in row
            ]
            sheet.append(own)
        for column, words in lists.items():
            for place, word in enumerate(words):
                sheet.append([f"{column}-{place}", *[None] * (column - 2), word])
    out = io.BytesIO()
    book.save(out)
    plan = plan_of(out.getvalue(), MOMENT)
    told = {one.code for one in plan.problems}
    assert not told & {"column_not_used", "column_missing", "unknown_word"}
    assert [one.number for one in plan.audits] == ["2025-01"]
    assert [one.number for one in plan.findings] == ["2025-01-1"]
    assert plan.findings[0].facts and plan.findings[0].due_on


def test_english_words_are_understood_too(app, cast):
    content = workbook(
        [{**AUDIT, "監査の種類": "Operation"}], [{**RESULT, "結果": "Minor"}], [{**FINDING, "判定": "MINOR", "状態": "Open"}]
    )  # fmt: skip
    assert plan_of(content, MOMENT).possible


def test_a_plan_that_is_not_the_one_shown_is_not_applied(app, cast):
    with pytest.raises(HistoryChanged):
        take_over(cast.actor("administrator"), NOW, workbook(), seen="another")
    assert not Audit.select().exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"%PDF-1.4", "wrong_kind"), (b"PK\x03\x04broken", "damaged"), (b"a,b\n1,2\n", "no_table"),
     (b"x" * (5 * 1024 * 1024 + 1), "too_large")],
)  # fmt: skip
def test_what_is_no_such_file_has_its_own_message(app, cast, content, code):
    plan = plan_of(content, MOMENT)
    assert [one.code for one in plan.errors] == [code]
    for language in ("ja", "en"):
        with speaking(language):
            assert "%(" not in message(plan.errors[0])


def test_states_are_said_by_the_states_of_findings(app, cast):
    take(cast)
    assert State(Finding.get().current_state) is State.RECORDED


def test_many_rows_cost_as_many_questions_as_few(app, cast, query_count):
    def counted(number):
        rows = [{**AUDIT, "監査番号": f"監{number}-{place}"} for place in range(number)]
        with query_count() as statements:
            plan_of(workbook(rows, [], []), MOMENT)
        return statements.count

    assert counted(3) == counted(60)
