"""The pages that assign self-inspections, the list, and the worklist."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor import activity
from auditor.access import application
from auditor.audits.actions import Recurrence
from auditor.audits.inspections.assigning import open_inspections
from auditor.audits.inspections.waiting import due_things, waiting_for
from auditor.audits.models import Audit, AuditDraft, AuditItem, AuditSeries
from auditor.catalogue.models import Catalogue, CatalogueInUse, CatalogueVersion, Category, Control
from auditor.dated import Moment
from tests.audits.inspections.making import inspection, new_inspection, opened, submitted
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, START, Cast

TERMS = {
    "frequency": "annual", "period_from": "2026-11-01", "period_to": "2026-11-30", "starts_on": "2026-12-01",
    "due_on": "2026-12-11", "recurs": "", "rule": "",
}  # fmt: skip


def _started(client: Any, cast: Cast, *subjects: str, **more: str) -> int:
    data = {**TERMS, **more, "subjects": [cast.subject[one] for one in subjects]}
    response = client.post("/inspections/new", data=data)
    assert response.status_code == 303
    return int(response.headers["Location"].split("/")[3])


def _chosen(client: Any, draft: int, **more: Any) -> Any:
    page = client.page(f"/inspections/new/{draft}/controls")
    shown = page.xpath("//input[@name='shown']/@value")
    ticked = page.xpath("//input[@name='controls'][@checked]/@value")
    data = {"shown": shown, "controls": ticked, "next": "1", **more}
    return client.post(f"/inspections/new/{draft}/controls", data=data)


def test_all_departments_are_assigned_in_two_pages(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    page = client.post("/inspections/new", data={**TERMS, "all": "department"})
    assert page.status_code == 200
    assert page.text.count("checked") >= 5
    draft = _started(client, cast, "D110", "D120", "D130", "D210", "D220")
    assert "回答者のいない対象が2件あります" in text_of(client.get(f"/inspections/new/{draft}/controls"))
    assert _chosen(client, draft).status_code == 303
    assert Audit.select().count() == 5
    assert AuditItem.select().count() == 25
    assert AuditDraft.select().count() == 0
    assert client.post(f"/inspections/new/{draft}/controls", data={"next": "1"}).status_code == 404


def test_the_controls_are_those_of_the_catalogue_that_is_chosen(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    assert 'name="version"' not in client.get("/inspections/new").get_data(as_text=True), "there is one only"
    version = _house_rules()
    assert 'name="version"' in client.get("/inspections/new").get_data(as_text=True)
    draft = _started(client, cast, "D210", version=str(version.id))
    assert _chosen(client, draft).status_code == 303
    assert Audit.get().version_id == version.id
    assert [row.control.code for row in AuditItem.select()] == ["HOUSE-01"]


def _house_rules() -> CatalogueVersion:
    """A second catalogue in use."""
    with activity.action(application("test"), NOW):
        house = Catalogue.create(key="house-rules")
        version: CatalogueVersion = CatalogueVersion.create(
            catalogue=house, version="1", title_ja="社内規程", title_en="House rules", content_hash="1" * 64,
            imported_at=NOW,
        )  # fmt: skip
        CatalogueInUse.write(NOW, None, START, catalogue=house, version=version)
        category = Category.create(
            version=version, key="house", title_ja="規程", title_en="Rules", position=0
        )
        Control.create(
            version=version, category=category, code="HOUSE-01", target="department", basis="measure",
            frequency="annual", title_ja="掲示", title_en="Notice", question_ja="掲示はあるか。",
            question_en="Is the notice up?", details={}, position=0,
        )  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    return version


def test_single_controls_are_left_out_and_a_series_begins(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    draft = _started(client, cast, "D210", recurs="monthly")
    kept = [cast.control["ORG-01"], cast.control["PHY-01"]]
    assert _chosen(client, draft, controls=kept).status_code == 303
    assert sorted(row.control_id for row in AuditItem.select()) == kept
    assert AuditSeries.select().count() == 1


def test_controls_are_chosen_by_their_frequency(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    draft = _started(client, cast, "D210", frequency="monthly")
    response = _chosen(client, draft)  # every control of the cast is due once a year
    assert response.status_code == 422
    assert "管理策を1件以上選んでください。" in text_of(response)


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_on": "2026-11-01"},
        {"period_to": "2026-10-01"},
        {"starts_on": "昨日"},
        {"recurs": "rule", "rule": "FREQ=DAILY"},
        {"frequency": "never"},
        {"subjects": []},
        {"subjects": ["999999"]},
    ],
)
def test_wrong_terms_come_back_with_what_was_entered(client: Any, cast: Cast, wrong: dict[str, Any]) -> None:
    cast.sign_in(client, "administrator")
    data = {**TERMS, "subjects": [cast.subject["D210"]], **wrong}
    response = client.post("/inspections/new", data=data)
    assert response.status_code == 422
    assert "2026-11-01" in response.text or "2026-12-11" in response.text
    assert AuditDraft.select().count() == 0


@pytest.mark.parametrize(
    ("name", "status"), [("head_of_sales", 403), ("staff_of_sales", 403), ("representative", 403)]
)
def test_others_do_not_assign(client: Any, cast: Cast, name: str, status: int) -> None:
    cast.sign_in(client, name)
    assert client.get("/inspections/new").status_code == status


def test_another_persons_draft_is_not_found(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    draft = _started(client, cast, "D210")
    assert client.get(f"/audits/new/{draft}").status_code == 404  # nor is it one of an audit
    cast.sign_in(client, "head_of_audit")
    assert client.get(f"/inspections/new/{draft}").status_code == 404


# ---- the list ----


def test_the_list_is_filtered_and_counted_by_state(client: Any, cast: Cast) -> None:
    opened(cast, "D210", "D220")
    submitted(cast)
    cast.sign_in(client, "administrator")
    page = client.page("/inspections/?tab=submitted")
    assert page.xpath("//tbody//th/a/text()") == ["営業第一部"]
    named = client.page(f"/inspections/?tab=all&department={cast.department['D200']}&sort=-number&q=営業第二")
    assert named.xpath("//tbody//th/a/text()") == ["営業第二部"]
    assert client.page("/inspections/?tab=late").xpath("//tbody//th") == []


def test_the_list_costs_as_many_queries_for_many_as_for_few(
    client: Any, cast: Cast, query_count: Any
) -> None:
    opened(cast, "D210")
    cast.sign_in(client, "administrator")
    client.get("/inspections/")
    with query_count() as few:
        client.get("/inspections/")
    opened(cast, *["D220", "D110", "D130", "D211"] * 5)
    with query_count() as many:
        client.get("/inspections/")
    assert many.count == few.count


def test_who_only_answers_when_named_has_no_entry_in_the_navigation(client: Any, cast: Cast) -> None:
    inspection(cast, named=("staff_of_sales",))
    cast.sign_in(client, "staff_of_sales")
    page = client.page("/inspections/")
    assert page.xpath("//tbody//th/a/text()") == ["営業第一部"]
    assert not page.xpath("//nav[@id='nav']//a[@href='/inspections/']")


# ---- worklist and reminders ----


def test_the_worklist_asks_each_for_the_next_step(app: Any, cast: Cast) -> None:
    open_, done = inspection(cast), submitted(cast, "D220", by="head_of_other")
    nobody = inspection(cast, "company", codes=("POL-01",))
    later = Moment.at(NOW + timedelta(days=30))
    with app.test_request_context():
        found = {
            name: [item.url for item in waiting_for(cast.actor(name), Moment.at(NOW))]
            for name in ("head_of_sales", "head_of_other", "administrator", "staff_of_sales")
        }
        late = [(item.url, item.state[1]) for item in waiting_for(cast.actor("administrator"), later)]
    assert found == {
        "head_of_sales": [f"/inspections/{open_.id}/answer"],
        "head_of_other": [],
        "administrator": [f"/inspections/{done.id}/confirm", f"/inspections/{nobody.id}/respondents"],
        "staff_of_sales": [],
    }
    assert (f"/inspections/{open_.id}", "overdue") in late


def test_many_that_wait_are_one_row_that_leads_to_the_list(app: Any, cast: Cast) -> None:
    opened(cast, *["D210"] * 7)
    with app.test_request_context():
        later = Moment.at(NOW + timedelta(days=30))
        found = [item.url for item in waiting_for(cast.actor("administrator"), later)]
    assert found == ["/inspections/?tab=late"]


def test_whoever_answers_is_reminded_and_the_head_above_when_it_stays_late(cast: Cast) -> None:
    audit = inspection(cast, "D211", named=("staff_of_sales",))
    submitted(cast)
    (thing,) = due_things(Moment.at(NOW))
    assert (thing.id, thing.notice) == (audit.id, "inspection_due")
    assert thing.person_ids == (cast.person["staff_of_sales"], cast.person["head_of_sales"])
    assert thing.department_id is None  # nobody above the head of sales heads a department


def test_the_list_comes_as_excel_as_it_is_shown(client: Any, cast: Cast) -> None:
    opened(cast, "D210", "D220")
    submitted(cast)
    cast.sign_in(client, "administrator")
    response = client.get("/reports/export/inspections.xlsx?tab=submitted")
    assert response.status_code == 200
    sheet = load_workbook(io.BytesIO(response.data)).worksheets[0]
    numbers = [row[0].value for row in sheet.iter_rows() if str(row[0].value).startswith("S26-")]
    assert numbers == ["S26-03"]


def test_the_page_of_a_series_speaks_of_self_inspections_and_leads_to_them(client: Any, cast: Cast) -> None:
    (one,) = open_inspections(
        cast.actor("administrator"), NOW, [new_inspection(cast)], Recurrence("FREQ=MONTHLY")
    )
    cast.sign_in(client, "administrator")
    page = client.page(f"/audits/series/{one.series_of_id}")
    assert page.xpath(f"//a[@href='/inspections/{one.id}']") and not page.xpath(
        f"//a[@href='/audits/{one.id}']"
    )
    seen = page.xpath("string(//main)")
    assert "今後の自己点検" in seen and "作成済みの自己点検" in seen and "対象の責任者" in seen
    assert "監査員" not in seen
