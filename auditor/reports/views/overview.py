"""The management overview."""

from __future__ import annotations

from datetime import date

from flask import render_template, request

from auditor.access import Permission, requires
from auditor.errors import RuleBroken
from auditor.findings.states import Grade
from auditor.language import _
from auditor.reports.overview import SEGMENTS, overview
from auditor.reports.relaxations import relaxations
from auditor.reports.scope import scope_of
from auditor.reports.views.blueprint import bp
from auditor.web import request_time

SHOWN = 15  # rows of the late and the absent; the file has them all


@bp.get("/overview", endpoint="overview")
@requires(Permission.REPORT_EXPORT)
def overview_page() -> str | tuple[str, int]:
    """Show four numbers with last year's, two charts, the late and the absent."""
    at, asked = request_time(), request.args.get("as_of", "")
    error, status = "", 200
    try:
        scope = scope_of(at, date.fromisoformat(asked) if asked else None)
    except (RuleBroken, ValueError) as refused:
        error = str(refused) if isinstance(refused, RuleBroken) else _("Enter the day as a date.")
        scope, status = scope_of(at), 422
    made = overview(scope, at)
    page = render_template(
        "reports/overview.html",
        scope=scope,
        made=made,
        asked=asked,
        error=error,
        grades=[(grade, made.now.graded(grade)) for grade in Grade],
        series=_series(),
        shown=SHOWN,
        relaxed=relaxations(scope.now),
        is_today=scope.now.moment.instant == at,
    )
    return (page, status) if error else page


def _series() -> list[dict[str, object]]:
    labels = (
        _("Completed"),
        _("Taking the course or not yet due"),
        _("Overdue, or no rule covers the person"),
        _("Exempt or on leave"),
    )
    return [{"key": key, "label": label} for (key, _states), label in zip(SEGMENTS, labels, strict=True)]
