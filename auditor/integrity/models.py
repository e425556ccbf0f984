"""Why something was erased."""

from __future__ import annotations

from peewee import CharField, IntegerField

from auditor.db import CountedModel, TextSalt, UtcDateTimeField, Written


class Erasure(CountedModel):
    """One decision to erase; the events that name it say what went."""

    kind = CharField(max_length=10)  # texts, file
    reason = Written()
    text_salt = TextSalt()
    decided_by = IntegerField(null=True)  # the person's id; null for a command
    decided_at = UtcDateTimeField()
