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
    recurrence = CharField(max_length=200)  # RFC 5545; empty where after_months counts
    after_months = IntegerField(null=True)  # so many months after the last audit was completed
    direction = CharField(
        max_length=10, default="later"
    )  # to which business day a date moves: later, earlier
    first_on = DateField()
    period_months = IntegerField(default=12)  # how long before the start the audited period began
    lead_days = IntegerField(default=30)  # opened so many days before it starts
    due_days = IntegerField(default=14)
    codes = JsonField()  # control codes; resolved against the version in use when it opens
    auditors = JsonField()  # [person ids], checked for independence when it opens
    active = Flag(default=True)

    series = ("series_of",)


class SeriesOccurrence(DatedRow):
    """What was decided of one audit of a series before it opened: left out, or on other dates than the rule's.

    A row that says neither takes an earlier one back. The rule's date never moves.
    """

    series_of = ForeignKeyField(AuditSeries, backref="occurrences")
    series_of_id: int
    occurrence = CharField(max_length=20)  # recurrence.Coming.key: the rule's date, or the audit it follows
    skipped = Flag(default=False)
    starts_on = DateField(null=True)
    due_on = DateField(null=True)
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("series_of", "occurrence")


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
    """One of results.State; with who and why."""

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


class AuditNotice(DatedRow):
    """A notice (監査実施通知書) as it was sent; one that changes it is a new row, and both stay."""

    audit = ForeignKeyField(Audit, backref="sent_notices")
    audit_id: int
    addressee = ForeignKeyField(Person)  # the head of the audited department on that day
    addressee_id: int
    language = CharField(max_length=2)  # the letter is in
    visit_on = DateField()
    visit_time = WrittenLine(max_length=100, default="")
    place = WrittenLine(max_length=200, default="")
    scope = Written()
    method = Written()
    papers = Written()  # to be ready on the day
    remark = Written(default="")
    text_salt = TextSalt()

    series = ("audit",)


class NoticeAnswer(DatedRow):
    """What the audited department answered to a notice, or the sender to a wish for other dates."""

    notice = ForeignKeyField(AuditNotice, backref="answers")
    notice_id: int
    answer = CharField(max_length=20)  # letters.Reply
    wished_on = DateField(null=True)
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("notice",)


class FactsRequest(DatedRow):
    """That the audited department is asked to confirm the facts; only what it names is shown to it."""

    audit = ForeignKeyField(Audit, backref="facts_requests")
    audit_id: int
    results = JsonField()  # ids of the ItemResult rows
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("audit",)


class FactsSkipped(CountedModel):
    """Why an audit was submitted although not all of its facts had been confirmed."""

    state_of = ForeignKeyField(AuditState, unique=True)
    state_of_id: int
    reason = Written()
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


class AuditorQualification(DatedRow):
    """That a person is registered as auditor (監査員), since when, until when, and by what: a course, a certificate."""

    person = ForeignKeyField(Person, backref="qualifications")
    person_id: int
    since = DateField()
    until = DateField(null=True)  # its last day; none: until it is ended
    held = Flag(default=True)  # False: it was ended, with the reason in grounds
    grounds = Written(default="")
    text_salt = TextSalt()

    series = ("person",)


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


class FactsAnswer(DatedRow):
    """Whether the audited department confirms what an item showed, exactly as it was written."""

    audit = ForeignKeyField(Audit, backref="facts_answers")
    audit_id: int
    result = ForeignKeyField(ItemResult, backref="facts_answers")
    result_id: int
    accepted = Flag()
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("result",)


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
