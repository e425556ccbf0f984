"""Measures, controls, their versions, and the subjects they are checked on."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField, TextField

from auditor.dated import DatedRow
from auditor.db import BaseModel, CountedModel, Flag, JsonField, TextSalt, UtcDateTimeField, Written
from auditor.people.models import Department, Person


class Catalogue(CountedModel):
    """A set of controls or of measures, by its key."""

    key = CharField(max_length=80, unique=True)


class CatalogueVersion(CountedModel):
    """A catalogue as it was published; what is checked refers to one version for ever."""

    catalogue = ForeignKeyField(Catalogue, backref="versions")
    catalogue_id: int
    version = CharField(max_length=40)
    kind = CharField(max_length=20, default="controls")  # entries.KINDS
    title_ja = CharField(max_length=200)
    title_en = CharField(max_length=200)
    publisher = CharField(max_length=200, default="")
    licence = CharField(max_length=200, default="")
    effective_from = DateField(null=True)
    content_hash = CharField(max_length=64)
    details = JsonField(
        default=dict
    )  # description, sources, schemes, articles, free sections, as in the file
    imported_at = UtcDateTimeField()

    class Meta:
        indexes = ((("catalogue", "version"), True),)


class CatalogueInUse(DatedRow):
    """Which version of a catalogue new audits take from a day on."""

    catalogue = ForeignKeyField(Catalogue, backref="uses")
    catalogue_id: int
    version = ForeignKeyField(CatalogueVersion, null=True)
    version_id: int | None

    series = ("catalogue",)


class Category(CountedModel):
    """A heading of a version: organisational, personnel, physical, technical …"""

    version = ForeignKeyField(CatalogueVersion, backref="categories")
    version_id: int
    key = CharField(max_length=80)
    prefix = CharField(max_length=20, default="")  # of the codes of its controls
    title_ja = CharField(max_length=200)
    title_en = CharField(max_length=200)
    position = IntegerField()

    class Meta:
        indexes = ((("version", "key"), True),)


class Measure(CountedModel):
    """What law or guideline asks for (10-3(1) …); controls name it in their references."""

    version = ForeignKeyField(CatalogueVersion, backref="measures")
    version_id: int
    key = CharField(max_length=40)
    parent = ForeignKeyField("self", null=True, backref="children")
    parent_id: int | None
    strength = CharField(max_length=20)
    title_ja = CharField(max_length=300)
    title_en = CharField(max_length=300)
    text_ja = TextField(default="")
    text_en = TextField(default="")
    details = JsonField()  # examples, small-business examples, articles, as in the file
    position = IntegerField()

    class Meta:
        indexes = ((("version", "key"), True),)


class Control(CountedModel):
    """One checkable question of a version."""

    version = ForeignKeyField(CatalogueVersion, backref="controls")
    version_id: int
    category = ForeignKeyField(Category, backref="controls")
    category_id: int
    code = CharField(max_length=60)
    target = CharField(max_length=20, index=True)  # company, department, system, area, contractor
    basis = CharField(max_length=20)
    frequency = CharField(max_length=20)
    title_ja = CharField(max_length=300)
    title_en = CharField(max_length=300)
    question_ja = TextField()
    question_en = TextField()
    guidance_ja = TextField(default="")
    guidance_en = TextField(default="")
    details = JsonField()  # stages, evidence, references, published promises, as in the file
    search_key = TextField(default="")  # people.names.search_key of code, titles and questions
    position = IntegerField()

    class Meta:
        indexes = ((("version", "code"), True),)


class ControlOwner(DatedRow):
    """The department that is responsible for a control, across versions; by catalogue and code."""

    catalogue = ForeignKeyField(Catalogue)
    catalogue_id: int
    code = CharField(max_length=60)
    department = ForeignKeyField(Department, null=True)
    department_id: int | None
    person = ForeignKeyField(Person, null=True)
    person_id: int | None

    series = ("catalogue", "code")


class Subject(CountedModel):
    """What a control is checked on: the company, a department, a system, an area, a contractor."""

    kind = CharField(max_length=20, index=True)
    code = CharField(max_length=60, unique=True)
    department = ForeignKeyField(Department, null=True, unique=True, backref="subjects")
    department_id: int | None


class SubjectDetail(DatedRow):
    """Name and responsible department of a subject that is not itself a department."""

    subject = ForeignKeyField(Subject, backref="details")
    subject_id: int
    name_ja = CharField(max_length=200)
    name_en = CharField(max_length=200, default="")
    owner = ForeignKeyField(Department, null=True)
    owner_id: int | None
    active = Flag(default=True)

    series = ("subject",)


class Applicability(DatedRow):
    """That a control does not apply to a subject, with the reason."""

    catalogue = ForeignKeyField(Catalogue)
    catalogue_id: int
    code = CharField(max_length=60)
    subject = ForeignKeyField(Subject)
    subject_id: int
    applies = Flag()
    reason = Written(default="")
    text_salt = TextSalt()

    series = ("catalogue", "code", "subject")


class CatalogueUpload(BaseModel):
    """A file that somebody is looking at before it is imported; counts for nothing and is thrown away."""

    person = ForeignKeyField(Person, index=True)
    person_id: int
    name = CharField(max_length=200)
    text = TextField()
    uploaded_at = UtcDateTimeField()
