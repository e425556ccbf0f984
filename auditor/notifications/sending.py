"""Sends what the outbox holds: at least once, never silently lost, never to leavers."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from email.message import EmailMessage
from traceback import format_tb

from peewee import InterfaceError, OperationalError

from auditor import db
from auditor.config import Mail as MailSettings
from auditor.failpoints import FailPoint, reached
from auditor.notifications import standing
from auditor.notifications.composing import Dropped, compose
from auditor.notifications.faults import Cause, Fault, LineLost, MailFault, ServerFault
from auditor.notifications.line import Line
from auditor.notifications.models import Mail

log = logging.getLogger("auditor.mail")
_CLAIM = timedelta(minutes=10)  # a process that died while sending gives the mail back after this
_PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440, 1440)  # minutes before the next attempt: three days in all
_AT_MOST = 5000  # mails looked at in one run
_LOST_IN_A_ROW = 2  # connections that broke off before the server counts as failing


def send_due(server: MailSettings, base_url: str, at: datetime) -> tuple[int, int]:
    """Send the mails whose time has come; returns how many went and how many did not this time.

    Takes at most the ``run_seconds`` of the settings and one time-out more. Without a mail server nothing is
    tried and nothing is lost; while the server fails, all mails wait and none of their attempts is used up.
    """
    if not server.host or standing.is_paused(server, at):
        return 0, 0
    run = _Run(server, base_url, at)
    with Line(server, server.run_seconds) as line:
        for mail_id in _due_ids(at):
            if run.stopped or line.is_over:
                break
            if _claimed(mail_id, at):
                reached(FailPoint.MAIL_CLAIMED)
                run.send(Mail.get_by_id(mail_id), line)
    run.note()
    return run.sent, run.failed


def _due(at: datetime) -> object:
    """Return the condition that a mail's time has come.

    What waits for longer than anything ever does was put off by a clock that was far ahead.
    """
    longest = at + timedelta(minutes=_PAUSES[-1]) + _CLAIM
    come = (Mail.next_attempt_at <= at) | (Mail.next_attempt_at > longest)
    over = (Mail.claimed_until < at) | (Mail.claimed_until > at + 2 * _CLAIM)
    return ((Mail.state == "waiting") & come) | ((Mail.state == "sending") & over)


def _due_ids(at: datetime) -> list[int]:
    """Return the mails to be sent: first those never tried, so that a refused one holds up no new one."""
    rows = (
        Mail.select(Mail.id)
        .where(_due(at))
        .order_by(Mail.attempts, Mail.next_attempt_at, Mail.id)
        .limit(_AT_MOST)
    )
    return [mail_id for (mail_id,) in db.tuples(rows)]


def _claimed(mail_id: int, at: datetime) -> bool:
    """Take a mail for this process. By a conditional update: of two senders one gets the row."""
    claim = Mail.update(state="sending", claimed_until=at + _CLAIM, attempts=Mail.attempts + 1)
    return bool(claim.where(Mail.id == mail_id, _due(at)).execute() == 1)


class _Run:
    """One sending: what came of each mail, and of the server."""

    def __init__(self, server: MailSettings, base_url: str, at: datetime) -> None:
        self.server, self.base_url, self.at = server, base_url, at
        self.sent = self.failed = 0
        self.stopped = False
        self._fault: Fault | None = None
        self._answered = self._took = False
        self._lost = 0  # connections in a row

    def send(self, mail: Mail, line: Line) -> None:
        """Send one claimed mail, or write down why it did not go."""
        try:
            message = compose(mail, self.server.sender, self.base_url, self.at)
        except (InterfaceError, OperationalError):
            raise  # the database, not the mail; the claim runs out and it is sent then
        except Exception as error:  # a mail that cannot be made is set aside and holds up no other
            # Where it happened, without what the error says: that may be a name or an address.
            place = "".join(format_tb(error.__traceback__))
            log.error("mail %s could not be made: %s\n%s", mail.id, type(error).__name__, place)
            self.failed += 1
            _set_aside(mail, Fault(Cause.NOT_MADE, type(error).__name__))
            return
        if isinstance(message, Dropped):
            _settle(mail, state="dropped", dropped_because=message.because, last_error="", cause="")
            self.sent += 1
            return
        if self._taken(mail, message, line):
            reached(FailPoint.MAIL_ACCEPTED)
            _settle(mail, state="sent", sent_at=self.at, last_error="", cause="")
            self.sent += 1
        else:
            self.failed += 1

    def _taken(self, mail: Mail, message: EmailMessage, line: Line) -> bool:
        try:
            line.hand_over(message)
        except ServerFault as fault:
            _give_back(mail)
            self._stop(fault)
            return False
        except LineLost as lost:
            if lost.unclear:
                _put_back(mail, lost, self.at)
            else:
                _give_back(mail)
            self._lost += 1
            if self._lost >= _LOST_IN_A_ROW:
                self._stop(lost)
            return False
        except MailFault as fault:
            self._works()
            if fault.final:
                _set_aside(mail, fault)
            else:
                _put_back(mail, fault, self.at)
            return False
        self._works(took=True)
        return True

    def _works(self, took: bool = False) -> None:
        self._lost = 0
        self._answered = True
        self._took = self._took or took

    def _stop(self, fault: Fault) -> None:
        self.stopped = True
        self._fault = fault

    def note(self) -> None:
        """Write down how the server stands after this run."""
        if self._answered:
            standing.note_answer(self.server, self.at, self._took)
        if self._fault is not None:
            standing.note_failure(self.server, self._fault, self.at)


def _give_back(mail: Mail) -> None:
    """Let the mail wait as if it had not been tried: it is not to blame."""
    _settle(mail, state="waiting", attempts=max(mail.attempts - 1, 0))


def _put_back(mail: Mail, fault: Fault, at: datetime) -> None:
    """Give the mail another time, or set it aside when the attempts are used up."""
    if mail.attempts > len(_PAUSES):
        _set_aside(mail, fault)
        return
    pause = timedelta(minutes=_PAUSES[max(mail.attempts, 1) - 1])
    _settle(
        mail, state="waiting", next_attempt_at=at + pause, last_error=fault.answer, cause=fault.cause.value
    )


def _set_aside(mail: Mail, fault: Fault) -> None:
    """Stop trying by itself; the outbox and the worklist show it until somebody tries again or gives up."""
    _settle(mail, state="failed", last_error=fault.answer, cause=fault.cause.value)


def _settle(mail: Mail, **values: object) -> None:
    with db.transaction():
        Mail.update(claimed_until=None, **values).where(Mail.id == mail.id).execute()
