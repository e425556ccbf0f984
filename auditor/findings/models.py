"""Findings from record to close: cause, correction, corrective actions, verification, effectiveness."""

from __future__ import annotations

from peewee import BlobField, CharField, DateField, ForeignKeyField, IntegerField

from auditor.audits.models import Audit, AuditItem, HistoryImport
from auditor.catalogue.models import Control, Subject
from auditor.dated import DatedRow
from auditor.db import BaseModel, CountedModel, Flag, TextSalt, UtcDateTimeField, Written, WrittenLine
from auditor.evidence.models import Evidence
from auditor.people.models import Department, Person


class Finding(CountedModel):
    """Something not as it should be (指摘事項)."""

    number = CharField(max_length=20, unique=True)  # F26-018
    fiscal_year = IntegerField(index=True)
    source = CharField(max_length=20)  # audit, self_inspection, worry, other
    item = ForeignKeyField(AuditItem, null=True, backref="findings")  # of several only one is not withdrawn
    item_id: int | None
    control = ForeignKeyField(Control, null=True)
    control_id: int | None
    subject = ForeignKeyField(Subject)
    subject_id: int
    found_on = DateField()
    found_by = ForeignKeyField(Person, null=True)
    found_by_id: int | None
    recorded_at = UtcDateTimeField()
    once = CharField(
        max_length=40, null=True, unique=True
    )  # of the form that was sent: twice sent, once done
    detail: FindingDetail  # where a query joined the one that stands
    current_state = CharField(
        max_length=20, default="recorded", index=True
    )  # repeats the latest FindingState

    derived = ("current_state",)


class ImportedFinding(CountedModel):
    """That a finding was made before this application, and in which audit where that has no item for it."""

    finding = ForeignKeyField(Finding, unique=True, backref="imported")
    finding_id: int
    history = ForeignKeyField(HistoryImport, backref="of_findings")
    history_id: int
    former_number = CharField(max_length=60, unique=True)  # the company's own: read twice, taken over once
    audit = ForeignKeyField(Audit, null=True)
    audit_id: int | None


class HistoryUpload(BaseModel):
    """A file of earlier years that somebody is looking at; counts for nothing and is thrown away after a day."""

    person = ForeignKeyField(Person, index=True)
    person_id: int
    name = CharField(max_length=200)
    file_hash = CharField(max_length=64)
    content = BlobField()  # nothing once it was imported
    uploaded_at = UtcDateTimeField()
    done = Flag(default=False)  # imported: a second click finds that


class FindingDetail(DatedRow):
    """Title, facts, grade, the department that answers, and when the finding is to be put right."""

    finding = ForeignKeyField(Finding, backref="details")
    finding_id: int
    title = WrittenLine(max_length=200)
    facts = Written()
    grade = CharField(max_length=20)  # major, minor, observation, improvement
    department = ForeignKeyField(Department)
    department_id: int
    due_on = DateField(index=True)
    reason = Written(default="")  # of a change
    text_salt = TextSalt()

    series = ("finding",)


class FindingState(DatedRow):
    """Where the finding stands (states.State), with the comment of who moved it there."""

    finding = ForeignKeyField(Finding, backref="states")
    finding_id: int
    state = CharField(max_length=20)
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("finding",)


class Cause(DatedRow):
    """Why it happened (原因), in the words of the department."""

    finding = ForeignKeyField(Finding, backref="causes")
    finding_id: int
    text = Written()
    text_salt = TextSalt()

    series = ("finding",)


class Correction(DatedRow):
    """What was done at once to put the fact right (修正)."""

    finding = ForeignKeyField(Finding, backref="corrections")
    finding_id: int
    text = Written()
    text_salt = TextSalt()
    done_on = DateField(null=True)

    series = ("finding",)


class DueRequest(CountedModel):
    """Somebody asked for another due date of a finding (期限延長)."""

    finding = ForeignKeyField(Finding, backref="due_requests")
    finding_id: int
    due_on = DateField()
    reason = Written()
    text_salt = TextSalt()
    asked_by = ForeignKeyField(Person)
    asked_by_id: int
    asked_at = UtcDateTimeField()


class DueDecision(CountedModel):
    """What was decided on such a request; one a request."""

    request = ForeignKeyField(DueRequest, unique=True, backref="decisions")
    request_id: int
    granted = Flag()
    comment = Written(default="")
    text_salt = TextSalt()
    decided_by = ForeignKeyField(Person)
    decided_by_id: int
    decided_at = UtcDateTimeField()


class CorrectiveAction(CountedModel):
    """One action that removes the cause (是正処置)."""

    finding = ForeignKeyField(Finding, backref="actions")
    finding_id: int
    number = IntegerField()
    created_at = UtcDateTimeField()

    class Meta:
        indexes = ((("finding", "number"), True),)


class ActionDetail(DatedRow):
    """What is to be done, who owns it, by when."""

    corrective_action = ForeignKeyField(CorrectiveAction, backref="details")
    corrective_action_id: int
    text = Written()
    owner = ForeignKeyField(Person, backref="owned_actions")
    owner_id: int
    due_on = DateField(index=True)
    withdrawn = Flag(default=False)
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("corrective_action",)


class ActionState(DatedRow):
    """open, done, sent_back; with who did it and the comment."""

    corrective_action = ForeignKeyField(CorrectiveAction, backref="states")
    corrective_action_id: int
    state = CharField(max_length=20)
    comment = Written(default="")
    text_salt = TextSalt()

    series = ("corrective_action",)


class ActionEvidence(DatedRow):
    """That a piece of evidence shows an action done."""

    corrective_action = ForeignKeyField(CorrectiveAction, backref="evidence")
    corrective_action_id: int
    evidence = ForeignKeyField(Evidence)
    evidence_id: int
    held = Flag()

    series = ("corrective_action", "evidence")


class Verification(CountedModel):
    """Somebody other than the doers looked whether the actions were carried out (design §3.4)."""

    finding = ForeignKeyField(Finding, backref="verifications")
    finding_id: int
    verified_by = ForeignKeyField(Person)
    verified_by_id: int
    accepted = Flag()
    comment = Written()
    outside = WrittenLine(max_length=120, default="")  # the outside verifier of a very small company
    text_salt = TextSalt()
    verified_at = UtcDateTimeField()


class EffectivenessCheck(CountedModel):
    """A later look whether the cause is gone (有効性確認), due after a while."""

    finding = ForeignKeyField(Finding, backref="effectiveness_checks")
    finding_id: int
    number = IntegerField()
    due_on = DateField(index=True)
    created_at = UtcDateTimeField()

    class Meta:
        indexes = ((("finding", "number"), True),)


class EffectivenessResult(CountedModel):
    """What that look showed; one a check."""

    check_of = ForeignKeyField(EffectivenessCheck, unique=True, backref="results")
    check_of_id: int
    checked_by = ForeignKeyField(Person)
    checked_by_id: int
    effective = Flag()
    comment = Written()
    outside = WrittenLine(max_length=120, default="")
    text_salt = TextSalt()
    checked_at = UtcDateTimeField()


class FindingComment(CountedModel):
    """The conversation; nothing in it is edited."""

    finding = ForeignKeyField(Finding, backref="comments")
    finding_id: int
    author = ForeignKeyField(Person)
    author_id: int
    text = Written()
    text_salt = TextSalt()
    written_at = UtcDateTimeField()


class Worry(CountedModel):
    """A report of a violation or a worry (違反・懸念の報告); anonymous ones keep no reporter."""

    number = CharField(max_length=20, unique=True)  # R26-003
    fiscal_year = IntegerField(index=True)
    recipient = CharField(max_length=20)  # access.Role: the administrator, or the head of audit
    reporter = ForeignKeyField(Person, null=True)
    reporter_id: int | None
    text = Written()
    text_salt = TextSalt()
    reported_at = UtcDateTimeField()
    once = CharField(max_length=40, null=True, unique=True)


class WorryState(DatedRow):
    """received, looking, settled; with what was decided and the finding it led to."""

    worry = ForeignKeyField(Worry, backref="states")
    worry_id: int
    state = CharField(max_length=20)
    comment = Written(default="")
    text_salt = TextSalt()
    finding = ForeignKeyField(Finding, null=True)
    finding_id: int | None

    series = ("worry",)
