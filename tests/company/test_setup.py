"""The first steps of an empty installation: the code, the company, the roster, the administrator."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from auditor import clock
from auditor.access import Role
from auditor.accounts import beginning, queries
from auditor.accounts.models import Credential, RoleGrant
from auditor.catalogue.models import CatalogueInUse, Control, Subject
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.people.models import Department, Person
from auditor.training.models import Course
from tests import cast as cast_module
from tests.bed.pages import parsed, text_of
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
    answers = [begin(client, f"wrong-{n}") for n in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "900"


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
    data = {"person_search": "000101", "password": PASSWORD, "again": PASSWORD}
    nobody = client.post("/accounts/first-administrator", data={**data, "person_search": "999999"})
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


ROSTER = [rosters.person("000101", "髙田", "直子"), rosters.person("000102", "髙田", "恵")]
FIRST = "/accounts/first-administrator"
ME = {"person_search": "000101", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def at_last_step(client, code):
    begin(client, code)
    upload = (io.BytesIO(rosters.workbook(ROSTER, rosters.UNITS)), "名簿.xlsx")
    client.post("/setup/roster", data={"file": upload, "effective_from": "2026-04-01"})
    client.post("/setup/roster/apply")
    return client


def cookie_of(client):
    return client.get_cookie("auditor").value


def test_every_page_leads_to_the_first_steps_while_there_is_no_administrator(app, client, code):
    for page in ("/", "/people/", "/company/settings", "/reports/overview", "/accounts/sign-in"):
        answer = client.get(page, follow_redirects=True)
        assert answer.request.path == "/setup" and answer.status_code == 200
        assert "auditor serve" in text_of(answer)
    for page in ("/accounts/sign-in", "/company/settings"):
        sent = client.post(page, data={"login": "1", "password": "x"}, follow_redirects=True)
        assert sent.request.path == "/setup"


def test_a_second_click_of_the_last_step_leads_to_the_worklist(at_last_step):
    client = at_last_step
    before = cookie_of(client)
    assert client.post(FIRST, data=ME).location == "/"
    for again in (client.post(FIRST, data=ME), client.get(FIRST)):
        assert (again.status_code, again.location) == (303, "/")
    client.set_cookie("auditor", before)  # sent before the first answer was there
    assert client.post(FIRST, data=ME).location == "/accounts/sign-in"
    assert len(queries.holders(Role.ADMINISTRATOR, MOMENT)) == 1


def test_the_last_step_is_over_for_everybody_else(at_last_step, app):
    at_last_step.post(FIRST, data=ME)
    stranger = app.test_client()
    assert stranger.post(FIRST, data=ME).status_code == 404
    assert stranger.get(FIRST).status_code == 404
    assert stranger.get(f"{FIRST}/people?q=直子").status_code == 404


def test_two_at_the_last_step_make_one_administrator(at_last_step, app):
    cookie = cookie_of(at_last_step)
    meeting = Barrier(2)

    def press(number):
        browser = app.test_client()
        browser.set_cookie("auditor", cookie)
        meeting.wait()
        return browser.post(FIRST, data={**ME, "person_search": number}).location

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(press, ("000101", "000102")))
    assert sorted(answers) == ["/", "/accounts/sign-in"]
    assert RoleGrant.select().count() == Credential.select().count() == 1


def test_a_new_start_of_the_server_ends_the_earlier_code(at_last_step, settings):
    client = at_last_step
    assert client.get(FIRST).status_code == 200
    fresh = beginning.new_code(settings.data)
    for page in ("/setup/roster", FIRST, f"{FIRST}/people?q=髙田"):
        assert client.get(page).location == "/setup"
    assert client.post(FIRST, data=ME).location == "/setup"
    begin(client, fresh)
    assert client.get(FIRST).status_code == 200


def test_the_cookie_does_not_tell_what_is_kept_of_the_code(settings, code):
    kept = (settings.data / "keys" / "setup-code.sha256").read_text()
    assert beginning.mark(settings.data) not in (kept, "")
    assert not beginning.is_current(settings.data, True)
    assert not beginning.is_current(settings.data / "elsewhere", "")


@pytest.mark.parametrize("language", ["ja", pytest.param("en", marks=pytest.mark.thorough)])
def test_the_first_administrator_is_searched_for_on_the_roster(at_last_step, language):
    client = at_last_step
    client.set_cookie("language", language)
    found = client.get(f"{FIRST}/people?q=直子").get_json()
    assert [one["label"] for one in found] == ["髙田 直子"] and "000101" in found[0]["hint"]
    several = client.post(FIRST, data={**ME, "person_search": "髙田"})
    assert several.status_code == 422
    assert len(parsed(several).xpath("//input[@type='radio'][@name='person']")) == 2
    for nobody in ("", "見知らぬ人"):
        assert client.post(FIRST, data={**ME, "person_search": nobody}).status_code == 422
    weak = client.post(FIRST, data={"person": found[0]["id"], "password": "short", "again": "short"})
    assert weak.status_code == 422
    assert parsed(weak).xpath("//input[@name='person']/@value") == [str(found[0]["id"])]
    chosen = {"person": found[0]["id"], "password": PASSWORD, "again": PASSWORD}
    assert client.post(FIRST, data=chosen).location == "/"


def test_without_the_code_nobody_is_found(client, code):
    assert client.get(f"{FIRST}/people?q=1").location == "/setup"


def test_the_fiscal_year_stands_beside_its_first_month(client, standing_clock):
    for language, april in (
        ("ja", "4月（今年度：2026-04-01～2027-03-31）"),
        ("en", "April (this fiscal year: 2026-04-01 – 2027-03-31)"),
    ):
        client.set_cookie("language", language)
        options = client.page("/setup").xpath("//select[@name='fiscal_year_start_month']/option/text()")
        assert len(options) == 12 and april in options[3]


def test_the_names_hold_for_every_day_of_the_fiscal_year(client, code):
    begin(client, code, fiscal_year_start_month="10")
    moment = Moment.at(clock.now())
    first = company.fiscal_year_at(moment.day, moment).first
    assert first.month == 10
    assert company.setting("company_name_ja", moment.on(first)) == "青葉見本株式会社"
    assert company.setting("company_name_en", moment.on(first)) == "Aoba Mihon"
    assert company.setting("fiscal_year_start_month", moment.on(first - timedelta(days=1))) == 10
