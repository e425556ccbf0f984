"""The line to the mail server: one connection for many mails, opened when needed, cut when time is up."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from types import TracebackType

from auditor.config import Mail as MailSettings
from auditor.notifications import faults
from auditor.notifications.faults import Cause, Fault, LineLost, MailFault, ServerFault

_CLOSING = 421  # "I am closing this connection" may come as the answer to anything
_TAKEN = (250, 251, 252)


class Line:
    """A connection that begins mails for at most ``seconds``, one after the other.

    What has begun may take one more time-out of the settings; then a server that dribbles its answer is cut
    off in the middle of a word, so that the other jobs wait no longer.
    """

    def __init__(self, server: MailSettings, seconds: float) -> None:
        self._server = server
        self._sender = parseaddr(server.sender)[1]
        self._smtp: smtplib.SMTP | None = None
        self._answered = 0  # mails that this connection took or refused
        self._ends = time.monotonic() + seconds
        self._was_cut = False
        self._watch = threading.Timer(seconds + server.timeout, self._cut)
        self._watch.daemon = True
        self._watch.start()

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye; whatever the server answers now, the mails it has taken are taken."""
        try:
            if self._smtp is not None and kind is None:
                with suppress(OSError, smtplib.SMTPException):
                    self._smtp.quit()
            self._drop()
        finally:
            self._watch.cancel()

    @property
    def is_over(self) -> bool:
        """Whether no further mail should begin."""
        return time.monotonic() >= self._ends

    def hand_over(self, message: EmailMessage) -> None:
        """Give the server a mail. Raises a Fault when it does not take it; only ServerFault is about all mails.

        A server that ends a connection after some mails gets a new one.
        """
        recipient = message["To"].addresses[0].addr_spec
        wire = SMTP if recipient.isascii() else SMTPUTF8
        content = message.as_bytes(policy=wire)
        try:
            self._carry(recipient, content)
        except LineLost as lost:
            answered = self._answered
            self._drop()
            if lost.unclear or not answered or self.is_over:
                raise
            self._carry(recipient, content)

    def _carry(self, recipient: str, content: bytes) -> None:
        smtp = self._opened()
        texted = False
        try:
            options = self._options(smtp, recipient, len(content))
            _expect(smtp.mail(self._sender, options), faults.of_sender)
            _expect(smtp.rcpt(recipient), faults.of_recipient)
            texted = True
            _expect(_data(smtp, content), faults.of_text)
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            self._drop()
            silent = self._was_cut or isinstance(error.__context__, TimeoutError)
            raise LineLost("" if silent else error, texted, Cause.SILENT if silent else Cause.LOST) from error
        except LineLost:
            self._drop()
            raise
        except MailFault:
            self._renew(smtp)
            raise
        finally:
            self._answered += 1

    def _options(self, smtp: smtplib.SMTP, recipient: str, size: int) -> list[str]:
        options = [f"size={size}"] if smtp.has_extn("size") else []
        if not self._sender.isascii():
            raise ServerFault(Cause.SENDER, "AUDITOR_MAIL_FROM")
        if recipient.isascii():
            smtp.command_encoding = "ascii"
            return options
        if not smtp.has_extn("smtputf8"):
            raise MailFault(Cause.CHARACTERS, final=True)
        return [*options, "body=8bitmime", "smtputf8"]

    def _renew(self, smtp: smtplib.SMTP) -> None:
        """Have the server forget the mail it refused; one that cannot do so gets a new connection."""
        try:
            smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _opened(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        try:
            smtp = self._open()
        except (OSError, smtplib.SMTPException, ServerFault) as error:
            self._drop()
            raise faults.of_opening(error) from error
        self._answered = 0
        return smtp

    def _open(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            self._smtp = smtplib.SMTP_SSL(timeout=server.timeout, context=ssl.create_default_context())
        else:
            self._smtp = smtplib.SMTP(timeout=server.timeout)
        smtp = self._smtp
        # The name for the certificate, which smtplib notes only where it connects while it is made.
        smtp._host = server.host  # type: ignore[attr-defined]
        code, answer = smtp.connect(server.host, server.port)
        if code != 220:
            raise faults.refused_at_the_door(code, answer)
        smtp.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            _encrypt(smtp)
        if server.user:
            self._sign_in(smtp)
        return smtp

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.login(self._server.user, self._server.password)
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPServerDisconnected):
            raise
        except (smtplib.SMTPException, UnicodeError) as error:
            raise ServerFault(Cause.SIGN_IN, error) from error

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def _cut(self) -> None:
        """Wake whoever waits for the server: called by another thread when time is up."""
        self._was_cut = True
        smtp = self._smtp
        if smtp is not None and smtp.sock is not None:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)


def deliver(message: EmailMessage, server: MailSettings) -> None:
    """Hand one mail to the server. Raises Fault when it does not take it."""
    with Line(server, server.timeout) as line:
        line.hand_over(message)


def _encrypt(smtp: smtplib.SMTP) -> None:
    if not smtp.has_extn("starttls"):
        raise ServerFault(Cause.NO_TLS)
    code, answer = smtp.starttls(context=ssl.create_default_context())
    if code != 220:
        raise ServerFault(Cause.NO_TLS, faults.said(code, answer))
    smtp.ehlo_or_helo_if_needed()


def _data(smtp: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    try:
        return smtp.data(content)
    except smtplib.SMTPDataError as error:  # it did not even want the text
        answer = error.smtp_error
        return error.smtp_code, answer if isinstance(answer, bytes) else answer.encode()


def _expect(reply: tuple[int, bytes], meaning: Callable[[int, bytes], Fault]) -> None:
    code, answer = reply
    if code in _TAKEN:
        return
    if code == _CLOSING or code < 0:
        raise LineLost(faults.said(code, answer), unclear=False)
    raise meaning(code, answer)
