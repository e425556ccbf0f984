"""The outbox page: what waits and why, how the server stands, trying again, giving up, a test mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auditor import clock, settings_of
from auditor.activity import ActivityEvent
from auditor.config import Mail as MailSettings
from auditor.dated import Moment
from auditor.notifications import actions as outbox
from auditor.notifications import sending, standing
from auditor.notifications.faults import Cause
from auditor.notifications.models import Mail, Notice
from auditor.notifications.waiting import waiting_for
from tests import cast as members
from tests.bed.mail import Mood
from tests.bed.ports import free_port
from tests.notifications.conftest import NOW, Tell, at_port

BASE = "https://audit.example.jp"
DAY = timedelta(days=1)


@pytest.fixture
def set_server(app: Any, server: MailSettings) -> None:
    """The application knows the mail server on loopback."""
    app.extensions["auditor"] = replace(settings_of(app), mail=server)


@pytest.fixture
def refused(tell: Tell, server: MailSettings, smtp_server: Any) -> Mail:
    """A mail to the auditor that the server refused, and one to the second auditor that went."""
    tell("auditor", 1)
    tell("second_auditor", 2)
    outbox.bundle(NOW)
    smtp_server.mood, smtp_server.rejected = Mood.REJECT_SOME, {"p000104@example.jp"}
    sending.send_due(server, BASE, NOW)
    mail: Mail = Mail.get(Mail.state == "failed")
    return mail


def events(kind: str) -> list[dict[str, Any]]:
    return [row.data for row in ActivityEvent.select().where(ActivityEvent.type == kind)]


def test_the_page_says_why_in_the_words_of_a_person_and_shows_the_answer_apart(
    cast: members.Cast, client: Any, set_server: None, refused: Mail
) -> None:
    cast.sign_in(client, "operator")
    text = client.page("/outbox/?state=failed").text_content()
    assert "メールサーバーに存在しません" in text
    assert "名簿のメールアドレスを直してから" in text
    assert "550 5.1.1 <…>: no such mailbox" in text
    assert "正常に送信できます" in text


def test_the_page_without_a_server_says_that_nothing_is_sent(
    cast: members.Cast, client: Any, tell: Tell
) -> None:
    tell("auditor", 1)
    outbox.bundle(NOW)
    cast.sign_in(client, "operator")
    text = client.page("/outbox/").text_content()
    assert "メールサーバーが設定されていません" in text
    assert "メールサーバーの設定を待っています" in text


def test_the_page_of_a_failing_server_says_since_when_why_and_when_it_is_asked_again(
    cast: members.Cast, app: Any, client: Any, tell: Tell
) -> None:
    server = at_port(free_port())
    app.extensions["auditor"] = replace(settings_of(app), mail=server)
    tell("auditor", 1)
    outbox.bundle(NOW)
    sending.send_due(server, BASE, NOW)
    cast.sign_in(client, "operator")
    text = client.page("/outbox/").text_content()
    assert "メールサーバーに接続できません" in text
    assert "から障害中" in text
    assert "メールサーバーの復旧を待っています" in text
    assert client.post("/outbox/server/retry").status_code == 303
    assert not standing.is_paused(server, NOW)
    assert events("mail.server_retried") == [{"mails": 1}]
    cast.sign_in(client, "staff_of_sales")
    assert client.post("/outbox/server/retry").status_code == 404


def test_a_person_is_found_by_name_or_number_and_a_reason_by_its_words(
    cast: members.Cast, client: Any, set_server: None, refused: Mail
) -> None:
    cast.sign_in(client, "operator")
    for query, there in (
        ("q=髙橋", True),
        ("q=000104", True),
        ("q=佐藤", False),
        ("why=address", True),
        ("why=later", False),
    ):
        text = client.page(f"/outbox/?state=failed&{query}").text_content()
        assert ("髙橋 みのり" in text) is there, query
        assert ("該当するメールはありません" in text) is not there, query


def test_trying_all_again_takes_what_the_filters_show_and_nothing_else(
    cast: members.Cast, client: Any, set_server: None, refused: Mail
) -> None:
    cast.sign_in(client, "operator")
    client.post("/outbox/retry", data={"state": "failed", "q": "佐藤"})
    assert Mail.get_by_id(refused.id).state == "failed"
    assert events("mail.all_retried") == []
    assert client.post("/outbox/retry", data={"state": "failed", "why": "address"}).status_code == 303
    again = Mail.get_by_id(refused.id)
    assert (again.state, again.attempts) == ("waiting", 0)
    (event,) = events("mail.all_retried")
    assert event["count"] == 1
    client.post("/outbox/retry", data={"state": "sent"})
    assert Mail.select().where(Mail.state == "sent").count() == 1, "what went is not sent again"
    cast.sign_in(client, "staff_of_sales")
    assert client.post("/outbox/retry", data={"state": "failed"}).status_code == 404


def test_a_mail_that_has_gone_meanwhile_is_neither_sent_again_nor_given_up(
    cast: members.Cast, client: Any, set_server: None, refused: Mail
) -> None:
    Mail.update(state="sent").where(Mail.id == refused.id).execute()
    cast.sign_in(client, "operator")
    for path, data in (("retry", {}), ("give-up", {"reason": "told"})):
        answer = client.post(f"/outbox/{refused.id}/{path}", data=data, follow_redirects=True)
        assert "すでに処理済みです" in answer.get_data(as_text=True)
    assert client.get(f"/outbox/{refused.id}/give-up").status_code == 303
    assert Mail.get_by_id(refused.id).state == "sent"
    assert events("mail.retried") + events("mail.given_up") == []


def test_a_mail_is_given_up_with_a_reason_that_the_log_and_the_page_keep(
    cast: members.Cast, client: Any, set_server: None, refused: Mail
) -> None:
    cast.sign_in(client, "operator")
    assert "髙橋 みのり" in client.page(f"/outbox/{refused.id}/give-up").text_content()
    for wrong in ({}, {"reason": "because"}):
        assert client.post(f"/outbox/{refused.id}/give-up", data=wrong).status_code == 422
    assert client.post(f"/outbox/{refused.id}/give-up", data={"reason": "told"}).status_code == 303
    kept = Mail.get_by_id(refused.id)
    assert (kept.state, kept.dropped_because, kept.last_error) == ("dropped", "told", "")
    assert events("mail.given_up") == [{"mail": refused.id, "reason": "told"}]
    assert "別の方法で知らせた" in client.page("/outbox/?state=dropped").text_content()
    assert client.get("/outbox/999/give-up").status_code == 404
    cast.sign_in(client, "staff_of_sales")
    assert client.get(f"/outbox/{refused.id}/give-up").status_code == 404


def test_all_that_the_filters_show_are_given_up_at_once_and_nothing_else(
    cast: members.Cast, client: Any, set_server: None, refused: Mail, tell: Tell
) -> None:
    tell("operator", 3)
    outbox.bundle(NOW)
    cast.sign_in(client, "operator")
    assert "存在しません" in client.page("/outbox/give-up?state=failed&why=address").text_content()
    chosen = {"state": "failed", "why": "address"}
    for wrong in ({}, {"reason": "because"}):
        assert client.post("/outbox/give-up", data={**chosen, **wrong}).status_code == 422
    assert client.post("/outbox/give-up", data={**chosen, "reason": "not_needed"}).status_code == 303
    assert Mail.get_by_id(refused.id).dropped_because == "not_needed"
    assert sorted(mail.state for mail in Mail.select()) == ["dropped", "sent", "waiting"]
    (event,) = events("mail.all_given_up")
    assert (event["count"], event["reason"]) == (1, "not_needed")
    client.post("/outbox/give-up", data={"state": "sent", "reason": "told"})
    assert Mail.select().where(Mail.state == "sent").count() == 1
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/outbox/give-up").status_code == 404
    assert client.post("/outbox/give-up", data={"state": "waiting", "reason": "told"}).status_code == 404


def test_a_test_mail_goes_to_whoever_asks_with_the_next_sending(
    cast: members.Cast, client: Any, set_server: None, server: MailSettings, smtp_server: Any
) -> None:
    with clock.standing_at(NOW):
        cast.sign_in(client, "operator")
        assert client.post("/outbox/test").status_code == 303
    assert smtp_server.messages == [], "no mail is sent inside a request"
    outbox.bundle(NOW + DAY)
    assert sending.send_due(server, BASE, NOW + DAY) == (1, 0)
    (message,) = smtp_server.messages
    assert "テストメール" in message["Subject"]
    assert events("mail.test_asked") == [{"person": cast.person["operator"]}]


def test_somebody_without_an_address_is_told_how_else_to_test(
    cast: members.Cast, client: Any, set_server: None
) -> None:
    from auditor import activity
    from auditor.access import application
    from auditor.people.models import PersonDetail

    detail = PersonDetail.latest(Moment.at(NOW), person=cast.person["operator"])
    assert detail is not None
    with activity.action(application("test"), NOW):
        PersonDetail.write(
            NOW, None, replaces=detail, person=detail.person_id, family_name="運用", given_name="者", email=""
        )
        activity.record(members.CAST_MADE, persons=1)
    cast.sign_in(client, "operator")
    answer = client.post("/outbox/test", follow_redirects=True).get_data(as_text=True)
    assert "auditor mail test" in answer
    assert Notice.select().count() == 0


def test_mail_that_fails_for_more_than_a_day_stands_on_the_operators_worklist(
    cast: members.Cast, tell: Tell
) -> None:
    server = at_port(free_port())
    tell("auditor", 1)
    outbox.bundle(NOW)
    sending.send_due(server, BASE, NOW)
    operator = cast.actor("operator")
    assert waiting_for(operator, Moment.at(NOW + DAY / 2)) == []
    (item,) = waiting_for(operator, Moment.at(NOW + DAY))
    assert (item.kind, item.url) == ("system", "/outbox/")
    assert waiting_for(cast.actor("auditor"), Moment.at(NOW + DAY)) == []
    standing.note_answer(server, NOW + DAY, took_mail=True)
    assert waiting_for(operator, Moment.at(NOW + DAY)) == []


def test_a_mail_set_aside_stands_on_the_worklist_from_the_next_day_until_it_is_settled(
    cast: members.Cast, client: Any, set_server: None, refused: Mail
) -> None:
    operator = cast.actor("operator")
    assert waiting_for(operator, Moment.at(NOW)) == []
    (item,) = waiting_for(operator, Moment.at(NOW + DAY))
    assert item.url == "/outbox/?state=failed"
    cast.sign_in(client, "operator")
    client.post(f"/outbox/{refused.id}/give-up", data={"reason": "no_way"})
    assert waiting_for(operator, Moment.at(NOW + DAY)) == []


def test_the_page_costs_the_same_for_many_mails_of_many_reasons(
    cast: members.Cast, client: Any, set_server: None, assert_same_queries: Any
) -> None:
    cast.sign_in(client, "operator")
    causes = [Cause.ADDRESS, Cause.LATER, Cause.REFUSED]

    def grow(rows: int = 1000) -> None:
        have = Mail.select().count()
        Mail.insert_many(
            {"person": cast.person["auditor"], "day": NOW.date(), "number": have + n + 1,
             "message_id": f"m{have}-{n}", "next_attempt_at": NOW, "state": "failed", "cause": causes[n % 3]}
            for n in range(rows)
        ).execute()  # fmt: skip

    grow(10)
    assert_same_queries(lambda: client.get("/outbox/?state=failed&q=髙橋"), grow)
