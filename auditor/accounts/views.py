"""Sign-in, sign-out, passwords, roles."""

from __future__ import annotations

from flask import Blueprint, g, session

from auditor.access import NOBODY, Actor
from auditor.accounts import queries
from auditor.web import request_time

bp = Blueprint("accounts", __name__, url_prefix="/accounts")
SESSION_KEY = "token"


def load_actor() -> Actor:
    """Return who the session cookie belongs to; NOBODY when the session has ended or the person has left."""
    token = session.get(SESSION_KEY)
    row = queries.session_of(token, request_time()) if token else None
    if row is None:
        return NOBODY
    g.session_row = row
    return queries.actor_for(row.person_id, request_time())


def preferred_language() -> str:
    """Return the language the signed-in person chose; empty before sign-in."""
    return ""
