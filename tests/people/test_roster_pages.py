"""The roster on the screen: who may see whom, search, history, departments."""

from __future__ import annotations

import pytest

from auditor import activity
from auditor.access import application
from auditor.people.models import Employment, Membership, Person, PersonDetail
from auditor.people.names import search_key, sort_key
from tests import cast as company
from tests.bed.pages import text_of

PAGES = ["/people/", "/people/departments", "/people/imports", "/people/new"]


def grow(count, department):
    """Add people as an import would, without a file."""
    from datetime import date

    start = Person.select().count()
    with activity.action(application("test"), company.NOW):
        numbers = [f"X{start + n:05d}" for n in range(count)]
        Person.add_many({"employee_number": number} for number in numbers)
        ids = dict(
            Person.select(Person.employee_number, Person.id)
            .where(Person.employee_number.in_(numbers))
            .tuples()
        )
        common = {"recorded_at": company.NOW, "recorded_by": None, "valid_from": date(2026, 4, 1)}
        PersonDetail.add_many(
            {
                **common,
                "person": person,
                "family_name": "増田",
                "given_name": number,
                "search_key": search_key(f"増田{number}"),
                "sort_key": sort_key("マスダ"),
                "language": "ja",
            }
            for number, person in ids.items()
        )
        Employment.add_many(
            {**common, "person": person, "kind": "regular", "status": "active"} for person in ids.values()
        )
        Membership.add_many(
            {**common, "person": person, "department": department, "held": True, "main": True, "post": ""}
            for person in ids.values()
        )
        activity.record(company.CAST_MADE, persons=count)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("url", PAGES)
def test_the_pages_of_the_roster_stand_in_both_languages(client, cast, url, language):
    cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    assert client.get(url).status_code == 200


def test_the_roster_is_searched_by_any_writing_of_a_name(client, cast):
    cast.sign_in(client, "administrator")
    for typed in ("高橋", "たかはし", "タカハシ みのり", "000104"):
        page = client.get("/people/", query_string={"q": typed})
        assert "髙橋 みのり" in text_of(page) and "小林" not in text_of(page), typed


def test_leavers_are_on_the_roster_of_the_day_they_still_worked(client, cast):
    cast.sign_in(client, "administrator")
    assert "辻 徹" not in text_of(client.get("/people/"))
    assert "辻 徹" in text_of(client.get("/people/?as_of=2026-06-30"))
    assert "辻 徹" in text_of(client.get("/people/?status=left"))


def test_a_department_head_sees_the_own_department_and_what_is_below_it(client, cast):
    cast.sign_in(client, "head_of_sales")
    seen = text_of(client.get("/people/"))
    assert "小林 誠" in seen and "西村 葵" in seen and "髙橋 みのり" not in seen
    assert client.get(f"/people/{cast.person['staff_of_sales']}").status_code == 200
    assert client.get(f"/people/{cast.person['auditor']}").status_code == 404
    assert client.get(f"/people/departments/{cast.department['D220']}").status_code == 404
    assert client.get(f"/people/departments/{cast.department['D211']}").status_code == 200


def test_a_department_head_may_read_and_not_change(client, cast):
    cast.sign_in(client, "head_of_sales")
    for page in ("details", "transfer", "status"):
        assert client.get(f"/people/{cast.person['staff_of_sales']}/{page}").status_code == 403
    assert client.get(f"/people/departments/{cast.department['D211']}/head").status_code == 403
    assert client.get(f"/people/departments/{cast.department['D220']}/head").status_code == 404
    assert client.get("/people/new").status_code == 403
    assert client.get("/people/imports").status_code == 404


def test_an_employee_sees_no_roster(client, cast):
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/people/").status_code == 404
    assert client.get("/people/search?q=a").status_code == 404


def test_whoever_is_not_signed_in_is_sent_to_sign_in(client, cast):
    assert client.get("/people/").location == "/accounts/sign-in?next=/people/"


def test_a_field_that_searches_gets_people_at_work(client, cast):
    cast.sign_in(client, "administrator")
    assert client.get("/people/search?q=たかはし").json == [
        {"id": cast.person["auditor"], "label": "髙橋 みのり", "hint": "000104 営業第二部"}
    ]
    assert client.get("/people/search?q=辻").json == []
    assert client.get("/people/search?q=").json == []


def test_a_field_that_searches_gets_departments_by_name_or_code(client, cast):
    cast.sign_in(client, "administrator")
    found = client.get("/people/departments/search?q=営業").json
    assert [one["label"] for one in found] == ["営業本部", "営業第一部", "営業一課", "営業第二部"]
    assert client.get("/people/departments/search?q=d211").json[0]["hint"] == "D211 営業本部 営業第一部"
    cast.sign_in(client, "head_of_sales")
    assert len(client.get("/people/departments/search?q=").json) == 2


def test_a_persons_page_tells_the_history(client, cast):
    cast.sign_in(client, "administrator")
    seen = text_of(client.get(f"/people/{cast.person['on_leave']}"))
    assert "2026-06-01" in seen and "休職" in seen and "営業一課" in seen


@pytest.mark.parametrize(
    "url",
    ["/people/", "/people/departments", "/people/departments/{D220}", "/people/search?q=X0", "/accounts/"],
)
def test_a_list_costs_the_same_statements_for_ten_and_a_thousand_people(
    client, cast, url, assert_same_queries
):
    cast.sign_in(client, "administrator")
    address = url.format(**cast.department)
    grow(10, cast.department["D220"])
    assert_same_queries(lambda: client.get(address), lambda: grow(990, cast.department["D220"]))
