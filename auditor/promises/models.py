"""The published privacy policy, sentence by sentence, and the controls that keep each."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField, TextField

from auditor.dated import DatedRow
from auditor.db import CountedModel, Flag, UtcDateTimeField


class Policy(CountedModel):
    """A published text, by the day it was published; entered again for the same day, the later one stands."""

    published_on = DateField(index=True)
    title_ja = CharField(max_length=200)
    title_en = CharField(max_length=200)
    recorded_at = UtcDateTimeField()


class Promise(CountedModel):
    """One sentence of it."""

    policy = ForeignKeyField(Policy, backref="promises")
    policy_id: int
    number = CharField(max_length=20)
    heading_ja = CharField(max_length=200, default="")  # of the part that begins with this sentence
    heading_en = CharField(max_length=200, default="")
    text_ja = TextField()
    text_en = TextField()
    position = IntegerField()

    class Meta:
        indexes = ((("policy", "number"), True),)


class PromiseControl(DatedRow):
    """Whether a control (by code, across catalogue versions) shows the promise kept."""

    promise = ForeignKeyField(Promise, backref="controls")
    promise_id: int
    code = CharField(max_length=60, index=True)
    held = Flag()

    series = ("promise", "code")
