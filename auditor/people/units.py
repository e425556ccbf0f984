"""Departments by hand: added, renamed, moved, closed and opened again, each from a day on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, db, events
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l
from auditor.people import queries
from auditor.people.kinds import UnitLevel
from auditor.people.models import Department, DepartmentDetail, Membership
from auditor.people.roster_values import is_code

DEPARTMENT_ADDED = activity.event_type(
    "people.department_added", _l("Department added"), "department", "valid_from"
)
DEPARTMENT_CHANGED = activity.event_type(
    "people.department_changed", _l("Department changed"), "department", "valid_from"
)
COLUMNS = ("name", "name_en", "kind", "level", "parent", "site", "active")


@dataclass(frozen=True)
class Unit:
    """What is said of a department. ``parent_id`` None: it stands at the top."""

    name: str
    name_en: str = ""
    kind: str = ""
    level: str = UnitLevel.DEPARTMENT.value
    parent_id: int | None = None
    site: str = ""
    active: bool = True

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "name": self.name, "name_en": self.name_en, "kind": self.kind, "level": self.level,
            "parent": self.parent_id, "site": self.site, "active": self.active,
        }  # fmt: skip


def add_department(
    actor: Actor, code: str, name: str, valid_from: date, at: datetime, unit: Unit | None = None
) -> int:
    """Register a department by hand and return the id.

    Raises RuleBroken for a code that is taken or none, no name, or a superior department not in use that day.
    """
    code, unit = code.strip(), unit or Unit(name.strip())
    if not is_code(code):
        raise RuleBroken(_l("Use letters, digits and - _ . / only."), "code")
    _check(None, unit, valid_from, at)
    try:
        with activity.action(actor, at):
            with db.transaction():
                department = Department.create(code=code)
            DepartmentDetail.write(at, actor.person_id, valid_from, department=department, **unit.columns)
            activity.record(DEPARTMENT_ADDED, department=department.id, valid_from=valid_from.isoformat())
            events.tell(events.DepartmentAdded(actor, at, department_id=department.id))
    except IntegrityError as error:
        raise RuleBroken(_l("This department code is already in use."), "code") from error
    return int(department.id)


def change_department(
    actor: Actor, department_id: int, unit: Unit, valid_from: date, at: datetime, seen: int | None
) -> None:
    """Say from a day on what a department is called, what it stands under, and whether it is in use.

    ``seen`` is the row its author had before them (``last_row``). Raises Stale when another was written
    meanwhile, RuleBroken for a circle, for a superior not in use, and for closing one that still has people
    or departments.
    """
    _check(department_id, unit, valid_from, at)
    with activity.action(actor, at):
        last = last_row(department_id)
        if (last.id if last else None) != seen:
            theirs = {name: getattr(last, _column(name)) for name in COLUMNS} if last else {}
            raise Stale(theirs, unit.columns)
        if last is not None and last.valid_from == valid_from and _says(last) == unit.columns:
            return
        DepartmentDetail.write(
            at, actor.person_id, valid_from, replaces=last, department=department_id, **unit.columns
        )
        activity.record(DEPARTMENT_CHANGED, department=department_id, valid_from=valid_from.isoformat())


def last_row(department_id: int) -> DepartmentDetail | None:
    """Return what was written last about the department, whatever day it holds from."""
    row: DepartmentDetail | None = (
        DepartmentDetail.select()
        .where(DepartmentDetail.department == department_id)
        .order_by(DepartmentDetail.id.desc())
        .first()
    )
    return row


def _column(name: str) -> str:
    return "parent_id" if name == "parent" else name


def _says(row: DepartmentDetail) -> dict[str, Any]:
    return {name: getattr(row, _column(name)) for name in COLUMNS}


def _check(department_id: int | None, unit: Unit, valid_from: date, at: datetime) -> None:
    if not unit.name:
        raise RuleBroken(_l("Enter the name."), "name")
    for moment in _days(valid_from, at):
        tree = queries.tree(moment)
        if unit.active and unit.parent_id is not None:
            _check_parent(department_id, unit.parent_id, tree)
        if not unit.active and department_id is not None:
            _check_empty(department_id, tree, moment)


def _days(valid_from: date, at: datetime) -> Iterator[Moment]:
    """Yield the day itself and every later day on which a change of the hierarchy is planned."""
    rows = DepartmentDetail.select(DepartmentDetail.valid_from).where(
        DepartmentDetail.valid_from > valid_from
    )
    for day in sorted({valid_from, *(row[0] for row in db.tuples(rows.distinct()))}):
        yield Moment.at(at).on(day)


def _check_parent(department_id: int | None, parent_id: int, tree: queries.Tree) -> None:
    above = tree.details.get(parent_id)
    if above is None or not above.active:
        raise RuleBroken(
            _l("This department is not in use on that day. Choose another one above it."), "parent"
        )
    if department_id is not None and department_id in (parent_id, *tree.ancestors(parent_id)):
        raise RuleBroken(
            _l("A department cannot stand under itself or under one below it. Choose another one above it."),
            "parent",
        )


def _check_empty(department_id: int, tree: queries.Tree, moment: Moment) -> None:
    if any(row.parent_id == department_id and row.active for row in tree.details.values()):
        raise RuleBroken(
            _l("Departments still stand below it on that day. Move or close them first."), "active"
        )
    held = queries.memberships(moment).where(Membership.department == department_id)
    count = len(queries.working([row.person_id for row in held], moment))
    if count:
        raise RuleBroken(
            _l("People still belong to it on that day: %(count)s. Transfer them first.", count=count),
            "active",
        )
