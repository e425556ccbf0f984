"""Writes a planned roster: all of it or nothing, in one transaction, set by set."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peewee import IntegrityError

from auditor import activity, db, events
from auditor.access import Actor
from auditor.errors import RuleBroken, Stale
from auditor.failpoints import FailPoint, reached
from auditor.language import _l
from auditor.people.models import (
    Department,
    DepartmentDetail,
    DepartmentHead,
    Employment,
    Membership,
    Person,
    PersonDetail,
    RosterImport,
)
from auditor.people.plan import Fate, RosterPlan
from auditor.people.registered import ids

ROSTER_APPLIED = activity.event_type(
    "people.roster_applied", _l("Roster applied"),
    "roster_import", "effective_from", "whole_roster", "added", "changed", "moved", "left", "departments",
)  # fmt: skip


class RosterChanged(Stale):
    """The database changed after the plan was made; nothing was written. Plan again and look again."""

    def __init__(self) -> None:
        super().__init__({}, {})


class AlreadyApplied(RuleBroken):
    """This very file was applied for this day before; nothing was written again."""

    def __init__(self, earlier: RosterImport) -> None:
        super().__init__(
            _l("This file has already been applied for this day. Nothing was done a second time.")
        )
        self.earlier = earlier


def earlier_import(plan: RosterPlan) -> RosterImport | None:
    """Return the import of the same file for the same day and in the same way, if there was one."""
    found: RosterImport | None = RosterImport.get_or_none(
        RosterImport.file_hash == plan.file.sha256,
        RosterImport.effective_from == plan.effective_from,
        RosterImport.whole_roster == plan.whole,
    )
    return found


def apply_roster(actor: Actor, plan: RosterPlan, at: datetime, confirmed: bool = False) -> RosterImport:
    """Write what ``plan`` says and return the import, with one event that counts it.

    Raises RuleBroken for a file with errors, or when many would leave and that is not ``confirmed``;
    AlreadyApplied for a double click; RosterChanged when the database changed since the plan was made.
    """
    if not plan.is_applicable:
        raise RuleBroken(_l("The file has errors. Correct the cells that are listed and choose it again."))
    if plan.needs_confirmation and not confirmed:
        raise RuleBroken(
            _l("More than 5 % of the company would leave. Confirm that this is the whole roster."),
            "confirmed",
        )
    earlier = earlier_import(plan)
    if earlier is not None:
        raise AlreadyApplied(earlier)
    try:
        with activity.action(actor, at):
            return _write(actor, plan, at)
    except IntegrityError as error:
        earlier = earlier_import(plan)
        if earlier is not None:
            raise AlreadyApplied(earlier) from error
        raise RosterChanged from error


def _write(actor: Actor, plan: RosterPlan, at: datetime) -> RosterImport:
    counts = plan.counts
    # First of all: of two that apply the same file at once, one waits here and is then refused.
    made = RosterImport.create(
        file_hash=plan.file.sha256, effective_from=plan.effective_from, whole_roster=plan.whole,
        added=counts[Fate.ADDED], changed=counts[Fate.CHANGED], moved=counts[Fate.MOVED], left=counts[Fate.LEFT],
        applied_by=actor.person_id, applied_at=at,
    )  # fmt: skip
    Department.add_many({"code": code} for code in plan.rows.new_departments)
    Person.add_many({"employee_number": number} for number in plan.rows.new_persons)
    departments, persons = ids()
    _write_rows(actor, plan, at, departments, persons)
    reached(FailPoint.ROSTER_ROWS)
    activity.record(
        ROSTER_APPLIED, roster_import=made.id, effective_from=plan.effective_from.isoformat(),
        whole_roster=plan.whole, added=made.added, changed=made.changed, moved=made.moved, left=made.left,
        departments=sum(unit.fate is not Fate.UNCHANGED for unit in plan.departments),
    )  # fmt: skip
    _tell(actor, plan, at, departments, persons)
    return made


def _write_rows(
    actor: Actor, plan: RosterPlan, at: datetime, departments: Mapping[str, int], persons: Mapping[str, int]
) -> None:
    """Write the dated rows; numbers and codes become ids on the way."""
    common = {"recorded_at": at, "recorded_by": actor.person_id, "corrects": False}
    rows = plan.rows

    def with_ids(row: Mapping[str, Any]) -> dict[str, Any]:
        row = {**common, **row}
        if "person" in row:
            row["person"] = persons[row["person"]] if row["person"] else None
        if "department" in row:
            row["department"] = departments[row["department"]]
        if "parent" in row:
            row["parent"] = departments[row["parent"]] if row["parent"] else None
        return row

    with db.transaction():
        DepartmentDetail.add_many(map(with_ids, rows.details))
        reached(FailPoint.ROSTER_UNITS)
        PersonDetail.add_many(map(with_ids, rows.names))
        reached(FailPoint.ROSTER_PERSONS)
        Employment.add_many(map(with_ids, rows.employments))
        Membership.add_many(map(with_ids, rows.memberships))
        DepartmentHead.add_many(map(with_ids, rows.heads))


def _tell(
    actor: Actor, plan: RosterPlan, at: datetime, departments: Mapping[str, int], persons: Mapping[str, int]
) -> None:
    for code in plan.rows.new_departments:
        events.tell(events.DepartmentAdded(actor, at, department_id=departments[code]))
    moved = {person.key for person in plan.people(Fate.MOVED)}
    for number in sorted(moved):
        events.tell(events.MembershipChanged(actor, at, person_id=persons[number]))
    for person in plan.people(Fate.LEFT):
        events.tell(events.PersonLeft(actor, at, person_id=persons[person.key]))
