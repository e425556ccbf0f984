"""Changing one person: dated rows, and of two editors the second is told and loses nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.dated import Moment
from auditor.people import actions, histories, queries
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.models import Person
from tests import cast as company
from tests.bed.pages import parsed, text_of

LATER = company.NOW + timedelta(minutes=1)
DECEMBER = date(2026, 12, 1)


@pytest.fixture
def admin(client, cast):
    cast.sign_in(client, "administrator")
    return client


def values(client, url, **changes):
    form = next(
        form
        for form in client.page(url).forms
        if form.get("method") == "post" and "sign-out" not in (form.get("action") or "")
    )
    kept = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return {**kept, **changes}


def test_details_hold_from_their_day(admin, cast):
    url = f"/people/{cast.person['auditor']}/details"
    data = values(admin, url, family_name="高梨", valid_from="2026-12-01")
    assert admin.post(url, data=data).status_code == 303
    moment = Moment.at(LATER)
    assert queries.name(cast.person["auditor"], moment) == "髙橋 みのり"
    assert queries.name(cast.person["auditor"], moment.on(DECEMBER)) == "高梨 みのり"


def test_a_wrong_address_is_refused_and_kept(admin, cast):
    url = f"/people/{cast.person['auditor']}/details"
    response = admin.post(url, data=values(admin, url, email="no address"))
    assert response.status_code == 422
    assert parsed(response).xpath("//input[@name='email']/@value") == ["no address"]


def test_of_two_editors_the_second_sees_both_texts_and_can_save(admin, cast):
    person = cast.person["auditor"]
    url = f"/people/{person}/details"
    mine = values(admin, url, family_name="私")
    theirs = {"family_name": "彼", "given_name": "みのり", "email": "p000104@example.jp"}
    tip = histories.tip_of(person)
    actions.change_details(cast.actor("administrator"), person, theirs, date(2026, 11, 20), company.NOW, tip)
    stale = admin.post(url, data=mine)
    assert stale.status_code == 409
    assert "彼" in text_of(stale) and "私" in text_of(stale)
    tip = parsed(stale).xpath("//input[@name='tip']/@value")[0]
    assert admin.post(url, data={**mine, "tip": tip}).status_code == 303


def test_a_transfer_moves_the_main_post_from_its_day(admin, cast):
    person = cast.person["staff_of_sales"]
    url = f"/people/{person}/transfer"
    data = values(
        admin,
        url,
        department=str(cast.department["D130"]),
        department_search="情報",
        post="主任",
        valid_from="2026-12-01",
    )
    assert admin.post(url, data=data).status_code == 303
    moment = Moment.at(LATER)
    assert queries.main_departments([person], moment) == {person: cast.department["D211"]}
    assert queries.main_departments([person], moment.on(DECEMBER)) == {person: cast.department["D130"]}


def test_a_concurrent_post_is_added_and_ended(admin, cast):
    person = cast.person["staff_of_sales"]
    url = f"/people/{person}/transfer"
    both = {cast.department["D211"], cast.department["D130"]}
    data = values(admin, url, department_search="情報システム", change="concurrent")
    assert admin.post(url, data=data).status_code == 303
    found = queries.departments_over([person], date(2026, 11, 20), date(2026, 11, 20), LATER)
    assert found[person] == both
    data = values(admin, url, department=str(cast.department["D130"]), change="end", valid_from="2026-12-01")
    assert admin.post(url, data=data).status_code == 303
    found = queries.departments_over([person], DECEMBER, DECEMBER, LATER)
    assert found[person] == {cast.department["D211"]}


def test_a_transfer_without_a_department_is_refused(admin, cast):
    url = f"/people/{cast.person['staff_of_sales']}/transfer"
    response = admin.post(url, data=values(admin, url, department_search="どこにもない部"))
    assert response.status_code == 422 and "部署を選んでください" in text_of(response)


def test_a_leaver_is_out_and_heads_nothing_from_the_day(admin, cast):
    person = cast.person["head_of_sales"]
    url = f"/people/{person}/status"
    assert admin.post(url, data=values(admin, url, status="left", valid_from="2026-11-20")).status_code == 303
    moment = Moment.at(LATER)
    assert not queries.is_working(person, moment)
    assert person not in queries.heads(moment).values()
    assert not list(queries.memberships(moment).where(queries.Membership.person == person))
    assert cast.actor("head_of_sales", LATER).person_id is None


def test_a_stale_leaving_is_refused(app, cast):
    person = cast.person["auditor"]
    tip = histories.tip_of(person)
    actor = cast.actor("administrator")
    leave = (EmploymentStatus.ON_LEAVE, EmploymentKind.REGULAR)
    actions.change_employment(actor, person, *leave, DECEMBER, company.NOW, tip)
    from auditor.errors import Stale

    with pytest.raises(Stale):
        actions.change_employment(actor, person, *leave, DECEMBER, LATER, tip)


def test_a_person_is_added_by_hand(admin, cast):
    data = values(
        admin, "/people/new", number="000300", family_name="新井", given_name="望", department_search="D130"
    )
    done = admin.post("/people/new", data=data)
    assert done.status_code == 303
    assert "情報システム部" in text_of(admin.get(done.location))
    taken = admin.post("/people/new", data={**data, "number": "000104"})
    assert taken.status_code == 422 and "すでに使われています" in text_of(taken)
    assert Person.select().count() == 13


def test_the_head_of_a_department_is_named(admin, cast):
    url = f"/people/departments/{cast.department['D130']}/head"
    data = values(admin, url, person_search="森田")
    stale = dict(data)
    assert admin.post(url, data=data).status_code == 303
    assert queries.heads(Moment.at(LATER))[cast.department["D130"]] == cast.person["second_auditor"]
    assert admin.post(url, data={**stale, "person_search": "江口"}).status_code == 409
    assert admin.post(url, data=values(admin, url)).status_code == 422
    assert admin.post(url, data=values(admin, url, vacant="y")).status_code == 303
    assert cast.department["D130"] not in queries.heads(Moment.at(LATER))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "url",
    [
        "/people/new",
        "/people/{auditor}",
        "/people/{auditor}/details",
        "/people/{auditor}/transfer",
        "/people/{auditor}/status",
    ],
)
def test_the_pages_stand_in_both_languages(admin, cast, url, language):
    admin.set_cookie("language", language)
    assert admin.get(url.format(**cast.person)).status_code == 200
