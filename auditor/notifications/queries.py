"""Reads of the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import ModelSelect, fn

from auditor import db
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.notifications.models import Mail
from auditor.people import searching
from auditor.people.models import PersonDetail

STATES = ("waiting", "sending", "failed", "sent", "dropped")


@dataclass(frozen=True)
class Chosen:
    """What the outbox page shows: a state, a person's name or number, a reason."""

    state: str = "waiting"
    text: str = ""
    why: str = ""


def mails(chosen: Chosen, moment: Moment) -> ModelSelect[Mail]:
    """Return the mails that fit, the latest first; for "waiting" the next first."""
    query = Mail.select().where(Mail.state == chosen.state)
    if chosen.why:
        query = query.where((Mail.cause == chosen.why) | (Mail.dropped_because == chosen.why))
    if chosen.text.strip():
        found = searching.listed(moment, chosen.text, status="").order_by().select(PersonDetail.person)
        query = query.where(Mail.person.in_(found))
    return (
        query.order_by(Mail.next_attempt_at, Mail.id)
        if chosen.state == "waiting"
        else query.order_by(Mail.id.desc())
    )


def counts() -> dict[str, int]:
    """Return how many mails are in each state: one query."""
    rows = Mail.select(Mail.state, fn.COUNT(Mail.id)).group_by(Mail.state)
    return {**dict.fromkeys(STATES, 0), **dict(db.tuples(rows))}


def reasons(state: str) -> list[str]:
    """Return the reasons that mails in this state have, each once: one query."""
    column: Any = Mail.dropped_because if state == "dropped" else Mail.cause
    rows = Mail.select(column).where(Mail.state == state, column != "").distinct().order_by(column)
    return [reason for (reason,) in db.tuples(rows)]


def mail(mail_id: int) -> Mail:
    """Return a mail. Raises NotFound."""
    row: Mail | None = Mail.get_or_none(Mail.id == mail_id)
    if row is None:
        raise NotFound
    return row
