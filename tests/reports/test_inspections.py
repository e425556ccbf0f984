"""Self-inspections in the workbooks of management: counted by department, beside last year, apart from audits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.audits.inspections import deciding
from auditor.audits.models import Audit
from auditor.audits.results import Result
from auditor.language import speaking
from auditor.reports.scope import scope_of
from auditor.reports.year_report import material_of, year_shown
from tests.audits.inspections.making import answer_all, confirmed, inspection, submitted
from tests.audits.making import answer, items
from tests.cast import NOW, Cast
from tests.findings.making import Making
from tests.reports.conftest import Make

EARLY = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
AUTUMN = {"period_from": date(2026, 9, 1), "period_to": date(2026, 9, 30), "starts_on": date(2026, 10, 1)}
LATER = datetime(2026, 12, 21, 1, 0, tzinfo=UTC)
ENGLISH = "Self-inspections"


@pytest.fixture
def told(app: Any, cast: Cast) -> dict[str, Audit]:
    """One of each kind: confirmed with a finding, late, handed in, cancelled."""
    shown = inspection(cast, "D210", at=EARLY, due_on=date(2026, 10, 15), **AUTUMN)
    answer(cast, items(shown)[0], Result.MINOR, by="head_of_sales", note="鍵の管理簿がない。")
    Making(cast, NOW).recorded(item=items(shown)[0])
    answer_all(cast, shown, "head_of_sales")
    late = inspection(cast, "D220", at=EARLY, due_on=date(2026, 11, 10), **AUTUMN)
    waiting = submitted(cast, "D210")
    gone = inspection(cast, "D130")
    deciding.cancel(cast.actor("administrator"), NOW, gone, "組織変更のため。")
    return {
        "confirmed": confirmed(cast, shown),
        "late": late,
        "waiting": waiting,
        "cancelled": gone,
    }


def rows(path: Any, sheet: str) -> list[tuple[Any, ...]]:
    return list(load_workbook(path)[sheet].iter_rows(values_only=True))


def row(found: list[tuple[Any, ...]], label: str) -> tuple[Any, ...]:
    return next(one for one in found if str(one[0] or "").strip("　") == label)


def test_the_figures_are_those_that_one_counts_by_hand(told: Any, workbook: Make) -> None:
    path = workbook("en")
    found = rows(path, ENGLISH)
    # planned, confirmed, waiting, being answered, not started, share, answered, not kept, overdue
    assert row(found, "Sales Department 1")[1:10] == (2, 1, 1, 0, 0, 0.5, 10, 1, 0)
    assert row(found, "Sales Department 2")[1:10] == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert row(found, "Total")[1:10] == (3, 1, 1, 0, 1, 0.3333, 10, 1, 1)
    summary = rows(path, "Summary")
    start = next(n for n, one in enumerate(summary) if one[0] == ENGLISH)
    assert summary[start + 1][1:4] == (3, 0, 3), "planned, beside last year"
    assert row(summary[start:], "Cancelled")[1] == 1
    assert row(summary[start:], "Not fully kept")[1] == 1


def test_it_says_who_is_late_who_confirmed_and_what_is_not_kept(
    told: Any, cast: Cast, workbook: Make
) -> None:
    found = rows(workbook("ja"), "自己点検")
    late = next(one for one in found if one[1] == told["late"].number)
    assert late[4:6] == (datetime(2026, 11, 10), 10)
    bad = next(one for one in found if "鍵の管理簿がない。" in one)
    assert bad[:6] == (
        "営業第一部",
        told["confirmed"].number,
        "ORG-01",
        bad[3],
        "一部できていない",
        "F26-001",
    )
    listed = [one for one in found if one[1] == told["confirmed"].number][-1]
    assert listed[6] == "確認済み 2026-11-20" and listed[7] == "髙田 直子"
    detail = rows(workbook("ja"), "明細 自己点検")
    assert len([one for one in detail if one[0] == datetime(2026, 11, 20)]) == 4


def test_audits_and_self_inspections_are_counted_apart(told: Any, workbook: Make) -> None:
    path = workbook("en")
    assert row(rows(path, "Summary"), "Planned in the year")[1] == 0, "of audits"
    assert rows(path, "Detail audits")[4][0] == "No rows."


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_day_before_the_first_says_nothing_of_them(told: Any, workbook: Make, language: str) -> None:
    known = load_workbook(workbook(language)).sheetnames
    before = load_workbook(workbook(language, as_of=date(2026, 9, 30))).sheetnames
    names = {"ja": {"自己点検", "明細 自己点検"}, "en": {ENGLISH, "Detail self-inspections"}}[language]
    assert names <= set(known)
    assert before == [one for one in known if one not in names]


def test_the_workbook_of_a_past_day_comes_out_as_it_did_on_that_day(
    told: Any, cast: Cast, workbook: Make
) -> None:
    then = load_workbook(workbook("en"))
    answer_all(cast, told["late"], "administrator", at=LATER)
    deciding.send_back(cast.actor("administrator"), LATER, told["confirmed"], "もう一度。")
    again = load_workbook(workbook("en", as_of=date(2026, 11, 20), at=LATER))
    for name in (ENGLISH, "Summary", "Detail self-inspections"):
        assert list(again[name].values) == list(then[name].values)


def test_every_number_agrees_when_libreoffice_counts_again(
    told: Any, workbook: Make, libreoffice: Any
) -> None:
    sheet = load_workbook(libreoffice.recalculated(workbook("ja")), data_only=True).worksheets[-1]
    lines = [one for one in sheet.iter_rows(min_row=8, values_only=True) if one[0] == "自己点検"]
    assert len(lines) > 60
    assert [one for one in lines if one[5] != 0 or one[3] != one[4]] == []


def test_the_report_of_the_year_has_the_figures_of_the_workbook(told: Any, app: Any, workbook: Make) -> None:
    with app.app_context(), speaking("en"):
        scope = scope_of(NOW)
        made = year_shown(scope, *material_of(scope))
    figures = {(title, line.label): line.now for title, lines in made.parts for line in lines}
    summary = rows(workbook("en"), "Summary")
    start = next(n for n, one in enumerate(summary) if one[0] == ENGLISH)
    for label in (
        "Planned in the year",
        "Confirmed",
        "Waiting for confirmation",
        "Overdue",
        "Share confirmed",
    ):
        assert figures[ENGLISH, label] == row(summary[start:], label)[1]
