"""Recurring audits: the list, one with what is to come, one audit left out or moved, other terms, the stop."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import actions, queries, recurrence, series, seriespage
from auditor.audits.forms import MoveForm, SeriesTermsForm, SkipForm
from auditor.audits.models import AuditSeries
from auditor.audits.occurrences import coming_one
from auditor.audits.recurrence import Coming
from auditor.audits.views import bp
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current, format_instant, format_long_day
from auditor.people import queries as people
from auditor.people import searching
from auditor.web import Page, current_actor, paged, request_time

Answer = str | tuple[str, int] | BaseResponse


def _moment() -> Moment:
    return Moment.at(request_time())


def _series(series_id: int, permission: Permission = Permission.AUDIT_ASSIGN) -> AuditSeries:
    return series.series_for(current_actor(), series_id, permission)


def _name(one: AuditSeries) -> str:
    return queries.subject_name(one.subject, _moment(), current())


def _back(series_id: int, words: str) -> BaseResponse:
    flash(words, "success")
    return redirect(url_for("audits.one_series", series_id=series_id), 303)


@bp.get("/series")
@requires(Permission.AUDIT_READ)
def recurring() -> str:
    """List the audits that recur, the newest first."""
    if not current_actor().everywhere(Permission.AUDIT_READ):
        raise NotFound
    page = paged(AuditSeries.select(AuditSeries, Subject).join(Subject).order_by(AuditSeries.id.desc()))
    shown = seriespage.lines(page.rows, _moment(), current())
    return render_template("audits/series/index.html", page=Page(shown, page.total, page.number, page.size))


@bp.get("/series/<int:series_id>")
@requires(Permission.AUDIT_READ)
def one_series(series_id: int) -> str:
    """Show a recurring audit: its terms, the audits to come, those opened."""
    one = _series(series_id, Permission.AUDIT_READ)
    return render_template(
        "audits/series/show.html",
        page=seriespage.page(one, _moment(), current()),
        direction=recurrence.DIRECTION_LABELS,
    )


@bp.post("/series/<int:series_id>/stop")
@requires(Permission.AUDIT_ASSIGN)
def stop_recurring(series_id: int) -> BaseResponse:
    """Have no further audits opened."""
    _series(series_id)
    actions.stop_series(current_actor(), request_time(), series_id)
    return _back(series_id, _("No further audits are opened. Those opened already stay."))


@bp.route("/series/<int:series_id>/coming/<key>/skip", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def skip_coming(series_id: int, key: str) -> Answer:
    """Leave one audit of the series out."""
    one = coming_one(_series(series_id).id, key, _moment())
    form = SkipForm(data={"based_on": one.decision.id if one.decision else ""})
    return _decided("skip", series_id, one, form)


@bp.route("/series/<int:series_id>/coming/<key>/move", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def move_coming(series_id: int, key: str) -> Answer:
    """Agree on other dates for one audit of the series."""
    one = coming_one(_series(series_id).id, key, _moment())
    seen = one.decision.id if one.decision else ""
    form = MoveForm(data={"starts_on": one.starts_on, "due_on": one.due_on, "based_on": seen})
    return _decided("move", series_id, one, form)


def _decided(what: str, series_id: int, one: Coming, form: Any) -> Answer:
    if request.method == "GET":
        return _decision_page(what, series_id, one, form)
    if not form.validate():
        return _decision_page(what, series_id, one, form), 422
    actor, at, based_on = current_actor(), request_time(), request.form.get("based_on", type=int)
    try:
        if what == "skip":
            actions.skip_occurrence(actor, at, series_id, one.key, form.reason.data or "", based_on)
        else:
            dates = cast(date, form.starts_on.data), cast(date, form.due_on.data)
            actions.move_occurrence(actor, at, series_id, one.key, dates, form.reason.data or "", based_on)
    except RuleBroken as broken:
        field = form._fields.get(broken.field or "") or form.reason
        field.errors = [*field.errors, str(broken)]
        return _decision_page(what, series_id, one, form), 422
    except Stale as stale:
        form.based_on.data = str(stale.theirs.get("row") or "")
        return _decision_page(what, series_id, one, form, _conflict(stale)), 409
    if what == "skip":
        return _back(series_id, _("The audit of %(day)s is left out.", day=format_long_day(one.day)))
    return _back(series_id, _("The audit of %(day)s has other dates now.", day=format_long_day(one.day)))


def _conflict(stale: Stale) -> dict[str, Any]:
    labels = {
        "skipped": _("Left out"),
        "starts_on": _("Starts on"),
        "due_on": _("Due on"),
        "reason": _("Reason"),
    }

    def shown(value: Any) -> Any:
        return _("yes") if value is True else _("no") if value is False else value or "–"

    return {
        "who": people.name(stale.theirs.get("by"), _moment()),
        "when": format_instant(stale.theirs.get("at")),
        "rows": [
            {"label": label, "theirs": shown(stale.theirs.get(name)), "mine": shown(stale.mine.get(name))}
            for name, label in labels.items()
        ],
    }


def _decision_page(
    what: str, series_id: int, one: Coming, form: Any, conflict: dict[str, Any] | None = None
) -> str:
    return render_template(
        f"audits/series/{what}.html",
        one=one,
        form=form,
        name=_name(_series(series_id)),
        series_id=series_id,
        conflict=conflict,
    )


@bp.post("/series/<int:series_id>/coming/<key>/back")
@requires(Permission.AUDIT_ASSIGN)
def restore_coming(series_id: int, key: str) -> BaseResponse:
    """Have one audit come as the rule says after all."""
    _series(series_id)
    try:
        actions.take_back(
            current_actor(), request_time(), series_id, key, request.form.get("based_on", type=int)
        )
    except Stale:
        flash(_("Somebody else decided on this audit meanwhile. Nothing was changed; see below."), "warning")
        return redirect(url_for("audits.one_series", series_id=series_id), 303)
    return _back(series_id, _("The audit comes as the rule says."))


@bp.route("/series/<int:series_id>/terms", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def series_terms(series_id: int) -> Answer:
    """Change people, days and direction from a day on."""
    one, moment = _series(series_id), _moment()
    last = series.last_terms(series_id)
    usual = {
        "lead_days": last.lead_days,
        "due_days": last.due_days,
        "direction": last.direction,
        "from_day": max(moment.day, last.valid_from),
        "based_on": last.id,
    }
    form = SeriesTermsForm(data=usual)
    ticked = request.form.getlist("auditors", type=int) if request.method == "POST" else list(last.auditors)
    if request.method == "GET" or "find" in request.form:
        return _terms_page(one, form, ticked)
    if not form.validate():
        return _terms_page(one, form, ticked), 422
    wanted = actions.Terms(
        cast(int, form.lead_days.data), cast(int, form.due_days.data), str(form.direction.data), tuple(ticked)
    )
    try:
        actions.change_terms(
            current_actor(), request_time(), series_id, wanted, cast(date, form.from_day.data),
            request.form.get("based_on", 0, type=int),
        )  # fmt: skip
    except RuleBroken as broken:
        field = form._fields.get(broken.field or "")
        if field is None:
            return _terms_page(one, form, ticked, error=str(broken)), 422
        field.errors = [*field.errors, str(broken)]
        return _terms_page(one, form, ticked), 422
    except Stale as stale:
        form.based_on.data = str(stale.theirs["row"])
        return _terms_page(one, form, ticked, conflict=_terms_conflict(stale)), 409
    return _back(series_id, _("The terms are changed. No date of the rule moves."))


def _terms_conflict(stale: Stale) -> dict[str, Any]:
    form, moment = SeriesTermsForm(), _moment()
    names = people.names([*stale.theirs["auditors"], *stale.mine["auditors"]], moment)

    def shown(name: str, value: Any) -> Any:
        if name == "auditors":
            return _(", ").join(names.get(one, "") for one in value)
        return recurrence.DIRECTION_LABELS[value] if name == "direction" else value

    labels = {
        **{n: form[n].label.text for n in ("lead_days", "due_days", "direction")},
        "auditors": _("Auditors"),
    }
    return {
        "who": people.name(stale.theirs["by"], moment),
        "when": format_instant(stale.theirs["at"]),
        "rows": [
            {"label": label, "theirs": shown(name, stale.theirs[name]), "mine": shown(name, stale.mine[name])}
            for name, label in labels.items()
        ],
    }


def _terms_page(
    one: AuditSeries,
    form: SeriesTermsForm,
    ticked: list[int],
    error: str = "",
    conflict: dict[str, Any] | None = None,
) -> str:
    moment, text = _moment(), request.form.get("person", "").strip()
    found = searching.persons_matching(current_actor(), text, moment, current()) if text else []
    persons = list(dict.fromkeys([*ticked, *(match["id"] for match in found)]))
    names, units = people.names(persons, moment), people.main_departments(persons, moment)
    tree = people.tree(moment)
    return render_template(
        "audits/series/terms.html",
        series=one,
        name=_name(one),
        form=form,
        people=[(p, names.get(p, ""), tree.name(units.get(p), current())) for p in persons],
        ticked=set(ticked),
        person_text=text,
        error=error,
        conflict=conflict,
    )
