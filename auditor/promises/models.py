"""The published privacy policy, sentence by sentence, and the controls that keep each."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField, TextField

from auditor.db import CountedModel, UtcDateTimeField


class Policy(CountedModel):
    """A published text, by the day it was published."""

    published_on = DateField(unique=True)
    title_ja = CharField(max_length=200)
    title_en = CharField(max_length=200)
    recorded_at = UtcDateTimeField()


class Promise(CountedModel):
    """One sentence of it."""

    policy = ForeignKeyField(Policy, backref="promises")
    policy_id: int
    number = CharField(max_length=20)
    text_ja = TextField()
    text_en = TextField()
    position = IntegerField()


class PromiseControl(CountedModel):
    """That a control (by code, across catalogue versions) shows the promise kept."""

    promise = ForeignKeyField(Promise, backref="controls")
    promise_id: int
    code = CharField(max_length=60)

    class Meta:
        indexes = ((("promise", "code"), True),)
