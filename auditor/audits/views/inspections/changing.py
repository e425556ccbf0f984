"""Changing a self-inspection that is not submitted: its dates, who answers, whether it comes again."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import planning
from auditor.audits import queries as audits
from auditor.audits.candidates import find_people
from auditor.audits.inspections import answering, assigning, naming, queries
from auditor.audits.inspections.sheet import sheet
from auditor.audits.models import Audit
from auditor.audits.results import EDITABLE, State
from auditor.audits.series import stop_series as stop
from auditor.audits.views.inspections import bp
from auditor.audits.views.inspections.forms import PlanForm
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current, format_instant
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Page = str | tuple[str, int] | BaseResponse


@bp.route("/<int:inspection_id>/plan", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def plan(inspection_id: int) -> Page:
    """Move the dates, with the reason."""
    at, actor = request_time(), current_actor()
    audit = _audit(inspection_id)
    stands = audits.plan_of(audit.id, Moment.at(at))
    form = PlanForm(data={"starts_on": stands.starts_on, "due_on": stands.due_on, "based_on": str(stands.id)})
    conflict, status, error = None, 422 if form.is_submitted() else 200, ""
    if form.validate_on_submit():
        given: Any = form.data
        based_on = form.based_on.data or ""
        seen = int(based_on) if based_on.isascii() and based_on.isdigit() and len(based_on) < 10 else 0
        try:
            answering.require_open(audit)
            assigning.check_dates(audit.period_from, audit.period_to, given["starts_on"], given["due_on"])
            planning.move_plan(actor, at, audit, given["starts_on"], given["due_on"], given["reason"], seen)
        except RuleBroken as broken:
            if broken.field and broken.field in form:
                form[broken.field].errors = [str(broken)]
            else:
                error = str(broken)
        except Stale as stale:
            conflict, status = _plan_conflict(stale), 409
            form.based_on.data = str(stale.theirs["row"])
        else:
            flash(_("The dates are moved."), "success")
            return redirect(url_for("inspections.show", inspection_id=audit.id), 303)
    page = sheet(audit, actor, Moment.at(at), current())
    body = render_template(
        "audits/inspections/plan.html",
        page=page,
        form=form,
        conflict=conflict,
        error=error,
        open=State(audit.current_state) in EDITABLE,
    )
    return body, status


@bp.get("/people/find")
@requires(Permission.AUDIT_ASSIGN)
def find_persons() -> Response:
    """Answer a search for persons as one types."""
    return jsonify(_matches(request.args.get("q", "")))


@bp.route("/<int:inspection_id>/respondents", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def respondents(inspection_id: int) -> Page:
    """Name who answers beside the responsible person."""
    at, actor = request_time(), current_actor()
    audit = _audit(inspection_id)
    moment = Moment.at(at)
    held = audits.auditors([audit.id], moment).get(audit.id, [])
    kept = {row.person_id for row in held}
    matches: list[dict[str, Any]] = []
    status, error, text = 200, "", ""
    if request.method == "POST":
        kept = set(request.form.getlist("kept", type=int)) & kept
        added, matches, error, text = _added()
        if not error:
            try:
                seen = request.form.getlist("based_on", type=int)
                naming.name_respondents(actor, at, audit, kept | added, seen)
            except RuleBroken as broken:
                error = str(broken)
            except Stale:
                status = 409
                error = _(
                    "Somebody else changed who answers meanwhile. Nothing was changed; look at it again."
                )
            else:
                flash(_("Who answers is changed. New ones are told by mail."), "success")
                return redirect(url_for("inspections.show", inspection_id=audit.id), 303)
        status = 422 if status == 200 else status
    body = render_template(
        "audits/inspections/respondents.html",
        page=sheet(audit, actor, moment, current()),
        held=held,
        kept=kept,
        names=people.names((row.person_id for row in held), moment),
        matches=matches,
        error=error,
        text=text,
        open=State(audit.current_state) in EDITABLE,
    )
    return body, status


def _added() -> tuple[set[int], list[dict[str, Any]], str, str]:
    """Return who is added, or who might be meant by the words, and what is wrong."""
    text = request.form.get("person_search", "").strip()
    chosen = request.form.get("person", type=int)
    if chosen is not None and people.is_working(chosen, Moment.at(request_time())):
        return {chosen}, [], "", text
    if not text:
        return set(), [], "", text
    matches = _matches(text)
    if len(matches) == 1:
        return {int(matches[0]["id"])}, [], "", text
    if matches:
        return set(), matches, _("Several match. Choose one of them."), text
    return set(), [], _("Nobody of that name works here. Search for another part of the name."), text


def _matches(text: str) -> list[dict[str, Any]]:
    moment = Moment.at(request_time())
    found = find_people(text.strip(), moment)
    names = people.names(found, moment)
    tree, units = people.tree(moment), people.main_departments(found, moment)
    return [
        {"id": one, "label": names.get(one, ""), "hint": tree.name(units.get(one), current())}
        for one in found
    ]


@bp.post("/<int:inspection_id>/series/stop")
@requires(Permission.AUDIT_ASSIGN)
def stop_series(inspection_id: int) -> BaseResponse:
    """Have no further self-inspections of this series opened."""
    audit = _audit(inspection_id)
    if audit.series_of_id is None:
        raise NotFound
    if stop(current_actor(), request_time(), audit.series_of_id):
        flash(_("No further self-inspections of this series will be opened."), "success")
    return redirect(url_for("inspections.show", inspection_id=audit.id), 303)


def _audit(inspection_id: int) -> Audit:
    return queries.inspection_for(current_actor(), inspection_id, Permission.AUDIT_ASSIGN, request_time())


def _plan_conflict(stale: Stale) -> dict[str, object]:
    theirs, mine = stale.theirs, stale.mine
    labels = {"starts_on": _("Starts on"), "due_on": _("Due on"), "reason": _("Reason")}
    return {
        "who": people.name(theirs.get("by"), Moment.at(request_time())),
        "when": format_instant(theirs.get("at")),
        "rows": [
            {"label": label, "theirs": theirs[name], "mine": mine[name]} for name, label in labels.items()
        ],
    }
