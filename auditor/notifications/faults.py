"""Why a mail did not go, as the mail server or the line to it showed it, and what each case calls for."""

from __future__ import annotations

import re
import smtplib
import ssl
from enum import StrEnum

from auditor.language import _l

_LONGEST_ANSWER = 400
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")
_POLICY = re.compile(r"\b5\.7\.\d")  # "not permitted" rather than "no such mailbox" (RFC 3463)


class Cause(StrEnum):
    """What went wrong: first with the server, where every mail waits, then with one mail."""

    UNREACHABLE = "unreachable"
    SILENT = "silent"
    BUSY = "busy"
    TURNED_AWAY = "turned_away"
    NO_TLS = "no_tls"
    CERTIFICATE = "certificate"
    SIGN_IN = "sign_in"
    SENDER = "sender"
    LOST = "lost"

    ADDRESS = "address"
    CHARACTERS = "characters"
    TOO_LARGE = "too_large"
    LATER = "later"
    REFUSED = "refused"
    NOT_MADE = "not_made"


OF_A_MAIL = (
    Cause.ADDRESS,
    Cause.CHARACTERS,
    Cause.TOO_LARGE,
    Cause.LATER,
    Cause.REFUSED,
    Cause.LOST,
    Cause.NOT_MADE,
)

# What happened, in a few words.
WORDS = {
    Cause.UNREACHABLE: _l("The mail server cannot be reached"),
    Cause.SILENT: _l("The mail server does not answer in time"),
    Cause.BUSY: _l("The mail server is busy"),
    Cause.TURNED_AWAY: _l("The mail server turns this machine away"),
    Cause.NO_TLS: _l("The mail server offers no encryption as set"),
    Cause.CERTIFICATE: _l("The certificate of the mail server is not valid"),
    Cause.SIGN_IN: _l("The mail server refuses user name or password"),
    Cause.SENDER: _l("The mail server refuses the sender’s address"),
    Cause.LOST: _l("The connection broke off before the server had answered"),
    Cause.ADDRESS: _l("The mail server does not know this person’s address"),
    Cause.CHARACTERS: _l("The address has characters that the mail server does not take"),
    Cause.TOO_LARGE: _l("The mail is too large for the mail server"),
    Cause.LATER: _l("The mail server asks to try again later"),
    Cause.REFUSED: _l("The mail server refuses this mail"),
    Cause.NOT_MADE: _l("The mail could not be written"),
}

# What to do now.
ADVICE = {
    Cause.UNREACHABLE: _l("Check AUDITOR_SMTP_HOST and AUDITOR_SMTP_PORT, and whether a firewall lies between."),
    Cause.SILENT: _l("Check AUDITOR_SMTP_PORT and AUDITOR_SMTP_SECURITY: a port for TLS stays silent without it."),
    Cause.BUSY: _l("Nothing need be done if it passes. If it stays, ask whoever runs the mail server."),
    Cause.TURNED_AWAY: _l("Ask whoever runs the mail server to let this machine send."),
    Cause.NO_TLS: _l("Check AUDITOR_SMTP_PORT and AUDITOR_SMTP_SECURITY: none, starttls or tls."),
    Cause.CERTIFICATE: _l("AUDITOR_SMTP_HOST must be the name in the certificate, and its issuer known to this machine."),
    Cause.SIGN_IN: _l("Check AUDITOR_SMTP_USER and AUDITOR_SMTP_PASSWORD, and start again."),
    Cause.SENDER: _l("Set AUDITOR_MAIL_FROM to an address that this server may send from."),
    Cause.LOST: _l("It is sent again with the same Message-ID. If it stays, ask whoever runs the mail server."),
    Cause.ADDRESS: _l("Correct the address on the roster, then try again."),
    Cause.CHARACTERS: _l("Enter an address in plain letters on the roster, then try again."),
    Cause.TOO_LARGE: _l("Ask whoever runs the mail server for a higher limit, then try again."),
    Cause.LATER: _l("Nothing need be done: it is tried again by itself."),
    Cause.REFUSED: _l("It is tried again for three days. Ask whoever runs the mail server for the reason."),
    Cause.NOT_MADE: _l("Look at the name and the address on the roster, then try again."),
}  # fmt: skip


class Fault(Exception):
    """A mail that was not taken. ``answer`` is what the server said, without anybody's address."""

    def __init__(self, cause: Cause, answer: object = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.answer = plain(answer)


class ServerFault(Fault):
    """Nothing can be sent at present; no mail is to blame."""


class LineLost(Fault):
    """The connection ended. ``unclear``: after the text was sent, so that the server may have taken it."""

    def __init__(self, answer: object, unclear: bool, cause: Cause = Cause.LOST) -> None:
        super().__init__(cause, answer)
        self.unclear = unclear


class MailFault(Fault):
    """The server did not take this mail; others may go. ``final``: trying again changes nothing."""

    def __init__(self, cause: Cause, answer: object = "", final: bool = False) -> None:
        super().__init__(cause, answer)
        self.final = final


def plain(answer: object) -> str:
    """Return an answer as one line of text without e-mail addresses, which would outlive their person."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    text = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return _ADDRESS.sub("…", text)[:_LONGEST_ANSWER]


def said(code: int, answer: object) -> str:
    """Return a reply of the server as one line: its code and its words."""
    return f"{code} {plain(answer)}".strip()


def of_opening(error: Exception) -> ServerFault:
    """Return what an error before the first mail means: connecting, encrypting, signing in."""
    if isinstance(error, ServerFault):
        return error
    if isinstance(error, smtplib.SMTPAuthenticationError):
        busy = 400 <= error.smtp_code < 500
        return ServerFault(Cause.BUSY if busy else Cause.SIGN_IN, said(error.smtp_code, error.smtp_error))
    if isinstance(error, smtplib.SMTPResponseException):
        return refused_at_the_door(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return ServerFault(Cause.CERTIFICATE, error.verify_message)
    if isinstance(error, ssl.SSLError):
        return ServerFault(Cause.NO_TLS, error.reason or error)
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return ServerFault(Cause.SILENT)
    hung_up = isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError)
    if hung_up or isinstance(error, smtplib.SMTPServerDisconnected):
        return ServerFault(Cause.LOST, error)
    if isinstance(error, OSError):
        return ServerFault(Cause.UNREACHABLE, error.strerror or error)
    return ServerFault(Cause.TURNED_AWAY, error)


def refused_at_the_door(code: int, answer: object) -> ServerFault:
    """Return what a greeting other than welcome means."""
    return ServerFault(Cause.BUSY if 400 <= code < 500 else Cause.TURNED_AWAY, said(code, answer))


def of_sender(code: int, answer: object) -> Fault:
    """Return what a refused MAIL FROM means: 552 is about this mail's size, the others about us."""
    if code == 552:
        return MailFault(Cause.TOO_LARGE, said(code, answer), final=True)
    return ServerFault(Cause.BUSY if 400 <= code < 500 else Cause.SENDER, said(code, answer))


def of_recipient(code: int, answer: object) -> MailFault:
    """Return what a refused RCPT TO means. A ban (5.7.x) may be lifted, so it is tried again."""
    if code < 500:
        return MailFault(Cause.LATER, said(code, answer))
    if _POLICY.search(plain(answer)):
        return MailFault(Cause.REFUSED, said(code, answer))
    return MailFault(Cause.ADDRESS, said(code, answer), final=True)


def of_text(code: int, answer: object) -> MailFault:
    """Return what a refused text means."""
    if code < 500:
        return MailFault(Cause.LATER, said(code, answer))
    too_large = code == 552 or "5.3.4" in plain(answer)
    return MailFault(Cause.TOO_LARGE if too_large else Cause.REFUSED, said(code, answer), final=too_large)
