"""Settings with the day they hold from, their history, and the closed days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.company import actions, queries
from auditor.company.models import Setting
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from tests import cast as company
from tests.bed.pages import parsed, text_of

LATER = company.NOW + timedelta(minutes=1)


def form_of(client, **changes):
    page = client.page("/company/settings")
    form = next(form for form in page.forms if form.get("action") == "/company/settings")
    values = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return {**values, **changes}


def test_a_setting_holds_from_its_day_and_not_before(app, cast):
    actions.set_setting(cast.actor("administrator"), "first_password_days", 7, date(2026, 12, 1), company.NOW)
    moment = Moment.at(LATER)
    assert queries.setting("first_password_days", moment) == 14
    assert queries.setting("first_password_days", moment.on(date(2026, 12, 1))) == 7


@pytest.mark.parametrize(
    "key,value",
    [
        ("no_such", 1),
        ("fiscal_year_start_month", 13),
        ("first_password_days", 0),
        ("own_unit_level", "village"),
        ("reminder_days", "soon"),
        ("finding_due_days_major", True),
    ],
)
def test_a_value_that_cannot_be_is_refused(app, cast, key, value):
    with pytest.raises(RuleBroken):
        actions.set_setting(cast.actor("administrator"), key, value, date(2026, 12, 1), company.NOW)


def test_of_two_editors_the_second_is_refused(app, cast):
    actor = cast.actor("administrator")
    seen = queries.last_row("company_name_ja").id
    actions.set_setting(actor, "company_name_ja", "甲", date(2026, 12, 1), company.NOW, replaces=seen)
    with pytest.raises(Stale):
        actions.set_setting(actor, "company_name_ja", "乙", date(2026, 12, 1), company.NOW, replaces=seen)


def test_the_page_writes_only_what_differs(client, cast):
    cast.sign_in(client, "administrator")
    before = Setting.select().count()
    data = form_of(client, first_password_days="7", head_of_audit_may_be_administrator="y")
    assert client.post("/company/settings", data=data).status_code == 303
    assert Setting.select().count() == before + 2
    assert "髙田 直子" in text_of(client.get("/company/settings"))


def test_a_wrong_entry_is_kept_and_explained(client, cast):
    cast.sign_in(client, "administrator")
    response = client.post(
        "/company/settings", data=form_of(client, reminder_days="soon", company_name_en="New")
    )
    assert response.status_code == 422
    assert parsed(response).xpath("//input[@name='reminder_days']/@value") == ["soon"]
    assert parsed(response).xpath("//input[@name='company_name_en']/@value") == ["New"]


def test_a_stale_page_shows_both_texts_and_can_be_saved_again(client, cast):
    cast.sign_in(client, "administrator")
    data = form_of(client, company_name_ja="私の名前")
    actions.set_setting(
        cast.actor("administrator"), "company_name_ja", "彼らの名前", date(2026, 11, 1), company.NOW
    )
    stale = client.post("/company/settings", data=data)
    assert stale.status_code == 409
    assert "彼らの名前" in text_of(stale) and "私の名前" in text_of(stale)
    tip = parsed(stale).xpath("//input[@name='tip']/@value")[0]
    assert client.post("/company/settings", data={**data, "tip": tip}).status_code == 303


def test_a_closed_day_is_entered_and_taken_back(client, cast):
    cast.sign_in(client, "administrator")
    client.post("/company/closed-days", data={"day": "2026-12-29", "name": "年末休業"})
    assert "年末休業" in text_of(client.get("/company/closed-days?year=2026"))
    assert queries.closed_days(Moment.at(LATER)) == {date(2026, 12, 29)}
    client.post("/company/closed-days/2026-12-29/open")
    assert queries.closed_days(Moment.at(LATER)) == frozenset()


@pytest.mark.parametrize("url", ["/company/settings", "/company/closed-days"])
def test_settings_are_the_administrators(client, cast, url):
    assert client.get(url).status_code == 303
    cast.sign_in(client, "head_of_audit")
    assert client.get(url).status_code == 404
    cast.sign_in(client, "administrator")
    client.set_cookie("language", "en")
    assert client.get(url).status_code == 200


def test_the_history_says_what_stood_before(client, cast):
    actor = cast.actor("administrator")
    for at, days in ((company.NOW, 7), (LATER, 21)):
        actions.set_setting(actor, "first_password_days", days, date(2026, 12, 1), at)
    cast.sign_in(client, "administrator")
    shown = text_of(client.get("/company/settings"))
    assert "14 → 7" in shown and "7 → 21" in shown


def test_the_settings_page_costs_the_same_however_long_its_history(client, cast, assert_same_queries):
    cast.sign_in(client, "administrator")

    def grow(rows=30):
        for number in range(rows):
            actions.set_setting(
                cast.actor("administrator"), "first_password_days", number % 90 + 1, date(2026, 12, 1), LATER
            )

    grow(2)
    assert_same_queries(lambda: client.get("/company/settings"), grow)


def test_a_list_of_days_is_entered_as_a_whole(client, cast):
    cast.sign_in(client, "administrator")
    text = "2026/12/29～2027年1月3日 年末年始\n\n２０２６－０７－０１\t創立記念日\n"
    assert client.post("/company/closed-days/list", data={"days": text}).status_code == 303
    closed = queries.closed_days(Moment.at(LATER))
    assert len(closed) == 7 and {date(2026, 7, 1), date(2027, 1, 3)} <= closed
    assert "創立記念日" in text_of(client.get("/company/closed-days?year=2026"))
    assert client.post("/company/closed-days/list", data={"days": text}).status_code == 303
    assert len(queries.closed_days(Moment.at(LATER))) == 7


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_list_with_a_wrong_line_enters_nothing_and_names_the_line(client, cast, language):
    cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    for text in ("2026-12-29 年末\n2026-02-30 ない日", "年末\n休み", "2026-12-29~2028-12-29 長すぎる"):
        refused = client.post("/company/closed-days/list", data={"days": text})
        assert refused.status_code == 422 and text.splitlines()[-1] in refused.text
    assert client.post("/company/closed-days/list", data={"days": ""}).status_code == 422
    assert queries.closed_days(Moment.at(LATER)) == frozenset()


def test_a_list_of_days_is_the_administrators(client, cast):
    assert "/sign-in" in client.post("/company/closed-days/list", data={"days": "2026-12-29"}).location
    cast.sign_in(client, "head_of_audit")
    assert client.post("/company/closed-days/list", data={"days": "2026-12-29"}).status_code == 404


@pytest.mark.parametrize(
    "language,said", [("ja", "2026年12月1日（火）からの予定： 7"), ("en", "Planned from Tue 1 Dec 2026: 7")]
)
def test_what_is_planned_is_marked_beside_its_field(client, cast, language, said):
    actor = cast.actor("administrator")
    for days, day in ((9, date(2026, 12, 1)), (7, date(2026, 12, 1)), (3, date(2026, 11, 1))):
        actions.set_setting(actor, "first_password_days", days, day, company.NOW)
    actions.set_setting(actor, "fiscal_year_start_month", 10, date(2027, 10, 1), company.NOW)
    cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    page = client.page("/company/settings")
    hint = page.xpath("//p[@id='first_password_days-hint']")[0]
    assert said in " ".join(hint.text_content().split())
    assert hint.text_content().count("7") == 1 and "9" not in hint.text_content()
    assert page.xpath("//input[@name='first_password_days']/@value") == ["3"]
    month = page.xpath("string(//*[@id='fiscal_year_start_month-hint'])")
    assert {"ja": "10月", "en": "October"}[language] in month
    assert len(page.xpath("//form//b[contains(@class, 'tone')]")) == 2


def test_nothing_planned_is_marked_before_it_was_known(cast):
    actions.set_setting(cast.actor("administrator"), "first_password_days", 7, date(2026, 12, 1), company.NOW)
    before = Moment.at(company.NOW - timedelta(minutes=1))
    assert queries.planned(before) == {}
    assert queries.planned(Moment.at(LATER)) == {"first_password_days": [(date(2026, 12, 1), 7)]}
    assert queries.planned(Moment.at(LATER).on(date(2026, 12, 1))) == {}


@pytest.mark.parametrize(
    "name",
    ["finding_due_days_major", "finding_due_days_minor", "effectiveness_after_days", "first_password_days"],
)
def test_each_number_of_days_says_from_when_it_is_counted(client, cast, name):
    cast.sign_in(client, "administrator")
    page = client.page("/company/settings")
    assert page.xpath(f"//input[@name='{name}']/@aria-describedby") == [f"{name}-hint"]
    assert page.xpath(f"string(//*[@id='{name}-hint'])").strip()


@pytest.mark.parametrize(
    "language,new_year,sheet",
    [
        ("ja", "元日", "2026年度の会社の休業日"),
        ("en", "New Year's Day", "The company's own closed days in FY2026"),
    ],
)
def test_closed_days_stand_by_fiscal_year_with_holidays_in_the_readers_language(
    client, cast, language, new_year, sheet
):
    cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    years = {"2026-03-31": 2025, "2026-04-01": 2026, "2027-03-31": 2026, "2027-04-01": 2027}
    for day, year in years.items():
        sent = client.post("/company/closed-days", data={"day": day, "name": f"休{day}"})
        assert sent.location.endswith(f"year={year}")
    shown = text_of(client.get("/company/closed-days?year=2026"))
    assert sheet in shown and new_year in shown
    assert "休2026-04-01" in shown and "休2027-03-31" in shown
    assert "休2026-03-31" not in shown and "休2027-04-01" not in shown
    page = client.page("/company/closed-days?year=2026")
    assert len(page.xpath("(//table)[last()]//tbody/tr")) >= 16  # no holiday is lost where the years meet
    taken = client.post("/company/closed-days/2027-03-31/open")
    assert taken.location.endswith("year=2026")
