"""Courses and their versions, who owes them for which period, and what each person was shown and stated."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField, TextField

from auditor.dated import DatedRow
from auditor.db import BaseModel, CountedModel, Flag, JsonField, TextSalt, UtcDateTimeField, Written
from auditor.people.models import Person


class Course(CountedModel):
    """A course by its key."""

    key = CharField(max_length=80, unique=True)


class CourseVersion(CountedModel):
    """Content, pass line and attestation wording of a course, never changed afterwards."""

    course = ForeignKeyField(Course, backref="versions")
    course_id: int
    number = IntegerField()
    version_label = CharField(max_length=40, default="")  # as its author calls it
    title_ja = CharField(max_length=200)
    title_en = CharField(max_length=200)
    minutes = IntegerField()
    content_ja = TextField()
    content_en = TextField()
    hash_ja = CharField(max_length=64)
    hash_en = CharField(max_length=64)
    attestation_ja = TextField()
    attestation_en = TextField()
    pass_percent = IntegerField()
    questions_asked = IntegerField()
    max_attempts = IntegerField(null=True)
    created_at = UtcDateTimeField()

    class Meta:
        indexes = ((("course", "number"), True),)


class Question(CountedModel):
    """A question of a version's pool."""

    version = ForeignKeyField(CourseVersion, backref="questions")
    version_id: int
    key = CharField(max_length=60)
    topic = CharField(max_length=20)
    kind = CharField(max_length=10)  # single, multiple
    text_ja = TextField()
    text_en = TextField()
    choices = JsonField()  # [{"id", "ja", "en", "correct"}]
    explanation_ja = TextField(default="")
    explanation_en = TextField(default="")

    class Meta:
        indexes = ((("version", "key"), True),)


class CourseState(DatedRow):
    """Whether a course is offered, and which version new assignments take."""

    course = ForeignKeyField(Course, backref="states")
    course_id: int
    state = CharField(max_length=10)  # draft, open, retired
    version = ForeignKeyField(CourseVersion, null=True)
    version_id: int | None

    series = ("course",)


class TrainingRule(CountedModel):
    """That a course is owed, by whom and how often; what may change stands in TrainingRuleDetail."""

    course = ForeignKeyField(Course, backref="rules")
    course_id: int
    created_at = UtcDateTimeField()


class TrainingRuleDetail(DatedRow):
    """The terms of a rule."""

    rule = ForeignKeyField(TrainingRule, backref="details")
    rule_id: int
    audience = JsonField()  # {"everyone": true} or {"departments": [ids, with all below]}
    first_opens_on = DateField()
    due_days = IntegerField()  # days from opening to due
    recurrence = CharField(max_length=200, default="")  # RFC 5545; empty: once
    joiners = Flag(default=True)  # who joins while a round is open is assigned too
    active = Flag(default=True)

    series = ("rule",)


class TrainingRound(CountedModel):
    """One period of a rule, opened once: unique by rule and period, however often a job runs."""

    rule = ForeignKeyField(TrainingRule, backref="rounds")
    rule_id: int
    version = ForeignKeyField(CourseVersion)
    version_id: int
    period = CharField(max_length=20)  # the opening date of the recurrence, ISO
    fiscal_year = IntegerField(index=True)
    opens_on = DateField()
    due_on = DateField()
    opened_at = UtcDateTimeField()

    class Meta:
        indexes = ((("rule", "period"), True),)


class Assignment(CountedModel):
    """That one person owes one course for one period. The version is pinned at the start of reading."""

    round = ForeignKeyField(TrainingRound, backref="assignments")
    round_id: int
    person = ForeignKeyField(Person, backref="assignments")
    person_id: int
    assigned_at = UtcDateTimeField()
    due_on = DateField(index=True)  # the first due date; later ones in AssignmentDue
    completed_at = UtcDateTimeField(null=True)  # repeats the first Attestation

    derived = ("completed_at",)

    class Meta:
        indexes = ((("round", "person"), True),)


class AssignmentDue(DatedRow):
    """A due date agreed later, with the reason."""

    assignment = ForeignKeyField(Assignment, backref="dues")
    assignment_id: int
    due_on = DateField()
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("assignment",)


class Exemption(DatedRow):
    """That a person is exempt from an assignment (免除), with reason and approver."""

    assignment = ForeignKeyField(Assignment, backref="exemptions")
    assignment_id: int
    exempt = Flag()
    reason = Written()
    text_salt = TextSalt()

    series = ("assignment",)


class ContentShown(CountedModel):
    """That the server showed this content to this person in their own session."""

    assignment = ForeignKeyField(Assignment, backref="shown")
    assignment_id: int
    version = ForeignKeyField(CourseVersion)
    version_id: int
    language = CharField(max_length=2)
    content_hash = CharField(max_length=64)
    shown_at = UtcDateTimeField()
    part = CharField(max_length=10, default="content")  # content, end

    class Meta:
        indexes = ((("assignment", "part", "language", "content_hash"), False),)


class QuizAttempt(CountedModel):
    """A drawn quiz: which questions in which order with which order of choices."""

    assignment = ForeignKeyField(Assignment, backref="attempts")
    assignment_id: int
    version = ForeignKeyField(CourseVersion)
    version_id: int
    number = IntegerField()
    language = CharField(max_length=2)
    drawn = JsonField()  # [{"question": id, "choices": [ids in the order shown]}]
    started_at = UtcDateTimeField()

    class Meta:
        indexes = ((("assignment", "number"), True),)


class QuizResult(CountedModel):
    """The answers to an attempt, marked by the server; one an attempt."""

    attempt = ForeignKeyField(QuizAttempt, unique=True, backref="results")
    attempt_id: int
    answers = JsonField()  # {question id: [choice ids]}
    correct = IntegerField()
    asked = IntegerField()
    passed = Flag()
    submitted_at = UtcDateTimeField()


class Attestation(CountedModel):
    """The person's own statement with exactly what was shown. Completing again adds a row."""

    assignment = ForeignKeyField(Assignment, backref="attestations")
    assignment_id: int
    person = ForeignKeyField(Person)
    person_id: int
    version = ForeignKeyField(CourseVersion)
    version_id: int
    attempt = ForeignKeyField(QuizAttempt, unique=True)  # a double click attests once
    attempt_id: int
    language = CharField(max_length=2)
    wording = TextField()
    wording_hash = CharField(max_length=64)
    content_hash = CharField(max_length=64)
    attested_at = UtcDateTimeField()
    receipt = CharField(max_length=20, unique=True)


class ReadingPlace(BaseModel):
    """How far the server has shown a text to its reader; counts for nothing, keeps the place."""

    assignment = ForeignKeyField(Assignment)
    assignment_id: int
    content_hash = CharField(max_length=64)
    sections = IntegerField()  # shown so far, from the first on
    read_at = UtcDateTimeField()

    class Meta:
        table_name = "training_reading_place"
        indexes = ((("assignment", "content_hash"), True),)


class QuizDraft(BaseModel):
    """What has been answered of an attempt that is not handed in yet; counts for nothing."""

    attempt = ForeignKeyField(QuizAttempt, unique=True)
    attempt_id: int
    answers = JsonField()  # {question id: [choice ids]}
    saved_at = UtcDateTimeField()

    class Meta:
        table_name = "training_quiz_draft"
