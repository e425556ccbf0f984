"""Subjects: departments and the company by themselves, systems, areas and contractors by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity, events
from auditor.access import application
from auditor.catalogue import actions, queries
from auditor.catalogue.models import Subject, SubjectDetail
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.people.models import Department, DepartmentDetail
from tests.bed.pages import text_of
from tests.cast import NOW, START

SYSTEM = application("test")
DEPARTMENT_MADE = activity.event_type("test.department_made", "Department made", "count")
FILLED = {
    "kind": "system", "code": "SYS-01", "name_ja": "顧客管理システム", "name_en": "Customer system", "owner": "",
    "valid_from": "2026-11-20",
}  # fmt: skip


def add(
    kind: str = "system", code: str = "SYS-01", name: str = "顧客管理システム", name_en: str = ""
) -> Subject:
    return actions.add_subject(SYSTEM, kind, code, name, name_en, None, NOW, START)


def test_the_administrator_adds_a_system(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    assert client.get("/catalogue/subjects/add?kind=system").status_code == 200
    added = client.post("/catalogue/subjects/add", data={**FILLED, "owner": str(cast.department["D130"])})
    assert added.status_code == 303
    shown = text_of(client.get(added.location))
    assert "顧客管理システム" in shown and "情報システム部" in shown


@pytest.mark.parametrize(
    "wrong", [{"code": ""}, {"name_ja": " "}, {"kind": "department"}, {"valid_from": "x"}, {"code": "D210"}]
)
def test_a_refused_subject_keeps_what_was_typed(client: Any, cast: Any, wrong: dict[str, str]) -> None:
    cast.sign_in(client, "administrator")
    refused = client.post("/catalogue/subjects/add", data={**FILLED, "name_en": "Kept text", **wrong})
    assert refused.status_code == 422
    assert "Kept text" in refused.get_data(as_text=True)
    assert SubjectDetail.select().count() == 1  # the company's


def test_a_changed_name_holds_from_its_day_on(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    subject = add()
    row = SubjectDetail.get(SubjectDetail.subject == subject)
    values = {
        "name_ja": "新顧客管理システム",
        "name_en": "",
        "owner": "",
        "valid_from": "2026-11-20",
        "seen": str(row.id),
    }
    assert client.post(f"/catalogue/subjects/{subject.id}", data=values).status_code == 303
    later = NOW + timedelta(hours=1)
    assert (
        queries.subject_names([subject.id], Moment(date(2026, 11, 19), later), "ja")[subject.id]
        == "顧客管理システム"
    )
    assert queries.subject_names([subject.id], Moment.at(later), "ja")[subject.id] == "新顧客管理システム"


def test_of_two_editors_the_second_sees_both_names(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    subject = add()
    row = SubjectDetail.get(SubjectDetail.subject == subject)
    actions.change_subject(SYSTEM, subject, "他の人の名前", "", None, NOW)
    values = {
        "name_ja": "私の名前",
        "name_en": "",
        "owner": "",
        "valid_from": "2026-11-20",
        "seen": str(row.id),
    }
    stale = client.post(f"/catalogue/subjects/{subject.id}", data=values)
    assert stale.status_code == 409
    assert "他の人の名前" in text_of(stale) and "私の名前" in text_of(stale)


def test_a_retired_subject_is_found_no_more_and_can_be_taken_up_again(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    subject = add()
    address = f"/catalogue/subjects/{subject.id}/retire"
    assert client.post(address, data={"active": "no"}).status_code == 303
    assert client.get("/catalogue/subjects/search?q=顧客").get_json() == []
    assert client.post(address, data={"active": "no"}).status_code == 303
    assert SubjectDetail.select().where(SubjectDetail.subject == subject).count() == 2
    assert client.post(address, data={"active": "yes"}).status_code == 303
    assert len(client.get("/catalogue/subjects/search?q=顧客").get_json()) == 1


def test_departments_and_the_company_are_not_changed_here(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    assert client.get(f"/catalogue/subjects/{cast.subject['D210']}").status_code == 404
    assert client.post(f"/catalogue/subjects/{cast.subject['company']}/retire").status_code == 422
    with pytest.raises(RuleBroken):
        actions.change_subject(SYSTEM, Subject.get_by_id(cast.subject["D210"]), "x", "", None, NOW)


def test_a_department_becomes_a_subject_when_it_is_added(app: Any, cast: Any) -> None:
    with activity.action(SYSTEM, NOW):
        department = Department.create(code="company")  # a code that a subject has already
        DepartmentDetail.write(
            NOW,
            None,
            START,
            department=department,
            name="広報部",
            name_en="",
            kind="部",
            level="department",
            site="",
        )
        activity.record(DEPARTMENT_MADE, count=1)
        events.tell(events.DepartmentAdded(SYSTEM, NOW, department_id=department.id))
        events.tell(events.DepartmentAdded(SYSTEM, NOW, department_id=department.id))
    subject = Subject.get(Subject.department == department)
    assert queries.subject_names([subject.id], Moment.at(NOW), "en") == {subject.id: "広報部"}
    assert actions.add_missing_subjects(SYSTEM, NOW) == 0


def test_subjects_are_searched_in_both_languages_and_by_kana(client: Any, cast: Any) -> None:
    add("contractor", "C-1", "あおぞらデータセンター", "Aozora Data Center")
    cast.sign_in(client, "head_of_audit")
    for words in ("ﾃﾞｰﾀｾﾝﾀｰ", "でーた", "AOZORA center", "c-1"):
        found = client.get("/catalogue/subjects/search", query_string={"q": words}).get_json()
        assert [row["label"] for row in found] == ["あおぞらデータセンター"], words
    assert {row["label"] for row in client.get("/catalogue/subjects/search?q=営業第一部").get_json()} == {
        "営業第一部"
    }


def test_the_lists_by_kind_have_tabs_with_counts(client: Any, cast: Any) -> None:
    add()
    cast.sign_in(client, "administrator")
    shown = text_of(client.get("/catalogue/subjects?kind=system"))
    assert "SYS-01" in shown and "D210" not in shown
    assert "D210" in text_of(client.get("/catalogue/subjects"))
    assert "SYS-01" not in text_of(client.get("/catalogue/subjects?kind=system&text=なし"))
    assert client.get("/catalogue/subjects?kind=planet").status_code == 404


def test_the_list_costs_the_same_for_ten_and_for_a_thousand(
    client: Any, cast: Any, assert_same_queries: Any
) -> None:
    cast.sign_in(client, "administrator")
    for n in range(5):
        add("area", f"AREA-{n}", f"区域{n}")

    def grow() -> None:
        with activity.action(SYSTEM, NOW):
            Subject.add_many({"kind": "area", "code": f"B-{n}"} for n in range(1000))
            activity.record(DEPARTMENT_MADE, count=1)

    assert_same_queries(lambda: client.get("/catalogue/subjects?kind=area"), grow)


def test_who_may_not_manage_subjects_finds_no_page(client: Any, cast: Any) -> None:
    subject = add()
    assert "/sign-in" in client.get("/catalogue/subjects").headers["Location"]
    cast.sign_in(client, "head_of_sales")
    for address in ("/catalogue/subjects", "/catalogue/subjects/add", f"/catalogue/subjects/{subject.id}"):
        assert client.get(address).status_code == 404
    assert client.get("/catalogue/subjects/search?q=x").status_code == 404
    assert client.post(f"/catalogue/subjects/{subject.id}/retire").status_code == 404
