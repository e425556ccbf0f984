"""What the operator does about mails that did not go: try again, give up, ask for a test mail."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from peewee import ModelSelect

from auditor import activity, db
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.notifications import standing, trials
from auditor.notifications.actions import notify
from auditor.notifications.models import Mail
from auditor.people.models import PersonDetail

MAIL_RETRIED = activity.event_type("mail.retried", _l("Mail queued again"), "mail")
MAILS_RETRIED = activity.event_type("mail.all_retried", _l("Mails queued again"), "count", "digest")
MAIL_GIVEN_UP = activity.event_type("mail.given_up", _l("Mail given up"), "mail", "reason")
SERVER_RETRIED = activity.event_type("mail.server_retried", _l("Mail server asked again"), "mails")
TEST_ASKED = activity.event_type("mail.test_asked", _l("Test mail asked for"), "person")

MAILS_GIVEN_UP = activity.event_type("mail.all_given_up", _l("Mails given up"), "count", "digest", "reason")

UNSENT = ("failed", "waiting")
# Why somebody gives a mail up: kept in ``dropped_because``.
REASONS = {
    "told": _l("Told in another way"),
    "not_needed": _l("No longer needed"),
    "no_way": _l("There is no way to tell this person"),
}
_CHUNK = 500  # rows an UPDATE


def retry(actor: Actor, mail: Mail, at: datetime) -> bool:
    """Queue a failed or waiting mail for the next sending, with all its attempts; False if it was neither."""
    with activity.action(actor, at):
        if not _queue([mail.id], at):
            return False
        standing.lift_pauses()
        activity.record(MAIL_RETRIED, mail=mail.id)
    return True


def retry_all(actor: Actor, mails: ModelSelect[Mail], at: datetime) -> int:
    """Queue all of these that failed or wait; returns how many."""
    with activity.action(actor, at):
        ids = _unsent(mails)
        count = sum(_queue(ids[start : start + _CHUNK], at) for start in range(0, len(ids), _CHUNK))
        if count:
            standing.lift_pauses()
            activity.record(MAILS_RETRIED, count=count, digest=_digest(ids))
    return count


def _unsent(mails: ModelSelect[Mail]) -> list[int]:
    rows = mails.where(Mail.state.in_(UNSENT)).order_by(Mail.id).select(Mail.id)
    return [mail_id for (mail_id,) in db.tuples(rows)]


def _digest(ids: list[int]) -> str:
    return hashlib.sha256(db.canonical(ids).encode()).hexdigest()


def _queue(ids: Sequence[int], at: datetime) -> int:
    again = Mail.update(state="waiting", next_attempt_at=at, claimed_until=None, attempts=0)
    return int(again.where(Mail.id.in_(ids), Mail.state.in_(UNSENT)).execute())


def give_up(actor: Actor, mail: Mail, reason: str, at: datetime) -> None:
    """Send this mail no more, for one of ``REASONS``. Raises RuleBroken for a mail that has gone meanwhile."""
    with activity.action(actor, at):
        if not _drop([mail.id], reason):
            raise RuleBroken(
                _l("This mail is being sent or has been settled meanwhile. Nothing was changed.")
            )
        activity.record(MAIL_GIVEN_UP, mail=mail.id, reason=reason)


def give_up_all(actor: Actor, mails: ModelSelect[Mail], reason: str, at: datetime) -> int:
    """Send none of these that failed or wait any more, for one of ``REASONS``; returns how many."""
    with activity.action(actor, at):
        ids = _unsent(mails)
        count = sum(_drop(ids[start : start + _CHUNK], reason) for start in range(0, len(ids), _CHUNK))
        if count:
            activity.record(MAILS_GIVEN_UP, count=count, digest=_digest(ids), reason=reason)
    return count


def _drop(ids: Sequence[int], reason: str) -> int:
    if reason not in REASONS:
        raise RuleBroken(_l("Choose why this mail is given up."), "reason")
    given_up = Mail.update(
        state="dropped", dropped_because=reason, last_error="", cause="", claimed_until=None
    )
    return int(given_up.where(Mail.id.in_(ids), Mail.state.in_(UNSENT)).execute())


def retry_server(actor: Actor, at: datetime) -> None:
    """Have the mail server tried at the next sending although it failed lately."""
    with activity.action(actor, at):
        standing.lift_pauses()
        waiting = Mail.select().where(Mail.state == "waiting").count()
        activity.record(SERVER_RETRIED, mails=waiting)


def ask_for_test(actor: Actor, at: datetime) -> None:
    """Put a test mail to the actor into the outbox. Raises RuleBroken for somebody without an address."""
    person_id = actor.person_id
    detail = PersonDetail.latest(Moment.at(at), person=person_id) if person_id else None
    if person_id is None or detail is None or not detail.email:
        raise RuleBroken(
            _l("You have no e-mail address on the roster. Send one with: auditor mail test ADDRESS")
        )
    with activity.action(actor, at):
        standing.lift_pauses()
        key = f"{trials.KIND}:{person_id}:{at.isoformat()}"
        notify(person_id, trials.KIND, {}, "/outbox/", key, at, immediate=True)
        activity.record(TEST_ASKED, person=person_id)
