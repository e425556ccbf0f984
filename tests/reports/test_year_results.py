"""What the report of a year tells beyond the summary: plan against done, departments, effectiveness; who is to act."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.audits.results import AuditKind
from auditor.dated import Moment
from auditor.language import speaking
from auditor.reports import waiting, yearly
from auditor.reports.effect import effect
from auditor.reports.plan_done import plan_done
from auditor.reports.scope import scope_of
from auditor.reports.unit_results import unit_results
from auditor.reports.year_report import material_of
from tests.audits.inspections.making import submitted
from tests.audits.making import assigned
from tests.audits.programme.making import THIS, approved, planned
from tests.bed.pages import text_of
from tests.cast import NOW, Cast
from tests.findings.making import Making
from tests.reports.year import Year

PAGE = "/reports/year/2026"
SPRING = datetime(2027, 4, 12, 1, 0, tzinfo=UTC)


def side(at: datetime = NOW, as_of: date | None = None) -> Any:
    with speaking("en"):
        return scope_of(at, as_of, 2026).now


def test_without_an_approved_plan_there_is_nothing_to_compare(app: Any, cast: Cast) -> None:
    assert plan_done(side()) is None
    planned(cast, THIS)
    assert plan_done(side()) is None


def test_every_check_of_the_plan_stands_in_one_column(app: Any, cast: Cast) -> None:
    approved(cast, THIS)
    found = plan_done(side(NOW + timedelta(hours=1)))
    assert found is not None and found.changed == 0
    audits = {line.kind: line for line in found.lines}[AuditKind.OPERATION]
    assert audits.planned == sum(audits.states.values()) > 5
    assert plan_done(side(NOW, date(2026, 11, 19))) is None, "on an earlier day there was no plan"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_and_workbook_tell_of_plan_departments_and_effect(
    client: Any, cast: Cast, language: str
) -> None:
    approved(cast, THIS, NOW - timedelta(hours=1))
    submitted(cast)
    cast.sign_in(client, "representative")
    client.set_cookie("language", language)
    said = {
        "ja": ("計画と実績", "部門別の結果", "是正処置の有効性", "自己点検 確認済み／計画"),
        "en": ("Plan against done", "Results by department", "Effectiveness of corrective actions",
               "Self-inspections confirmed / planned"),
    }[language]  # fmt: skip
    text = text_of(client.get(PAGE))
    book = load_workbook(io.BytesIO(client.get(f"{PAGE}.xlsx?language={language}").data))
    values = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row}
    assert all(one in text for one in said)
    assert set(said) <= values


def test_departments_add_up_to_the_figures_of_the_summary(app: Any, year: Year) -> None:
    with speaking("en"):
        scope = scope_of(NOW)
        material, _tallies = material_of(scope)
        rows = {row.name: row for row in unit_results(material)}
    first = rows["Sales Department 1"]
    assert (first.now.audits_done, first.now.audits, first.now.nonconformities) == (1, 1, 2)
    assert (first.before.audits_done, first.before.nonconformities) == (1, 0)
    assert sum(row.now.audits for row in rows.values()) == 3
    assert sum(row.now.found for row in rows.values()) == 3
    assert sum(row.now.open for row in rows.values()) == 3
    assert sum(row.now.late for row in rows.values()) == 2


def test_effectiveness_counts_the_looks_of_the_year(app: Any, cast: Cast, tmp_path: Path) -> None:
    making = Making(cast, tmp_path, NOW)
    making.effectiveness()
    found = effect(side(making.at + timedelta(hours=1)))
    assert (found.looks, found.waiting, found.late, found.share) == ((), 1, 0, None)
    assert effect(side(NOW)).waiting == 0


# ---- who is to act ----


def steps(cast: Cast, name: str, at: datetime) -> list[tuple[str, str]]:
    with speaking("en"):
        found = waiting.waiting_for(cast.actor(name, at), Moment.at(at))
    return [(one.title, one.step) for one in found]


def test_the_year_that_ended_waits_for_its_report_then_for_the_representative(app: Any, cast: Cast) -> None:
    assert steps(cast, "head_of_audit", SPRING) == [], "nothing was audited: nothing to report"
    assigned(cast)
    title = "Audit report of FY2026"
    assert steps(cast, "head_of_audit", NOW) == []
    assert steps(cast, "head_of_audit", SPRING) == [(title, "Write the opinion and hand it in")]
    assert steps(cast, "representative", SPRING) == steps(cast, "administrator", SPRING) == []
    yearly.write(cast.actor("head_of_audit", SPRING), SPRING, 2026, {"opinion": "適切。"})
    yearly.submit(cast.actor("head_of_audit", SPRING), SPRING, 2026)
    later = SPRING + timedelta(days=1)
    assert steps(cast, "head_of_audit", later) == []
    assert steps(cast, "representative", later) == [(title, "Accept it or send it back")]
    yearly.send_back(cast.actor("representative", later), later, 2026, "詳しく。")
    assert steps(cast, "head_of_audit", later) == [(title, "Rewrite it and hand it in again")]
    assert steps(cast, "representative", later) == steps(cast, "staff_of_sales", later) == []
