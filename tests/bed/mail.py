"""Real mail servers on loopback, in every mood that servers have, and others that only hold the line."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.bed.ports import free_port

SECONDS = 60  # for a busy machine to start a thread


class Mood(Enum):
    """How the server answers from now on."""

    ACCEPT = "takes every message"
    REFUSE = "answers 554 to every message"
    REJECT_SOME = "answers 550 to the recipients in `rejected`"
    GREYLIST = "answers 451 to each recipient the first time and takes the second"
    HANG = "answers nothing to DATA until the client gives up"
    REJECT_SENDER = "answers 553 to the sender"
    LATER = "answers 451 to each recipient"
    BAN = "answers 550 5.7.1 to each recipient"
    TOO_LARGE = "answers 552 to every message"
    CLOSE_AFTER_TWO = "answers 421 to the third mail on a connection and hangs up"
    CLOSE = "answers 421 to every mail and hangs up"
    DIE_AFTER_TAKING = "takes a message and dies before it answers"
    BAD_GOODBYE = "answers 500 to QUIT"


class Postbox:
    """The server's side: its mood, where it listens, and what it has taken."""

    def __init__(self) -> None:
        self.mood = Mood.ACCEPT
        self.rejected: set[str] = set()
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.attempts = 0
        self.connections = 0
        self.host = "127.0.0.1"
        self.port = 0
        self._seen: set[str] = set()

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages taken for one recipient, oldest first."""
        pairs = zip(self.messages, self.recipients, strict=True)
        return [message for message, recipients in pairs if address in recipients]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        session.mails = 0  # type: ignore[attr-defined]
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        session.mails += 1  # type: ignore[attr-defined]
        full = self.mood is Mood.CLOSE_AFTER_TWO and session.mails > 2  # type: ignore[attr-defined]
        if full or self.mood is Mood.CLOSE:
            asyncio.get_running_loop().call_soon(server.transport.close)
            return "421 4.7.0 too many messages, closing"
        if self.mood is Mood.REJECT_SENDER:
            return f"553 5.7.1 {address} may not send from here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "500 what?" if self.mood is Mood.BAD_GOODBYE else "221 bye"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood is Mood.REJECT_SOME and address in self.rejected:
            return f"550 5.1.1 <{address}>: no such mailbox"
        if self.mood is Mood.BAN:
            return "550 5.7.1 relaying denied"
        if self.mood is Mood.LATER:
            return "451 4.3.2 try again later"
        if self.mood is Mood.GREYLIST and address not in self._seen:
            self._seen.add(address)
            return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.attempts += 1
        if self.mood is Mood.HANG:
            await asyncio.sleep(30)
        if self.mood is Mood.TOO_LARGE:
            return "552 5.3.4 message too big"
        if self.mood is Mood.REFUSE:
            return "554 5.7.1 message refused"
        message: Any = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        if self.mood is Mood.DIE_AFTER_TAKING:
            server.transport.abort()
        return "250 2.0.0 taken"


class Desk(Controller):
    """The server's thread; ``welcome`` is how its SMTP conversation is set up."""

    def __init__(self, box: Postbox, welcome: dict[str, Any]) -> None:
        self._welcome = welcome
        super().__init__(
            box, hostname=box.host, port=box.port, server_hostname="localhost", ready_timeout=SECONDS
        )

    def factory(self) -> SMTP:
        smtp = SMTP(self.handler, hostname="localhost", **self._welcome)
        smtp._auth_require_tls = False  # passwords of tests may go in the open
        return smtp


@contextmanager
def postbox(
    password: str | None = None, certificate: Path | None = None, utf8: bool = True
) -> Iterator[Postbox]:
    """Runs the server on a free port of loopback for the time of the block.

    ``password``: only who signs in with it may send. ``certificate``: a file with key and certificate; the
    server then offers STARTTLS. ``utf8``: whether it takes addresses that are not plain letters.
    """
    welcome: dict[str, Any] = {"enable_SMTPUTF8": utf8}
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        welcome["tls_context"] = context
    if password is not None:
        welcome |= {
            "auth_required": True,
            "authenticator": lambda server, session, envelope, mechanism, given: AuthResult(
                success=given.password.decode() == password, handled=False
            ),
        }
    box = Postbox()
    box.port = free_port()
    server = Desk(box, welcome)
    server.start()
    try:
        yield box
    finally:
        server.stop(no_assert=True)


@contextmanager
def rude(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that does with each connection whatever ``talk`` does, and no SMTP."""
    with socket.create_server(("127.0.0.1", free_port())) as door:

        def serve() -> None:
            while True:
                try:
                    caller, _address = door.accept()
                except OSError:
                    return
                with caller, suppress(OSError):
                    talk(caller)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(door.getsockname()[1])
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@contextmanager
def crowded() -> Iterator[int]:
    """The port of a server whose queue is full: whoever connects hears nothing at all."""
    with ExitStack() as held:
        door = held.enter_context(socket.socket())
        door.bind(("127.0.0.1", free_port()))
        door.listen(0)
        for _ in range(3):
            caller = held.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(door.getsockname())
        yield int(door.getsockname()[1])


def silent(caller: socket.socket) -> None:
    """Says nothing, not even a greeting, until the client gives up."""
    caller.recv(1)


def dribbling(caller: socket.socket) -> None:
    """Sends a greeting of which a byte comes now and then, and which never ends."""
    while True:
        caller.sendall(b"2")
        time.sleep(0.1)


def says(greeting: str) -> Callable[[socket.socket], None]:
    """Greets with this line and hangs up."""

    def talk(caller: socket.socket) -> None:
        caller.sendall(greeting.encode() + b"\r\n")
        caller.recv(1)

    return talk


def certificate(name: str) -> Path:
    """A file with a key and a certificate that the key itself has signed, for a server of this name."""
    return Path(__file__).resolve().parents[1] / "fixtures" / "certificates" / f"{name}.pem"
