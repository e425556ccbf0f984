"""The history of one person: what was recorded, from which day it holds, and what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from auditor.access import Actor, Permission
from auditor.dated import DatedRow, Moment
from auditor.errors import Forbidden, NotFound
from auditor.language import _
from auditor.people import queries, searching
from auditor.people.kinds import (
    EMPLOYMENT_KIND_LABELS,
    EMPLOYMENT_STATUS_LABELS,
    EmploymentKind,
    EmploymentStatus,
)
from auditor.people.models import Employment, Membership, Person, PersonDetail


@dataclass(frozen=True)
class PersonRecord:
    """A person as of a moment, with the ids of the rows that an edit would replace."""

    id: int
    number: str
    name: str
    details: PersonDetail | None
    employment: Employment | None
    posts: tuple[Membership, ...]
    heads: tuple[int, ...]
    tip: str  # changes whenever anything about the person is recorded

    @property
    def main(self) -> Membership | None:
        return next((post for post in self.posts if post.main), None)

    @property
    def works(self) -> bool:
        return self.employment is not None and self.employment.status != "left"


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    valid_from: date
    recorded_at: datetime
    recorded_by: str
    what: str
    to_come: bool


def person_for(
    actor: Actor, person_id: int, moment: Moment, permission: Permission = Permission.PEOPLE_READ
) -> PersonRecord:
    """Return the person if the actor may see them.

    Raises NotFound for a person outside the actor's reach, Forbidden when ``permission`` is another one and
    the actor may only read.
    """
    found = record_of(person_id, moment)
    allowed = searching.reach(actor)
    if allowed is not None and not any(post.department_id in allowed for post in found.posts):
        raise NotFound
    if not actor.everywhere(permission) and permission is not Permission.PEOPLE_READ:
        raise Forbidden
    return found


def record_of(person_id: int, moment: Moment) -> PersonRecord:
    """Return the person, whoever asks; the caller has authorised it. Raises NotFound."""
    person: Person | None = Person.get_or_none(Person.id == person_id)
    if person is None:
        raise NotFound
    posts = tuple(
        queries.memberships(moment)
        .where(Membership.person == person_id)
        .order_by(Membership.main.desc(), Membership.id)
    )
    details = PersonDetail.latest(moment, person=person_id)
    return PersonRecord(
        id=person_id,
        number=person.employee_number,
        name=queries.name_of(details) if details else person.employee_number,
        details=details,
        employment=Employment.latest(moment, person=person_id),
        posts=posts,
        heads=tuple(sorted(queries.headed_by(person_id, moment))),
        tip=tip_of(person_id),
    )


def tip_of(person_id: int) -> str:
    """Return what stands for everything recorded about the person so far; a stale edit names an older one."""
    last = [
        model.select(model.id).where(model.person == person_id).order_by(model.id.desc()).scalar() or 0
        for model in (PersonDetail, Employment, Membership)
    ]
    return "-".join(map(str, last))


def of_person(person_id: int, moment: Moment, language: str) -> list[Entry]:
    """Return what was recorded about the person's work up to the instant, newest day first: four queries."""
    units = queries.tree(moment)
    employed = list(
        Employment.select().where(Employment.person == person_id, Employment.recorded_at <= moment.instant)
    )
    posts = list(
        Membership.select().where(Membership.person == person_id, Membership.recorded_at <= moment.instant)
    )
    authors = queries.names([row.recorded_by for row in (*employed, *posts)], moment)
    told: list[tuple[DatedRow, str]] = [(row, _employment_words(row)) for row in employed]
    told += [(row, _post_words(row, units.name(row.department_id, language))) for row in posts]
    told.sort(key=lambda pair: (pair[0].valid_from, pair[0].recorded_at, pair[0].id), reverse=True)
    return [
        Entry(
            row.valid_from, row.recorded_at, authors.get(row.recorded_by or 0, ""), what,
            row.valid_from > moment.day,
        )
        for row, what in told
    ]  # fmt: skip


def _employment_words(row: Employment) -> str:
    kind = EMPLOYMENT_KIND_LABELS[EmploymentKind(row.kind)]
    status = EMPLOYMENT_STATUS_LABELS[EmploymentStatus(row.status)]
    return str(_("%(kind)s: %(status)s", kind=kind, status=status))


def _post_words(row: Membership, department: str) -> str:
    name = f"{department} {row.post}".strip()
    if not row.held:
        return str(_("Leaves %(department)s", department=department))
    if row.main:
        return str(_("Main department: %(department)s", department=name))
    return str(_("Concurrent post: %(department)s", department=name))
