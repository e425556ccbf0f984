"""Files by hash, and what each is evidence of being."""

from __future__ import annotations

from peewee import BigIntegerField, CharField, DateField, ForeignKeyField, IntegerField

from auditor.db import CountedModel, TextSalt, UtcDateTimeField, Written, WrittenLine
from auditor.people.models import Person


class StoredFile(CountedModel):
    """Bytes under the data folder, named by their SHA-256."""

    sha256 = CharField(max_length=64, unique=True)
    size = BigIntegerField()
    media_type = CharField(max_length=100)  # found from the content, not from the name
    stored_at = UtcDateTimeField()
    erased_at = UtcDateTimeField(null=True)
    missing_since = UtcDateTimeField(null=True)  # when it was first not found as it was stored

    derived = ("erased_at", "missing_since")  # the second repeats what the disk says (looking.py)


class Evidence(CountedModel):
    """A file or a link that somebody took in, with the date it is about. Replaced by a new row, never changed."""

    file = ForeignKeyField(StoredFile, null=True, backref="evidence")
    file_id: int | None
    url = WrittenLine(max_length=2000, default="")
    name = WrittenLine(max_length=255)
    about_on = DateField()
    expires_on = DateField(null=True)
    note = Written(default="")
    text_salt = TextSalt()
    source = WrittenLine(max_length=200, default="")  # from whom it came, in the words of who took it
    given_by = ForeignKeyField(Person, null=True)
    given_by_id: int | None
    given_at = UtcDateTimeField()
    replaces = ForeignKeyField("self", null=True, unique=True)
    replaces_id: int | None
    version = IntegerField(default=1)  # how many it is in the line that ``replaces`` makes
