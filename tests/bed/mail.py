"""A real SMTP server on loopback that accepts, refuses, rejects some, greylists or hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.bed.ports import free_port

SECONDS = 60  # for a busy machine to start a thread


class Mood(Enum):
    """How the server answers from now on."""

    ACCEPT = "takes every message"
    REFUSE = "answers 554 to every message"
    REJECT_SOME = "answers 550 to the recipients in `rejected`"
    GREYLIST = "answers 451 to each recipient the first time and takes the second"
    HANG = "answers nothing to DATA until the client gives up"


class Postbox:
    """The server's side: its mood, where it listens, and what it has taken."""

    def __init__(self) -> None:
        self.mood = Mood.ACCEPT
        self.rejected: set[str] = set()
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.attempts = 0
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

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood is Mood.REJECT_SOME and address in self.rejected:
            return "550 5.1.1 no such mailbox"
        if self.mood is Mood.GREYLIST and address not in self._seen:
            self._seen.add(address)
            return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.attempts += 1
        if self.mood is Mood.HANG:
            await asyncio.sleep(30)
        if self.mood is Mood.REFUSE:
            return "554 5.7.1 message refused"
        message: Any = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 2.0.0 taken"


@contextmanager
def postbox() -> Iterator[Postbox]:
    """Runs the server on a free port of loopback for the time of the block."""
    box = Postbox()
    box.port = free_port()
    server = Controller(
        box, hostname=box.host, port=box.port, server_hostname="localhost", ready_timeout=SECONDS
    )
    server.start()
    try:
        yield box
    finally:
        server.stop(no_assert=True)
