"""The first steps of an empty installation: the code, the company, the roster, the administrator."""

from __future__ import annotations

import io

import pytest

from auditor.access import Role
from auditor.accounts import beginning, queries
from auditor.catalogue.models import CatalogueInUse, Control, Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.people.models import Department, Person
from auditor.training.models import Course
from tests import cast as cast_module
from tests.bed.pages import text_of
from tests.people import rosters

PASSWORD = "a lighthouse and 4 quiet cats"
MOMENT = Moment.at(cast_module.NOW)


@pytest.fixture
def code(app, settings):
    made = beginning.new_code(settings.data)
    assert made is not None
    return made


def begin(client, code, **more):
    data = {
        "code": code,
        "company_name_ja": "青葉見本株式会社",
        "company_name_en": "Aoba Mihon",
        "fiscal_year_start_month": "4",
    }
    return client.post("/setup", data={**data, **more})


def test_an_empty_installation_leads_to_the_first_steps(client):
    assert client.get("/accounts/sign-in").location == "/setup"
    for language in ("ja", "en"):
        client.set_cookie("language", language)
        assert client.get("/setup").status_code == 200


def test_without_the_code_nothing_goes_on(client, code):
    refused = begin(client, "wrong-code-here")
    assert refused.status_code == 422 and "青葉見本株式会社" in refused.text
    assert company.company_name(MOMENT) == ""
    for page in ("/setup/roster", "/accounts/first-administrator"):
        assert client.get(page).location == "/setup"
    assert client.post("/setup/roster/apply").location == "/setup"


def test_guessing_the_code_stops(client, code):
    answers = [begin(client, f"wrong-{n}").status_code for n in range(6)]
    assert answers == [422] * 5 + [429]


def test_the_code_is_kept_as_a_hash_only(app, settings, code):
    assert all(code.encode() not in file.read_bytes() for file in (settings.data / "keys").iterdir())


def test_the_whole_way_with_a_roster(client, code, settings):
    assert begin(client, code).location == "/setup/roster"
    assert client.get("/setup/roster").status_code == 200
    people = [rosters.person("000101", "髙田", "直子"), rosters.person("000102", "大西", "恵")]
    upload = (io.BytesIO(rosters.workbook(people, rosters.UNITS)), "名簿.xlsx")
    shown = client.post("/setup/roster", data={"file": upload, "effective_from": "2026-04-01"})
    assert shown.status_code == 200 and "2名" in text_of(shown)
    assert not Person.select().exists()
    assert client.post("/setup/roster/apply").location == "/accounts/first-administrator"
    assert client.get("/accounts/first-administrator").status_code == 200
    data = {"number": "000101", "password": PASSWORD, "again": PASSWORD}
    nobody = client.post("/accounts/first-administrator", data={**data, "number": "999999"})
    assert nobody.status_code == 422
    done = client.post("/accounts/first-administrator", data=data)
    assert done.status_code == 303
    assert len(queries.holders(Role.ADMINISTRATOR, MOMENT)) == 1
    assert "髙田 直子" in client.get("/company/settings").text
    assert CatalogueInUse.select().exists() and Control.select().exists() and Course.select().exists()
    assert Subject.select().count() == Department.select().count() + 1
    client.page("/")
    assert client.get("/setup").status_code == 404
    assert beginning.new_code(settings.data) is None


def test_the_way_without_a_roster(client, code):
    begin(client, code)
    data = {
        "number": "1",
        "family_name": "髙田",
        "given_name": "直子",
        "email": "",
        "department": "本社",
        "password": PASSWORD,
        "again": PASSWORD,
    }
    weak = client.post("/accounts/first-administrator", data={**data, "password": "short", "again": "short"})
    assert weak.status_code == 422 and not Person.select().exists()
    own = client.post("/accounts/first-administrator", data={**data, "number": "髙 田", "password": PASSWORD})
    assert own.status_code == 422 and not Department.select().exists() and not Control.select().exists()
    assert client.post("/accounts/first-administrator", data=data).status_code == 303
    assert client.get("/company/settings").status_code == 200


def test_a_roster_with_errors_says_which_cells(client, code):
    begin(client, code)
    content = rosters.workbook([rosters.person("000101", unit="D999")], rosters.UNITS)
    shown = client.post(
        "/setup/roster", data={"file": (io.BytesIO(content), "r.xlsx"), "effective_from": "2026-04-01"}
    )
    assert "社員名簿!I2" in text_of(shown)


def test_the_first_steps_are_over_once_there_is_an_administrator(client, code, cast):
    for page in ("/setup", "/setup/roster", "/accounts/first-administrator"):
        assert client.get(page).status_code == 404
    assert begin(client, code).status_code == 404
