"""Passwords: changing one's own, first passwords on paper, links by mail, forgetting."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.access import application
from auditor.accounts import actions, first_passwords, links, passwords
from auditor.accounts.models import Credential, PasswordToken, Session
from auditor.errors import NotFound, RuleBroken
from auditor.notifications.models import Notice
from tests import cast as company
from tests.bed.pages import parsed, text_of

OLD, NEW = "四つの静かな灯台と猫", "a lighthouse and 4 quiet cats"


@pytest.fixture
def signed_in(client, cast):
    actions.store(cast.person["auditor"], OLD, company.OPENED)
    cast.sign_in(client, "auditor")
    return client


def change(client, current=OLD, password=NEW, again=None, **extra):
    data = {"current": current, "password": password, "again": again or password, **extra}
    return client.post("/accounts/password", data=data)


def test_a_change_ends_the_other_sessions_and_not_this_one(signed_in, cast):
    elsewhere = actions.start_session(cast.person["auditor"], company.NOW)
    assert change(signed_in, next="/accounts/preferences").status_code == 303
    assert signed_in.get("/accounts/preferences").status_code == 200
    with signed_in.session_transaction() as session:
        session["_user_id"] = elsewhere
    assert signed_in.get("/accounts/preferences").status_code == 303


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "password2026!",
        "000104-000104",
        "takahashi!!",
        "aaaaaaaaaaaa",
        "1234567890",
        "abcdefghij",
        "ｐａｓｓｗｏｒｄ１２３",
        OLD,
    ],
)
def test_a_weak_password_is_refused_with_the_reason(signed_in, cast, password):
    from auditor import activity
    from auditor.people.models import PersonDetail

    with activity.action(application("test"), company.NOW):
        last = PersonDetail.get(PersonDetail.person == cast.person["auditor"])
        PersonDetail.write(
            company.NOW, None, None, replaces=last, person=cast.person["auditor"], family_name="髙橋",
            given_name="みのり", romanised="Minori Takahashi", language="ja",
        )  # fmt: skip
        activity.record(company.CAST_MADE, persons=1)
    response = change(signed_in, password=password)
    assert response.status_code == 422
    assert len(parsed(response).xpath("//*[@id='password-error']")) == 1


def test_a_wrong_current_password_is_refused(signed_in):
    assert change(signed_in, current="something else").status_code == 422


def test_two_different_entries_are_refused(signed_in):
    assert "一致しません" in text_of(change(signed_in, again="another one entirely"))


def test_a_first_password_opens_everything_once_it_is_changed(client, cast):
    (issued,) = first_passwords.issue_first_passwords(
        cast.actor("administrator"), [cast.person["without_mail"]], company.NOW
    )
    client.post("/accounts/sign-in", data={"login": "000109", "password": issued.password})
    assert client.get("/accounts/preferences").location.startswith("/accounts/password")
    assert change(client, current=issued.password).status_code == 303
    assert client.get("/accounts/preferences").status_code == 200


def test_a_first_password_is_stored_nowhere_in_clear_and_runs_out(app, cast):
    (issued,) = first_passwords.issue_first_passwords(
        cast.actor("administrator"), [cast.person["without_mail"]], company.NOW
    )
    kept = Credential.get(Credential.person == cast.person["without_mail"])
    assert issued.password not in kept.password_hash and kept.must_change
    assert kept.expires_at == company.NOW + timedelta(days=14)


def test_the_sheet_of_first_passwords_is_shown_once_for_the_people_of_a_filter(client, cast):
    cast.sign_in(client, "administrator")
    asked = client.post("/accounts/first-passwords/confirm", data={"state": "no_mail"})
    assert asked.status_code == 200 and "1名" in text_of(asked)
    sheet = client.post("/accounts/first-passwords", data={"state": "no_mail"})
    assert "山﨑 勇" in text_of(sheet) and "000109" in text_of(sheet)
    assert sheet.headers["Cache-Control"] == "no-store"
    assert client.get("/accounts/first-passwords").status_code == 405


def test_an_operator_gives_no_password_to_an_administrator(client, cast):
    """Whoever makes a password could use it: an operator would become administrator."""
    cast.sign_in(client, "operator")
    assert client.post(f"/accounts/{cast.person['administrator']}/first-password").status_code == 403
    assert client.post("/accounts/links", data={"person": cast.person["administrator"]}).status_code == 403
    assert client.post("/accounts/first-passwords", data={}).status_code == 403
    assert client.post(f"/accounts/{cast.person['without_mail']}/first-password").status_code == 200


def test_an_employee_reaches_none_of_it(client, cast):
    cast.sign_in(client, "staff_of_sales")
    for url in ("/accounts/", f"/accounts/{cast.person['auditor']}", "/accounts/deputies"):
        assert client.get(url).status_code == 404
    assert client.post(f"/accounts/{cast.person['auditor']}/first-password").status_code == 404


def test_a_link_sets_a_password_once(client, cast):
    links.send_links(cast.actor("administrator"), [cast.person["auditor"]], company.NOW)
    row = PasswordToken.get()
    address = f"/accounts/set-password/{row.id}/{links.token_of(row)}"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"password": "short", "again": "short"}).status_code == 422
    assert client.post(address, data={"password": NEW, "again": NEW}).status_code == 303
    assert client.get(address).status_code == 404
    signed = client.post("/accounts/sign-in", data={"login": "000104", "password": NEW})
    assert signed.status_code == 303


def test_a_link_is_over_after_72_hours_and_for_another_token(client, cast, standing_clock):
    links.send_links(cast.actor("administrator"), [cast.person["auditor"]], company.NOW)
    row = PasswordToken.get()
    assert client.get(f"/accounts/set-password/{row.id}/{'0' * 64}").status_code == 404
    standing_clock.move(company.NOW + timedelta(hours=72))
    with pytest.raises(NotFound):
        links.link_for(row.id, links.token_of(row), company.NOW + timedelta(hours=72))


def test_the_token_is_neither_in_the_table_nor_in_the_outbox(app, cast):
    links.send_links(cast.actor("administrator"), [cast.person["auditor"]], company.NOW)
    row, notice = PasswordToken.get(), Notice.get()
    token = links.token_of(row)
    assert token not in (row.nonce, notice.path) and token not in str(notice.params)


def test_a_forgotten_password_answers_the_same_for_everybody(client, cast):
    known = client.post("/accounts/forgotten", data={"login": "000104"})
    unknown = client.post("/accounts/forgotten", data={"login": "999999"})
    without = client.post("/accounts/forgotten", data={"login": "000109"})
    assert text_of(known) == text_of(unknown) == text_of(without)
    assert [row.person_id for row in PasswordToken.select()] == [cast.person["auditor"]]
    client.post("/accounts/forgotten", data={"login": "000104"})
    assert PasswordToken.select().count() == 1, "one in 15 minutes"


def test_people_without_an_address_get_no_link(app, cast):
    with pytest.raises(RuleBroken):
        links.send_links(cast.actor("administrator"), [cast.person["without_mail"]], company.NOW)


def test_a_set_password_ends_every_session(app, cast):
    actions.start_session(cast.person["auditor"], company.NOW)
    actions.set_password(cast.actor("auditor"), cast.person["auditor"], NEW, company.NOW)
    assert Session.get().ended_at is not None
    assert passwords.matches(Credential.get().password_hash, NEW)
