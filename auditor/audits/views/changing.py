"""Changing an audit that is not submitted: its dates, its auditors, whether it comes again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import actions, queries
from auditor.audits.assigning import Appointee, NewAudit
from auditor.audits.forms import PlanForm
from auditor.audits.models import Audit, AuditItem
from auditor.audits.pages import audit_page
from auditor.audits.results import EDITABLE, State
from auditor.audits.views import bp
from auditor.audits.views.choosing import people_shown, picked_people
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current, format_instant
from auditor.people import queries as people
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.route("/<int:audit_id>/plan", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def plan(audit_id: int) -> Answer:
    """Move the dates, with the reason."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_ASSIGN, at)
    stands = queries.plan_of(audit_id, Moment.at(at))
    form = PlanForm(data={"starts_on": stands.starts_on, "due_on": stands.due_on, "based_on": str(stands.id)})
    conflict, status, error = None, 200, ""
    if form.is_submitted():
        status = 422
    if form.validate_on_submit():
        given: Any = form.data
        based_on = int(given["based_on"]) if (given["based_on"] or "").isdigit() else 0
        try:
            actions.move_plan(
                actor, at, audit, given["starts_on"], given["due_on"], given["reason"], based_on
            )
        except RuleBroken as broken:
            if broken.field:
                form[broken.field].errors = [str(broken)]
            else:
                error = str(broken)
        except Stale as stale:
            conflict, status = _plan_conflict(stale), 409
            form.based_on.data = str(stale.theirs["row"])
        else:
            flash(_("The dates are moved."), "success")
            return redirect(url_for("audits.show", audit_id=audit_id), 303)
    body = render_template(
        "audits/plan.html",
        page=audit_page(audit, Moment.at(at), current()),
        form=form,
        conflict=conflict,
        error=error,
        open=State(audit.current_state) in EDITABLE,
    )
    return body, status


@bp.route("/<int:audit_id>/auditors", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def auditors(audit_id: int) -> Answer:
    """Change who audits."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_ASSIGN, at)
    moment = Moment.at(at)
    held = queries.auditors([audit_id], moment).get(audit_id, [])
    before = [Appointee(row.person_id, row.lead, row.override_reason) for row in held]
    appointees = picked_people(before)
    based_on = [row.id for row in held]
    status, error = 200, ""
    if request.method == "POST" and "find" not in request.form:
        try:
            seen = request.form.getlist("based_on", type=int)
            actions.change_auditors(actor, at, audit, appointees, seen)
        except RuleBroken as broken:
            status, error = 422, str(broken)
        except Stale as stale:
            status = 409
            names = people.names(stale.theirs["auditors"], moment)
            error = _(
                "Somebody else changed the auditors meanwhile: now %(names)s. Your change was not saved; what you ticked is still below. Save again to keep your choice.",
                names=_(", ").join(names.values()),
            )
        else:
            flash(_("The auditors are changed. New ones are told by mail."), "success")
            return redirect(url_for("audits.show", audit_id=audit_id), 303)
    return render_template(
        "audits/auditors.html",
        page=audit_page(audit, moment, current()),
        error=error,
        based_on=based_on,
        open=State(audit.current_state) in EDITABLE,
        new=_as_new(audit),
        **people_shown(audit.subject, _as_new(audit), appointees, moment, audit_id),
    ), status


@bp.post("/<int:audit_id>/series/stop")
@requires(Permission.AUDIT_ASSIGN)
def stop_series(audit_id: int) -> BaseResponse:
    """Have no further audits of this series opened."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_ASSIGN, at)
    if audit.series_of_id is None:
        raise NotFound
    if actions.stop_series(actor, at, audit.series_of_id):
        flash(_("No further audits of this series will be opened."), "success")
    return redirect(url_for("audits.show", audit_id=audit_id), 303)


def _as_new(audit: Audit) -> NewAudit:
    """Return the audit in the form in which candidates are judged for it."""
    controls = AuditItem.select(AuditItem.control).where(AuditItem.audit == audit.id)
    plan = queries.plan_of(audit.id, Moment.at(request_time()))
    return NewAudit(
        subject_id=audit.subject_id,
        kind=audit.kind,
        version_id=audit.version_id,
        control_ids=tuple(row.control_id for row in controls),
        period_from=audit.period_from,
        period_to=audit.period_to,
        starts_on=plan.starts_on,
        due_on=plan.due_on,
    )


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
