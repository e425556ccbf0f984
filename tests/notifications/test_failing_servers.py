"""A mail server that is away, silent, badly set up or in a bad mood: every mail waits, none is lost or doubled."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auditor.config import Mail as MailSettings
from auditor.notifications import actions as outbox
from auditor.notifications import sending, standing
from auditor.notifications.faults import Cause
from auditor.notifications.models import Mail
from tests import cast as members
from tests.bed import mail as bed
from tests.bed.mail import Mood
from tests.bed.ports import free_port
from tests.notifications.conftest import NOW, Tell, at_port

BASE = "https://audit.example.jp"
MINUTE = timedelta(minutes=1)
FIVE = ("auditor", "second_auditor", "head_of_audit", "operator", "representative")


@pytest.fixture
def five(tell: Tell) -> None:
    """Five mails that wait."""
    for number, name in enumerate(FIVE):
        tell(name, number)
    assert outbox.bundle(NOW) == 5


def untouched() -> bool:
    """Whether all five still wait as if nobody had tried."""
    rows = [(mail.state, mail.attempts, mail.next_attempt_at, mail.last_error) for mail in Mail.select()]
    return rows == [("waiting", 0, NOW, "")] * 5


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("door", "cause"),
    [
        (bed.crowded, Cause.SILENT),
        (lambda: bed.rude(bed.silent), Cause.SILENT),
        (lambda: bed.rude(bed.says("554 5.7.1 your network is not welcome")), Cause.TURNED_AWAY),
        (lambda: bed.rude(bed.says("421 4.3.2 come back later")), Cause.BUSY),
        (lambda: bed.rude(lambda caller: None), Cause.LOST),
    ],
    ids=["hangs at connecting", "hangs at the greeting", "turns us away", "is busy", "hangs up"],
)
def test_a_server_that_cannot_be_talked_to_is_tried_once_and_costs_no_mail_an_attempt(
    door: Callable[[], Any], cause: Cause
) -> None:
    with door() as port:
        began = time.monotonic()
        assert sending.send_due(at_port(port), BASE, NOW) == (0, 1)
        assert time.monotonic() - began < 4, "one second each for the server's word, not for each mail"
        assert untouched()
        row = standing.of(at_port(port))
        assert (row.cause, row.failures, row.failing_since) == (cause, 1, NOW)


@pytest.mark.usefixtures("five")
def test_while_the_server_fails_it_is_asked_more_and_more_rarely_and_never_more_rarely_than_every_quarter() -> (
    None
):
    server = at_port(free_port())
    at, asked = NOW, []
    for _ in range(60):
        if sending.send_due(server, BASE, at) == (0, 1):
            asked.append(int((at - NOW) / MINUTE))
        at += MINUTE
    assert asked == [0, 1, 3, 8, 18, 33, 48]
    assert untouched()


@pytest.mark.usefixtures("five")
def test_mails_go_as_soon_as_the_server_is_back_and_the_page_says_so(smtp_server: Any) -> None:
    server = at_port(smtp_server.port)
    smtp_server.mood = Mood.CLOSE
    assert sending.send_due(server, BASE, NOW)[0] == 0
    smtp_server.mood = Mood.ACCEPT
    assert sending.send_due(server, BASE, NOW + MINUTE) == (5, 0)
    row = standing.of(server)
    assert (row.failing_since, row.failures, row.cause, row.last_success_at) == (None, 0, "", NOW + MINUTE)


@pytest.mark.usefixtures("five")
def test_a_pause_written_by_a_clock_that_was_ahead_does_not_hold(server: MailSettings) -> None:
    standing.note_failure(server, standing.Fault(Cause.BUSY), NOW + timedelta(days=300))
    assert sending.send_due(server, BASE, NOW) == (5, 0)


@pytest.mark.usefixtures("five")
def test_a_server_that_dribbles_its_answer_is_cut_off_when_time_is_up() -> None:
    with bed.rude(bed.dribbling) as port:
        began = time.monotonic()
        assert sending.send_due(at_port(port, run_seconds=1), BASE, NOW) == (0, 1)
        assert time.monotonic() - began < 5, "one second of the run and one of the time-out"
    assert untouched()


def test_a_server_that_hangs_at_the_text_costs_two_mails_an_attempt_and_the_others_nothing(
    tell: Tell, five: None, server: MailSettings, smtp_server: Any
) -> None:
    smtp_server.mood = Mood.HANG
    began = time.monotonic()
    assert sending.send_due(server, BASE, NOW) == (0, 2)
    assert time.monotonic() - began < 5
    assert sorted(mail.attempts for mail in Mail.select()) == [0, 0, 0, 1, 1]
    assert {mail.cause for mail in Mail.select().where(Mail.attempts == 1)} == {Cause.SILENT}
    smtp_server.mood = Mood.ACCEPT
    assert sending.send_due(server, BASE, NOW + 2 * MINUTE) == (5, 0)


@pytest.mark.usefixtures("five")
def test_a_server_that_dies_between_taking_and_answering_gets_the_mail_again_with_the_same_id(
    server: MailSettings, smtp_server: Any
) -> None:
    smtp_server.mood = Mood.DIE_AFTER_TAKING
    assert sending.send_due(server, BASE, NOW) == (0, 2), (
        "after the second broken connection it is left alone"
    )
    taken = [message["Message-ID"] for message in smtp_server.messages]
    smtp_server.mood = Mood.ACCEPT
    assert sending.send_due(server, BASE, NOW + 2 * MINUTE) == (5, 0)
    ids = [message["Message-ID"] for message in smtp_server.messages]
    assert len(ids) == 7
    assert set(ids) == {mail.message_id for mail in Mail.select()}
    assert all(ids.count(one) == 2 for one in taken), "the reader's server can tell that it is the same mail"


@pytest.mark.usefixtures("five")
def test_one_connection_carries_all_mails(server: MailSettings, smtp_server: Any) -> None:
    assert sending.send_due(server, BASE, NOW) == (5, 0)
    assert smtp_server.connections == 1


@pytest.mark.usefixtures("five")
def test_a_server_that_closes_after_some_mails_gets_a_new_connection_and_no_mail_waits(
    server: MailSettings, smtp_server: Any
) -> None:
    smtp_server.mood = Mood.CLOSE_AFTER_TWO
    assert sending.send_due(server, BASE, NOW) == (5, 0)
    assert smtp_server.connections == 3
    assert len(smtp_server.messages) == 5, "none twice"


@pytest.mark.usefixtures("five")
def test_a_server_that_says_goodbye_badly_has_taken_its_mails_all_the_same(
    server: MailSettings, smtp_server: Any
) -> None:
    smtp_server.mood = Mood.BAD_GOODBYE
    assert sending.send_due(server, BASE, NOW) == (5, 0)
    assert sending.send_due(server, BASE, NOW + timedelta(days=1)) == (0, 0)
    assert len(smtp_server.messages) == 5


@pytest.mark.usefixtures("five")
def test_a_refused_sender_is_a_fault_of_the_settings_and_no_mail_is_to_blame(
    server: MailSettings, smtp_server: Any
) -> None:
    smtp_server.mood = Mood.REJECT_SENDER
    assert sending.send_due(server, BASE, NOW) == (0, 1)
    assert untouched()
    assert standing.of(server).cause == Cause.SENDER
    assert sending.send_due(at_port(server.port, sender="監査@example.jp"), BASE, NOW + 2 * MINUTE) == (0, 1)
    assert untouched()


@pytest.mark.usefixtures("five")
def test_a_refused_password_is_tried_every_quarter_of_an_hour_only() -> None:
    with bed.postbox(password="right") as box:
        server = at_port(box.port, user="audit", password="wrong")
        assert sending.send_due(server, BASE, NOW) == (0, 1)
        assert untouched()
        row = standing.of(server)
        assert (row.cause, row.paused_until) == (Cause.SIGN_IN, NOW + 15 * MINUTE)
        assert "535" in row.answer
        assert sending.send_due(server, BASE, NOW + 14 * MINUTE) == (0, 0)
        mended = at_port(box.port, user="audit", password="right")
        assert sending.send_due(mended, BASE, NOW + 15 * MINUTE) == (5, 0)


@pytest.mark.usefixtures("five")
def test_a_server_that_asks_for_no_password_is_told_apart_from_one_that_refuses_it(smtp_server: Any) -> None:
    server = at_port(smtp_server.port, user="audit", password="x")
    assert sending.send_due(server, BASE, NOW) == (0, 1)
    assert standing.of(server).cause == Cause.SIGN_IN
    assert untouched()


@pytest.mark.usefixtures("five")
def test_nothing_is_sent_in_the_open_where_encryption_is_set(smtp_server: Any) -> None:
    server = at_port(smtp_server.port, security="starttls")
    assert sending.send_due(server, BASE, NOW) == (0, 1)
    assert smtp_server.messages == []
    assert standing.of(server).cause == Cause.NO_TLS
    assert untouched()
    wrong = at_port(smtp_server.port, security="tls", host="localhost")
    assert sending.send_due(wrong, BASE, NOW) == (0, 1)
    assert standing.of(wrong).cause == Cause.NO_TLS


@pytest.mark.usefixtures("five")
def test_a_certificate_that_nobody_vouches_for_or_of_another_name_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, vouched, sent in (
        ("localhost", False, (0, 1)),
        ("mail.example.jp", True, (0, 1)),
        ("localhost", True, (5, 0)),
    ):
        file = bed.certificate(name)
        with monkeypatch.context() as patched, bed.postbox(certificate=file) as box:
            if vouched:
                patched.setenv("SSL_CERT_FILE", str(file))
            server = at_port(box.port, host="localhost", security="starttls")
            assert sending.send_due(server, BASE, NOW) == sent, name
            assert standing.of(server).cause == ("" if sent[0] else Cause.CERTIFICATE)


@pytest.mark.usefixtures("five")
def test_a_run_ends_when_its_time_is_up_and_the_next_one_goes_on(
    server: MailSettings, smtp_server: Any
) -> None:
    assert sending.send_due(at_port(server.port, run_seconds=0), BASE, NOW) == (0, 0)
    assert untouched()
    assert sending.send_due(server, BASE, NOW) == (5, 0)


def test_of_two_servers_only_the_one_in_the_settings_is_remembered(cast: members.Cast) -> None:
    first, second = at_port(free_port()), at_port(free_port())
    standing.note_failure(first, standing.Fault(Cause.BUSY), NOW)
    standing.note_answer(second, NOW, took_mail=True)
    assert standing.of(first).failing_since is None
    assert standing.of(second).last_success_at == NOW
