"""Audits of one subject over one period: who audits, what each item showed, in what state it stands."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField, TextField

from auditor.catalogue.models import Applicability, Catalogue, CatalogueVersion, Control, Subject
from auditor.dated import DatedRow
from auditor.db import (
    BaseModel,
    CountedModel,
    Flag,
    JsonField,
    TextSalt,
    UtcDateTimeField,
    Written,
    WrittenLine,
)
from auditor.evidence.models import Evidence
from auditor.people.models import Person


class AuditSeries(CountedModel):
    """An audit that recurs; its terms stand in AuditSeriesDetail."""

    subject = ForeignKeyField(Subject)
    subject_id: int
    catalogue = ForeignKeyField(Catalogue)  # its version in use on the day of opening is taken
    catalogue_id: int
    kind = CharField(max_length=20)
    created_at = UtcDateTimeField()


class AuditSeriesDetail(DatedRow):
    """The terms of a series."""

    series_of = ForeignKeyField(AuditSeries, backref="details")
    series_of_id: int
    recurrence = CharField(max_length=200)  # RFC 5545
    first_on = DateField()
    period_months = IntegerField(default=12)  # how long before the start the audited period began
    lead_days = IntegerField(default=30)  # opened so many days before it starts
    due_days = IntegerField(default=14)
    codes = JsonField()  # control codes; resolved against the version in use when it opens
    auditors = JsonField()  # [person ids], checked for independence when it opens
    active = Flag(default=True)

    series = ("series_of",)


class Audit(CountedModel):
    """One check of one subject. What can change stands in the rows beside it."""

    number = CharField(max_length=20, unique=True)  # A26-03
    kind = CharField(max_length=20)  # conformity, operation
    subject = ForeignKeyField(Subject, backref="audits")
    subject_id: int
    version = ForeignKeyField(CatalogueVersion)
    version_id: int
    fiscal_year = IntegerField(index=True)
    period_from = DateField()
    period_to = DateField()
    series_of = ForeignKeyField(AuditSeries, null=True, backref="audits")
    series_of_id: int | None
    occurrence = CharField(max_length=10, null=True)  # the series' own date, ISO: opened once
    created_at = UtcDateTimeField()
    current_state = CharField(max_length=20, default="planned", index=True)  # repeats the latest AuditState

    derived = ("current_state",)

    class Meta:
        indexes = ((("series_of", "occurrence"), True),)


class AuditPlan(DatedRow):
    """When the audit is to be done; a moved date is a new row with its reason."""

    audit = ForeignKeyField(Audit, backref="plans")
    audit_id: int
    starts_on = DateField()
    due_on = DateField(index=True)
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("audit",)


class AuditAssignee(DatedRow):
    """Whether a person audits here. An override of independence carries its reason and author (design §3.3)."""

    audit = ForeignKeyField(Audit, backref="assignees")
    audit_id: int
    person = ForeignKeyField(Person, backref="audit_posts")
    person_id: int
    lead = Flag(default=False)
    held = Flag()
    override_reason = Written(default="")
    text_salt = TextSalt()
    overridden_by = IntegerField(null=True)

    series = ("audit", "person")


class AuditState(DatedRow):
    """planned, in_progress, submitted, returned, approved, cancelled; with who and why."""

    audit = ForeignKeyField(Audit, backref="states")
    audit_id: int
    state = CharField(max_length=20)
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("audit",)


class OutsideDecision(CountedModel):
    """That a person from outside decided, where who may decide carried out the audit (design §3.4).

    The state is written by who recorded it; this row says whose decision it is and where the paper lies.
    """

    state_of = ForeignKeyField(AuditState, unique=True, backref="outside")
    state_of_id: int
    name = WrittenLine(max_length=120)
    organisation = WrittenLine(max_length=120, default="")
    decided_on = DateField()
    paper = WrittenLine(max_length=200)  # where the signed paper can be found
    text_salt = TextSalt()


class AuditConclusion(DatedRow):
    """What the report of an audit says in the auditors' own words: method, opinion, good practice."""

    audit = ForeignKeyField(Audit, backref="conclusions")
    audit_id: int
    method = Written(default="")  # what was sampled, and how
    spoken_to = Written(default="")
    opinion = Written(default="")
    good_practice = Written(default="")
    text_salt = TextSalt()

    series = ("audit",)


class IndependenceException(CountedModel):
    """What was recorded later broke the independence of an auditor: to be settled, each cause for itself."""

    audit = ForeignKeyField(Audit, backref="exceptions")
    audit_id: int
    person = ForeignKeyField(Person)
    person_id: int
    reason = JsonField()  # which department, from when to when
    cause = CharField(
        max_length=32, null=True
    )  # names the reason; none in rows of versions that knew one only
    found_at = UtcDateTimeField()

    class Meta:
        indexes = ((("audit", "person", "cause"), True),)


class IndependenceSettlement(DatedRow):
    """How an exception was settled: replaced, rechecked, accepted with a reason."""

    exception = ForeignKeyField(IndependenceException, backref="settlements")
    exception_id: int
    outcome = CharField(max_length=20)
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("exception",)


class AuditItem(CountedModel):
    """One control of one audit."""

    audit = ForeignKeyField(Audit, backref="items")
    audit_id: int
    control = ForeignKeyField(Control)
    control_id: int
    position = IntegerField()
    current_result = CharField(max_length=20, default="not_checked")  # repeats the latest ItemResult

    derived = ("current_result",)
    # No columns: whether who asked for it audits there, and what they typed and did not save (queries.item_for).
    conducted = False
    draft: ItemDraft | None = None

    class Meta:
        indexes = ((("audit", "control"), True),)


class AuditLeftOut(CountedModel):
    """A control that is no item of the audit, since it did not apply to the subject when the audit was assigned."""

    audit = ForeignKeyField(Audit, backref="left_out")
    audit_id: int
    control = ForeignKeyField(Control)
    control_id: int
    said = ForeignKeyField(Applicability)  # why, and since when
    said_id: int

    class Meta:
        indexes = ((("audit", "control"), True),)


class ItemResult(DatedRow):
    """What the auditor found: the result, the note, and for "not applicable" the reason."""

    item = ForeignKeyField(AuditItem, backref="results")
    item_id: int
    result = CharField(max_length=20)
    note = Written(default="")
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("item",)


class HistoryImport(CountedModel):
    """A file with audits and findings of earlier years that was taken over, and how much of it was new."""

    file_hash = CharField(max_length=64)
    audits = IntegerField()
    results = IntegerField()
    findings = IntegerField()
    imported_by = IntegerField(null=True)
    imported_at = UtcDateTimeField()


class ImportedAudit(CountedModel):
    """That an audit was carried out before this application, and what the file said of it beyond an audit's rows."""

    audit = ForeignKeyField(Audit, unique=True, backref="imported")
    audit_id: int
    history = ForeignKeyField(HistoryImport, backref="of_audits")
    history_id: int
    former_number = CharField(max_length=60, unique=True)  # the company's own: read twice, taken over once
    auditors = WrittenLine(max_length=300, default="")  # those whom the roster does not know
    summary = Written(default="")
    text_salt = TextSalt()


class AuditDraft(BaseModel):
    """What somebody has filled in of an audit that is not assigned yet; counts for nothing."""

    person = ForeignKeyField(Person, index=True)
    person_id: int
    values = JsonField()
    saved_at = UtcDateTimeField()


class ItemDraft(BaseModel):
    """What somebody is typing; counts for nothing (design §3.1)."""

    item = ForeignKeyField(AuditItem)
    item_id: int
    person = ForeignKeyField(Person)
    person_id: int
    note = TextField(default="")
    based_on = IntegerField(null=True)  # id of the ItemResult seen
    saved_at = UtcDateTimeField()

    class Meta:
        indexes = ((("item", "person"), True),)


class ItemEvidence(DatedRow):
    """That a piece of evidence is attached to an item."""

    item = ForeignKeyField(AuditItem, backref="evidence")
    item_id: int
    evidence = ForeignKeyField(Evidence)
    evidence_id: int
    held = Flag()
    overtaken = False  # no column: whether a newer version had been given (attached.on_item)

    series = ("item", "evidence")
