"""The plan of a fiscal year as a workbook, as its page shows it."""

from __future__ import annotations

from datetime import date

from flask import Response, request

from auditor.access import Permission, requires
from auditor.audits.programme import board, changes, listing, queries
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken
from auditor.language import current, speaking
from auditor.reports import actions
from auditor.reports.programme_book import PlanBook
from auditor.reports.views.blueprint import bp
from auditor.reports.views.sending import language_asked, send
from auditor.web import current_actor, request_time


@bp.get("/export/programme/<int:planned_year>.xlsx")
@requires(Permission.PROGRAMME_READ)
def export_programme(planned_year: int) -> Response:
    """Send the plan with the filter and the day of the address."""
    at, actor, moment = request_time(), current_actor(), _moment()
    language = language_asked()
    with speaking(language):
        plan = _plan(planned_year, moment)
    name = f"auditor-programme-{planned_year}-{moment.day}.xlsx"
    return send(lambda path: actions.export_programme(actor, plan, language, at, path), name)


def _moment() -> Moment:
    """Return the day that the address asks for. Raises NotFound for one that there is not, or is to come."""
    text = request.args.get("as_of", "").strip()
    try:
        return queries.moment_asked(date.fromisoformat(text) if text else None, request_time())
    except (ValueError, RuleBroken) as error:
        raise NotFound from error


def _plan(label: int, moment: Moment) -> PlanBook:
    year = queries.year_of(label, moment)
    programme = queries.programme_of(label, moment)
    made = board.board(year, programme, moment, current())
    rows = board.narrowed(made.rows, board.filter_of(request.args))
    if programme is None:
        return PlanBook(made, rows)
    names = dict(made.roll.names)
    found = listing.matching(programme, year, listing.Filter(), names, moment)
    return PlanBook(
        made,
        rows,
        listing.lines(list(found), names, moment),
        changes.steps(programme, moment),
        changes.changes(programme, moment, names, made.demand.categories, most=2000),
    )
