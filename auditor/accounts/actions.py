"""Sign-in, sessions and the person's own password."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from auditor import activity, db
from auditor.access import Actor
from auditor.accounts import passwords, queries, throttle
from auditor.accounts.models import Credential, PasswordToken, Preference, Session
from auditor.accounts.queries import token_hash
from auditor.accounts.sessions import OpenSession
from auditor.dated import Moment
from auditor.errors import AuditorError, RuleBroken
from auditor.failpoints import FailPoint, reached
from auditor.language import LANGUAGES, _l
from auditor.people.models import PersonDetail

SESSION_LASTS = timedelta(hours=12)  # without a request
SESSION_LASTS_AT_MOST = timedelta(days=7)
_TOUCH_EVERY = timedelta(minutes=5)  # a page that is only read writes no oftener than this
THEMES = ("", "light", "dark")

PASSWORD_CHANGED = activity.event_type("accounts.password_changed", _l("Password changed"), "person")


@dataclass(frozen=True)
class SignedIn:
    """What a sign-in gives: the token for the cookie, and whether the password must be changed first."""

    person_id: int
    token: str
    must_change: bool


class SignInRefused(AuditorError):
    """Account and password do not fit; says neither which of them nor whether the account exists."""

    def __init__(self, attempts_left: int, expired: bool = False) -> None:
        super().__init__("refused")
        self.attempts_left = attempts_left
        self.expired = expired  # the password was right, and was a first password past its day


def sign_in(login: str, password: str, address: str, key: bytes, at: datetime) -> SignedIn:
    """Open a session for whoever ``login`` (employee number or e-mail address) and ``password`` belong to.

    Raises throttle.Throttled or SignInRefused. The work is the same for an account that does not exist.
    """
    login = plain_login(login)
    attempt_id, left = throttle.begin(login, address, key, at)
    reached(FailPoint.ATTEMPT_COUNTED)
    credential = queries.credential_of_login(login, at)
    fits = passwords.matches(credential.password_hash if credential else None, password)
    if credential is None or not fits:
        raise SignInRefused(left)
    if credential.expires_at is not None and credential.expires_at <= at:
        raise SignInRefused(left, expired=True)
    throttle.succeeded(attempt_id)
    if passwords.is_outdated(credential.password_hash):
        Credential.update(password_hash=passwords.hashed(password)).where(
            Credential.id == credential.id
        ).execute()
    reached(FailPoint.PASSWORD_FITS)
    token = start_session(credential.person_id, at)
    reached(FailPoint.SESSION_OPENED)
    return SignedIn(credential.person_id, token, bool(credential.must_change))


def plain_login(login: str) -> str:
    """Return what was typed in the one form it is looked up and counted by: no blanks, one width, one case."""
    return "".join(unicodedata.normalize("NFKC", login).split()).casefold()


def start_session(person_id: int, at: datetime) -> str:
    """Open a session for the person and return its token, which is not stored."""
    _take_language_of_roster(person_id, at)
    token = secrets.token_urlsafe(32)
    Session.create(
        person=person_id,
        token_hash=token_hash(token),
        started_at=at,
        seen_at=at,
        expires_at=at + SESSION_LASTS,
    )
    return token


def _take_language_of_roster(person_id: int, at: datetime) -> None:
    """Show the pages in English, as the mails are, to whom the roster says so and who has chosen nothing yet.

    Japanese is what every roster says where it says nothing, so it leaves the choice to the browser.
    """
    if Preference.select().where(Preference.person == person_id).exists():
        return
    detail = PersonDetail.latest(Moment.at(at), person=person_id)
    if detail is not None and detail.language == "en":
        Preference.insert(person=person_id, language="en").on_conflict_ignore().execute()


def touch_session(session: OpenSession, at: datetime) -> None:
    """Have an open session last another twelve hours, at most a week in all; writes every few minutes only."""
    if at - session.seen_at < _TOUCH_EVERY:
        return
    lasts = min(at + SESSION_LASTS, session.started_at + SESSION_LASTS_AT_MOST)
    with db.hardly_waiting():
        Session.update(seen_at=at, expires_at=lasts).where(
            Session.id == session.id, Session.ended_at.is_null()
        ).execute()


def end_sessions(person_id: int, at: datetime, but: int | None = None) -> int:
    """End every session of the person at once, except the one with the id ``but``; returns how many."""
    query = Session.update(ended_at=at).where(Session.person == person_id, Session.ended_at.is_null())
    return int((query.where(Session.id != but) if but is not None else query).execute())


def end_session(actor: Actor, token: str, at: datetime) -> None:
    """End the session that ``token`` opens."""
    Session.update(ended_at=at).where(
        Session.token_hash == token_hash(token), Session.person == actor.person_id
    ).execute()


def change_password(actor: Actor, current: str, new: str, session_id: int | None, at: datetime) -> None:
    """Replace the actor's own password and end the actor's other sessions.

    Raises RuleBroken for ``current`` when it is not the password, for ``password`` when the new one is weak.
    """
    credential: Credential | None = Credential.get_or_none(Credential.person == actor.person_id)
    fits = passwords.matches(credential.password_hash if credential else None, current)
    if actor.person_id is None or credential is None or not fits:
        raise RuleBroken(_l("This is not your current password."), "current")
    if passwords.matches(credential.password_hash, new):
        raise RuleBroken(_l("Choose a password that differs from the current one."), "password")
    passwords.check(new, queries.own_words(actor.person_id, at))
    set_password(actor, actor.person_id, new, at, keep_session=session_id)


def set_password(
    actor: Actor, person_id: int, new: str, at: datetime, keep_session: int | None = None
) -> None:
    """Store a password that the person chose, checked already; ends sessions and voids password links."""
    stored = passwords.hashed(new)
    with activity.action(actor, at):
        store_hash(person_id, stored, at)
        end_sessions(person_id, at, but=keep_session)
        activity.record(PASSWORD_CHANGED, person=person_id)


def store(
    person_id: int, password: str, at: datetime, must_change: bool = False, expires_at: datetime | None = None
) -> None:
    """Put the hash of ``password`` in the place of the person's earlier one and void open password links."""
    store_hash(person_id, passwords.hashed(password), at, must_change, expires_at)


def store_hash(
    person_id: int, stored: str, at: datetime, must_change: bool = False, expires_at: datetime | None = None
) -> None:
    """As ``store``, of a password hashed already: hashing is slow and needs no transaction."""
    values = {
        "password_hash": stored,
        "must_change": must_change,
        "expires_at": expires_at,
        "changed_at": at,
    }
    with db.transaction():
        Credential.insert(person=person_id, **values).on_conflict(
            conflict_target=[Credential.person], update=values
        ).execute()
        PasswordToken.update(used_at=at).where(
            PasswordToken.person == person_id, PasswordToken.used_at.is_null()
        ).execute()


def prefer(person_id: int, language: str | None = None, theme: str | None = None) -> None:
    """Keep the person's choice of language ("ja", "en", "" as the browser says) and of theme."""
    chosen = {}
    if language is not None and language in {"", *LANGUAGES}:
        chosen["language"] = language
    if theme is not None and theme in THEMES:
        chosen["theme"] = theme
    if chosen:
        Preference.insert(person=person_id, **chosen).on_conflict(
            conflict_target=[Preference.person], update=chosen
        ).execute()
