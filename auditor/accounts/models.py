"""Sign-in, sessions, roles, deputies."""

from __future__ import annotations

from peewee import CharField, DateField, ForeignKeyField, IntegerField

from auditor.dated import DatedRow
from auditor.db import BaseModel, Flag, UtcDateTimeField
from auditor.people.models import Person


class Credential(BaseModel):
    """The password of a person. Not counted: a password is replaced, and no report asks what it was."""

    person = ForeignKeyField(Person, unique=True)
    person_id: int
    password_hash = CharField(max_length=200)
    must_change = Flag(default=False)
    expires_at = UtcDateTimeField(null=True)  # of a first password
    changed_at = UtcDateTimeField()


class PasswordToken(BaseModel):
    """A one-time right to set a password, sent by mail.

    The token is made from ``nonce`` with a key that lies outside the database: nothing stored opens anything.
    """

    person = ForeignKeyField(Person)
    person_id: int
    nonce = CharField(max_length=64, unique=True)
    created_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()
    used_at = UtcDateTimeField(null=True)


class Session(BaseModel):
    """A signed-in browser. Ended sessions are refused at once, whatever the cookie says."""

    person = ForeignKeyField(Person, index=True)
    person_id: int
    token_hash = CharField(max_length=64, unique=True)
    started_at = UtcDateTimeField()
    seen_at = UtcDateTimeField()
    expires_at = UtcDateTimeField()
    ended_at = UtcDateTimeField(null=True)


class SignInAttempt(BaseModel):
    """A failed sign-in, counted by account and by address (both hashed with the session key)."""

    account_hash = CharField(max_length=64, index=True)
    address_hash = CharField(max_length=64, index=True)
    at = UtcDateTimeField(index=True)
    succeeded = Flag(default=False)


class RoleGrant(DatedRow):
    """Whether a person holds a role (access.GRANTABLE)."""

    person = ForeignKeyField(Person, backref="grants")
    person_id: int
    role = CharField(max_length=30, index=True)
    held = Flag()

    series = ("person", "role")


class Deputy(DatedRow):
    """A person who stands in for another (代理) in a role or as department head, for a period."""

    principal = ForeignKeyField(Person, backref="deputies")
    principal_id: int
    deputy = ForeignKeyField(Person, backref="principals")
    deputy_id: int
    role = CharField(max_length=30)
    starts_on = DateField()
    ends_on = DateField()
    held = Flag(default=True)
    number = IntegerField(default=1)  # tells two periods of the same pair apart

    series = ("principal", "deputy", "role", "number")


class Preference(BaseModel):
    """How a person wants the screens: language and theme. Empty means: as the device says."""

    person = ForeignKeyField(Person, unique=True)
    person_id: int
    language = CharField(max_length=2, default="")
    theme = CharField(max_length=5, default="")
