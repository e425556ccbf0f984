"""Clears away what has expired and counts for nothing: attempts, sessions, password tokens."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor.accounts.models import PasswordToken, Session, SignInAttempt

_KEPT = timedelta(days=30)  # long enough to look into a complaint about somebody's sign-in
_ATTEMPTS_KEPT = timedelta(days=2)  # the throttle looks back minutes


def tidy(at: datetime) -> int:
    """Delete what expired longer ago than it is kept; returns the number of rows."""
    old = at - _KEPT
    gone = SignInAttempt.delete().where(SignInAttempt.at < at - _ATTEMPTS_KEPT).execute()
    gone += Session.delete().where((Session.expires_at < old) | (Session.ended_at < old)).execute()
    gone += PasswordToken.delete().where(PasswordToken.expires_at < old).execute()
    return int(gone)
