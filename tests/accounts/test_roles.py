"""Roles and deputies: who may hold what, and nobody locks everybody out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.access import Permission, Role
from auditor.accounts import queries, roles
from auditor.company import actions as company_actions
from auditor.dated import Moment
from auditor.errors import RuleBroken
from tests import cast as company
from tests.bed.pages import text_of

MOMENT = Moment.at(company.NOW)
LATER = company.NOW + timedelta(minutes=1)


def test_a_role_is_granted_and_withdrawn_and_the_past_stays(app, cast):
    auditor = cast.person["auditor"]
    roles.grant_role(cast.actor("administrator"), auditor, Role.ADMINISTRATOR, company.NOW)
    assert queries.granted(auditor, Moment.at(LATER)) == {Role.ADMINISTRATOR}
    assert not queries.granted(auditor, MOMENT.on(date(2026, 11, 19)))
    roles.withdraw_role(cast.actor("administrator"), auditor, Role.ADMINISTRATOR, LATER)
    assert not queries.granted(auditor, Moment.at(LATER))


def test_the_last_administrator_stays(app, cast):
    with pytest.raises(RuleBroken):
        roles.withdraw_role(
            cast.actor("administrator"), cast.person["administrator"], Role.ADMINISTRATOR, company.NOW
        )


@pytest.mark.parametrize(
    "name,role",
    [
        ("head_of_audit", Role.ADMINISTRATOR),
        ("head_of_audit", Role.REPRESENTATIVE),
        ("administrator", Role.HEAD_OF_AUDIT),
        ("representative", Role.HEAD_OF_AUDIT),
    ],
)
def test_the_head_of_audit_stands_apart(app, cast, name, role):
    with pytest.raises(RuleBroken):
        roles.grant_role(cast.actor("administrator"), cast.person[name], role, company.NOW)


def test_a_very_small_company_may_allow_it(app, cast):
    actor = cast.actor("administrator")
    company_actions.set_setting(
        actor, "head_of_audit_may_be_administrator", True, date(2026, 11, 1), company.NOW
    )
    assert roles.grant_role(actor, cast.person["head_of_audit"], Role.ADMINISTRATOR, LATER) is not None


def test_a_leaver_gets_no_role(app, cast):
    with pytest.raises(RuleBroken):
        roles.grant_role(cast.actor("administrator"), cast.person["leaver"], Role.OPERATOR, company.NOW)


def test_a_deputy_acts_inside_the_period_only(app, cast):
    roles.name_deputy(
        cast.actor("administrator"), cast.person["administrator"], cast.person["auditor"], Role.ADMINISTRATOR,
        date(2026, 11, 24), date(2026, 11, 30), company.NOW,
    )  # fmt: skip
    for day, acts in ((23, False), (24, True), (30, True)):
        at = company.NOW + timedelta(days=day - 20)
        assert cast.actor("auditor", at).may(Permission.SETTINGS_MANAGE) is acts
    at = company.NOW + timedelta(days=11)
    assert not cast.actor("auditor", at).may(Permission.SETTINGS_MANAGE)


def test_a_deputyship_ends_at_once_when_it_is_ended(app, cast):
    row = roles.name_deputy(
        cast.actor("administrator"), cast.person["administrator"], cast.person["auditor"], Role.ADMINISTRATOR,
        date(2026, 11, 20), date(2026, 11, 30), company.NOW,
    )  # fmt: skip
    roles.end_deputy(cast.actor("administrator"), row, LATER)
    assert not cast.actor("auditor", LATER).may(Permission.SETTINGS_MANAGE)


@pytest.mark.parametrize(
    "change",
    [{"role": Role.OPERATOR}, {"deputy": "administrator"}, {"ends": date(2026, 11, 1)}, {"deputy": "leaver"}],
)
def test_a_deputyship_that_cannot_be_is_refused(app, cast, change):
    values = {"role": Role.ADMINISTRATOR, "deputy": "auditor", "ends": date(2026, 11, 30), **change}
    with pytest.raises(RuleBroken):
        roles.name_deputy(
            cast.actor("administrator"), cast.person["administrator"], cast.person[values["deputy"]],
            values["role"], date(2026, 11, 20), values["ends"], company.NOW,
        )  # fmt: skip


def test_roles_are_changed_on_the_account_page(client, cast):
    cast.sign_in(client, "administrator")
    page = f"/accounts/{cast.person['auditor']}"
    assert client.post(f"{page}/roles", data={"role": "operator"}, follow_redirects=True).status_code == 200
    assert queries.granted(cast.person["auditor"], Moment.at(LATER)) == {Role.OPERATOR}
    client.post(f"{page}/roles", data={"role": "operator", "withdraw": "1"})
    assert not queries.granted(cast.person["auditor"], Moment.at(LATER))
    refused = client.post(f"{page}/roles", data={"role": "department_head"}, follow_redirects=True)
    assert "付与しません" in text_of(refused)


@pytest.mark.parametrize(("name", "status"), [("operator", 403), ("head_of_audit", 404)])
def test_who_only_manages_accounts_grants_no_role(client, cast, name, status):
    cast.sign_in(client, name)
    answer = client.post(f"/accounts/{cast.person['operator']}/roles", data={"role": "administrator"})
    assert answer.status_code == status
    assert client.post(f"/accounts/{cast.person['leaver']}/roles").status_code == 404
    assert queries.granted(cast.person["operator"], Moment.at(LATER)) == {Role.OPERATOR}


def test_a_deputy_is_named_by_typing_a_name_without_script(client, cast):
    cast.sign_in(client, "administrator")
    data = {
        "principal_search": "髙田",
        "deputy_search": "髙橋",
        "role": "administrator",
        "starts_on": "2026-11-20",
        "ends_on": "2026-11-30",
    }
    response = client.post("/accounts/deputies", data=data, follow_redirects=True)
    assert response.status_code == 200 and "髙橋 みのり" in text_of(response)
    unclear = client.post("/accounts/deputies", data={**data, "deputy_search": "0001"})
    assert unclear.status_code == 422 and "森田 健" in text_of(unclear)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(
    "url",
    [
        "/accounts/",
        "/accounts/?role=department_head&state=none",
        "/accounts/{auditor}",
        "/accounts/deputies",
        "/accounts/preferences",
        "/accounts/forgotten",
    ],
)
def test_the_pages_stand_in_both_languages(client, cast, url, language):
    cast.sign_in(client, "administrator")
    client.set_cookie("language", language)
    assert client.get(url.format(**cast.person)).status_code == 200


def test_the_language_link_keeps_the_page_and_the_choice(client, cast):
    cast.sign_in(client, "auditor")
    response = client.get("/accounts/language/en?next=/accounts/preferences")
    assert response.location == "/accounts/preferences"
    client.delete_cookie("language")
    assert client.page("/accounts/preferences").get("lang") == "en"
    assert client.get("/accounts/language/en?next=//elsewhere.example").location == "/"
