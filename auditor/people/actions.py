"""Changes of one person or department: dated rows, each naming the one it replaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, db, events
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l
from auditor.people import histories, queries
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.models import (
    Department,
    DepartmentHead,
    Employment,
    Membership,
    Person,
    PersonDetail,
)
from auditor.people.planning import with_keys
from auditor.people.roster_values import is_code, is_email
from auditor.people.units import add_department as add_department

PERSON_ADDED = activity.event_type("people.person_added", _l("Person added"), "person", "valid_from")
PERSON_CHANGED = activity.event_type(
    "people.person_changed", _l("Details of a person changed"), "person", "valid_from"
)
PERSON_TRANSFERRED = activity.event_type(
    "people.person_transferred", _l("Person transferred"), "person", "department", "valid_from"
)
EMPLOYMENT_CHANGED = activity.event_type(
    "people.employment_changed", _l("Leave, return or leaving recorded"), "person", "status", "valid_from"
)
HEAD_NAMED = activity.event_type(
    "people.head_named", _l("Department head named"), "department", "person", "valid_from"
)
NAME_COLUMNS = (
    "family_name", "given_name", "family_kana", "given_kana", "romanised", "email", "language",
)  # fmt: skip


def add_person(
    actor: Actor, number: str, kind: EmploymentKind, department_id: int | None, post: str,
    details: Mapping[str, Any], valid_from: date, at: datetime,
) -> int:  # fmt: skip
    """Register a person who works here from ``valid_from`` on and return the id.

    Raises RuleBroken for a number that is taken or no code, an address that is none, or a missing department.
    """
    number = number.strip()
    if not is_code(number):
        raise RuleBroken(_l("Use letters, digits and - _ . / only."), "number")
    values = _checked(details)
    needs_unit = kind not in (EmploymentKind.OFFICER, EmploymentKind.OUTSIDE)
    if department_id is None and needs_unit:
        raise RuleBroken(_l("Choose the department."), "department")
    try:
        with activity.action(actor, at):
            with db.transaction():
                person = Person.create(employee_number=number)
            _write_details(actor, person.id, number, values, valid_from, at, None)
            Employment.write(at, actor.person_id, valid_from, person=person, kind=kind.value, status="active")
            if department_id is not None:
                Membership.write(
                    at, actor.person_id, valid_from, person=person, department=department_id, held=True,
                    main=True, post=post,
                )  # fmt: skip
            activity.record(PERSON_ADDED, person=person.id, valid_from=valid_from.isoformat())
    except IntegrityError as error:
        raise RuleBroken(_l("This employee number is already in use."), "number") from error
    return int(person.id)


def change_details(
    actor: Actor, person_id: int, details: Mapping[str, Any], valid_from: date, at: datetime, tip: str
) -> None:
    """Record how a person is called and reached from a day on.

    ``tip`` is what ``histories.tip_of`` gave to the page. Raises Stale when something was recorded since.
    """
    values = _checked(details)
    with activity.action(actor, at):
        last = _last(PersonDetail, PersonDetail.person == person_id)
        theirs = {name: getattr(last, name) or "" for name in NAME_COLUMNS} if last else {}
        _same(person_id, tip, theirs, values)
        number = Person.get_by_id(person_id).employee_number
        _write_details(actor, person_id, number, values, valid_from, at, last)
        activity.record(PERSON_CHANGED, person=person_id, valid_from=valid_from.isoformat())


def transfer(
    actor: Actor, person_id: int, department_id: int, post: str, valid_from: date, at: datetime, tip: str
) -> None:
    """Move a person's main post to another department from a day on; concurrent posts stay."""
    moment = Moment.at(at).on(valid_from)
    with activity.action(actor, at):
        _same(person_id, tip, _posts_now(person_id, moment), {"department": department_id, "post": post})
        for row in queries.memberships(moment).where(Membership.person == person_id, Membership.main):
            if row.department_id != department_id:
                _post(
                    actor, person_id, row.department_id, valid_from, at, held=False, main=True, post=row.post
                )
        _post(actor, person_id, department_id, valid_from, at, held=True, main=True, post=post)
        _moved(actor, person_id, department_id, valid_from, at)


def add_concurrent(
    actor: Actor, person_id: int, department_id: int, post: str, valid_from: date, at: datetime, tip: str
) -> None:
    """Give a person a concurrent post (兼務) from a day on. Raises RuleBroken for the main department."""
    moment = Moment.at(at).on(valid_from)
    with activity.action(actor, at):
        _same(person_id, tip, _posts_now(person_id, moment), {"department": department_id, "post": post})
        if queries.main_departments([person_id], moment).get(person_id) == department_id:
            raise RuleBroken(_l("This is the main department already."), "department")
        _post(actor, person_id, department_id, valid_from, at, held=True, main=False, post=post)
        _moved(actor, person_id, department_id, valid_from, at)


def end_concurrent(
    actor: Actor, person_id: int, department_id: int, valid_from: date, at: datetime, tip: str
) -> None:
    """End a concurrent post: ``valid_from`` is the first day on which it is no longer held."""
    moment = Moment.at(at).on(valid_from)
    with activity.action(actor, at):
        _same(person_id, tip, _posts_now(person_id, moment), {"department": department_id})
        held = (
            queries.memberships(moment)
            .where(Membership.person == person_id, Membership.department == department_id)
            .first()
        )
        if held is None or held.main:
            raise RuleBroken(_l("The person holds no concurrent post in this department."), "department")
        _post(actor, person_id, department_id, valid_from, at, held=False, main=False, post=held.post)
        _moved(actor, person_id, department_id, valid_from, at)


def change_employment(
    actor: Actor, person_id: int, status: EmploymentStatus, kind: EmploymentKind, valid_from: date,
    at: datetime, tip: str,
) -> None:  # fmt: skip
    """Record a leave, a return, another footing or the leaving of a person.

    Of a leaver ``valid_from`` is the first day on which they no longer work here: from then on they cannot
    sign in, hold no post and head no department.
    """
    with activity.action(actor, at):
        last = _last(Employment, Employment.person == person_id)
        theirs = {"status": last.status, "kind": last.kind} if last else {}
        _same(person_id, tip, theirs, {"status": status.value, "kind": kind.value})
        Employment.write(
            at,
            actor.person_id,
            valid_from,
            replaces=last,
            person=person_id,
            kind=kind.value,
            status=status.value,
        )
        if status is EmploymentStatus.LEFT:
            _clear(actor, person_id, valid_from, at)
        activity.record(
            EMPLOYMENT_CHANGED, person=person_id, status=status.value, valid_from=valid_from.isoformat()
        )
        if status is EmploymentStatus.LEFT:
            events.tell(events.PersonLeft(actor, at, person_id=person_id))


def name_head(
    actor: Actor,
    department_id: int,
    person_id: int | None,
    valid_from: date,
    at: datetime,
    replaces: int | None,
) -> None:
    """Name who is responsible for a department (部門責任者) from a day on; None leaves it vacant.

    ``replaces`` is the row the author saw. Raises Stale when somebody named another one meanwhile.
    """
    moment = Moment.at(at).on(valid_from)
    if person_id is not None and not queries.is_working(person_id, moment):
        raise RuleBroken(_l("This person does not work here on that day."), "person")
    with activity.action(actor, at):
        last = _last(DepartmentHead, DepartmentHead.department == department_id)
        if (last.id if last else None) != replaces:
            raise Stale({"person": last.person_id if last else None}, {"person": person_id})
        DepartmentHead.write(
            at, actor.person_id, valid_from, replaces=last, department=department_id, person=person_id
        )
        activity.record(
            HEAD_NAMED, department=department_id, person=person_id, valid_from=valid_from.isoformat()
        )


def last_head_row(department_id: int) -> int | None:
    """Return the last row about the head of a department, for ``name_head``."""
    last = _last(DepartmentHead, DepartmentHead.department == department_id)
    return last.id if last else None


def _checked(details: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: (details.get(name) or "").strip() for name in NAME_COLUMNS}
    if values["email"] and not is_email(values["email"]):
        raise RuleBroken(_l("This is not an e-mail address. Correct it, or leave the field empty."), "email")
    values["language"] = values["language"] or "ja"
    return {**values, "email": values["email"] or None, "romanised": values["romanised"] or None}


def _write_details(
    actor: Actor, person_id: int, number: str, values: Mapping[str, Any], day: date, at: datetime,
    last: PersonDetail | None,
) -> None:  # fmt: skip
    PersonDetail.write(at, actor.person_id, day, replaces=last, person=person_id, **with_keys(values, number))


def _same(person_id: int, tip: str, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
    """Raise Stale when something about the person was recorded after the page was made."""
    if tip != histories.tip_of(person_id):
        raise Stale(theirs, mine)


def _last(model: Any, condition: Any) -> Any:
    return model.select().where(condition).order_by(model.id.desc()).first()


def _post(actor: Actor, person_id: int, department_id: int, day: date, at: datetime, **values: Any) -> None:
    if not Department.select().where(Department.id == department_id).exists():
        raise RuleBroken(_l("Choose the department."), "department")
    about = (Membership.person == person_id) & (Membership.department == department_id)
    Membership.write(
        at, actor.person_id, day, replaces=_last(Membership, about), person=person_id,
        department=department_id, **values,
    )  # fmt: skip


def _moved(actor: Actor, person_id: int, department_id: int, day: date, at: datetime) -> None:
    activity.record(
        PERSON_TRANSFERRED, person=person_id, department=department_id, valid_from=day.isoformat()
    )
    events.tell(events.MembershipChanged(actor, at, person_id=person_id))


def _posts_now(person_id: int, moment: Moment) -> dict[str, Any]:
    row = queries.memberships(moment).where(Membership.person == person_id, Membership.main).first()
    return {"department": row.department_id, "post": row.post} if row else {}


def _clear(actor: Actor, person_id: int, day: date, at: datetime) -> None:
    """End every post and headship of a leaver."""
    moment = Moment.at(at).on(day)
    for row in list(queries.memberships(moment).where(Membership.person == person_id)):
        _post(actor, person_id, row.department_id, day, at, held=False, main=row.main, post=row.post)
    for department_id in queries.headed_by(person_id, moment):
        last = _last(DepartmentHead, DepartmentHead.department == department_id)
        DepartmentHead.write(at, actor.person_id, day, replaces=last, department=department_id, person=None)
