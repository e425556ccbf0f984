"""Writes a mail: in its reader's language, plain text, with what has become idle left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from auditor.accounts import queries as accounts
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import LANGUAGES, _, _n, speaking
from auditor.notifications import kinds
from auditor.notifications.models import Mail, Notice
from auditor.people import queries as people
from auditor.people.models import PersonDetail
from auditor.people.roster_values import is_email

_Entries = list[tuple[kinds.Words, str]]


@dataclass(frozen=True)
class Dropped:
    """There is nobody or nothing to tell any more; ``because`` is the reason as the outbox keeps it."""

    because: str


def compose(mail: Mail, sender: str, base_url: str, at: datetime) -> EmailMessage | Dropped:
    """Return the mail as its reader gets it, at the address that the roster has now, or why there is none."""
    moment = Moment.at(at)
    detail = PersonDetail.latest(moment, person=mail.person_id)
    if not people.is_working(mail.person_id, moment):
        return Dropped("left")
    if detail is None or not detail.email:
        return Dropped("no_address")
    language = accounts.language_of(mail.person_id) or detail.language
    language = language if language in LANGUAGES else "ja"
    with speaking(language):
        entries = _entries(mail, base_url, moment)
        if not entries:
            return Dropped("settled")
        company_name = company.setting(f"company_name_{language}", moment)
        subject = entries[0][0].headline
        if len(entries) > 1:
            subject = str(_n("%(num)d notice", "%(num)d notices", len(entries)))
        most = company.setting("mail_most_entries", moment)
        text = _text(people.name_of(detail), _capped(entries, most, base_url), company_name)
        message = written(detail.email, sender, subject, text, mail.message_id, at)
    message["Content-Language"] = language
    return message


def written(
    address: str, sender: str, subject: str, text: str, message_id: str, at: datetime
) -> EmailMessage:
    """Return a mail of the application to one address. Raises ValueError for an address that is none."""
    message = EmailMessage()
    message["Subject"] = f"[{_product()}] {_one_line(subject)}"
    message["From"] = sender
    message["To"] = _wired(address)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="base64")
    return message


def _wired(address: str) -> Address:
    """Return an address as it goes over the wire: the domain in ASCII (IDNA), the mailbox as it is.

    Raises ValueError for what is not exactly one address.
    """
    mailbox, _at, domain = address.rpartition("@")
    domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    if mailbox.isascii():
        return Address(addr_spec=f"{mailbox}@{domain}")
    # The standard library parses only ASCII; the roster has taken this one for an address.
    if not is_email(f"{mailbox}@{domain}"):
        raise ValueError("not one address")
    return Address(username=mailbox, domain=domain)


def _one_line(text: str) -> str:
    """Return ``text`` without line breaks or other controls: a name must not begin a header or a paragraph."""
    plain = "".join(one if one.isprintable() or one == "\u3000" else " " for one in text)
    return " ".join(word for word in plain.split(" ") if word)


def _product() -> str:
    return str(_("Privacy audit and training"))


def _text(name: str, entries: _Entries, company_name: str) -> str:
    """Return the body: plain text, so that it reads the same in every mail program and carries nothing hidden."""
    urgent = str(_("[Urgent]"))
    lines = [str(_("Dear %(name)s,", name=_one_line(name))), ""]
    for words, link in entries:
        headline = _one_line(words.headline)
        lines.append(f"{urgent} {headline}" if words.urgent else headline)
        lines += [words.sentence] if words.sentence else []
        lines += [link, ""]
    lines.append(str(_("You need to sign in to open the pages. The links alone open nothing.")))
    lines.append(str(_("This mail was sent automatically. Please do not reply.")))
    lines += ["", "-- ", f"{company_name} {_product()}".strip()]
    return "\n".join(lines) + "\n"


def _capped(entries: _Entries, most: int, base_url: str) -> _Entries:
    """Return the first ``most`` entries, and in the place of the rest how many they are and where they stand."""
    if len(entries) <= most:
        return entries
    rest = len(entries) - most
    more = _n("and %(num)d more: see your worklist", "and %(num)d more: see your worklist", rest)
    return [*entries[:most], (kinds.Words(str(more)), f"{base_url}/worklist/")]


def _entries(mail: Mail, base_url: str, moment: Moment) -> _Entries:
    found = []
    for notice in Notice.select().where(Notice.mail == mail).order_by(Notice.id):
        words = kinds.words(notice.kind, notice.params, moment)
        if words is not None:
            found.append((words, base_url + (words.path or notice.path)))
    return sorted(found, key=lambda entry: not entry[0].urgent)
