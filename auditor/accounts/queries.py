"""Who somebody is to the application at a moment: roles, departments headed, persons stood in for."""

from __future__ import annotations

import hashlib
import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache, reduce
from typing import Any, NamedTuple

from peewee import SQL, ModelSelect, fn

from auditor.access import NOBODY, Actor, Role
from auditor.accounts.models import Credential, Deputy, Preference, RoleGrant
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import DepartmentHead, Employment, Person, PersonDetail
from auditor.prepared import Prepared


def actor_for(person_id: int, at: datetime) -> Actor:
    """Return the person as actor on the day of ``at``; NOBODY when they have left.

    A deputy acts with the principal's role inside the period, and as head of the principal's departments. One
    query, and one more for who heads a department: this is read at every request.
    """
    moment = Moment.at(at)
    return actor_of(person_id, facts_of(person_id, moment), moment)


def actor_of(person_id: int, facts: Sequence[Fact], moment: Moment) -> Actor:
    """Return the person as actor by what was read of them; NOBODY when they have left."""
    if not any(fact.what == _WORKS and fact.word != "left" for fact in facts):
        return NOBODY
    principals = {(fact.person_id, Role(fact.word)) for fact in facts if fact.what == _STANDS_IN}
    roles = {Role.EMPLOYEE, Role.AUDITOR} if any(fact.what == _AUDITS for fact in facts) else {Role.EMPLOYEE}
    roles |= {
        role
        for fact in facts
        if fact.what == _HOLDS
        and (role := Role(fact.word))
        and (fact.person_id == person_id or (fact.person_id, role) in principals)
    }
    headed = {
        fact.department_id
        for fact in facts
        if fact.what == _HEADS
        and (fact.person_id == person_id or (fact.person_id, Role.DEPARTMENT_HEAD) in principals)
    }
    if headed:
        roles.add(Role.DEPARTMENT_HEAD)
        headed = people.with_below(headed, moment)
    return Actor(
        person_id=person_id,
        roles=frozenset(roles),
        department_ids=frozenset(headed),
        principal_ids=frozenset(principal for principal, _role in principals),
    )


_WORKS, _STANDS_IN, _AUDITS, _HOLDS, _HEADS = "works", "stands_in", "audits", "holds", "heads"


class Fact(NamedTuple):
    """One thing that makes somebody an actor; what is of no use to its kind is 0 or empty."""

    what: str
    person_id: int  # of a deputyship the principal
    department_id: int
    word: str  # the employment's status, or the role


def facts_of(person_id: int, moment: Moment) -> list[Fact]:
    """Return what stands of the person, and of everybody they ever were named deputy of: one query."""
    query = _facts_with(tuple(auditor_checks))
    return [Fact(*row) for row in query.rows(person_id=person_id, day=moment.day, instant=moment.instant)]


@cache
def _facts_with(checks: tuple[Callable[[Any], ModelSelect[Any]], ...]) -> Prepared:
    def build(person_id: int, day: date, instant: datetime) -> ModelSelect[Any]:
        return union_of_facts(person_id, Moment(day, instant), checks)

    return Prepared(build, person_id=int, day=date, instant=datetime)


def union_of_facts(
    person_id: Any, moment: Moment, checks: Iterable[Callable[[Any], ModelSelect[Any]]]
) -> ModelSelect[Any]:
    """Return the query of what ``Fact`` holds; ``person_id`` is a number, or a query that gives one."""
    ever = Deputy.select(Deputy.principal).where(Deputy.deputy == person_id)

    def concerned(person: Any) -> Any:
        return (person == person_id) | person.in_(ever)

    once = DepartmentHead.alias()
    departments = once.select(once.department).where(concerned(once.person))
    none, empty = SQL("0"), SQL("''")
    parts: list[ModelSelect[Any]] = [
        Employment.select(
            _said(_WORKS).alias("what"),
            Employment.person.alias("person_id"),
            none.alias("department_id"),
            Employment.status.alias("word"),
        ).where(Employment.id == Employment.latest_id(moment, person=person_id)),
        Deputy.standing(moment, Deputy.deputy == person_id)
        .where(Deputy.held, Deputy.starts_on <= moment.day, Deputy.ends_on >= moment.day)
        .select(_said(_STANDS_IN), Deputy.principal, none, Deputy.role),
        RoleGrant.standing(moment, concerned(RoleGrant.person))
        .where(RoleGrant.held)
        .select(_said(_HOLDS), RoleGrant.person, none, RoleGrant.role),
        DepartmentHead.standing(moment, DepartmentHead.department.in_(departments))
        .where(concerned(DepartmentHead.person))
        .select(_said(_HEADS), DepartmentHead.person, DepartmentHead.department, empty),
        *(
            Person.select(_said(_AUDITS), Person.id, none, empty).where(
                Person.id == person_id, fn.EXISTS(audits_of(person_id))
            )
            for audits_of in checks
        ),
    ]
    union: ModelSelect[Any] = reduce(operator.add, parts)
    return union


def _said(what: str) -> SQL:
    return SQL(f"'{what}'")


# The posts as auditor that a person has or had, as a query; filled in by auditor.reactions, since audits stand
# below accounts.
auditor_checks: list[Callable[[Any], ModelSelect[Any]]] = []


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
