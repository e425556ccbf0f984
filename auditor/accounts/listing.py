"""Accounts as a list: who can sign in, how, in which roles."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import ModelSelect, fn

from auditor.access import Actor, Permission, Role
from auditor.accounts.models import Credential, Deputy, RoleGrant, Session
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.people import histories, searching
from auditor.people import queries as people
from auditor.people.models import DepartmentHead, PersonDetail

STATES = ("none", "first", "own", "no_mail")


def accounts(
    moment: Moment,
    text: str = "",
    departments: Collection[int] | None = None,
    role: str = "",
    state: str = "",
) -> ModelSelect[PersonDetail]:
    """Return the people at work who fit, in the order of their readings.

    ``role`` is a granted one or "department_head"; ``state`` one of STATES: no account, first password not yet
    changed, own password, no e-mail address.
    """
    query = searching.listed(moment, text, departments)
    if role == Role.DEPARTMENT_HEAD.value:
        heads = DepartmentHead.standing(moment).select(DepartmentHead.person)
        query = query.where(PersonDetail.person.in_(heads.where(DepartmentHead.person.is_null(False))))
    elif role:
        grants = RoleGrant.standing(moment, RoleGrant.role == role).where(RoleGrant.held)
        query = query.where(PersonDetail.person.in_(grants.select(RoleGrant.person)))
    known = Credential.select(Credential.person)
    if state == "none":
        query = query.where(PersonDetail.person.not_in(known))
    elif state in ("first", "own"):
        query = query.where(
            PersonDetail.person.in_(known.where(Credential.must_change == (state == "first")))
        )
    elif state == "no_mail":
        query = query.where(PersonDetail.email.is_null() | (PersonDetail.email == ""))
    return query


def account_for(actor: Actor, person_id: int, moment: Moment) -> histories.PersonRecord:
    """Return the person whose account it is. Raises NotFound for who manages no accounts, and for leavers."""
    if not actor.everywhere(Permission.ACCOUNT_MANAGE):
        raise NotFound
    person = histories.record_of(person_id, moment)
    if not person.works:
        raise NotFound
    return person


@dataclass(frozen=True)
class Account:
    """A row of the list of accounts."""

    person: searching.Listed
    state: str  # none, first, expired, own
    expires_at: datetime | None
    roles: tuple[Role, ...]
    last_sign_in: datetime | None


def rows_of(details: Collection[PersonDetail], moment: Moment, language: str) -> list[Account]:
    """Return what the list shows of these people: a fixed number of queries."""
    ids = [row.person_id for row in details]
    credentials = {row.person_id: row for row in Credential.select().where(Credential.person.in_(ids))}
    roles: dict[int, set[Role]] = {person_id: set() for person_id in ids}
    for grant in RoleGrant.standing(moment, RoleGrant.person.in_(ids)).where(RoleGrant.held):
        roles[grant.person_id].add(Role(grant.role))
    for person_id in people.heads(moment).values():
        if person_id in roles:
            roles[person_id].add(Role.DEPARTMENT_HEAD)
    seen: Any = (
        Session.select(Session.person, fn.MAX(Session.started_at))
        .where(Session.person.in_(ids))
        .group_by(Session.person)
        .tuples()
    )
    last = {person_id: Session.started_at.python_value(at) for person_id, at in seen}
    found = []
    for person in searching.rows_of(details, moment, language):
        credential = credentials.get(person.person_id)
        found.append(
            Account(
                person,
                state_of(credential, moment.instant),
                credential.expires_at if credential else None,
                tuple(role for role in Role if role in roles[person.person_id]),
                last.get(person.person_id),
            )
        )
    return found


def state_of(credential: Credential | None, at: datetime) -> str:
    """Return what a person can sign in with: nothing, a first password (run out or not), an own one."""
    if credential is None:
        return "none"
    if not credential.must_change:
        return "own"
    return "expired" if credential.expires_at is not None and credential.expires_at <= at else "first"


def deputies(moment: Moment) -> list[Deputy]:
    """Return the deputyships that stand and are not over, soonest first: one query."""
    rows = Deputy.standing(moment).where(Deputy.held, Deputy.ends_on >= moment.day)
    return list(rows.order_by(Deputy.starts_on, Deputy.id))
