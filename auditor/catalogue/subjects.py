"""What controls are checked on: departments and the company come by themselves, the rest is typed in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from peewee import JOIN, IntegrityError

from auditor import activity, db
from auditor.access import Actor
from auditor.catalogue.models import Subject, SubjectDetail
from auditor.catalogue.using import UNSEEN, last_row, next_row
from auditor.catalogue.words import BY_HAND
from auditor.errors import RuleBroken
from auditor.events import DepartmentAdded
from auditor.language import _l
from auditor.people.models import Department

COMPANY = "company"

ADDED = activity.event_type("catalogue.subject_added", _l("Subject added"), "subject")
CHANGED = activity.event_type("catalogue.subject_changed", _l("Subject changed"), "subject", "valid_from")
RETIRED = activity.event_type(
    "catalogue.subject_retired", _l("Subject retired or resumed"), "subject", "active", "valid_from"
)
FROM_ROSTER = activity.event_type(
    "catalogue.subjects_added", _l("Subjects of the roster added"), "departments", "company"
)


def add_subject(
    actor: Actor,
    kind: str,
    code: str,
    name_ja: str,
    name_en: str,
    owner_department: Department | int | None,
    at: datetime,
    valid_from: date | None = None,
) -> Subject:
    """Add a system, a handling area or a contractor, and return it.

    Raises RuleBroken for another kind, no name, or a code that is used already.
    """
    if kind not in BY_HAND:
        raise RuleBroken(
            _l("The company and its departments come from the roster and cannot be added here."), "kind"
        )
    code, values = code.strip(), _values(name_ja, name_en, owner_department)
    if not code:
        raise RuleBroken(_l("Enter a code."), "code")
    with activity.action(actor, at):
        try:
            with db.transaction():
                subject = Subject.create(kind=kind, code=code)
        except IntegrityError as error:
            raise RuleBroken(
                _l("The code %(code)s is used already. Choose another one.", code=code), "code"
            ) from error
        SubjectDetail.write(at, actor.person_id, valid_from, subject=subject.id, **values, active=True)
        activity.record(ADDED, subject=subject.id)
    return subject


def change_subject(
    actor: Actor,
    subject: Subject,
    name_ja: str,
    name_en: str,
    owner_department: Department | int | None,
    at: datetime,
    valid_from: date | None = None,
    seen: int | None = UNSEEN,
) -> SubjectDetail:
    """Give a subject another name or responsible department from ``valid_from`` on.

    Raises RuleBroken for a department or no name, Stale when ``seen`` is no longer the last row.
    """
    _refuse_department(subject)
    last = last_row(SubjectDetail, subject=subject.id)
    values = {**_values(name_ja, name_en, owner_department), "active": last.active if last else True}
    with activity.action(actor, at):
        row = next_row(SubjectDetail, actor, at, valid_from, {"subject": subject.id}, values, seen)
        activity.record(CHANGED, subject=subject.id, valid_from=row.valid_from.isoformat())
    return row


def retire_subject(
    actor: Actor, subject: Subject, at: datetime, valid_from: date | None = None, active: bool = False
) -> SubjectDetail:
    """Stop checking a subject from ``valid_from`` on (``active`` takes it up again); what was checked stays.

    Raises RuleBroken for a department, which the roster retires, and for the company.
    """
    _refuse_department(subject)
    if subject.kind == COMPANY:
        raise RuleBroken(_l("The company itself is always a subject."))
    last = last_row(SubjectDetail, subject=subject.id)
    if last is None:
        raise RuleBroken(_l("The subject has no name yet."))
    if last.active == active:
        return last
    values = {"name_ja": last.name_ja, "name_en": last.name_en, "owner": last.owner_id, "active": active}
    with activity.action(actor, at):
        row = next_row(SubjectDetail, actor, at, valid_from, {"subject": subject.id}, values, UNSEEN)
        activity.record(RETIRED, subject=subject.id, active=active, valid_from=row.valid_from.isoformat())
    return row


def add_missing_subjects(actor: Actor, at: datetime) -> int:
    """Add the company and each department that is not a subject yet; returns how many were added."""
    with activity.action(actor, at):
        company = 0 if Subject.select().where(Subject.kind == COMPANY).exists() else _add_company(at)
        missing = list(
            Department.select(Department.id, Department.code)
            .join(Subject, JOIN.LEFT_OUTER)
            .where(Subject.id.is_null())
            .order_by(Department.id)
        )
        used = _codes_used()
        added = Subject.add_many(_of_department(department, used) for department in missing)
        if added or company:
            activity.record(FROM_ROSTER, departments=added, company=company)
    return added + company


def subject_of_department(happening: DepartmentAdded) -> None:
    """Listener: a new department of the roster is a subject from the same action on."""
    if Subject.select().where(Subject.department == happening.department_id).exists():
        return
    department = Department.get_by_id(happening.department_id)
    with activity.action(happening.actor, happening.at):
        subject = Subject.create(**_of_department(department, _codes_used()))
        activity.record(ADDED, subject=subject.id)


def _add_company(at: datetime) -> int:
    subject = Subject.create(kind=COMPANY, code=COMPANY)
    # Whatever day is asked for, the company was there.
    SubjectDetail.write(
        at, None, date(1970, 1, 1), subject=subject.id, name_ja="会社全体", name_en="The whole company"
    )
    return 1


def _codes_used() -> set[str]:
    return {row[0] for row in db.tuples(Subject.select(Subject.code))}


def _of_department(department: Department, used: set[str]) -> dict[str, Any]:
    code = department.code if department.code not in used else f"department-{department.id}"
    return {"kind": "department", "code": code, "department": department.id}


def _refuse_department(subject: Subject) -> None:
    if subject.department_id is not None:
        raise RuleBroken(_l("Departments cannot be changed here. Import a roster to change them."))


def _values(name_ja: str, name_en: str, owner: Department | int | None) -> dict[str, Any]:
    if not name_ja.strip():
        raise RuleBroken(_l("Enter the name in Japanese."), "name_ja")
    return {"name_ja": name_ja.strip(), "name_en": name_en.strip(), "owner": getattr(owner, "id", owner)}
