"""How the mail server of the settings stands: when it last took a mail, since when it fails, when it is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor import db
from auditor.config import Mail as MailSettings
from auditor.notifications.faults import Cause, Fault
from auditor.notifications.models import MailServer

_PAUSES = (1, 2, 5, 10, 15)  # minutes without an attempt after so many failures in a row
_AFTER_REFUSED_PASSWORD = 15  # a server may lock an account that is tried too often
_MOST = 15


def address_of(server: MailSettings) -> str:
    """Return what the server is known by."""
    return f"{server.host}:{server.port}"[:300]


def of(server: MailSettings) -> MailServer:
    """Return how the server stands; a new row, not written yet, when nothing is known of it."""
    address = address_of(server)
    row: MailServer | None = MailServer.get_or_none(MailServer.address == address)
    return row or MailServer(address=address)


def is_paused(server: MailSettings, at: datetime) -> bool:
    """Tell whether the server failed so lately that it is not tried yet.

    A pause can only end within a quarter of an hour: one that lies further ahead is of a clock that was wrong.
    """
    until = of(server).paused_until
    return until is not None and at < until <= at + timedelta(minutes=_MOST)


def note_failure(server: MailSettings, fault: Fault, at: datetime) -> None:
    """Write down that nothing can be sent, and for how long it is not tried."""
    with db.transaction():
        row = _kept(server)
        failures = row.failures + 1
        minutes = _PAUSES[min(failures, len(_PAUSES)) - 1]
        if fault.cause is Cause.SIGN_IN:
            minutes = _AFTER_REFUSED_PASSWORD
        MailServer.update(
            last_failure_at=at, failing_since=row.failing_since or at, failures=failures, cause=fault.cause.value,
            answer=fault.answer, paused_until=at + timedelta(minutes=minutes),
        ).where(MailServer.id == row.id).execute()  # fmt: skip


def note_answer(server: MailSettings, at: datetime, took_mail: bool) -> None:
    """Write down that the server works again, and whether it took a mail."""
    with db.transaction():
        row = _kept(server)
        success = {"last_success_at": at} if took_mail else {}
        MailServer.update(
            failing_since=None, failures=0, paused_until=None, cause="", answer="", **success
        ).where(MailServer.id == row.id).execute()


def lift_pauses() -> int:
    """Have every server tried at the next sending; returns how many waited."""
    return int(MailServer.update(paused_until=None).where(MailServer.paused_until.is_null(False)).execute())


def _kept(server: MailSettings) -> MailServer:
    MailServer.delete().where(MailServer.address != address_of(server)).execute()  # of earlier settings
    MailServer.insert(address=address_of(server)).on_conflict_ignore().execute()
    row: MailServer = MailServer.get(MailServer.address == address_of(server))
    return row
