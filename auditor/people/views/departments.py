"""The departments as a tree, and one of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import render_template, url_for
from peewee import fn

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.language import current, format_long_day
from auditor.people import queries, searching
from auditor.people.models import Employment, Membership
from auditor.people.unit_history import of_department
from auditor.people.views.blueprint import bp
from auditor.people.views.roster import moment_asked
from auditor.people.views.words import label_of
from auditor.web import current_actor, paged


@bp.get("/departments")
@requires(Permission.PEOPLE_READ)
def departments() -> str:
    """The tree of departments with head, site and number of people."""
    moment, past = moment_asked()
    allowed = searching.reach(current_actor())
    units = queries.tree(moment)
    heads = queries.heads(moment)
    shown = [
        unit
        for unit in searching.ordered(units)
        if units.details[unit].active and (allowed is None or unit in allowed)
    ]
    return render_template(
        "people/departments.html",
        units=[(unit, units.details[unit], len(units.ancestors(unit))) for unit in shown],
        names={unit: units.name(unit, current()) for unit in shown},
        codes=queries.codes(shown),
        heads=heads,
        people=queries.names(heads.values(), moment),
        members=_members(moment),
        as_of=format_long_day(past) if past else None,
    )


@bp.get("/departments/<int:department_id>")
@requires(Permission.PEOPLE_READ)
def department(department_id: int) -> str:
    """One department: what stands above and below it, who is responsible, who works in it."""
    moment, past = moment_asked()
    allowed = searching.reach(current_actor())
    units = queries.tree(moment)
    row = units.details.get(department_id)
    if row is None or (allowed is not None and department_id not in allowed):
        raise NotFound
    page = paged(searching.listed(moment, departments=[department_id]))
    head = queries.heads(moment).get(department_id)
    below = [unit for unit in searching.ordered(units) if units.details[unit].parent_id == department_id]
    return render_template(
        "people/department.html",
        department=row,
        name=units.name(department_id, current()),
        code=queries.codes([department_id])[department_id],
        above_links=[
            (units.name(unit, current()), _address(unit, allowed))
            for unit in reversed(units.ancestors(department_id))
        ],
        label=label_of,
        below=[(unit, units.name(unit, current())) for unit in below if units.details[unit].active],
        head=head,
        head_name=queries.name(head, moment),
        page=page,
        rows=searching.rows_of(page.rows, moment, current()),
        history=of_department(department_id, moment, current()),
        as_of=format_long_day(past) if past else None,
    )


def _address(department_id: int, allowed: Collection[int] | None) -> str | None:
    """Return where a department's page is, for those who may open it."""
    if allowed is not None and department_id not in allowed:
        return None
    return url_for("people.department", department_id=department_id)


def _members(moment: Moment) -> dict[int, int]:
    """Return how many people serve each department itself, concurrent posts included: one query."""
    employed = queries.employments(moment).select(Employment.person)
    rows: Any = (
        queries.memberships(moment)
        .where(Membership.person.in_(employed))
        .select(Membership.department, fn.COUNT(Membership.id))
        .group_by(Membership.department)
        .tuples()
    )
    return dict(rows)
