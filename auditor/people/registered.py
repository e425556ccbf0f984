"""What the database says of departments and persons on one day, read whole in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from peewee import ModelSelect, fn

from auditor.dated import DatedRow, Moment
from auditor.people.models import (
    Department,
    DepartmentDetail,
    DepartmentHead,
    Employment,
    Membership,
    Person,
    PersonDetail,
)


class EmploymentStep(NamedTuple):
    """From a day on, a person works on this footing and in this state."""

    day: date
    kind: str
    status: str


class Post(NamedTuple):
    """A post held in a department."""

    department_id: int
    main: bool
    title: str


@dataclass(frozen=True)
class Registered:
    """The roster as the database has it at ``moment``.

    The ``…_tip`` of a series is the id of its last row, which the next row names as the one it replaces.
    """

    moment: Moment
    departments: dict[str, int]
    details: dict[int, dict[str, Any]]
    detail_tip: dict[int, int]
    heads: dict[int, int | None]
    head_tip: dict[int, int]
    persons: dict[str, int]
    names: dict[int, dict[str, Any]]
    name_tip: dict[int, int]
    employments: dict[int, list[EmploymentStep]]
    employment_tip: dict[int, int]
    posts: dict[int, list[Post]]
    post_tip: dict[tuple[int, int], int]
    codes: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)

    def employment_on(self, person_id: int, day: date) -> EmploymentStep | None:
        """Return how the person stands to the company on ``day``; None before they are known."""
        steps = [step for step in self.employments.get(person_id, ()) if step.day <= day]
        return steps[-1] if steps else None

    def is_working(self, person_id: int) -> bool:
        step = self.employment_on(person_id, self.moment.day)
        return step is not None and step.status != "left"

    def department_name(self, department_id: int) -> str:
        row = self.details.get(department_id)
        return str(row["name"]) if row else self.codes.get(department_id, "")


def registered(moment: Moment) -> Registered:
    """Return the whole roster at ``moment``: a dozen queries, whatever its size."""
    departments, persons = ids()
    posts: dict[int, list[Post]] = defaultdict(list)
    for row in _dicts(Membership.standing(moment).where(Membership.held)):
        posts[row["person"]].append(Post(row["department"], bool(row["main"]), row["post"]))
    steps, tips = _employments(moment)
    return Registered(
        moment=moment,
        departments=departments,
        details={row["department"]: row for row in _dicts(DepartmentDetail.standing(moment))},
        detail_tip=_tips(DepartmentDetail),
        heads={row["department"]: row["person"] for row in _dicts(DepartmentHead.standing(moment))},
        head_tip=_tips(DepartmentHead),
        persons=persons,
        names={row["person"]: row for row in _dicts(PersonDetail.standing(moment))},
        name_tip=_tips(PersonDetail),
        employments=steps,
        employment_tip=tips,
        posts=posts,
        post_tip=_tips(Membership),
        codes={department_id: code for code, department_id in departments.items()},
        numbers={person_id: number for number, person_id in persons.items()},
    )


def ids() -> tuple[dict[str, int], dict[str, int]]:
    """Return the id of every department by its code and of every person by the employee number: two queries."""
    departments: Any = Department.select(Department.code, Department.id).tuples()
    persons: Any = Person.select(Person.employee_number, Person.id).tuples()
    return dict(departments), dict(persons)


def _dicts(query: ModelSelect[Any]) -> Iterator[dict[str, Any]]:
    rows: Any = query.dicts()
    return iter(rows)


def _tips(model: type[DatedRow]) -> dict[Any, int]:
    """Return the last row of each series: the chain of replacements goes on from it."""
    keys = [getattr(model, name) for name in model.series]
    rows: Any = model.select(*keys, fn.MAX(model.id)).group_by(*keys).tuples()
    return {row[0] if len(keys) == 1 else tuple(row[:-1]): row[-1] for row in rows}


def _employments(moment: Moment) -> tuple[dict[int, list[EmploymentStep]], dict[int, int]]:
    """Return every step of every person as known at the instant, those to come included, and the tips."""
    withdrawn: Any = (
        Employment.select(Employment.replaces)
        .where(Employment.corrects & (Employment.recorded_at <= moment.instant))
        .tuples()
    )
    corrected = {row[0] for row in withdrawn}
    rows: Any = (
        Employment.select(
            Employment.id, Employment.person, Employment.valid_from, Employment.kind, Employment.status
        )
        .where(Employment.recorded_at <= moment.instant)
        .order_by(Employment.valid_from, Employment.recorded_at, Employment.id)
        .tuples()
    )
    steps: dict[int, list[EmploymentStep]] = defaultdict(list)
    tips: dict[int, int] = {}
    for row_id, person_id, day, kind, status in rows:
        tips[person_id] = max(row_id, tips.get(person_id, 0))
        if row_id not in corrected:
            steps[person_id].append(EmploymentStep(day, kind, status))
    return steps, tips
