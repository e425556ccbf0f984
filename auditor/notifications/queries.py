"""Reads of the outbox."""

from __future__ import annotations

from typing import Any

from peewee import ModelSelect, fn

from auditor import db
from auditor.errors import NotFound
from auditor.notifications.models import Mail

STATES = ("waiting", "sending", "failed", "sent", "dropped")


def mails(state: str) -> ModelSelect[Any]:
    """Return the mails in one state, the latest first; for "waiting" the next first."""
    query = Mail.select().where(Mail.state == state)
    return (
        query.order_by(Mail.next_attempt_at, Mail.id)
        if state == "waiting"
        else query.order_by(Mail.id.desc())
    )


def counts() -> dict[str, int]:
    """Return how many mails are in each state: one query."""
    rows = Mail.select(Mail.state, fn.COUNT(Mail.id)).group_by(Mail.state)
    return {**dict.fromkeys(STATES, 0), **dict(db.tuples(rows))}


def mail(mail_id: int) -> Mail:
    """Return a mail. Raises NotFound."""
    row: Mail | None = Mail.get_or_none(Mail.id == mail_id)
    if row is None:
        raise NotFound
    return row
