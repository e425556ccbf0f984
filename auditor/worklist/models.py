"""Addresses of calendar feeds."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField

from auditor.db import BaseModel, UtcDateTimeField
from auditor.people.models import Person


class CalendarFeed(BaseModel):
    """A secret address at which a calendar program fetches a person's own dates.

    Only a hash of the secret is kept. Not counted: an address is replaced, and no report asks what it was.
    """

    person = ForeignKeyField(Person, index=True)
    person_id: int
    token_hash = CharField(max_length=64, unique=True)
    made_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()
    ended_at = UtcDateTimeField(null=True)  # revoked, or replaced by another address
    fetched_at = UtcDateTimeField(null=True)
    counted_from = UtcDateTimeField(null=True)  # when the hour began in which fetches are counted
    fetches = IntegerField(default=0)
    content_hash = CharField(
        max_length=64, default=""
    )  # of what was fetched last, and since when it is like that
    changed_at = UtcDateTimeField(null=True)

    class Meta:
        table_name = "calendar_feed"
