"""The words of a test mail: asked for on the outbox page, or sent from the command line."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from auditor.dated import Moment
from auditor.language import _
from auditor.notifications.composing import written
from auditor.notifications.kinds import Words, kind

KIND = "mail_test"


@kind(KIND)
def words(params: dict[str, Any], moment: Moment) -> Words:
    """Say what the mail proves."""
    return Words(*_said())


def trial(address: str, sender: str, base_url: str, at: datetime) -> EmailMessage:
    """Return a test mail to any address, in the language spoken. Raises ValueError for an address that is none."""
    headline, sentence = _said()
    text = f"{headline}\n\n{sentence}\n{base_url}\n"
    return written(address, sender, headline, text, f"<{uuid4().hex}@auditor>", at)


def _said() -> tuple[str, str]:
    proven = _("You can read this: the mail server takes the mails of the application and delivers them.")
    return str(_("Test mail")), str(proven)
