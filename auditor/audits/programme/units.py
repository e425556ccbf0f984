"""Which subjects a year is planned for, in the order of the hierarchy, and who is covered by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from peewee import fn

from auditor import db
from auditor.calendars import FiscalYear
from auditor.catalogue.models import Subject, SubjectDetail
from auditor.catalogue.words import TARGETS
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.kinds import UnitLevel
from auditor.people.models import DepartmentDetail, Membership

_SIZES = {level.value: size for size, level in enumerate(UnitLevel)}  # 0 is the largest
_FOREVER = date(1970, 1, 1)


@dataclass(frozen=True)
class Planned:
    """A subject of the plan; ``first`` is its first day, ``with_units`` the smaller units checked with it."""

    subject: Subject
    name: str
    group: str  # the division, or the kind of subject, that it is listed under; empty: no division
    first: date
    owner: int | None = None  # the department that answers for it
    with_units: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        return int(self.subject.id)


@dataclass(frozen=True)
class Roll:
    """All subjects of a plan in their order."""

    planned: list[Planned] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)  # of every subject, planned or not

    def by_id(self) -> dict[int, Planned]:
        return {one.id: one for one in self.planned}


def day_of_plan(year: FiscalYear, moment: Moment) -> Moment:
    """Return the moment by which a year is planned: its first day while it is still to come, then ``moment``.

    So a reorganisation that is recorded already counts for the next year.
    """
    return Moment(min(max(moment.day, year.first), year.last), moment.instant)


def roll(year: FiscalYear, moment: Moment, unit_level: str, language: str) -> Roll:
    """Return the subjects to be checked in the year: seven queries, whatever their number.

    Departments smaller than ``unit_level`` are checked with the department they belong to; a division only
    where somebody works directly in it or nothing lies below it.
    """
    then = day_of_plan(year, moment)
    tree = people.tree(then)
    codes = people.codes(tree.details)
    subjects = list(Subject.select().order_by(Subject.code, Subject.id))
    details = {row.subject_id: row for row in SubjectDetail.standing(then)}
    units = _units(tree, unit_level, then)
    firsts = _first_days(moment.instant)
    divisions = {row.parent_id for row in tree.details.values() if row.active}
    names: dict[int, str] = {}
    kept: list[tuple[tuple[object, ...], Planned]] = []
    for subject in subjects:
        department = subject.department_id
        if department is not None:
            names[subject.id] = tree.name(department, language) or subject.code
            if department not in units:
                continue
            chain = [department, *tree.ancestors(department)]
            one = Planned(
                subject,
                names[subject.id],
                tree.name(chain[-1], language) if chain[-1] in divisions else "",
                firsts.get(("department", department), _FOREVER),
                department,
                tuple(tree.name(below, language) for below in units[department]),
            )
            kept.append(((1, *(codes.get(unit, "") for unit in reversed(chain))), one))
            continue
        detail = details.get(subject.id)
        names[subject.id] = _name(subject, detail, language)
        if detail is None or not detail.active:
            continue
        group = str(TARGETS.get(subject.kind, subject.kind))
        place = list(TARGETS).index(subject.kind) if subject.kind in TARGETS else len(TARGETS)
        first = firsts.get(("subject", subject.id), _FOREVER)
        kept.append(
            (
                (place, subject.code),
                Planned(subject, names[subject.id], group, first, detail.owner_id),
            )
        )
    kept.sort(key=lambda pair: tuple(map(_comparable, pair[0])))
    return Roll([one for _place, one in kept], names)


def _comparable(part: object) -> tuple[int, object]:
    return (0, part) if isinstance(part, int) else (1, part)


def _name(subject: Subject, detail: SubjectDetail | None, language: str) -> str:
    if detail is None:
        return str(subject.code)
    return (detail.name_en if language == "en" and detail.name_en else detail.name_ja) or str(subject.code)


def _units(tree: people.Tree, unit_level: str, then: Moment) -> dict[int, list[int]]:
    """Return the departments that are checked by themselves, each with the smaller ones checked with it."""
    active = {one: row for one, row in tree.details.items() if row.active}
    level = _SIZES.get(unit_level, _SIZES[UnitLevel.DEPARTMENT.value])
    parents = {row.parent_id for row in active.values()}
    found: dict[int, list[int]] = {}
    small: list[tuple[int, int]] = []
    large = [one for one, row in active.items() if _SIZES.get(row.level, 1) == 0 and one in parents]
    staffed = _staffed(large, then)
    for one, row in sorted(active.items()):
        if one in large and one not in staffed:
            continue
        above = next(
            (
                unit
                for unit in tree.ancestors(one)
                if unit in active and 0 < _SIZES.get(active[unit].level, 1) <= level
            ),
            None,
        )
        if _SIZES.get(row.level, 1) > level and above is not None:
            small.append((above, one))
        else:
            found[one] = []
    for above, one in small:
        found[above].append(one)
    return found


def _staffed(departments: list[int], then: Moment) -> set[int]:
    """Return those of the departments in which somebody works directly: one query."""
    rows = Membership.standing(then, Membership.department.in_(departments)).where(Membership.held)
    return {row.department_id for row in rows}


def _first_days(instant: datetime) -> dict[tuple[str, int], date]:
    """Return the first day of each department and of each other subject: two queries."""
    found: dict[tuple[str, int], date] = {}
    for kind, model, column in (
        ("department", DepartmentDetail, DepartmentDetail.department),
        ("subject", SubjectDetail, SubjectDetail.subject),
    ):
        rows = db.tuples(
            model.select(column, fn.MIN(model.valid_from))
            .where(model.recorded_at <= instant)
            .group_by(column)
        )
        found.update({(kind, one): _date(first) for one, first in rows})
    return found


def _date(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
