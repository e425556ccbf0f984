"""Links that set a password once: mailed to people with an address, opened within 72 hours."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from auditor import activity, clock, db, events
from auditor.access import NOBODY, Actor
from auditor.accounts import actions, passwords, queries
from auditor.accounts.models import PasswordToken
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import _l
from auditor.people import queries as people
from auditor.people.models import PersonDetail

LASTS = timedelta(hours=72)
_TWICE = timedelta(minutes=2)  # a second one so soon is a double click
_NOT_OFTENER_THAN = timedelta(minutes=15)  # for somebody who only says that they forgot
LINKS_SENT = activity.event_type(
    "accounts.password_links_sent", _l("Password links sent"), "persons", "count"
)
_key = b""


def configure(key: bytes) -> None:
    """Set the key that links are made with; it lies outside the database."""
    global _key
    _key = key


def token_of(row: PasswordToken) -> str:
    """Return the token of a link; it is made again each time and stored nowhere."""
    return hmac.new(_key, f"password link {row.nonce}".encode(), hashlib.sha256).hexdigest()


def send_links(actor: Actor, person_ids: Iterable[int], at: datetime) -> int:
    """Have each person who has an address mailed a link that sets a password; returns how many.

    Whom a link was made for a moment ago gets no second one.
    """
    moment = Moment.at(at)
    wanted = people.working(person_ids, moment)
    rows = PersonDetail.standing(moment, PersonDetail.person.in_(list(wanted)))
    reached = sorted(row.person_id for row in rows if row.email)
    if not reached:
        raise RuleBroken(_l("None of them has an e-mail address. Hand out first passwords instead."))
    with activity.action(actor, at):
        db.one_at_a_time("password links")
        fresh = PasswordToken.select(PasswordToken.person).where(
            PasswordToken.created_at > at - _TWICE, PasswordToken.used_at.is_null()
        )
        sent = {person_id for (person_id,) in db.tuples(fresh)}
        new = [person_id for person_id in reached if person_id not in sent]
        for person_id in new:
            _make(actor, person_id, at)
        if new:
            activity.record(LINKS_SENT, persons=new, count=len(new))
    return len(reached)


def forgot(login: str, at: datetime) -> None:
    """Mail a link to whoever ``login`` names, if they have an address; says nothing either way."""
    person_id = queries.person_of_login(actions.plain_login(login), at)
    if person_id is None:
        return
    row = PersonDetail.latest(Moment.at(at), person=person_id)
    # One that lies far ahead was asked for while the clock was wrong.
    lately = PasswordToken.select().where(
        PasswordToken.person == person_id,
        PasswordToken.created_at > at - _NOT_OFTENER_THAN,
        PasswordToken.created_at < at + clock.PATIENCE,
    )
    if row is None or not row.email or lately.exists():
        return
    with db.transaction():
        _make(NOBODY, person_id, at)


def _make(actor: Actor, person_id: int, at: datetime) -> None:
    made = PasswordToken.create(
        person=person_id, nonce=secrets.token_hex(32), created_at=at, expires_at=at + LASTS
    )
    events.tell(events.PasswordLinkMade(actor, at, person_id=person_id, token_id=made.id))


def link_for(token_id: int, token: str, at: datetime) -> PasswordToken:
    """Return the link that ``token`` opens. Raises NotFound for a wrong, used or expired one, or a leaver's."""
    row: PasswordToken | None = PasswordToken.get_or_none(PasswordToken.id == token_id)
    if row is None or not hmac.compare_digest(token_of(row).encode(), token.encode()):
        raise NotFound
    if row.used_at is not None or row.expires_at <= at:
        raise NotFound
    if not people.is_working(row.person_id, Moment.at(at)):
        raise NotFound
    return row


def set_by_link(token_id: int, token: str, new: str, at: datetime) -> int:
    """Set the password that the holder of the link chose and return the person.

    Raises NotFound as ``link_for``, RuleBroken for a weak password. Of two that send it at once one is refused.
    """
    row = link_for(token_id, token, at)
    passwords.check(new, queries.own_words(row.person_id, at))
    actor = queries.actor_for(row.person_id, at)
    with activity.action(actor, at):
        used = PasswordToken.update(used_at=at).where(
            PasswordToken.id == row.id, PasswordToken.used_at.is_null()
        )
        if used.execute() != 1:
            raise NotFound
        actions.set_password(actor, row.person_id, new, at)
    return row.person_id
