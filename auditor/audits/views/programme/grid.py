"""The grid of a year: every subject, every category, planned against done; and its print."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.programme import changes, listing
from auditor.audits.programme.board import (
    COVERED,
    Board,
    Filter,
    Row,
    board,
    done_of,
    filter_of,
    grouped,
    narrowed,
)
from auditor.audits.programme.words import CellState
from auditor.audits.views.programme import bp
from auditor.audits.views.programme.shared import day_asked, head_of, page_of
from auditor.catalogue.words import TARGETS
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.language import current
from auditor.web import request_time

Answer = str | tuple[str, int] | BaseResponse
SHOWN = 80  # rows at once; more are shown by division


@bp.get("/")
@requires(Permission.PROGRAMME_READ)
def index() -> BaseResponse:
    """Lead to the programme of the current fiscal year."""
    moment = Moment.at(request_time())
    return redirect(url_for("programme.show", year=company.fiscal_year_at(moment.day, moment).label), 303)


@bp.get("/<int:year>")
@requires(Permission.PROGRAMME_READ)
def show(year: int) -> Answer:
    """Show the coverage of a year as of now or of a past day."""
    day, error = day_asked()
    head = head_of(year, day)
    made = board(head.year, head.programme, head.moment, current())
    wanted = filter_of(request.args)
    rows = narrowed(made.rows, wanted)
    page = render_template(
        "audits/programme/grid.html",
        made=made,
        wanted=wanted,
        groups=_groups(rows, wanted),
        shown=len(rows),
        totals=totals(made, rows),
        covered=sum(made.counts[state] for state in COVERED),
        choices=_choices(made),
        as_of=day,
        error=error,
        nobody=listing.without_anybody(head.programme, head.moment) if head.programme else 0,
        CellState=CellState,
        **page_of(head, "grid"),
    )
    return (page, 422) if error else page


def _groups(rows: list[Row], wanted: Filter) -> list[dict[str, Any]]:
    """Return the groups, each with whether its rows are shown: all of them, unless they are too many."""
    found = grouped(rows)
    folded = len(rows) > SHOWN and not wanted.group
    return [{"group": group, "open": not folded or len(found) == 1} for group in found]


def totals(made: Board, rows: list[Row]) -> dict[str, tuple[int, int]]:
    """Return by category how many cells of the rows are done, of how many that count; all under ""."""
    found = {
        key: done_of(row.cells[key] for row in rows if key in row.cells) for key in made.demand.categories
    }
    return {**found, "": done_of(cell for row in rows for cell in row.cells.values())}


def _choices(made: Board) -> dict[str, Any]:
    kinds = [kind for kind in TARGETS if any(row.planned.subject.kind == kind for row in made.rows)]
    divisions = dict.fromkeys(
        row.planned.group
        for row in made.rows
        if row.planned.subject.kind == "department" and row.planned.group
    )
    return {"kinds": [(kind, TARGETS[kind]) for kind in kinds], "groups": list(divisions)}


@bp.get("/<int:year>/print")
@requires(Permission.PROGRAMME_READ)
def paper(year: int) -> Answer:
    """Show the plan for print: its approval, the grid, every check, every change."""
    day, error = day_asked()
    head = head_of(year, day)
    made = board(head.year, head.programme, head.moment, current())
    names = dict(made.roll.names)
    lines: list[listing.Line] = []
    if head.programme is not None:
        query = listing.matching(head.programme, head.year, listing.Filter(), names, head.moment)
        lines = listing.lines(list(query), names, head.moment)
    page = render_template(
        "audits/programme/print.html",
        made=made,
        groups=grouped(made.rows),
        totals=totals(made, made.rows),
        covered=sum(made.counts[state] for state in COVERED),
        lines=lines,
        company_name=company.company_name(head.moment),
        steps=changes.steps(head.programme, head.moment) if head.programme else [],
        changed=changes.changes(head.programme, head.moment, names, made.demand.categories)
        if head.programme
        else [],
        CellState=CellState,
        **page_of(head, "grid"),
    )
    return (page, 422) if error else page
