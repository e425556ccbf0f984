"""Importing a roster on the screen: upload, preview by cell, apply once, nothing lost."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from auditor.people import staging
from auditor.people.models import Membership, Person, RosterImport, StagedRoster
from tests import cast as company
from tests.bed.pages import parsed, text_of
from tests.people import rosters

MOVE = [rosters.person("000107", "西村", "葵", "D220")]


@pytest.fixture
def admin(client, cast):
    cast.sign_in(client, "administrator")
    return client


def upload(client, people=MOVE, name="名簿.xlsx", content=None, **more):
    body = content if content is not None else rosters.workbook(people)
    data = {"file": (io.BytesIO(body), name), "effective_from": "2026-12-01", **more}
    return client.post("/people/imports", data=data)


def digest(page):
    return parsed(page).xpath("//input[@name='digest']/@value")[0]


def test_an_upload_is_shown_with_old_and_new_and_then_applied(admin, cast, settings):
    address = upload(admin).location
    page = admin.get(address)
    assert "営業一課" in text_of(page) and "営業第二部" in text_of(page)
    assert not RosterImport.select().exists()
    done = admin.post(f"{address}/apply", data={"digest": digest(page)})
    assert done.status_code == 303
    assert "取り込みました" in text_of(admin.get(done.location))
    assert not any((settings.data / "imports").iterdir()), "the file with everybody's data does not stay"


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("show", ["added", "changed", "moved", "left", "unchanged", "passed_over"])
def test_every_count_opens_its_rows(admin, language, show):
    people = [
        *MOVE, rosters.person("000200", "新井", "望", "D220"), rosters.person("000201", 退職日="2020-01-31", 状態="退職"),
        rosters.person("000106", "小林", "誠", "D210", 退職日="2026-11-30"),
    ]  # fmt: skip
    admin.set_cookie("language", language)
    address = upload(admin, people, whole="y").location
    assert admin.get(f"{address}?show={show}").status_code == 200


def test_a_double_click_applies_once(admin):
    address = upload(admin).location
    data = {"digest": digest(admin.get(address))}
    first = admin.post(f"{address}/apply", data=data)
    second = admin.post(f"{address}/apply", data=data)
    assert first.location == second.location
    assert RosterImport.select().count() == 1
    assert "二重には取り込んでいません" in text_of(admin.get(second.location))


def test_the_same_file_uploaded_again_is_not_applied_again(admin):
    content = rosters.workbook(MOVE)
    address = upload(admin, content=content).location
    admin.post(f"{address}/apply", data={"digest": digest(admin.get(address))})
    again = upload(admin, content=content).location
    assert again != address
    assert admin.post(f"{again}/apply", data={"digest": "whatever"}).status_code == 303
    assert RosterImport.select().count() == 1


def test_a_stale_preview_is_planned_again_and_shown(admin, cast):
    address = upload(admin).location
    old = digest(admin.get(address))
    rosters.apply(
        rosters.workbook([rosters.person("000107", "西村", "葵", "D130")]), company.START, company.NOW
    )
    before = Membership.select().count()
    stale = admin.post(f"{address}/apply", data={"digest": old})
    assert stale.status_code == 409
    assert "情報システム部" in text_of(stale) and Membership.select().count() == before
    assert admin.post(f"{address}/apply", data={"digest": digest(stale)}).status_code == 303


def test_a_closed_browser_loses_nothing_for_a_day(admin, client, standing_clock, settings):
    address = upload(admin).location
    assert address in [link.get("href") for link in parsed(admin.get("/people/imports")).xpath("//a")]
    standing_clock.move(company.NOW + timedelta(hours=25))
    assert staging.waiting(company.NOW + timedelta(hours=25)) == []
    assert staging.discard_old(settings.data / "imports", company.NOW + timedelta(hours=25)) == 1
    assert not any((settings.data / "imports").iterdir())


def test_the_same_upload_waits_once(admin):
    content = rosters.workbook(MOVE)
    assert upload(admin, content=content).location == upload(admin, content=content).location
    assert StagedRoster.select().count() == 1


def test_a_discarded_upload_is_gone_and_changed_nothing(admin):
    address = upload(admin).location
    admin.post(f"{address}/discard")
    assert admin.get(address).status_code == 404
    assert not RosterImport.select().exists()


def test_more_than_five_percent_leavers_must_be_confirmed(admin):
    address = upload(admin, whole="y").location
    page = admin.get(address)
    refused = admin.post(f"{address}/apply", data={"digest": digest(page)})
    assert refused.status_code == 422 and not RosterImport.select().exists()
    done = admin.post(f"{address}/apply", data={"digest": digest(page), "confirmed": "y"})
    assert done.status_code == 303


def test_a_file_with_errors_names_each_cell_and_offers_no_button(admin):
    people = [rosters.person("000107", unit="D999"), rosters.person("", "名無し")]
    page = admin.get(upload(admin, people).location)
    assert "社員名簿!I2" in text_of(page) and "社員名簿!A3" in text_of(page)
    assert not parsed(page).xpath("//form[contains(@action, '/apply')]")


@pytest.mark.parametrize(
    "content,name",
    [
        (b"", "empty.xlsx"),
        (b"%PDF-1.7", "roster.pdf"),
        (b"PK\x03\x04broken", "roster.xlsx"),
        (b"\xd0\xcf\x11\xe0old", "roster.xls"),
    ],
)
def test_a_file_that_is_no_roster_says_so(admin, content, name):
    page = admin.get(upload(admin, content=content, name=name).location)
    assert page.status_code == 200 and "まだ取り込めません" in text_of(page)


def test_a_form_without_a_file_keeps_what_was_entered(admin):
    response = admin.post("/people/imports", data={"effective_from": "2026-12-01", "whole": "y"})
    assert response.status_code == 422
    assert parsed(response).xpath("//input[@name='effective_from']/@value") == ["2026-12-01"]
    assert parsed(response).xpath("//input[@name='whole'][@checked]")


def test_importing_belongs_to_the_administrator(client, cast):
    assert client.post("/people/imports").status_code == 303
    for name in ("head_of_audit", "head_of_sales", "staff_of_sales"):
        cast.sign_in(client, name)
        assert client.get("/people/imports").status_code == 404
    assert Person.select().count() == 12
