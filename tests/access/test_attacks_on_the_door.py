"""Getting in or staying in as somebody else: cookies, tokens, spoofed addresses, places to be led to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from auditor import create_app, web
from auditor.accounts import actions as accounts
from auditor.accounts import throttle
from auditor.accounts.throttle import ADDRESS_LIMIT
from auditor.notifications.actions import bundle
from auditor.notifications.composing import compose
from auditor.notifications.models import Mail
from tests import cast as members
from tests.cast import NOW

PASSWORD = "四つの静かな灯台と猫"
EVIL = "evil.example"


@pytest.fixture
def auditor(cast: Any) -> int:
    person_id: int = cast.person["auditor"]
    accounts.store(person_id, PASSWORD, members.OPENED)
    return person_id


def attempt(client: Any, login: str = "000104", password: str = PASSWORD, **more: Any) -> Any:
    headers = more.pop("headers", None)
    data = {"login": login, "password": password, **more}
    return client.post("/accounts/sign-in", data=data, headers=headers)


# ---- cookies ----


def test_no_script_and_no_other_site_gets_the_cookie(app: Flask, client: Any, auditor: int) -> None:
    cookies = attempt(client).headers.getlist("Set-Cookie")
    cookies += client.get("/accounts/language/en").headers.getlist("Set-Cookie")
    assert len(cookies) >= 2
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/"} <= parts, cookie


def test_over_https_the_cookie_goes_over_https_only(app: Flask, client: Any, auditor: int) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True  # what an AUDITOR_BASE_URL of https:// sets
    try:
        answer = attempt(client)
    finally:
        app.config["SESSION_COOKIE_SECURE"] = False
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_a_cookie_that_was_changed_is_nobodys(app: Flask, client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    name = app.config["SESSION_COOKIE_NAME"]
    signed = client.get_cookie(name).value
    payload, _, rest = signed.partition(".")
    for forged in (payload + ".x." + rest, signed[:-1], signed[::-1], "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", ""):
        client.set_cookie(name, forged)
        assert client.get("/people/").status_code == 303


def test_a_token_that_is_guessed_opens_nothing(client: Any, cast: Any, auditor: int) -> None:
    token = accounts.start_session(auditor, NOW)
    for guess in (str(auditor), "1", "", token[:-1], token + "=", token.swapcase(), "%", "' OR 1=1 --"):
        with client.session_transaction() as session:
            session["_user_id"] = guess
        assert client.get("/accounts/preferences").status_code == 303


def test_a_new_password_ends_the_session_that_somebody_took(app: Flask, client: Any, auditor: int) -> None:
    attempt(client)
    thief = app.test_client()
    with client.session_transaction() as session, thief.session_transaction() as stolen:
        stolen["_user_id"] = accounts.start_session(auditor, NOW)
        assert session["_user_id"] != stolen["_user_id"]
    assert thief.get("/accounts/preferences").status_code == 200
    new = "七つの遠い汽笛と梨の実"
    client.post("/accounts/password", data={"current": PASSWORD, "password": new, "again": new})
    assert thief.get("/accounts/preferences").status_code == 303
    assert client.get("/accounts/preferences").status_code == 200


# ---- forms of other sites ----


def test_nobody_is_signed_in_by_a_form_of_another_site(app: Flask, client: Any, auditor: int) -> None:
    data = {"login": "000104", "password": PASSWORD}
    assert client.post("/accounts/sign-in", data=data, csrf=False).status_code == 400
    other = app.test_client()
    other.get("/accounts/sign-in")
    token = other._token()
    with other.session_transaction() as session:
        session["csrf_token"] = "of the other's session"
    token = other._token()
    client.get("/accounts/sign-in")
    assert client.post("/accounts/sign-in", data={**data, "csrf_token": token}, csrf=False).status_code == 400
    assert client.get("/accounts/preferences").status_code == 303


def test_no_form_of_any_kind_is_taken_without_its_token(app: Flask, cast: Any, client: Any) -> None:
    cast.sign_in(client, "administrator")
    taken = []
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()):
            continue
        values = {
            name: 1 if type(rule._converters[name]).__name__ == "_Number" else "x" for name in rule.arguments
        }
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        status = client.post(address, csrf=False).status_code
        if status != 400:
            taken.append(f"{address}: {status}")
    assert not taken, "\n".join(taken)
    assert client.get("/accounts/preferences").status_code == 200, "nor was anybody signed out"


def test_a_page_that_is_asked_for_changes_nothing(app: Flask, cast: Any, client: Any) -> None:
    """What changes something takes POST: a picture on another site cannot send one with the cookie."""
    for rule in app.url_map.iter_rules():
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS", "POST"}, rule


# ---- where somebody is led to ----

OUTSIDE = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
    "/\n/evil.example", "https:evil.example", "http:///evil.example", "javascript:alert(1)", "data:text/html,x",
    " //evil.example", "/ /evil.example\r\nSet-Cookie: a=b", "@evil.example", "evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", OUTSIDE)
def test_nobody_is_led_outside(client: Any, auditor: int, target: str) -> None:
    assert web.safe_next(target, "/") == "/" or EVIL not in target or target.startswith("/ /")
    for answer in (
        client.get("/accounts/language/en", query_string={"next": target}),
        attempt(client, next=target),
        client.get("/accounts/sign-in", query_string={"next": target}),
    ):
        assert answer.status_code == 303
        assert answer.location.startswith("/") and not answer.location.startswith(("//", "/\\")), (
            answer.location
        )
        assert "Set-Cookie: a=b" not in str(answer.headers).replace("%20", " ")


# ---- host and address ----


def test_the_name_by_which_the_server_is_called_comes_into_no_mail_and_no_page(
    app: Flask, client: Any, auditor: int, settings: Any
) -> None:
    there = f"http://{EVIL}"
    headers = {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https", "Forwarded": f"host={EVIL}"}
    for address in ("/accounts/sign-in", "/accounts/forgotten", "/people/", "/nothing"):
        answer = client.get(address, headers=headers, base_url=there)
        assert EVIL not in answer.text and EVIL not in answer.headers.get("Location", "")
    # The browser's cookie is that of the name it knows; here it comes along all the same.
    with client.session_transaction(base_url=there) as session:
        session["csrf_token"] = "a token of the test bed"
    sent = client.post("/accounts/forgotten", data={"login": "000104"}, headers=headers, base_url=there)
    assert sent.status_code == 200 and EVIL not in sent.text
    bundle(NOW)
    message = compose(Mail.get(Mail.person == auditor), "auditor@example.jp", settings.base_url, NOW)
    written = f"{message.items()} {message.get_content()}"  # type: ignore[union-attr]
    assert "set-password" in written and EVIL not in written
    data = {"login": "000104", "password": PASSWORD, "next": "/accounts/preferences"}
    answer = client.post("/accounts/sign-in", data=data, headers=headers, base_url=there)
    assert answer.location == "/accounts/preferences"


def test_an_address_that_the_client_claims_does_not_pass_the_limit(client: Any, auditor: int) -> None:
    for number in range(ADDRESS_LIMIT):
        claimed = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}
        assert attempt(client, f"no-{number}", headers=claimed).status_code == 422
    claimed = {"X-Forwarded-For": "198.51.100.7", "Forwarded": "for=198.51.100.7"}
    assert attempt(client, headers=claimed).status_code == 429


def test_the_many_addresses_of_one_machine_count_as_one(client: Any, auditor: int) -> None:
    for number in range(ADDRESS_LIMIT):
        data = {"login": f"no-{number}", "password": "x"}
        own = {"REMOTE_ADDR": f"2001:db8:1:2:{number:x}::{number + 1:x}"}
        assert client.post("/accounts/sign-in", data=data, environ_overrides=own).status_code == 422
    data = {"login": "000104", "password": PASSWORD}
    for address, status in (("2001:db8:1:2::ffff", 429), ("2001:db8:1:3::1", 303)):
        answer = client.post("/accounts/sign-in", data=data, environ_overrides={"REMOTE_ADDR": address})
        assert answer.status_code == status, address


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("", ""),
    ],
)
def test_what_is_counted_of_an_address(address: str, place: str) -> None:
    assert throttle.place_of(address) == place


def test_behind_one_proxy_only_what_that_proxy_says_counts(settings: Any, app: Flask) -> None:
    made = create_app(replace(settings, trusted_proxies=1))
    assert isinstance(made.wsgi_app, ProxyFix)
    seen = []
    inner, made.wsgi_app.app = (
        made.wsgi_app.app,
        lambda environ, start: seen.append(environ["REMOTE_ADDR"]) or inner(environ, start),
    )  # type: ignore[func-returns-value]
    made.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"})
    assert seen == ["203.0.113.9"], "the first is what the client claims, the last what the proxy saw"


# ---- headers ----


def test_every_answer_carries_the_policy_and_nobody_frames_it(client: Any, cast: Any) -> None:
    cast.sign_in(client, "administrator")
    answers = [
        client.get(address)
        for address in ("/", "/people/", "/nothing", "/accounts/sign-out", "/static/tracker.css")
    ]
    answers += [client.post("/accounts/preferences", csrf=False), client.get("/reports/export/findings.xlsx")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        if not answer.request.path.startswith("/static"):
            assert "no-store" in answer.headers["Cache-Control"], (
                "the button back shows nothing after signing out"
            )
        answer.close()
