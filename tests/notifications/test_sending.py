"""Mail: bundled per person and day, at least once, never silently lost, never to leavers."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from auditor.company.actions import set_setting
from auditor.config import Mail as MailSettings
from auditor.dated import Moment
from auditor.notifications import actions as outbox
from auditor.notifications import composing, sending
from auditor.notifications.models import Mail, Notice
from tests import cast as members
from tests.bed.mail import Mood

BASE = "https://audit.example.jp"
NOW = members.NOW


def tell(cast: members.Cast, name: str, number: int, kind: str = "test", **more: Any) -> bool:
    return outbox.notify(
        cast.person[name], kind, {"id": number}, f"/audits/{number}", f"{kind}:{number}", NOW, **more
    )


def test_a_notice_is_kept_once_a_key(cast: members.Cast) -> None:
    assert tell(cast, "auditor", 1)
    assert not tell(cast, "auditor", 1)
    assert Notice.select().count() == 1


def test_notices_of_a_day_go_in_one_mail_and_the_rest_tomorrow(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "auditor", 1)
    tell(cast, "auditor", 2)
    assert outbox.bundle(NOW) == 1
    assert sending.send_due(server, BASE, NOW) == (1, 0)
    tell(cast, "auditor", 3)
    assert outbox.bundle(NOW) == 0, "who has had today's mail waits until tomorrow"
    (message,) = smtp_server.to("p000104@example.jp")
    text = message.get_content()
    assert "お知らせ 2件" in message["Subject"]
    assert f"{BASE}/audits/1" in text
    assert f"{BASE}/audits/2" in text
    assert "髙橋 みのり 様" in text
    assert outbox.bundle(NOW + timedelta(days=1)) == 1


def test_a_mail_names_so_many_things_and_says_how_many_more_there_are(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    set_setting(cast.actor("administrator"), "mail_most_entries", 5, NOW.date(), NOW)
    for number in range(10, 18):
        tell(cast, "auditor", number)
    outbox.bundle(NOW)
    sending.send_due(server, BASE, NOW)
    (message,) = smtp_server.to("p000104@example.jp")
    text = message.get_content()
    assert [number for number in range(10, 18) if f"{BASE}/audits/{number}\n" in text] == [10, 11, 12, 13, 14]
    assert f"ほか3件は「今日の仕事」をご覧ください\n{BASE}/worklist/\n" in text
    assert "お知らせ 8件" in message["Subject"]


def test_what_cannot_wait_goes_in_a_mail_of_its_own(cast: members.Cast, server: MailSettings) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    tell(cast, "auditor", 2, immediate=True)
    assert outbox.bundle(NOW) == 1
    assert sending.send_due(server, BASE, NOW) == (2, 0)


def test_leavers_and_persons_without_an_address_get_no_mail_and_the_outbox_says_why(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "leaver", 1)
    tell(cast, "without_mail", 2)
    outbox.bundle(NOW)
    assert sending.send_due(server, BASE, NOW) == (0, 0)
    assert smtp_server.messages == []
    assert sorted(mail.dropped_because for mail in Mail.select()) == ["left", "no_address"]


def test_somebody_who_left_after_the_mail_was_made_gets_none(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    early = NOW.replace(month=6, day=20)
    outbox.notify(cast.person["leaver"], "test", {"id": 1}, "/audits/1", "x", early)
    outbox.bundle(early)
    sending.send_due(server, BASE, NOW)
    assert smtp_server.messages == []
    assert Mail.get().dropped_because == "left"


def test_a_notice_that_has_become_idle_is_dropped(cast: members.Cast, server: MailSettings) -> None:
    tell(cast, "auditor", 1, kind="test_idle")
    outbox.bundle(NOW)
    sending.send_due(server, BASE, NOW)
    assert Mail.get().dropped_because == "settled"


def test_a_refusing_server_is_tried_again_later_and_nothing_is_lost(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    smtp_server.mood = Mood.REFUSE
    assert sending.send_due(server, BASE, NOW) == (0, 1)
    mail = Mail.get()
    assert (mail.state, mail.attempts) == ("waiting", 1)
    assert "554" in mail.last_error
    assert sending.send_due(server, BASE, NOW) == (0, 0), "not before its time"
    smtp_server.mood = Mood.ACCEPT
    assert sending.send_due(server, BASE, mail.next_attempt_at) == (1, 0)
    assert Mail.get().state == "sent"


def test_a_greylisting_server_takes_the_second_attempt(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    smtp_server.mood = Mood.GREYLIST
    assert sending.send_due(server, BASE, NOW) == (0, 1)
    assert sending.send_due(server, BASE, NOW + timedelta(minutes=2)) == (1, 0)


def test_one_rejected_recipient_is_set_aside_and_holds_up_no_other(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "auditor", 1)
    tell(cast, "second_auditor", 2)
    outbox.bundle(NOW)
    smtp_server.mood = Mood.REJECT_SOME
    smtp_server.rejected = {"p000104@example.jp"}
    assert sending.send_due(server, BASE, NOW) == (1, 1)
    assert {mail.state for mail in Mail.select()} == {"sent", "failed"}


def test_an_absent_server_costs_no_mail_and_no_attempt(cast: members.Cast) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    absent = MailSettings(host="127.0.0.1", port=9, timeout=1)
    assert sending.send_due(absent, BASE, NOW) == (0, 1)
    assert (Mail.get().state, Mail.get().attempts) == ("waiting", 0)


def test_a_mail_whose_sender_died_is_sent_again_with_the_same_id(
    cast: members.Cast, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    Mail.update(state="sending", claimed_until=NOW + timedelta(minutes=10)).execute()
    assert sending.send_due(server, BASE, NOW) == (0, 0)
    assert sending.send_due(server, BASE, NOW + timedelta(minutes=11)) == (1, 0)
    assert smtp_server.messages[0]["Message-ID"] == Mail.get().message_id


def test_without_a_server_nothing_is_tried_and_nothing_is_lost(cast: members.Cast) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    assert sending.send_due(MailSettings(), BASE, NOW) == (0, 0)
    assert (Mail.get().state, Mail.get().attempts) == ("waiting", 0)


def test_a_person_who_reads_english_gets_an_english_mail(cast: members.Cast) -> None:
    from auditor import activity
    from auditor.access import application
    from auditor.people.models import PersonDetail

    detail = PersonDetail.latest(Moment.at(NOW), person=cast.person["auditor"])
    assert detail is not None
    with activity.action(application("test"), NOW):
        PersonDetail.write(
            NOW, None, replaces=detail, person=detail.person_id, family_name="Takahashi", given_name="Minori",
            email="p000104@example.jp", language="en",
        )  # fmt: skip
        activity.record(members.CAST_MADE, persons=1)
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    message = composing.compose(Mail.get(), "a@example.jp", BASE, NOW)
    assert isinstance(message, EmailMessage)
    assert "You need to sign in" in message.get_content()
    assert message["Subject"].startswith("[Privacy audit and training]")


def test_the_outbox_page_shows_what_waits_and_lets_the_operator_try_again(
    cast: members.Cast, app: Any, client: Any, server: MailSettings, smtp_server: Any
) -> None:
    tell(cast, "auditor", 1)
    outbox.bundle(NOW)
    smtp_server.mood = Mood.REFUSE
    sending.send_due(server, BASE, NOW)
    cast.sign_in(client, "operator")
    page = client.page("/outbox/?state=waiting")
    assert "髙橋 みのり" in page.text_content()
    assert client.post(f"/outbox/{Mail.get().id}/retry").status_code == 303
    assert Mail.get().attempts == 0
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/outbox/").status_code == 404
    assert client.post(f"/outbox/{Mail.get().id}/retry").status_code == 404


def test_the_outbox_page_costs_the_same_for_many_rows(
    cast: members.Cast, client: Any, assert_same_queries: Any
) -> None:
    cast.sign_in(client, "operator")

    def grow(rows: int = 1000) -> None:
        Mail.insert_many(
            {"person": cast.person["auditor"], "day": NOW.date(), "number": Mail.select().count() + n + 1,
             "message_id": f"m{Mail.select().count()}-{n}", "next_attempt_at": NOW}
            for n in range(rows)
        ).execute()  # fmt: skip

    grow(10)
    assert_same_queries(lambda: client.get("/outbox/"), grow)
