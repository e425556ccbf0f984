"""The report of a year: read and printed, written by the head of audit, decided on by the representative."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.programme.words import CellState
from auditor.audits.results import Result
from auditor.company.queries import company_name
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, fiscal_year_name, speaking
from auditor.people import queries as people
from auditor.reports import actions, queries, unit_results, yearly
from auditor.reports.forms import YearDecisionForm, YearOpinionForm
from auditor.reports.scope import Scope, scope_of
from auditor.reports.views.blueprint import bp
from auditor.reports.views.sending import language_asked, send
from auditor.reports.year_report import material_of, year_shown
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


def _scope(label: int) -> Scope:
    """Return the scope that the address asks for. Raises NotFound for a year nothing can be recorded of."""
    asked = request.args.get("as_of", "")
    try:
        return scope_of(request_time(), date.fromisoformat(asked) if asked else None, label)
    except RuleBroken as error:
        if error.field == "fiscal_year" and not asked:
            raise NotFound from error
        raise
    except ValueError as error:
        raise RuleBroken(_("Enter the day as a date."), "as_of") from error


@bp.get("/year/<int:year>")
@requires(Permission.REPORT_EXPORT)
def year_report(year: int) -> Answer:
    """Show the report, made to be printed."""
    return _page(year)


@bp.get("/year/<int:year>.xlsx")
@requires(Permission.REPORT_EXPORT)
def year_report_file(year: int) -> Response:
    """Send the report as a workbook."""
    at, language, actor = request_time(), language_asked(), current_actor()
    with speaking(language):
        scope = _scope(year)
    name = f"auditor-year-{year}-{scope.now.moment.day}-{language}.xlsx"
    return send(lambda path: actions.export_year(actor, scope, language, at, path), name)


@bp.get("/year/<int:year>/opinion")
@requires(Permission.YEAR_REPORT_WRITE)
def year_opinion(year: int) -> Answer:
    """Show the texts as they stand."""
    now = yearly.standing(year, _scope(year).now.moment)
    texts = {name: getattr(now.opinion, name) for name in yearly.FIELDS} if now.opinion else {}
    seen = now.opinion.id if now.opinion else 0
    return _form(year, YearOpinionForm(formdata=None, data={**texts, "seen": seen}), now)


@bp.post("/year/<int:year>/opinion")
@requires(Permission.YEAR_REPORT_WRITE)
def write_year_opinion(year: int) -> Answer:
    """Save the texts; whoever was overtaken sees both (409)."""
    at, form = request_time(), YearOpinionForm()
    now = yearly.standing(year, _scope(year).now.moment)
    if not form.validate():
        return _form(year, form, now), 422
    texts = {name: form[name].data or "" for name in yearly.FIELDS}
    seen = str(form.seen.data or "")
    try:
        yearly.write(
            current_actor(), at, year, texts, int(seen) if seen.isdecimal() and len(seen) < 10 else None
        )
    except RuleBroken as broken:
        form.form_errors.append(str(broken))
        return _form(year, form, now), 422
    except Stale as stale:
        form.seen.data, form.seen.raw_data = stale.theirs["row"], None
        return _form(year, form, now, _differing(form, stale)), 409
    flash(_("The texts of the report are saved."), "success")
    return redirect(url_for("reports.year_report", year=year), 303)


@bp.post("/year/<int:year>/submit")
@requires(Permission.YEAR_REPORT_WRITE)
def submit_year(year: int) -> Answer:
    """Hand the report in."""
    return _acted(
        year, lambda: yearly.submit(current_actor(), request_time(), year), _("The report is handed in.")
    )


@bp.post("/year/<int:year>/accept")
@requires(Permission.YEAR_REPORT_DECIDE)
def accept_year(year: int) -> Answer:
    """Accept the report."""
    form = YearDecisionForm()
    comment = form.comment.data or ""
    act = lambda: yearly.accept(current_actor(), request_time(), year, comment)  # noqa: E731
    return _acted(year, act, _("The report is accepted."), form)


@bp.post("/year/<int:year>/return")
@requires(Permission.YEAR_REPORT_DECIDE)
def return_year(year: int) -> Answer:
    """Send the report back with a comment."""
    form = YearDecisionForm()
    comment = form.comment.data or ""
    act = lambda: yearly.send_back(current_actor(), request_time(), year, comment)  # noqa: E731
    return _acted(year, act, _("The report is sent back. The head of audit is told by mail."), form)


def _acted(year: int, act: Any, done: str, form: YearDecisionForm | None = None) -> Answer:
    _scope(year)
    try:
        if form is not None and not form.validate():
            return _page(year, form, 422)
        act()
    except RuleBroken as broken:
        form = form or YearDecisionForm(formdata=None)
        if broken.field == "comment":
            form.comment.errors = [*form.comment.errors, str(broken)]
        else:
            form.form_errors.append(str(broken))
        return _page(year, form, 422)
    flash(done, "success")
    return redirect(url_for("reports.year_report", year=year), 303)


def _page(year: int, form: YearDecisionForm | None = None, code: int = 200) -> tuple[str, int]:
    error, actor = "", current_actor()
    try:
        scope = _scope(year)
    except RuleBroken as refused:
        error, scope = str(refused), scope_of(request_time(), None, year)
    made = year_shown(scope, *material_of(scope))
    today = scope.now.moment.instant == request_time()
    now = made.standing
    page = render_template(
        "reports/year.html",
        made=made,
        scope=scope,
        company=company_name(scope.now.moment),
        asked=request.args.get("as_of", ""),
        error=error,
        form=form or YearDecisionForm(formdata=None),
        results=list(Result),
        unit_titles=unit_results.titles(made.inspected),
        unit_cells=unit_results.cells,
        CellState=CellState,
        State=yearly.State,
        reported_years=queries.fiscal_years(scope.now.moment),
        writable=today and now.state in yearly.WRITABLE and actor.may(Permission.YEAR_REPORT_WRITE),
        decidable=today and actor.may(Permission.YEAR_REPORT_DECIDE) and now.last is not None,
        may_decide=yearly.may_decide(actor, now),
    )
    return page, 422 if error else code


def _differing(form: YearOpinionForm, stale: Stale) -> list[dict[str, str]]:
    return [
        {"label": str(form[name].label.text), "mine": str(mine), "theirs": str(stale.theirs[name])}
        for name, mine in stale.mine.items()
        if mine != stale.theirs[name]
    ]


def _form(
    year: int, form: YearOpinionForm, now: yearly.Standing, differing: list[dict[str, str]] | None = None
) -> str:
    row = now.opinion
    return render_template(
        "reports/year_opinion.html",
        year=year,
        title=fiscal_year_name(year),
        form=form,
        open=now.state in yearly.WRITABLE,
        differing=differing,
        theirs=row,
        who=people.name(row.recorded_by, _scope(year).now.moment) if row and differing else "",
    )
