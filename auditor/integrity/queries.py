"""Reads of the activity log for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from peewee import ModelSelect

from auditor import activity, clock
from auditor.activity import ActivityEvent


@dataclass(frozen=True)
class Filter:
    """What of the log is asked for; empty means all."""

    type: str = ""
    person_id: int | None = None
    first: date | None = None
    last: date | None = None


def events(wanted: Filter) -> ModelSelect[Any]:
    """Return the events that meet ``wanted``, the latest first."""
    query = ActivityEvent.select().order_by(ActivityEvent.seq.desc())
    if wanted.type:
        query = query.where(ActivityEvent.type == wanted.type)
    if wanted.person_id is not None:
        query = query.where(ActivityEvent.actor_id == wanted.person_id)
    if wanted.first is not None:
        query = query.where(ActivityEvent.at >= _midnight(wanted.first))
    if wanted.last is not None:
        query = query.where(ActivityEvent.at < _midnight(wanted.last + timedelta(days=1)))
    return query


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.zone())


def label_of(name: str) -> str:
    """Return what an event type is called; its name where a later version no longer knows it."""
    kind = activity.event_types().get(name)
    return str(kind.label) if kind else name


def types() -> list[tuple[str, str]]:
    """Return every event type with what it is called, by name."""
    return sorted(
        ((name, str(kind.label)) for name, kind in activity.event_types().items()), key=lambda t: t[1]
    )
