"""Assigning self-inspections in two pages: where, which and when; then the controls one by one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from auditor.access import Permission, requires
from auditor.audits.inspections import preparing
from auditor.audits.inspections.assigning import check_dates
from auditor.audits.models import AuditDraft
from auditor.audits.preparing import keep
from auditor.audits.series import checked_rule
from auditor.audits.views.choosing import chosen
from auditor.audits.views.controls import by_category
from auditor.audits.views.inspections import bp
from auditor.audits.views.inspections.forms import TermsForm
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import CatalogueVersion
from auditor.catalogue.words import FREQUENCIES, TARGETS
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _, _n, current
from auditor.people.kinds import UnitLevel
from auditor.web import current_actor, request_time

Page = str | tuple[str, int] | BaseResponse
_DAYS = ("period_from", "period_to", "starts_on", "due_on")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new() -> Page:
    """Ask what is inspected, by which controls, over which period, when."""
    return _terms(None)


@bp.route("/new/<int:draft_id>", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def terms(draft_id: int) -> Page:
    """Ask the same again of self-inspections that are being put together."""
    return _terms(preparing.draft_for(current_actor(), draft_id))


def _terms(draft: AuditDraft | None) -> Page:
    at, actor = request_time(), current_actor()
    values = draft.values if draft else preparing.usual_values(at)
    form = _form(values, catalogue.versions_in_use(Moment.at(at)))
    every = preparing.units(Moment.at(at), current())
    known = {one.subject.id: one for one in every}
    picked = set(values["subjects"]) & known.keys()
    if request.method == "GET":
        return _terms_page(form, every, picked, None, 200)
    picked = set(request.form.getlist("subjects", type=int)) & known.keys()
    level = request.form.get("all", "")
    if level:  # a button that ticks all of a kind; nothing is checked yet
        more = {one.subject.id for one in every if level == (one.level or one.subject.kind)}
        return _terms_page(form, every, picked | more, None, 200)
    valid = form.validate()
    error = None if picked else _("Choose at least one subject.")
    if valid and error is None:
        try:
            kept = _kept(form)
        except RuleBroken as broken:
            form[broken.field or "due_on"].errors = [str(broken)]
        else:
            draft = draft or preparing.start(actor, at)
            # Others have other controls, and so has another catalogue or frequency.
            same = (sorted(picked), kept["version"], kept["frequency"]) == (
                sorted(draft.values["subjects"]),
                draft.values["version"],
                draft.values["frequency"],
            )
            controls = draft.values["controls"] if same else None
            keep(draft, at, subjects=sorted(picked), controls=controls, **kept)
            return redirect(url_for("inspections.new_controls", draft_id=draft.id), 303)
    return _terms_page(form, every, picked, error, 422)


@bp.route("/new/<int:draft_id>/controls", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def new_controls(draft_id: int) -> Page:
    """Show who would answer and which controls are inspected, and assign."""
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    draft = preparing.draft_for(actor, draft_id)
    values = draft.values
    _version, fittings = preparing.offered(values, moment)
    controls = preparing.controls_of(fittings)
    known = {one.id for one in controls}
    stored = values["controls"]
    picked = preparing.often_enough(controls, values["frequency"]) if stored is None else set(stored) & known
    status, error = 200, ""
    if request.method == "POST":
        picked = chosen(controls, picked)
        keep(draft, at, controls=[one.id for one in controls if one.id in picked])
        if "next" not in request.form:
            words = request.form.get("q", "").strip() or None
            return redirect(url_for("inspections.new_controls", draft_id=draft.id, q=words), 303)
        try:
            made = preparing.finish(actor, at, draft)
        except RuleBroken as broken:
            status, error = 422, str(broken)
        else:
            flash(
                _n(
                    "%(num)s self-inspection is assigned. Whoever answers is told by mail.",
                    "%(num)s self-inspections are assigned. Whoever answers is told by mail.",
                    len(made),
                ),
                "success",
            )
            return redirect(url_for("inspections.index"), 303)
    text = request.values.get("q", "").strip()
    body = render_template(
        "audits/inspections/new_controls.html",
        draft=draft,
        units=preparing.units(moment, current(), values["subjects"]),
        groups=by_category(controls, picked, text),
        picked=picked,
        total=len(controls),
        q=text,
        error=error,
        frequency_words=FREQUENCIES,
    )
    return body, status


def _form(values: dict[str, Any], versions: list[CatalogueVersion]) -> TermsForm:
    """Return the form; where one catalogue is in use there is none to choose."""
    known = [one.id for one in versions]
    version = values["version"] if values["version"] in known else next(iter(known), None)
    days = {name: date.fromisoformat(values[name]) for name in _DAYS}
    form = TermsForm(data={**values, **days, "version": version})
    form.version.choices = [SelectChoice(one.id, f"{catalogue.title(one)} {one.version}") for one in versions]
    if len(versions) < 2:
        del form.version
    form.frequency.choices = [
        SelectChoice("monthly", _("Those due monthly")),
        SelectChoice("quarterly", _("Those due quarterly or more often")),
        SelectChoice("semiannual", _("Those due twice a year or more often")),
        SelectChoice("annual", _("All")),
    ]
    form.recurs.choices = [
        SelectChoice("", _("Once only")),
        SelectChoice("monthly", _("Every month")),
        SelectChoice("quarterly", _("Every quarter")),
        SelectChoice("half_yearly", _("Every half year")),
        SelectChoice("yearly", _("Every year")),
        SelectChoice("rule", _("By a custom rule")),
    ]
    return form


def _kept(form: TermsForm) -> dict[str, Any]:
    given: Any = form.data
    check_dates(*(given[name] for name in _DAYS))
    rule = checked_rule(form.rule.data or "") if form.recurs.data == "rule" else ""
    return {
        "version": form.version.data if "version" in form else None,
        "frequency": form.frequency.data,
        "recurs": form.recurs.data,
        "rule": rule,
        **{name: given[name].isoformat() for name in _DAYS},
    }


def _terms_page(
    form: TermsForm, every: list[preparing.Unit], picked: set[int], error: str | None, status: int
) -> Page:
    levels = [level for level in preparing.LEVELS if any(one.level == level for one in every)]
    kinds = list(dict.fromkeys(one.subject.kind for one in every if not one.level))
    body = render_template(
        "audits/inspections/new_terms.html",
        form=form,
        units=every,
        picked=picked,
        levels=levels,
        kinds=kinds,
        subjects_error=error,
        level_words={level.value: level.label for level in UnitLevel},
        kind_words=TARGETS,
    )
    return body, status
