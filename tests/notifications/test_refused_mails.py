"""One mail that the server does not take: it is set aside or tried again, and holds up no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.config import Mail as MailSettings
from auditor.dated import Moment
from auditor.integrity.erasure import erase_person
from auditor.notifications import actions as outbox
from auditor.notifications import faults, kinds, sending, standing
from auditor.notifications.faults import Cause
from auditor.notifications.models import Mail
from auditor.people.models import Employment, PersonDetail
from tests import cast as members
from tests.bed import mail as bed
from tests.bed.mail import Mood
from tests.notifications.conftest import NOW, Tell, at_port

BASE = "https://audit.example.jp"
AUDITOR = "p000104@example.jp"


def rewrite(cast: members.Cast, name: str, **values: Any) -> None:
    """Give somebody of the cast another name or address."""
    detail = PersonDetail.latest(Moment.at(NOW), person=cast.person[name])
    assert detail is not None
    given = {"family_name": "髙橋", "given_name": "みのり", "email": detail.email, "language": "ja"} | values
    with activity.action(application("test"), NOW):
        PersonDetail.write(NOW, None, replaces=detail, person=detail.person_id, **given)
        activity.record(members.CAST_MADE, persons=1)


def leave(cast: members.Cast, name: str) -> None:
    last = Employment.latest(Moment.at(NOW), person=cast.person[name])
    assert last is not None
    with activity.action(application("test"), NOW):
        Employment.write(
            NOW, None, NOW.date(), replaces=last, person=last.person_id, kind=last.kind, status="left"
        )
        activity.record(members.CAST_MADE, persons=1)


def only() -> Mail:
    mail: Mail = Mail.get()
    return mail


def test_one_recipient_refused_among_many_is_set_aside_with_the_reason_and_without_the_address(
    tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    for number, name in enumerate(("auditor", "second_auditor", "operator")):
        tell(name, number)
    outbox.bundle(NOW)
    smtp_server.mood, smtp_server.rejected = Mood.REJECT_SOME, {AUDITOR}
    assert sending.send_due(server, BASE, NOW) == (2, 1)
    mail = Mail.get(Mail.state == "failed")
    assert mail.cause == Cause.ADDRESS
    assert mail.last_error == "550 5.1.1 <…>: no such mailbox"
    assert standing.of(server).failing_since is None, "the server works"


@pytest.mark.parametrize(
    ("mood", "state", "cause"),
    [
        (Mood.LATER, "waiting", Cause.LATER),
        (Mood.BAN, "waiting", Cause.REFUSED),
        (Mood.REFUSE, "waiting", Cause.REFUSED),
        (Mood.TOO_LARGE, "failed", Cause.TOO_LARGE),
    ],
)
def test_what_may_pass_is_tried_again_and_what_cannot_is_set_aside(
    tell: Tell, server: MailSettings, smtp_server: Any, mood: Mood, state: str, cause: Cause
) -> None:
    tell("auditor", 1)
    outbox.bundle(NOW)
    smtp_server.mood = mood
    assert sending.send_due(server, BASE, NOW) == (0, 1)
    assert (only().state, only().cause, only().attempts) == (state, cause, 1)


def test_a_mail_refused_for_three_days_is_set_aside_and_stays_to_be_seen(
    tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    tell("auditor", 1)
    outbox.bundle(NOW)
    smtp_server.mood = Mood.LATER
    for _ in range(10):
        assert only().state == "waiting"
        sending.send_due(server, BASE, only().next_attempt_at)
    assert only().state == "failed"
    assert timedelta(days=2) < only().next_attempt_at - NOW < timedelta(days=4)


def test_a_greylisted_mail_that_goes_leaves_no_answer_behind(
    tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    tell("auditor", 1)
    outbox.bundle(NOW)
    smtp_server.mood = Mood.GREYLIST
    sending.send_due(server, BASE, NOW)
    assert only().last_error
    assert sending.send_due(server, BASE, NOW + timedelta(minutes=1)) == (1, 0)
    assert (only().state, only().last_error, only().cause) == ("sent", "", "")


def test_an_address_corrected_meanwhile_gets_the_mail_and_the_old_one_none(
    cast: members.Cast, tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    tell("auditor", 1)
    outbox.bundle(NOW)
    rewrite(cast, "auditor", email="minori@example.jp")
    assert sending.send_due(server, BASE, NOW) == (1, 0)
    assert smtp_server.recipients == [["minori@example.jp"]]


def test_somebody_who_leaves_or_is_erased_while_the_mail_waits_gets_none_and_no_answer_names_them(
    cast: members.Cast, tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    tell("auditor", 1)
    outbox.bundle(NOW)
    Mail.update(last_error="451 minori said: mailbox p000104 is full", cause="later").execute()
    leave(cast, "auditor")
    erase_person(cast.actor("administrator"), cast.person["auditor"], NOW)
    assert only().last_error == ""
    sending.send_due(server, BASE, NOW)
    assert (only().state, only().dropped_because, only().cause) == ("dropped", "left", "")
    assert smtp_server.messages == []


def test_a_domain_in_japanese_goes_over_the_wire_in_plain_letters(
    cast: members.Cast, tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    rewrite(cast, "auditor", email="minori@監査.example.jp")
    tell("auditor", 1)
    outbox.bundle(NOW)
    assert sending.send_due(server, BASE, NOW) == (1, 0)
    assert smtp_server.recipients == [["minori@xn--5vvs54a.example.jp"]]


@pytest.mark.parametrize(("utf8", "sent"), [(True, (1, 0)), (False, (0, 1))])
def test_a_mailbox_in_japanese_goes_where_the_server_takes_it_and_is_set_aside_elsewhere(
    cast: members.Cast, tell: Tell, utf8: bool, sent: tuple[int, int]
) -> None:
    rewrite(cast, "auditor", email="みのり@example.jp")
    tell("auditor", 1)
    outbox.bundle(NOW)
    with bed.postbox(utf8=utf8) as box:
        assert sending.send_due(at_port(box.port), BASE, NOW) == sent
        assert box.recipients == ([["みのり@example.jp"]] if utf8 else [])
    assert (only().state, only().cause) == (("sent", "") if utf8 else ("failed", Cause.CHARACTERS))


def test_a_name_begins_no_header_and_no_paragraph(
    cast: members.Cast, tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    kinds.kind("test_named")(
        lambda params, moment: kinds.Words("件名\r\nBcc: all@example.jp\r\n\r\n本文", "詳しくはページで。")
    )
    rewrite(cast, "auditor", family_name="高\r\nBcc: all@example.jp\r\n\r\n橋")
    tell("auditor", 1, kind="test_named")
    outbox.bundle(NOW)
    assert sending.send_due(server, BASE, NOW) == (1, 0)
    (message,) = smtp_server.messages
    assert smtp_server.recipients == [[AUDITOR]]
    assert message["Bcc"] is None
    lines = message.get_content().splitlines()
    assert not [line for line in lines if line.startswith("Bcc")]
    assert lines[0].startswith("高 Bcc: all@example.jp 橋")


def test_an_address_that_is_two_reaches_nobody(
    cast: members.Cast, tell: Tell, server: MailSettings, smtp_server: Any
) -> None:
    rewrite(cast, "auditor", email="a@example.jp, b@example.jp")
    tell("auditor", 1)
    tell("operator", 2)
    outbox.bundle(NOW)
    assert sending.send_due(server, BASE, NOW) == (1, 1)
    mail = Mail.get(Mail.state == "failed")
    assert (mail.cause, smtp_server.recipients) == (Cause.NOT_MADE, [["p000103@example.jp"]])


def test_a_notice_whose_words_fail_is_set_aside_and_holds_up_no_other(
    tell: Tell, server: MailSettings
) -> None:
    def fail(params: dict[str, Any], moment: Moment) -> kinds.Words:
        raise KeyError("みのり@example.jp")

    kinds.kind("test_failing")(fail)
    tell("auditor", 1, kind="test_failing")
    tell("operator", 2)
    outbox.bundle(NOW)
    assert sending.send_due(server, BASE, NOW) == (1, 1)
    assert Mail.get(Mail.state == "failed").last_error == "KeyError"


def test_an_answer_is_kept_as_one_line_without_anybodys_address() -> None:
    answer = b'5.1.1 <taro@example.jp>: Recipient\r\n\taddress "hanako"@example.jp rejected \xff\x00'
    kept = faults.said(550, answer)
    assert "taro" not in kept
    assert "@" not in kept.replace("@example.jp rejected", "")
    assert "\n" not in kept
    assert len(faults.plain("x" * 5000)) == 400
