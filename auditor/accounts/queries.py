"""Who somebody is to the application at a moment: roles, departments headed, persons stood in for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from peewee import JOIN

from auditor.access import NOBODY, Actor, Role
from auditor.accounts.models import Credential, Deputy, Preference, RoleGrant, Session
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import Person, PersonDetail


def actor_for(person_id: int, at: datetime) -> Actor:
    """Return the person as actor on the day of ``at``; NOBODY when they have left.

    A deputy acts with the principal's role inside the period, and as head of the principal's departments.
    """
    moment = Moment.at(at)
    if not people.is_working(person_id, moment):
        return NOBODY
    principals = _principals(person_id, moment)
    roles = {Role.EMPLOYEE, Role.AUDITOR} if _audits(person_id) else {Role.EMPLOYEE}
    for holder, wanted in ((person_id, None), *principals):
        roles |= {role for role in granted(holder, moment) if wanted in (None, role)}
    headed = people.headed_by(person_id, moment)
    for principal, role in principals:
        if role is Role.DEPARTMENT_HEAD:
            headed |= people.headed_by(principal, moment)
    if headed:
        roles.add(Role.DEPARTMENT_HEAD)
        headed = people.tree(moment).with_below(headed)
    return Actor(
        person_id=person_id,
        roles=frozenset(roles),
        department_ids=frozenset(headed),
        principal_ids=frozenset(principal for principal, _role in principals),
    )


def holders(role: Role, moment: Moment) -> list[int]:
    """Return the persons who hold a granted role at ``moment``, leavers left out."""
    grants = RoleGrant.standing(moment, RoleGrant.role == role.value).where(RoleGrant.held)
    found = [row.person_id for row in grants]
    working = people.working(found, moment)
    return [person_id for person_id in found if person_id in working]


def has_administrator() -> bool:
    """Tell whether anybody was ever made administrator: until then the first steps are open."""
    held = (RoleGrant.role == Role.ADMINISTRATOR.value) & RoleGrant.held
    return bool(RoleGrant.select().where(held).exists())


def language_of(person_id: int) -> str:
    """Return the language the person chose here, "" where they chose none."""
    row = Preference.get_or_none(Preference.person == person_id)
    return row.language if row else ""


def with_roles(person_ids: Iterable[int], moment: Moment) -> set[int]:
    """Return those of the persons who hold any granted role: one query."""
    rows = RoleGrant.standing(moment, RoleGrant.person.in_(list(person_ids))).where(RoleGrant.held)
    return {row.person_id for row in rows}


def token_hash(token: str) -> str:
    """Return what is stored of a session or password token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class OpenSession:
    """A session that has neither ended nor expired, with what every request asks about its person."""

    id: int
    person_id: int
    started_at: datetime
    seen_at: datetime
    must_change: bool
    language: str
    theme: str


def session_of(token: str, at: datetime) -> OpenSession | None:
    """Return the session that ``token`` opens, if it has neither ended nor expired: one query."""
    row = (
        Session.select(
            Session.id,
            Session.person,
            Session.started_at,
            Session.seen_at,
            Credential.must_change,
            Preference.language,
            Preference.theme,
        )
        .join_from(Session, Credential, JOIN.LEFT_OUTER, on=(Credential.person == Session.person))
        .join_from(Session, Preference, JOIN.LEFT_OUTER, on=(Preference.person == Session.person))
        .where(Session.token_hash == token_hash(token), Session.ended_at.is_null(), Session.expires_at > at)
        .tuples()
        .first()
    )
    if row is None:
        return None
    return OpenSession(row[0], row[1], row[2], row[3], bool(row[4]), row[5] or "", row[6] or "")


def credential_of_login(login: str, at: datetime) -> Credential | None:
    """Return the credential behind an employee number or e-mail address, for people who have not left.

    ``login`` is in the form of ``actions.plain_login``. An address that two persons share finds nobody.
    """
    person_id = person_of_login(login, at)
    if person_id is None:
        return None
    found: Credential | None = Credential.get_or_none(Credential.person == person_id)
    return found


def person_of_login(login: str, at: datetime) -> int | None:
    """Return the person whom ``login`` names, unless they have left."""
    moment = Moment.at(at)
    if "@" in login:
        found = people.with_email(login, moment)
    else:
        found = people.with_number(login)
    working = [person_id for person_id in found if people.is_working(person_id, moment)]
    return working[0] if len(working) == 1 else None


def own_words(person_id: int, at: datetime) -> list[str]:
    """Return the words a password of this person must not be built on: number, names, address."""
    row = PersonDetail.latest(Moment.at(at), person=person_id)
    words: list[str | None] = [Person.get_by_id(person_id).employee_number]
    if row is not None:
        words += [row.family_name, row.given_name, row.family_kana, row.given_kana]
        words += (row.romanised or "").split()
        words += (row.email or "").split("@")[:1]
    return [word for word in words if word]


def granted(person_id: int, moment: Moment) -> set[Role]:
    """Return the roles granted to the person at ``moment``, deputyships not counted: one query."""
    grants = RoleGrant.standing(moment, RoleGrant.person == person_id).where(RoleGrant.held)
    return {Role(row.role) for row in grants}


def _principals(person_id: int, moment: Moment) -> list[tuple[int, Role]]:
    rows = Deputy.standing(moment, Deputy.deputy == person_id).where(
        Deputy.held, Deputy.starts_on <= moment.day, Deputy.ends_on >= moment.day
    )
    return [(row.principal_id, Role(row.role)) for row in rows]


def _audits(person_id: int) -> bool:
    """Tell whether the person audits anywhere; asked through a hook, since audits stand below accounts."""
    return any(ask(person_id) for ask in auditor_checks)


auditor_checks: list[Callable[[int], bool]] = []  # filled in by auditor.reactions
