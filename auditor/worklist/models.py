"""Rules of reminders, addresses of calendar feeds."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField

from auditor.dated import DatedRow
from auditor.db import BaseModel, Flag, JsonField, UtcDateTimeField
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


class ReminderRule(DatedRow):
    """When reminders of one kind of thing go and to whom; ``auditor.worklist.rules`` says what each column means."""

    kind = CharField(max_length=60, index=True)  # the name of the notice
    active = Flag(default=True)
    steps = JsonField(null=True)
    to_person = Flag(default=True)
    head_after = IntegerField(null=True)
    administrator_after = IntegerField(null=True)
    head_of_audit_after = IntegerField(null=True)
    repeat_days = IntegerField(null=True)
    most = IntegerField()

    series = ("kind",)

    class Meta:
        table_name = "reminder_rule"
