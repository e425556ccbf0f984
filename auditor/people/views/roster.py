"""The roster as a list, one person of it, and the fields that search."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import jsonify, render_template, request
from werkzeug.wrappers import Response

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.language import current, format_long_day
from auditor.people import histories, queries, searching
from auditor.people.kinds import EmploymentKind, EmploymentStatus
from auditor.people.views.blueprint import bp
from auditor.people.views.words import label_of
from auditor.web import current_actor, paged, request_time


def moment_asked() -> tuple[Moment, date | None]:
    """Return the moment that ?as_of= asks for, and that day if it is a past one."""
    now = request_time()
    today = Moment.at(now)
    try:
        day = date.fromisoformat(request.args.get("as_of", ""))
    except ValueError:
        return today, None
    return (Moment.end_of(day, now), day) if day < today.day else (today, None)


@bp.get("/")
@requires(Permission.PEOPLE_READ)
def index() -> str:
    """Who works here, on a day: search, filters, pages."""
    actor = current_actor()
    moment, past = moment_asked()
    units = queries.tree(moment)
    allowed = searching.reach(actor)
    chosen = request.args.get("department", type=int)
    departments: Collection[int] | None = units.with_below([chosen]) if chosen else None
    if allowed is not None:
        departments = allowed if departments is None else allowed & set(departments)
    status = request.args.get("status", "working")
    query = searching.listed(
        moment, request.args.get("q", ""), departments, request.args.get("kind", ""), status
    )
    page = paged(query)
    shown = [unit for unit in searching.ordered(units) if allowed is None or unit in allowed]
    return render_template(
        "people/index.html",
        page=page,
        rows=searching.rows_of(page.rows, moment, current()),
        units=[(unit, units.name(unit, current()), len(units.ancestors(unit))) for unit in shown],
        kinds=list(EmploymentKind),
        statuses=list(EmploymentStatus),
        chosen={"department": chosen, "status": status},
        past=past,
        label=label_of,
        as_of=format_long_day(past) if past else None,
    )


@bp.get("/<int:person_id>")
@requires(Permission.PEOPLE_READ)
def person(person_id: int) -> str:
    """One person: how they are called, where they work and worked, what is still to come."""
    moment, past = moment_asked()
    found = histories.person_for(current_actor(), person_id, moment)
    units = queries.tree(moment)
    return render_template(
        "people/person.html",
        person=found,
        posts=[(post, units.path(post.department_id, current())) for post in found.posts],
        heads=[(unit, units.name(unit, current())) for unit in found.heads],
        reach=searching.reach(current_actor()),
        label=label_of,
        history=histories.of_person(person_id, moment, current()),
        as_of=format_long_day(past) if past else None,
    )


@bp.get("/search")
@requires(Permission.PEOPLE_READ)
def search() -> Response:
    """People at work, for a field that searches."""
    moment = Moment.at(request_time())
    return jsonify(searching.persons_matching(current_actor(), request.args.get("q", ""), moment, current()))


@bp.get("/departments/search")
@requires(Permission.PEOPLE_READ)
def search_departments() -> Response:
    """Departments in use, for a field that searches."""
    moment = Moment.at(request_time())
    return jsonify(
        searching.departments_matching(current_actor(), request.args.get("q", ""), moment, current())
    )
