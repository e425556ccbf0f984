"""Working papers that were taken, what came back, and what of it was taken over."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField

from auditor.audits.models import Audit, AuditItem
from auditor.db import BaseModel, CountedModel, JsonField, UtcDateTimeField
from auditor.people.models import Person


class IssuedPaper(CountedModel):
    """That a working paper was taken: by whom, when, and what of the audit it shows."""

    audit = ForeignKeyField(Audit, backref="papers")
    audit_id: int
    token = CharField(max_length=16, unique=True)  # stands in every row of the file
    language = CharField(max_length=2)
    state = CharField(max_length=20)  # of the audit then
    last_result = IntegerField()  # id of the latest ItemResult that it shows; 0 before the first
    items = IntegerField()
    issued_to = ForeignKeyField(Person)
    issued_to_id: int
    issued_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()


class AppliedPaper(CountedModel):
    """That a returned paper was taken over: how many items it changed, and at how many the paper gave way."""

    paper = ForeignKeyField(IssuedPaper, backref="applied")
    paper_id: int
    file_hash = CharField(max_length=64)
    changed = IntegerField()
    kept = IntegerField()
    applied_by = IntegerField(null=True)
    applied_at = UtcDateTimeField()


class PaperUpload(BaseModel):
    """A paper that came back and waits to be looked at; what was read of it, until it is taken over or expires."""

    paper = ForeignKeyField(IssuedPaper)
    paper_id: int
    person = ForeignKeyField(Person)
    person_id: int
    file_hash = CharField(max_length=64)
    filename = CharField(max_length=200)
    content = JsonField()
    uploaded_at = UtcDateTimeField()
    expires_at = UtcDateTimeField(index=True)
    applied = ForeignKeyField(AppliedPaper, null=True)
    applied_id: int | None


class PaperTaken(BaseModel):
    """What a paper said of an item when it was taken over: said once more, it is nothing new."""

    paper = ForeignKeyField(IssuedPaper)
    paper_id: int
    item = ForeignKeyField(AuditItem)
    item_id: int
    digest = CharField(max_length=64)

    class Meta:
        indexes = ((("paper", "item", "digest"), True),)
