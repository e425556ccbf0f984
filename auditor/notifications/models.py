"""The outbox: what somebody is to be told, and the mails that tell it, bundled per person and day."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField, TextField

from auditor.db import BaseModel, Flag, JsonField, UtcDateTimeField
from auditor.people.models import Person


class Mail(BaseModel):
    """One mail to one person. At least once: after an unclear end it is sent again with the same Message-ID."""

    person = ForeignKeyField(Person, index=True)
    person_id: int
    day = DateField()
    number = IntegerField(default=1)  # of the mails to this person on this day
    message_id = CharField(max_length=120, unique=True)
    state = CharField(max_length=10, default="waiting", index=True)  # waiting, sending, sent, failed, dropped
    attempts = IntegerField(default=0)
    next_attempt_at = UtcDateTimeField(index=True)
    claimed_until = UtcDateTimeField(null=True)
    last_error = TextField(default="")
    sent_at = UtcDateTimeField(null=True)
    dropped_because = CharField(max_length=60, default="")
    cause = CharField(max_length=20, default="")  # faults.Cause: why the last attempt failed

    class Meta:
        indexes = ((("person", "day", "number"), True),)


class MailServer(BaseModel):
    """How the mail server of the settings has answered so far; another server gets a row of its own."""

    address = CharField(max_length=300, unique=True)  # host:port
    last_success_at = UtcDateTimeField(null=True)
    last_failure_at = UtcDateTimeField(null=True)
    failing_since = UtcDateTimeField(null=True)  # None: the last thing it did was to take a mail
    failures = IntegerField(default=0)  # in a row
    paused_until = UtcDateTimeField(null=True)  # nothing is tried before
    cause = CharField(max_length=20, default="")
    answer = TextField(default="")  # as the server said it, without addresses

    class Meta:
        table_name = "mail_server"


class Notice(BaseModel):
    """One thing to tell one person. ``key`` makes it once only, however often a job runs."""

    person = ForeignKeyField(Person, index=True)
    person_id: int
    kind = CharField(max_length=60)
    params = JsonField()  # ids and dates only; the words are made when the mail is sent
    path = CharField(max_length=300)  # where the link in the mail leads
    key = CharField(max_length=200, unique=True)
    immediate = Flag(default=False)  # goes out in a mail of its own, not with the day's bundle
    created_at = UtcDateTimeField()
    mail = ForeignKeyField(Mail, null=True, backref="notices")
    mail_id: int | None
