"""Sign-in, sessions, passwords, roles, deputies."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from auditor.access import Actor
from auditor.accounts.models import Session
from auditor.accounts.queries import token_hash

SESSION_LASTS = timedelta(hours=12)


def start_session(person_id: int, at: datetime) -> str:
    """Open a session for the person and return its token, which is not stored."""
    token = secrets.token_urlsafe(32)
    Session.create(
        person=person_id,
        token_hash=token_hash(token),
        started_at=at,
        seen_at=at,
        expires_at=at + SESSION_LASTS,
    )
    return token


def end_sessions(person_id: int, at: datetime) -> int:
    """End every session of the person at once; returns how many there were."""
    query = Session.update(ended_at=at).where(Session.person == person_id, Session.ended_at.is_null())
    return int(query.execute())


def end_session(actor: Actor, token: str, at: datetime) -> None:
    """End the session that ``token`` opens."""
    Session.update(ended_at=at).where(
        Session.token_hash == token_hash(token), Session.person == actor.person_id
    ).execute()
