"""The page that offers the files, and the summary workbook."""

from __future__ import annotations

from flask import Response, render_template, request

from auditor.access import Permission, requires
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import current, speaking
from auditor.reports import actions, queries
from auditor.reports.forms import SummaryForm
from auditor.reports.scope import scope_of
from auditor.reports.views.blueprint import bp
from auditor.reports.views.sending import language_asked, send
from auditor.training import following
from auditor.web import current_actor, request_time


def _form() -> SummaryForm:
    moment = Moment.at(request_time())
    asked = request.args if request.args else None
    form = SummaryForm(asked, as_of=moment.day, language=current())
    form.offer(queries.fiscal_years(moment))
    return form


def _page(form: SummaryForm) -> str:
    moment = Moment.at(request_time())
    return render_template("reports/index.html", form=form, offers=following.offers(moment))


@bp.get("/")
@requires(Permission.REPORT_EXPORT)
def index() -> str:
    """Offer the summary workbook and the lists."""
    return _page(_form())


@bp.get("/summary.xlsx")
@requires(Permission.REPORT_EXPORT)
def summary() -> Response | tuple[str, int]:
    """Send the summary workbook of a day and a fiscal year."""
    form, at = _form(), request_time()
    if request.args and not form.validate():
        return _page(form), 422
    with speaking(language_asked()):
        try:
            scope = scope_of(at, form.as_of.data, form.fiscal_year.data or None)
        except RuleBroken as error:
            _blame(form, error)
            scope = None
    if scope is None:
        return _page(form), 422
    name = f"auditor-summary-{scope.now.year.label}-{scope.now.moment.day}-{language_asked()}.xlsx"
    return send(lambda path: actions.export_summary(current_actor(), scope, language_asked(), at, path), name)


def _blame(form: SummaryForm, error: RuleBroken) -> None:
    field = form.fiscal_year if error.field == "fiscal_year" else form.as_of
    field.errors = [*field.errors, error.message]
