"""Signing in: by number or address, throttled, telling nobody which accounts exist."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auditor.accounts import actions, passwords
from auditor.accounts.models import Credential, Session, SignInAttempt
from tests import cast as company
from tests.bed.pages import text_of

PASSWORD = "四つの静かな灯台と猫"


@pytest.fixture
def auditor(cast):
    actions.store(cast.person["auditor"], PASSWORD, company.OPENED)
    return cast.person["auditor"]


def attempt(client, login, password=PASSWORD, **extra):
    return client.post("/accounts/sign-in", data={"login": login, "password": password, **extra})


@pytest.mark.parametrize("login", ["000104", "p000104@example.jp", " P000104@Example.JP ", "０００１０４"])
def test_a_person_signs_in_by_number_or_address(client, auditor, login):
    response = attempt(client, login, next="/accounts/preferences")
    assert response.status_code == 303 and response.location == "/accounts/preferences"
    assert client.get("/accounts/preferences").status_code == 200


def test_a_wrong_password_and_an_unknown_account_read_the_same(client, auditor):
    known = attempt(client, "000104", "wrong password")
    unknown = attempt(client, "999999", "wrong password")
    assert known.status_code == unknown.status_code == 422
    assert text_of(known) == text_of(unknown)
    assert 'value="000104"' in known.text and "wrong password" not in known.text


def test_an_unknown_account_costs_the_work_of_a_known_one(client, auditor, monkeypatch):
    verified = []
    real = passwords._hasher.__class__.verify
    monkeypatch.setattr(passwords._hasher.__class__, "verify", lambda *a: (verified.append(1), real(*a))[1])
    attempt(client, "000104", "wrong password")
    attempt(client, "999999", "wrong password")
    assert len(verified) == 2


def test_an_empty_form_keeps_what_was_typed(client, cast):
    response = attempt(client, "000104", "")
    assert response.status_code == 422 and 'value="000104"' in response.text


def test_after_five_failures_the_account_rests_for_fifteen_minutes(client, auditor, standing_clock):
    for _ in range(5):
        assert attempt(client, "000104", "wrong password").status_code == 422
    stopped = attempt(client, "000104")
    assert stopped.status_code == 429
    assert "2026-11-20 09:15" in text_of(stopped) and stopped.headers["Retry-After"] == "900"
    standing_clock.move(company.NOW + timedelta(minutes=14, milliseconds=59_500))
    assert attempt(client, "000104").headers["Retry-After"] == "1"
    assert SignInAttempt.select().count() == 5, "an attempt that was not looked at does not lengthen the wait"
    standing_clock.move(company.NOW + timedelta(minutes=15, seconds=1))
    assert attempt(client, "000104").status_code == 303


def test_an_account_that_does_not_exist_rests_too(client, cast):
    answers = [attempt(client, "999999").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_a_success_forgets_the_failures_before_it(client, auditor):
    for _ in range(4):
        attempt(client, "000104", "wrong password")
    assert attempt(client, "000104").status_code == 303
    client.post("/accounts/sign-out")
    assert attempt(client, "000104", "wrong password").status_code == 422


def test_after_thirty_failures_the_address_rests_whatever_the_account(client, auditor):
    for number in range(30):
        assert attempt(client, f"no-{number}").status_code == 422
    assert attempt(client, "000104").status_code == 429


def test_no_name_or_address_is_kept_of_an_attempt(client, auditor):
    attempt(client, "000104", "wrong password")
    kept = SignInAttempt.get()
    assert len(kept.account_hash) == len(kept.address_hash) == 64


def test_a_sign_in_takes_a_new_session_and_empties_the_old_cookie(client, auditor):
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
        session["_user_id"] = "a token somebody else knows"
    attempt(client, "000104")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session["_user_id"] != "a token somebody else knows"


def test_a_leaver_cannot_sign_in(client, cast):
    actions.store(cast.person["leaver"], PASSWORD, company.OPENED)
    assert attempt(client, "000111").status_code == 422


def test_an_address_outside_is_never_gone_to(client, auditor):
    response = attempt(client, "000104", next="https://elsewhere.example/")
    assert response.location == "/"


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(client, auditor):
    attempt(client, "000104")
    with client.session_transaction() as session:
        copy = session["_user_id"]
    assert client.post("/accounts/sign-out").status_code == 303
    assert client.get("/accounts/sign-out").status_code == 405
    with client.session_transaction() as session:
        session["_user_id"] = copy
    assert client.get("/accounts/preferences").status_code == 303


def test_a_session_lasts_while_it_is_used_and_ends_when_it_is_not(client, auditor, standing_clock):
    attempt(client, "000104")
    for hours in (11, 22, 33):
        standing_clock.move(company.NOW + timedelta(hours=hours))
        assert client.get("/accounts/preferences").status_code == 200
    standing_clock.move(company.NOW + timedelta(hours=33 + 13))
    assert client.get("/accounts/preferences").status_code == 303


def test_a_session_ends_after_a_week_however_much_it_is_used(client, auditor, standing_clock):
    attempt(client, "000104")
    for hours in range(10, 8 * 24, 10):
        standing_clock.move(company.NOW + timedelta(hours=hours))
        answer = client.get("/accounts/preferences").status_code
    assert answer == 303


def test_a_person_who_leaves_is_out_at_once(client, cast, auditor):
    from datetime import date

    from auditor import activity
    from auditor.access import application
    from auditor.people.models import Employment

    attempt(client, "000104")
    with activity.action(application("test"), company.NOW):
        Employment.write(company.NOW, None, date(2026, 11, 20), person=auditor, kind="regular", status="left")
        activity.record(company.CAST_MADE, persons=0)
    assert client.get("/accounts/preferences").status_code == 303


def test_a_first_password_opens_only_the_page_that_changes_it(client, auditor):
    actions.store(auditor, PASSWORD, company.NOW, must_change=True)
    attempt(client, "000104")
    response = client.get("/accounts/preferences")
    assert response.status_code == 303 and response.location.startswith("/accounts/password?next=")
    assert client.get("/accounts/password").status_code == 200


def test_a_first_password_past_its_day_is_refused_with_the_reason(client, auditor, standing_clock):
    actions.store(auditor, PASSWORD, company.NOW, must_change=True, expires_at=company.NOW)
    response = attempt(client, "000104")
    assert response.status_code == 422
    assert "有効期限" in text_of(response)


def test_a_page_sends_whoever_is_not_signed_in_to_the_sign_in_page_and_back(client, cast):
    response = client.get("/accounts/preferences")
    assert response.location == "/accounts/sign-in?next=/accounts/preferences"


def test_the_token_is_not_stored(client, auditor):
    token = actions.start_session(auditor, company.NOW)
    assert all(token not in (row.token_hash, "") for row in Session.select())
    assert Credential.get().password_hash.startswith("$argon2id$")
