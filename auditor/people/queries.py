"""Reads of the roster as of any moment: names, units, heads, who works here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from peewee import ModelSelect, fn

from auditor.dated import Moment
from auditor.language import _
from auditor.people.models import (
    Department,
    DepartmentDetail,
    DepartmentHead,
    Employment,
    Membership,
    Person,
    PersonDetail,
)
from auditor.people.names import display_name
from auditor.prepared import Prepared
from auditor.timelines import known, timelines


def names(person_ids: Iterable[int | None], moment: Moment) -> dict[int, str]:
    """Return the display name of each person: one query. Erased persons read as erased."""
    wanted = {person_id for person_id in person_ids if person_id is not None}
    if not wanted:
        return {}
    rows = PersonDetail.standing(moment, PersonDetail.person.in_(wanted))
    return {row.person_id: name_of(row) for row in rows}


def name_of(row: PersonDetail) -> str:
    """Return the display name that a row of details gives."""
    return shown_name(row.family_name, row.given_name, row.romanised, row.erased_at)


def shown_name(
    family_name: str | None, given_name: str | None, romanised: str | None, erased_at: object
) -> str:
    """Return the display name that these columns of a person's details give."""
    if erased_at is not None:
        return str(_("(erased)"))
    return display_name(family_name or "", given_name or "") or romanised or ""


def name(person_id: int | None, moment: Moment) -> str:
    """Return one display name; empty for nobody."""
    if person_id is None:
        return ""
    rows = _details.rows(person_id=person_id, day=moment.day, instant=moment.instant)
    return shown_name(*rows[0]) if rows else ""


def _details_at(person_id: int, day: date, instant: datetime) -> ModelSelect[PersonDetail]:
    detail = PersonDetail
    standing = detail.standing(Moment(day, instant), detail.person == person_id)
    return standing.select(detail.family_name, detail.given_name, detail.romanised, detail.erased_at)


_details = Prepared(_details_at, person_id=int, day=date, instant=datetime)


def department_names() -> dict[str, str]:
    """Return the name of every registered department by its code, as last recorded: one query."""
    latest = DepartmentDetail.select(fn.MAX(DepartmentDetail.id)).group_by(DepartmentDetail.department)
    rows: Any = (
        DepartmentDetail.select(Department.code, DepartmentDetail.name)
        .join(Department)
        .where(DepartmentDetail.id.in_(latest))
        .tuples()
    )
    return dict(rows)


def codes(department_ids: Iterable[int]) -> dict[int, str]:
    """Return the code of each department: one query."""
    rows: Any = (
        Department.select(Department.id, Department.code)
        .where(Department.id.in_(list(department_ids)))
        .tuples()
    )
    return dict(rows)


def numbers(person_ids: Iterable[int]) -> list[str]:
    """Return the employee numbers of the persons, in order: one query."""
    rows: Any = Person.select(Person.employee_number).where(Person.id.in_(list(person_ids))).tuples()
    return sorted(row[0] for row in rows)


def employee_numbers() -> set[str]:
    """Return every employee number ever registered: one query."""
    rows: Any = Person.select(Person.employee_number).tuples()
    return {row[0] for row in rows}


def with_email(address: str, moment: Moment) -> list[int]:
    """Return the persons whose e-mail address is ``address`` (in lower case) at ``moment``."""
    ever = PersonDetail.select(PersonDetail.person).where(fn.LOWER(PersonDetail.email) == address)
    rows = PersonDetail.standing(moment, PersonDetail.person.in_(ever))
    return [row.person_id for row in rows if (row.email or "").casefold() == address]


def with_number(number: str) -> list[int]:
    """Return the person with the employee number ``number`` (in lower case)."""
    return [row.id for row in Person.select().where(fn.LOWER(Person.employee_number) == number)]


def employments(moment: Moment) -> ModelSelect[Employment]:
    """Return the employment of everybody who has not left at ``moment`` (on leave included)."""
    return Employment.standing(moment).where(Employment.status != "left")


def returns(moment: Moment) -> dict[int, date]:
    """Return the last day known on which each person comes back from leave, later days included: one query."""
    away = Employment.select(Employment.person).where(Employment.status == "on_leave")
    corrected = Employment.alias()
    gone = corrected.select(corrected.replaces).where(
        corrected.corrects, corrected.recorded_at <= moment.instant, corrected.replaces.is_null(False)
    )
    rows = (
        Employment.select()
        .where(
            Employment.person.in_(away), Employment.recorded_at <= moment.instant, Employment.id.not_in(gone)
        )
        .order_by(Employment.valid_from, Employment.recorded_at, Employment.id)
    )
    by_day: dict[int, dict[date, str]] = {}
    for row in rows:
        by_day.setdefault(row.person_id, {})[row.valid_from] = row.status  # of one day the last word stands
    found: dict[int, date] = {}
    for person_id, days in by_day.items():
        before = ""
        for day, status in days.items():
            if (before, status) == ("on_leave", "active"):
                found[person_id] = day
            before = status
    return found


def is_working(person_id: int, moment: Moment) -> bool:
    """Tell whether the person has not left."""
    row = Employment.latest(moment, person=person_id)
    return row is not None and row.status != "left"


def working(person_ids: Iterable[int], moment: Moment) -> set[int]:
    """Return those of the persons who have not left: one query."""
    rows = Employment.standing(moment, Employment.person.in_(list(person_ids)))
    return {row.person_id for row in rows if row.status != "left"}


def memberships(moment: Moment) -> ModelSelect[Membership]:
    """Return the memberships held at ``moment``, concurrent ones included."""
    return Membership.standing(moment).where(Membership.held)


def main_departments(person_ids: Iterable[int], moment: Moment) -> dict[int, int]:
    """Return the main department of each person: one query."""
    wanted = set(person_ids)
    rows = memberships(moment).where(Membership.person.in_(wanted), Membership.main)
    return {row.person_id: row.department_id for row in rows}


def departments_over(
    person_ids: Iterable[int], first: date, last: date, instant: datetime
) -> dict[int, set[int]]:
    """Return every department each person belonged to on any day of ``first``..``last``, as known at ``instant``.

    Concurrent posts included; this is what independence is judged by (design §3.3).
    """
    found: dict[int, set[int]] = {person_id: set() for person_id in person_ids}
    rows = known(Membership, last, instant, Membership.person.in_(list(found)))
    posts = timelines(rows, lambda row: (row.person_id, row.department_id), lambda row: row.held)
    for (person_id, department_id), held in posts.items():
        if any(held.over(first, last)):
            found[person_id].add(department_id)
    return found


@dataclass(frozen=True)
class Tree:
    """The hierarchy of departments at one moment, read in one query."""

    details: dict[int, DepartmentDetail] = field(repr=False)

    @cached_property
    def _children(self) -> dict[int | None, list[int]]:
        children: dict[int | None, list[int]] = {}
        for department_id, row in self.details.items():
            children.setdefault(row.parent_id, []).append(department_id)
        return children

    def ancestors(self, department_id: int) -> list[int]:
        """Return the units above, nearest first; stops at a cycle."""
        found: list[int] = []
        row = self.details.get(department_id)
        while row is not None and row.parent_id is not None and row.parent_id not in (*found, department_id):
            found.append(row.parent_id)
            row = self.details.get(row.parent_id)
        return found

    def with_below(self, department_ids: Iterable[int]) -> set[int]:
        """Return the departments and everything below them."""
        return _down(department_ids, self._children)

    def name(self, department_id: int | None, language: str = "ja") -> str:
        """Return the department's name; in English where it has an English one."""
        row = self.details.get(department_id or 0)
        if row is None:
            return ""
        return row.name_en if language == "en" and row.name_en else row.name

    def path(self, department_id: int, language: str = "ja") -> str:
        """Return the names from the top down: 営業本部 営業第一部."""
        chain = [department_id, *self.ancestors(department_id)]
        return " ".join(self.name(one, language) for one in reversed(chain))


def tree(moment: Moment) -> Tree:
    """Return the hierarchy at ``moment``: one query."""
    return Tree({row.department_id: row for row in DepartmentDetail.standing(moment)})


def with_below(department_ids: Iterable[int], moment: Moment) -> set[int]:
    """Return the departments and everything below them at ``moment``: one query, without their names."""
    children: dict[int | None, list[int]] = {}
    for department_id, parent_id in _parents.rows(day=moment.day, instant=moment.instant):
        children.setdefault(parent_id, []).append(department_id)
    return _down(department_ids, children)


def _parents_at(day: date, instant: datetime) -> ModelSelect[DepartmentDetail]:
    standing = DepartmentDetail.standing(Moment(day, instant))
    return standing.select(DepartmentDetail.department, DepartmentDetail.parent)


_parents = Prepared(_parents_at, day=date, instant=datetime)


def _down(department_ids: Iterable[int], children: Mapping[int | None, list[int]]) -> set[int]:
    found: set[int] = set()
    waiting = list(department_ids)
    while waiting:
        department_id = waiting.pop()
        if department_id not in found:
            found.add(department_id)
            waiting.extend(children.get(department_id, []))
    return found


def heads(moment: Moment) -> dict[int, int]:
    """Return the head of each department that has one: one query."""
    return {row.department_id: row.person_id for row in DepartmentHead.standing(moment) if row.person_id}


def headed_by(person_id: int, moment: Moment) -> set[int]:
    """Return the departments that the person heads."""
    return {row.department_id for row in DepartmentHead.standing(moment) if row.person_id == person_id}
