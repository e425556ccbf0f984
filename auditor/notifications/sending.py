"""Sends what the outbox holds: at least once, never silently lost, never to leavers."""

from __future__ import annotations

import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from auditor import db
from auditor.accounts import queries as accounts
from auditor.company import queries as company
from auditor.config import Mail as MailSettings
from auditor.dated import Moment
from auditor.failpoints import FailPoint, reached
from auditor.language import LANGUAGES, _, _n, speaking
from auditor.notifications import kinds
from auditor.notifications.models import Mail, Notice
from auditor.people import queries as people
from auditor.people.models import PersonDetail

_CLAIM = timedelta(minutes=10)  # a process that died while sending gives the mail back after this
_PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)  # minutes before the next attempt
_AT_ONCE = 200  # mails claimed a round


def send_due(server: MailSettings, base_url: str, at: datetime) -> tuple[int, int]:
    """Send the mails whose time has come; returns how many went and how many did not this time.

    Without a mail server nothing is tried and nothing is lost: the outbox says why.
    """
    if not server.host:
        return 0, 0
    sent = failed = 0
    ids = [
        row.id
        for row in Mail.select(Mail.id)
        .where(_due(at))
        .order_by(Mail.next_attempt_at, Mail.id)
        .limit(_AT_ONCE)
    ]
    for mail_id in ids:
        # Claimed by a conditional update: of two senders one gets the row, on both databases.
        claimed = (
            Mail.update(state="sending", claimed_until=at + _CLAIM, attempts=Mail.attempts + 1)
            .where(Mail.id == mail_id, _due(at))
            .execute()
        )
        if claimed != 1:
            continue
        reached(FailPoint.MAIL_CLAIMED)
        if _send(Mail.get_by_id(mail_id), server, base_url, at):
            sent += 1
        else:
            failed += 1
    return sent, failed


def _due(at: datetime) -> object:
    waiting = (Mail.state == "waiting") & (Mail.next_attempt_at <= at)
    abandoned = (Mail.state == "sending") & (Mail.claimed_until < at)
    return waiting | abandoned


def _send(mail: Mail, server: MailSettings, base_url: str, at: datetime) -> bool:
    try:
        message = compose(mail, server.sender, base_url, at)
        if message is None:
            return True
        deliver(message, server)
        reached(FailPoint.MAIL_ACCEPTED)
    except (OSError, smtplib.SMTPException) as error:
        _put_back(mail, error, at)
        return False
    except Exception as error:  # a mail that cannot be made is set aside and holds up no other
        _settle(mail, state="failed", last_error=f"{type(error).__name__}: {error}"[:500])
        return False
    _settle(mail, state="sent", sent_at=at, last_error="")
    return True


def compose(mail: Mail, sender: str, base_url: str, at: datetime) -> EmailMessage | None:
    """Return the mail in its reader's language; None (and a dropped mail) when there is nobody or nothing to tell."""
    moment = Moment.at(at)
    detail = PersonDetail.latest(moment, person=mail.person_id)
    if not people.is_working(mail.person_id, moment):
        _settle(mail, state="dropped", dropped_because="left")
        return None
    if detail is None or not detail.email:
        _settle(mail, state="dropped", dropped_because="no_address")
        return None
    language = accounts.language_of(mail.person_id) or detail.language
    language = language if language in LANGUAGES else "ja"
    with speaking(language):
        entries = _entries(mail, base_url, moment)
        if not entries:
            _settle(mail, state="dropped", dropped_because="settled")
            return None
        company_name = company.setting(f"company_name_{language}", moment)
        subject = entries[0][0].headline
        if len(entries) > 1:
            subject = str(_n("%(num)d notice", "%(num)d notices", len(entries)))
        message = EmailMessage()
        message["Subject"] = f"[{_product()}] {subject}"
        message["From"] = sender
        message["To"] = detail.email
        message["Date"] = format_datetime(at)
        message["Message-ID"] = mail.message_id
        message["Content-Language"] = language
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(_text(people.name_of(detail), entries, company_name), cte="base64")
    return message


def _product() -> str:
    return str(_("Privacy audit and training"))


def _text(name: str, entries: list[tuple[kinds.Words, str]], company_name: str) -> str:
    """Return the body: plain text, so that it reads the same in every mail program and carries nothing hidden."""
    urgent = str(_("[Urgent]"))
    lines = [str(_("Dear %(name)s,", name=name)), ""]
    for words, link in entries:
        lines.append(f"{urgent} {words.headline}" if words.urgent else words.headline)
        lines += [words.sentence] if words.sentence else []
        lines += [link, ""]
    lines.append(str(_("You need to sign in to open the pages. The links alone open nothing.")))
    lines.append(str(_("This mail was sent automatically. Please do not reply.")))
    lines += ["", "-- ", f"{company_name} {_product()}".strip()]
    return "\n".join(lines) + "\n"


def _entries(mail: Mail, base_url: str, moment: Moment) -> list[tuple[kinds.Words, str]]:
    found = []
    for notice in Notice.select().where(Notice.mail == mail).order_by(Notice.id):
        words = kinds.words(notice.kind, notice.params, moment)
        if words is not None:
            found.append((words, base_url + (words.path or notice.path)))
    return sorted(found, key=lambda entry: not entry[0].urgent)


def deliver(message: EmailMessage, server: MailSettings) -> None:
    """Hand the message to the mail server. Raises OSError or SMTPException when it does not take it."""
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=server.timeout, context=ssl.create_default_context()
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(message)


def _put_back(mail: Mail, error: Exception, at: datetime) -> None:
    """Give the mail another time, or set it aside when the server refuses for good or the tries are used up."""
    final = isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        500 <= code < 600 for code, _reason in error.recipients.values()
    )
    text = f"{type(error).__name__}: {error}"[:500]
    if final or mail.attempts > len(_PAUSES):
        _settle(mail, state="failed", last_error=text)
        return
    pause = timedelta(minutes=_PAUSES[max(mail.attempts, 1) - 1])
    _settle(mail, state="waiting", next_attempt_at=at + pause, last_error=text)


def _settle(mail: Mail, **values: object) -> None:
    with db.transaction():
        Mail.update(claimed_until=None, **values).where(Mail.id == mail.id).execute()
