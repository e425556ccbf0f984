"""The programme of a fiscal year: its state, its rules, its entries, and what opened from them."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from auditor.audits.models import Audit
from auditor.catalogue.models import Catalogue, Subject
from auditor.dated import DatedRow
from auditor.db import CountedModel, Flag, JsonField, TextSalt, UtcDateTimeField, Written


class Programme(CountedModel):
    """The plan of one fiscal year. What can change stands in the rows beside it."""

    fiscal_year = IntegerField(unique=True)
    created_at = UtcDateTimeField()


class ProgrammeState(DatedRow):
    """draft, submitted, returned, approved; with who and why, and how many cells were not covered then."""

    programme = ForeignKeyField(Programme, backref="states")
    programme_id: int
    state = CharField(max_length=20)
    gaps = IntegerField(default=0)
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("programme",)


class ProgrammeTerms(DatedRow):
    """Down to which size of unit departments are checked by themselves, and how early checks open."""

    programme = ForeignKeyField(Programme, backref="terms")
    programme_id: int
    unit_level = CharField(max_length=20, default="department")
    audit_lead_days = IntegerField(default=30)
    inspection_lead_days = IntegerField(default=7)

    series = ("programme",)


class ProgrammeRule(DatedRow):
    """What the plan proposes: checks of a kind for subjects, some times a year or by each control's frequency."""

    programme = ForeignKeyField(Programme, backref="rules")
    programme_id: int
    place = IntegerField()  # names the rule within its programme
    kind = CharField(max_length=20)  # audits.results.AuditKind
    subject_kinds = JsonField()  # every subject of these kinds
    subjects = JsonField()  # or these subjects only: ids; empty: all of the kinds
    categories = JsonField()  # keys; empty: all
    cycle = CharField(max_length=20)  # times, frequency
    times = IntegerField(default=1)
    months = JsonField()  # calendar months in which checks begin; empty: any
    due_days = IntegerField(default=14)
    auditors = IntegerField(default=1)  # how many are proposed
    active = Flag(default=True)

    series = ("programme", "place")


class ProgrammeEntry(CountedModel):
    """One planned check of one subject; ``rule_on`` is the rule's own date, which nothing moves."""

    programme = ForeignKeyField(Programme, backref="entries")
    programme_id: int
    key = CharField(max_length=80)  # what it was proposed for: proposing again finds it
    subject = ForeignKeyField(Subject)
    subject_id: int
    catalogue = ForeignKeyField(Catalogue)
    catalogue_id: int
    kind = CharField(max_length=20)
    rule = IntegerField(null=True)  # the place of the rule; null: planned by hand or copied
    rule_on = DateField()
    created_at = UtcDateTimeField()

    class Meta:
        indexes = ((("programme", "key"), True),)


class ProgrammeEntryDetail(DatedRow):
    """When an entry is to take place as agreed, what it checks, who carries it out, or why it is skipped."""

    entry = ForeignKeyField(ProgrammeEntry, backref="details")
    entry_id: int
    starts_on = DateField()
    due_on = DateField()
    codes = JsonField()  # of the controls
    people = JsonField()  # person ids, the lead first; of a self-inspection empty: who is responsible then
    state = CharField(max_length=20, default="planned")  # planned, skipped
    by_hand = Flag(default=False)  # whether a person said so: proposing again leaves it alone
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("entry",)


class ProgrammeOpening(CountedModel):
    """The check that an entry became: it opens once."""

    entry = ForeignKeyField(ProgrammeEntry, unique=True, backref="openings")
    entry_id: int
    audit = ForeignKeyField(Audit, unique=True, backref="programme_entries")
    audit_id: int
    opened_at = UtcDateTimeField()


class CellNotNeeded(DatedRow):
    """That a category need not be checked on a subject in this year, with the reason; or that it need after all."""

    programme = ForeignKeyField(Programme, backref="cells")
    programme_id: int
    subject = ForeignKeyField(Subject)
    subject_id: int
    category = CharField(max_length=80)  # its key
    needed = Flag(default=False)
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("programme", "subject", "category")
