"""Departments and persons, each an identity with dated rows beside it."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from auditor.dated import DatedRow, PersonalDatedRow
from auditor.db import BaseModel, CountedModel, Flag, UtcDateTimeField


class Department(CountedModel):
    """A unit of the company; its code never changes."""

    code = CharField(max_length=40, unique=True)


class DepartmentDetail(DatedRow):
    """Name, place in the hierarchy and site of a department."""

    department = ForeignKeyField(Department, backref="details")
    department_id: int
    name = CharField(max_length=120)  # as written on the roster
    name_en = CharField(max_length=120, default="")
    kind = CharField(max_length=40, default="")  # 本部, 部, 課, 室, 支店 … as written
    level = CharField(max_length=20, default="department")  # people.kinds.UnitLevel: the size it has
    parent = ForeignKeyField(Department, null=True, backref="children")
    parent_id: int | None
    site = CharField(max_length=120, default="")
    active = Flag(default=True)

    series = ("department",)


class Person(CountedModel):
    """A worker (従業者), officers and dispatched workers included, or an outside auditor."""

    employee_number = CharField(max_length=40, unique=True)


class PersonDetail(PersonalDatedRow):
    """What a person is called and how to reach them; can be erased."""

    person = ForeignKeyField(Person, backref="details")
    person_id: int
    family_name = CharField(max_length=80, null=True)
    given_name = CharField(max_length=80, null=True)
    family_kana = CharField(max_length=80, null=True)
    given_kana = CharField(max_length=80, null=True)
    romanised = CharField(max_length=160, null=True)
    email = CharField(max_length=254, null=True)
    search_key = CharField(max_length=500, null=True)  # auditor.people.names.search_key of all of the above
    sort_key = CharField(max_length=200, null=True)  # auditor.people.names.sort_key of the kana
    language = CharField(max_length=2, default="ja")

    series = ("person",)
    personal = (
        "family_name", "given_name", "family_kana", "given_kana", "romanised", "email", "search_key", "sort_key",
    )  # fmt: skip


class Employment(DatedRow):
    """In what relation and state a person stands to the company (people/kinds.py).

    Of a leaver valid_from is the first day on which the person no longer works here.
    """

    person = ForeignKeyField(Person, backref="employments")
    person_id: int
    kind = CharField(max_length=20)
    status = CharField(max_length=10)

    series = ("person",)


class Membership(DatedRow):
    """Whether a person holds a post in a department: the main one (主務) or a concurrent one (兼務)."""

    person = ForeignKeyField(Person, backref="memberships")
    person_id: int
    department = ForeignKeyField(Department, backref="memberships")
    department_id: int
    held = Flag()
    main = Flag(default=True)
    post = CharField(max_length=80, default="")

    series = ("person", "department")


class DepartmentHead(DatedRow):
    """Who is responsible for a department (部門責任者); null: nobody."""

    department = ForeignKeyField(Department, backref="heads")
    department_id: int
    person = ForeignKeyField(Person, null=True, backref="headed")
    person_id: int | None

    series = ("department",)


class RosterImport(CountedModel):
    """An applied roster: what file, from which day it holds, what it changed."""

    file_hash = CharField(max_length=64)
    effective_from = DateField()
    whole_roster = Flag()
    added = IntegerField()
    changed = IntegerField()
    moved = IntegerField()
    left = IntegerField()
    applied_by = IntegerField(null=True)
    applied_at = UtcDateTimeField()

    class Meta:
        # A double click, or the same file sent again, is refused by the database.
        indexes = ((("file_hash", "effective_from", "whole_roster"), True),)


class StagedRoster(BaseModel):
    """A roster file that was uploaded and not yet applied; the file lies in the data folder under its hash."""

    file_hash = CharField(max_length=64, index=True)
    filename = CharField(max_length=200)
    effective_from = DateField()
    whole_roster = Flag(default=False)
    uploaded_by = ForeignKeyField(Person, null=True)  # null: during the first steps, when nobody is known
    uploaded_by_id: int | None
    uploaded_at = UtcDateTimeField()
    expires_at = UtcDateTimeField(index=True)
    applied = ForeignKeyField(RosterImport, null=True)
    applied_id: int | None
