"""The list of persons behind every figure of training."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from auditor.access import Actor, Permission
from auditor.dated import Moment
from auditor.language import current
from auditor.people import queries as people
from auditor.training import following, states
from auditor.web import PAGE_SIZES, Page, current_actor, request_time


def people_page(
    query: Any, *, title: Any, here: str, above: str, opened: Any = None, status: str = "", **values: Any
) -> str:
    """Return the page of the persons of a query of states.py, filtered as the address says."""
    actor, moment = current_actor(), Moment.at(request_time())
    tree = people.tree(moment)
    within = following.reach(actor)
    department = request.values.get("department", type=int)
    departments: Any = within
    if department is not None:
        # A unit alone, as the table of departments counts it; with everything below where asked for.
        asked = tree.with_below([department]) if request.values.get("below") else {department}
        departments = asked if within is None else asked & within
    chosen = request.values.get("state", "")
    wanted = following.FILTERS.get(chosen, ())
    number = max(request.values.get("page", 1, type=int), 1)
    size = request.values.get("size", 50, type=int)
    size = size if size in PAGE_SIZES else 50
    text = request.values.get("q", "").strip()[:100]
    rows, total, number = following.listed(
        query, moment, departments=departments, wanted=wanted, text=text, page=number, size=size
    )
    return render_template(
        "training/people.html",
        version=title,
        here=here,
        above=above,
        opened=opened,
        page=Page(rows, total, number, size),
        tree=tree,
        paths={row.standing.department_id: _path(tree, row.standing.department_id) for row in rows},
        department=department,
        below=bool(request.values.get("below")),
        state=chosen if chosen in following.FILTERS else "",
        q=text,
        filters_shown=list(following.FILTERS),
        remindable=_remindable(actor, rows) if opened is not None else set(),
        today=moment.day,
    )


def _remindable(actor: Actor, rows: list[following.Listed]) -> set[int]:
    """Return the assignments of a page whose persons the reader may remind."""
    within = following.reach(actor, Permission.TRAINING_REMIND)
    return {
        row.standing.assignment_id
        for row in rows
        if row.standing.assignment_id and row.standing.state in states.OWED
        if within is None or row.standing.department_id in within
    }


def _path(tree: people.Tree, department_id: int | None) -> str:
    return tree.path(department_id, current()) if department_id else ""
