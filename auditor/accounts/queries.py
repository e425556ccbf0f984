"""Who somebody is to the application at a moment: roles, departments headed, persons stood in for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from auditor.access import NOBODY, Actor, Role
from auditor.accounts.models import Deputy, RoleGrant, Session
from auditor.dated import Moment
from auditor.people import queries as people


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
        roles |= {role for role in _granted(holder, moment) if wanted in (None, role)}
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
    return [row.person_id for row in grants if people.is_working(row.person_id, moment)]


def token_hash(token: str) -> str:
    """Return what is stored of a session or password token."""
    return hashlib.sha256(token.encode()).hexdigest()


def session_of(token: str, at: datetime) -> Session | None:
    """Return the session that ``token`` opens, if it has neither ended nor expired."""
    row: Session | None = Session.get_or_none(Session.token_hash == token_hash(token))
    if row is None or row.ended_at is not None or row.expires_at <= at:
        return None
    return row


def _granted(person_id: int, moment: Moment) -> set[Role]:
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
