"""Departments by hand: added, renamed, moved, closed, each from a day on; never a circle, never an orphan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.activity import ActivityEvent
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.people import queries, units
from auditor.people.models import Department, DepartmentDetail
from tests import cast as company
from tests.bed.pages import parsed, text_of
from tests.people.test_edit_person import admin, values  # noqa: F401

LATER = company.NOW + timedelta(minutes=1)
DECEMBER = date(2026, 12, 1)


def test_a_department_is_added_below_another(admin, cast):  # noqa: F811
    data = values(
        admin, "/people/departments/new", code="D212", name="営業二課", name_en="Sales Section 2",
        level="section", parent=str(cast.department["D210"]), parent_search="営業第一部",
    )  # fmt: skip
    response = admin.post("/people/departments/new", data=data)
    made = Department.get(Department.code == "D212")
    assert response.headers["Location"] == f"/people/departments/{made.id}"
    assert queries.tree(Moment.at(LATER)).ancestors(made.id)[0] == cast.department["D210"]
    assert Subject.get(Subject.department == made.id)
    page = text_of(admin.get(response.headers["Location"]))
    assert "部署の履歴" in page and "名称：営業二課、上位部署：営業第一部" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "D110"}, "すでに使われて"),
        ({"code": "営業"}, "半角"),
        ({"name": ""}, "名称を入力"),
        ({"parent": "", "parent_search": "どこにもない部"}, "部署が見付かりません"),
    ],
)
def test_what_cannot_be_is_refused_and_kept(admin, cast, wrong, said):  # noqa: F811
    url = "/people/departments/new"
    data = {**values(admin, url, code="D900", name="新しい部", site="本社"), **wrong}
    response = admin.post(url, data=data)
    assert response.status_code == 422
    assert said in text_of(response)
    assert parsed(response).xpath("//input[@name='site']/@value") == ["本社"]
    assert Department.select().count() == 8


def test_a_new_name_and_place_hold_from_their_day(admin, cast):  # noqa: F811
    unit = cast.department["D211"]
    url = f"/people/departments/{unit}/change"
    data = values(
        admin, url, name="営業企画課", parent=str(cast.department["D220"]), parent_search="営業第二部",
        valid_from="2026-12-01",
    )  # fmt: skip
    assert admin.post(url, data=data).status_code == 303
    before, after = queries.tree(Moment.at(LATER)), queries.tree(Moment.at(LATER).on(DECEMBER))
    assert (before.name(unit), before.ancestors(unit)[0]) == ("営業一課", cast.department["D210"])
    assert (after.name(unit), after.ancestors(unit)[0]) == ("営業企画課", cast.department["D220"])
    assert ActivityEvent.select().order_by(ActivityEvent.seq.desc()).get().data == {
        "department": unit,
        "valid_from": "2026-12-01",
    }
    page = text_of(admin.get(f"/people/departments/{unit}"))
    assert "名称：営業企画課、上位部署：営業第二部" in page


def test_an_emptied_superior_puts_it_at_the_top(admin, cast):  # noqa: F811
    unit = cast.department["D130"]
    url = f"/people/departments/{unit}/change"
    assert admin.post(url, data=values(admin, url, parent_search="")).status_code == 303
    assert queries.tree(Moment.at(LATER)).ancestors(unit) == []


@pytest.mark.parametrize("above", ["D210", "D211"])
def test_a_circle_is_refused(admin, cast, above):  # noqa: F811
    url = f"/people/departments/{cast.department['D210']}/change"
    named = {"D210": "営業第一部", "D211": "営業一課"}[above]
    data = values(admin, url, parent=str(cast.department[above]), parent_search=named)
    response = admin.post(url, data=data)
    assert response.status_code == 422
    assert "配下の部署を上位部署にすることはできません" in text_of(response)


def test_a_circle_that_only_a_planned_change_would_close_is_refused(cast):
    actor, one, other = cast.actor("administrator"), cast.department["D210"], cast.department["D220"]
    last = units.last_row(one)
    units.change_department(
        actor, one, units.Unit("営業第一部", parent_id=other), DECEMBER, company.NOW, last.id
    )
    with pytest.raises(RuleBroken, match=r"配下|below"):
        units.change_department(
            actor, other, units.Unit("営業第二部", parent_id=one), date(2026, 11, 20), LATER,
            units.last_row(other).id,
        )  # fmt: skip


@pytest.mark.parametrize(("code", "said"), [("D211", "2名が所属"), ("D210", "配下の部署があります")])
def test_one_with_people_or_departments_is_not_closed(admin, cast, code, said):  # noqa: F811
    url = f"/people/departments/{cast.department[code]}/change"
    response = admin.post(url, data=values(admin, url, closed="y"))
    assert response.status_code == 422
    assert said in text_of(response)


def test_an_empty_one_is_closed_and_opened_again(admin, cast):  # noqa: F811
    unit = units.add_department(cast.actor("administrator"), "D900", "臨時室", date(2026, 11, 1), company.NOW)
    url = f"/people/departments/{unit}/change"
    assert admin.post(url, data=values(admin, url, closed="y")).status_code == 303
    assert not queries.tree(Moment.at(LATER)).details[unit].active
    with pytest.raises(RuleBroken):
        units.add_department(
            cast.actor("administrator"), "D901", "", DECEMBER, LATER, units.Unit("下", parent_id=unit)
        )
    data = values(admin, url)
    del data["closed"]
    assert admin.post(url, data=data).status_code == 303
    assert queries.tree(Moment.at(LATER)).details[unit].active
    assert "廃止を取消し" in text_of(admin.get(f"/people/departments/{unit}"))


def test_of_two_editors_the_second_sees_both_texts_and_can_save(admin, cast):  # noqa: F811
    unit = cast.department["D211"]
    url = f"/people/departments/{unit}/change"
    mine = values(admin, url, name="私の課")
    theirs = units.Unit("彼の課", level="section", parent_id=cast.department["D210"])
    units.change_department(
        cast.actor("administrator"), unit, theirs, date(2026, 11, 20), company.NOW, units.last_row(unit).id
    )
    stale = admin.post(url, data=mine)
    assert stale.status_code == 409
    assert "彼の課" in text_of(stale) and "私の課" in text_of(stale)
    tip = parsed(stale).xpath("//input[@name='tip']/@value")[0]
    assert admin.post(url, data={**mine, "tip": tip}).status_code == 303


@pytest.mark.parametrize(
    ("name", "new", "change"), [("head_of_sales", 403, 403), ("auditor", 404, 404), (None, 303, 303)]
)
def test_only_the_administrator_changes_departments(client, cast, name, new, change):
    if name:
        cast.sign_in(client, name)
    there = f"/people/departments/{cast.department['D211']}/change"
    for url, status in (("/people/departments/new", new), (there, change)):
        assert client.get(url).status_code == status
        assert client.post(url, data={"name": "x"}).status_code == status
    assert DepartmentDetail.select().count() == 8
