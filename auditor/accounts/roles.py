"""Who holds which role, and who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime

from auditor import activity, db
from auditor.access import GRANTABLE, Actor, Role
from auditor.accounts import queries
from auditor.accounts.models import Deputy, RoleGrant
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.people import queries as people

ROLE_GRANTED = activity.event_type(
    "accounts.role_granted", _l("Role granted"), "person", "role", "valid_from"
)
ROLE_WITHDRAWN = activity.event_type(
    "accounts.role_withdrawn", _l("Role withdrawn"), "person", "role", "valid_from"
)
DEPUTY_NAMED = activity.event_type(
    "accounts.deputy_named", _l("Deputy named"), "principal", "deputy", "role", "starts_on", "ends_on"
)
DEPUTY_ENDED = activity.event_type(
    "accounts.deputy_ended", _l("Deputy withdrawn"), "principal", "deputy", "role", "ends_on"
)

# Privacy Mark practice: who audits neither runs what is audited nor answers for it (design §2).
_APART = {
    Role.HEAD_OF_AUDIT: (Role.ADMINISTRATOR, Role.REPRESENTATIVE),
    Role.ADMINISTRATOR: (Role.HEAD_OF_AUDIT,),
    Role.REPRESENTATIVE: (Role.HEAD_OF_AUDIT,),
}
DEPUTISED = (*GRANTABLE, Role.DEPARTMENT_HEAD)


def grant_role(
    actor: Actor, person_id: int, role: Role, at: datetime, valid_from: date | None = None
) -> RoleGrant | None:
    """Have a person hold ``role`` from a day on (today); None when they hold it already.

    Raises RuleBroken for a leaver, for a role that is found out instead of granted, and for a head of audit
    who is administrator or representative as well, unless the setting for very small companies allows it.
    """
    moment = _on(at, valid_from)
    if role not in GRANTABLE:
        raise RuleBroken(
            _l("This role follows from the roster or from audits and cannot be granted here."), "role"
        )
    if not people.is_working(person_id, moment):
        raise RuleBroken(_l("This person does not work here on that day."), "person")
    held = queries.granted(person_id, moment)
    if role in held:
        return None
    if not company.setting("head_of_audit_may_be_administrator", moment):
        for other in _APART.get(role, ()):
            if other in held:
                raise RuleBroken(
                    _l(
                        "The head of audit cannot also be the administrator or the representative. Name another person; a very small company may allow it in the settings."
                    ),
                    "role",
                )
    with activity.action(actor, at):
        row = _write(actor, person_id, role, True, at, moment.day)
        activity.record(ROLE_GRANTED, person=person_id, role=role.value, valid_from=moment.day.isoformat())
    return row


def withdraw_role(
    actor: Actor, person_id: int, role: Role, at: datetime, valid_from: date | None = None
) -> RoleGrant | None:
    """Take ``role`` from a person from a day on (today); None when they do not hold it.

    Raises RuleBroken when nobody would be left who can grant roles.
    """
    moment = _on(at, valid_from)
    with activity.action(actor, at):
        if role not in queries.granted(person_id, moment):
            return None
        if role is Role.ADMINISTRATOR and set(queries.holders(role, moment)) <= {person_id}:
            raise RuleBroken(
                _l("This is the last administrator. Name another one first, then withdraw this one."), "role"
            )
        row = _write(actor, person_id, role, False, at, moment.day)
        activity.record(ROLE_WITHDRAWN, person=person_id, role=role.value, valid_from=moment.day.isoformat())
    return row


def _write(actor: Actor, person_id: int, role: Role, held: bool, at: datetime, day: date) -> RoleGrant:
    last = (
        RoleGrant.select()
        .where(RoleGrant.person == person_id, RoleGrant.role == role.value)
        .order_by(RoleGrant.id.desc())
        .first()
    )
    return RoleGrant.write(
        at, actor.person_id, day, replaces=last, person=person_id, role=role.value, held=held
    )


def name_deputy(
    actor: Actor, principal_id: int, deputy_id: int, role: Role, starts_on: date, ends_on: date, at: datetime
) -> Deputy:
    """Have ``deputy_id`` stand in for a person in one role from ``starts_on`` to ``ends_on``, both included.

    Raises RuleBroken when the principal does not hold the role, the period is turned round or past, or the
    deputy would hold two roles that must lie apart.
    """
    if principal_id == deputy_id:
        raise RuleBroken(_l("Nobody can be their own deputy. Choose another person."), "deputy")
    if ends_on < starts_on:
        raise RuleBroken(_l("The last day is before the first. Correct one of the two."), "ends_on")
    if ends_on < Moment.at(at).day:
        raise RuleBroken(_l("The period has already ended. Choose a last day of today or later."), "ends_on")
    moment = _on(at, max(starts_on, Moment.at(at).day))
    if role not in DEPUTISED or role not in _roles_of(principal_id, moment):
        raise RuleBroken(_l("This person does not hold that role at the beginning of the period."), "role")
    if not people.is_working(deputy_id, moment):
        raise RuleBroken(_l("This person does not work here on that day."), "deputy")
    small = company.setting("head_of_audit_may_be_administrator", moment)
    if not small and set(_APART.get(role, ())) & queries.granted(deputy_id, moment):
        raise RuleBroken(
            _l(
                "The administrator and the representative cannot be deputy of the head of audit. Choose another person."
            ),
            "deputy",
        )
    pair = (Deputy.principal == principal_id, Deputy.deputy == deputy_id, Deputy.role == role.value)
    with activity.action(actor, at):
        db.one_at_a_time(f"deputy {principal_id} {deputy_id} {role.value}")
        for twin in Deputy.standing(Moment.at(at), *pair).where(Deputy.held):
            if (twin.starts_on, twin.ends_on) == (starts_on, ends_on):
                named: Deputy = twin
                return named  # the second of two clicks
        number = Deputy.select().where(*pair).count() + 1
        row = Deputy.write(
            at, actor.person_id, None, principal=principal_id, deputy=deputy_id, role=role.value,
            starts_on=starts_on, ends_on=ends_on, held=True, number=number,
        )  # fmt: skip
        activity.record(
            DEPUTY_NAMED, principal=principal_id, deputy=deputy_id, role=role.value,
            starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(),
        )  # fmt: skip
    return row


def end_deputy(actor: Actor, row: Deputy, at: datetime) -> Deputy:
    """End a deputyship now; what was done under it stays as it is. Raises Stale when somebody ended it already."""
    with activity.action(actor, at):
        ended = Deputy.write(
            at, actor.person_id, None, replaces=row, principal=row.principal_id, deputy=row.deputy_id,
            role=row.role, starts_on=row.starts_on, ends_on=row.ends_on, held=False, number=row.number,
        )  # fmt: skip
        activity.record(
            DEPUTY_ENDED, principal=row.principal_id, deputy=row.deputy_id, role=row.role,
            ends_on=Moment.at(at).day.isoformat(),
        )  # fmt: skip
    return ended


def _roles_of(person_id: int, moment: Moment) -> set[Role]:
    roles = queries.granted(person_id, moment)
    return roles | {Role.DEPARTMENT_HEAD} if people.headed_by(person_id, moment) else roles


def _on(at: datetime, day: date | None) -> Moment:
    moment = Moment.at(at)
    return moment.on(day) if day else moment
