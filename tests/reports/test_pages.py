"""The pages of reports: the overview, the page that offers files, and the files themselves."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.activity import ActivityEvent
from auditor.company.actions import set_settings
from tests.bed.pages import text_of
from tests.cast import NOW, Cast
from tests.reports.year import Year

READERS = ("administrator", "head_of_audit", "representative")
OTHERS = ("auditor", "head_of_sales", "staff_of_sales", "operator")
ADDRESSES = (
    "/reports/",
    "/reports/overview",
    "/reports/summary.xlsx",
    "/reports/export/audits.xlsx",
    "/reports/export/findings.xlsx",
    "/reports/export/actions.xlsx",
)


def _book(response: Any) -> Any:
    assert response.status_code == 200, response.status_code
    assert response.mimetype.endswith("spreadsheetml.sheet")
    return load_workbook(io.BytesIO(response.data))


@pytest.mark.parametrize("name", READERS)
def test_management_sees_the_overview_and_takes_files(client: Any, cast: Cast, year: Year, name: str) -> None:
    cast.sign_in(client, name)
    for address in ADDRESSES:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("name", OTHERS)
def test_others_do_not_learn_that_there_are_reports(client: Any, cast: Cast, year: Year, name: str) -> None:
    cast.sign_in(client, name)
    for address in ADDRESSES:
        assert client.get(address).status_code == 404, address


def test_who_has_not_signed_in_is_led_to_the_door(client: Any, cast: Cast) -> None:
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code == 303 and "/sign-in" in response.headers["Location"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_overview_counts_what_its_rows_show(client: Any, cast: Cast, year: Year, language: str) -> None:
    cast.sign_in(client, "representative")
    client.set_cookie("language", language)
    page = client.page("/reports/overview")
    numbers = [" ".join(one.text_content().split()) for one in page.xpath("//dl[contains(@class,'figures')]//*[contains(@class,'fig') and not(self::dl)]")]  # fmt: skip
    assert numbers[0].startswith("1 / 3"), numbers  # A26-01 of three that were not cancelled
    assert numbers[1].startswith("3"), numbers  # F26-001, F26-002, F25-001
    assert numbers[2].startswith("2"), numbers  # F26-001-1, F25-001-1
    assert numbers[3].startswith("4 / 11"), numbers
    assert len(page.xpath("//section[@id='late']//tbody/tr")) == 2
    assert len(page.xpath("//section[@id='absent']//tbody/tr")) == 4


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_overview_says_which_rules_of_independence_are_relaxed(
    client: Any, cast: Cast, year: Year, language: str
) -> None:
    cast.sign_in(client, "representative")
    client.set_cookie("language", language)
    assert not client.page("/reports/overview").xpath("//*[@id='relaxed']")
    values = {"administrator_may_audit": True, "outside_verifier": "社外 花子"}
    set_settings(cast.actor("administrator"), values, date(2026, 11, 10), NOW)
    page = client.page("/reports/overview")
    assert len(page.xpath("//*[@id='relaxed']//li")) == 2
    assert "社外 花子" in page.xpath("string(//*[@id='relaxed'])")


def test_the_overview_of_a_past_day_knows_only_what_was_known_then(
    client: Any, cast: Cast, year: Year
) -> None:
    cast.sign_in(client, "representative")
    page = client.page("/reports/overview?as_of=2026-09-10")
    numbers = [" ".join(one.text_content().split()) for one in page.xpath("//dl[contains(@class,'figures')]//*[contains(@class,'fig') and not(self::dl)]")]  # fmt: skip
    assert numbers[0].startswith("0 / 3")


def test_an_overview_of_the_future_is_refused_with_the_reason(client: Any, cast: Cast, year: Year) -> None:
    cast.sign_in(client, "representative")
    client.set_cookie("language", "en")
    for asked in ("2027-01-01", "nonsense"):
        response = client.get(f"/reports/overview?as_of={asked}")
        assert response.status_code == 422
        assert asked in response.get_data(as_text=True)


def test_a_summary_of_the_future_is_refused_and_the_form_keeps_what_was_typed(
    client: Any, cast: Cast, year: Year
) -> None:
    cast.sign_in(client, "representative")
    client.set_cookie("language", "en")
    response = client.get("/reports/summary.xlsx?as_of=2027-01-01&fiscal_year=0&language=en")
    assert response.status_code == 422
    assert "Choose today or an earlier day." in text_of(response)
    assert 'value="2027-01-01"' in response.get_data(as_text=True)
    early = client.get("/reports/summary.xlsx?as_of=2026-03-01&fiscal_year=2026&language=en")
    assert early.status_code == 422
    assert "begins after the day" in text_of(early)


def test_the_summary_comes_in_the_language_asked_for(client: Any, cast: Cast, year: Year) -> None:
    cast.sign_in(client, "representative")
    english = _book(client.get("/reports/summary.xlsx?as_of=2026-11-20&fiscal_year=0&language=en"))
    japanese = _book(client.get("/reports/summary.xlsx?as_of=2026-11-20&fiscal_year=0&language=ja"))
    assert english.sheetnames[0] == "Cover" and japanese.sheetnames[0] == "表紙"


def test_taking_a_file_is_noted_with_counts_and_no_names(client: Any, cast: Cast, year: Year) -> None:
    cast.sign_in(client, "administrator")
    client.get("/reports/summary.xlsx?as_of=2026-11-20&fiscal_year=0&language=ja")
    event = ActivityEvent.select().order_by(ActivityEvent.seq.desc()).first()
    assert event.type == "reports.exported"
    assert event.actor_id == cast.person["administrator"]
    assert event.data["what"] == "summary" and event.data["rows"] > 0
    assert event.data["head"] == event.seq - 1


def test_a_list_gives_exactly_what_its_filter_shows(client: Any, cast: Cast, year: Year) -> None:
    cast.sign_in(client, "administrator")
    asked = "state=open&grade=minor&sort=number"
    shown = client.page(f"/findings/?{asked}").xpath("//tbody/tr//a[contains(@href,'/findings/')]/text()")
    sheet = _book(client.get(f"/reports/export/findings.xlsx?{asked}")).active
    numbers = [row[0] for row in sheet.iter_rows(min_row=5, values_only=True) if row[0]]
    assert numbers == ["F26-001"]
    assert any("F26-001" in text or "HYPERLINK" in text for text in shown)
    audits = _book(client.get("/reports/export/audits.xlsx?tab=all&sort=number")).active
    assert [row[0] for row in audits.iter_rows(min_row=5, values_only=True)] == ["A25-01", "A25-02", "A26-01", "A26-02", "A26-03", "A26-04"]  # fmt: skip


def test_training_and_one_audit_are_files_too(client: Any, cast: Cast, year: Year) -> None:
    cast.sign_in(client, "administrator")
    training = _book(client.get(f"/reports/export/training.xlsx?course={year.course}&state=overdue")).active
    assert training.max_row == 4 + 4
    audit = _book(client.get(f"/reports/export/audits/{year.audit['A26-01']}.xlsx")).active
    assert audit.max_row == 4 + 5


def test_what_there_is_not_is_not_found(client: Any, cast: Cast, year: Year) -> None:
    cast.sign_in(client, "administrator")
    for address in ("/reports/export/nothing.xlsx", "/reports/export/training.xlsx?course=99", "/reports/export/audits/99.xlsx"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert client.get("/reports/export/training.xlsx").status_code == 422
