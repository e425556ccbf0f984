"""Confirming a self-inspection, sending it back, cancelling it."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits.forms import DecisionForm
from auditor.audits.inspections import deciding, queries
from auditor.audits.inspections.sheet import sheet
from auditor.audits.models import Audit
from auditor.audits.results import State
from auditor.audits.views.inspections import bp
from auditor.audits.views.inspections.forms import ReasonForm
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _, current
from auditor.web import current_actor, request_time

Page = str | tuple[str, int] | BaseResponse


@bp.get("/<int:inspection_id>/confirm")
@requires(Permission.INSPECTION_CONFIRM)
def decide(inspection_id: int) -> Page:
    """Show the answers to who confirms: what is not kept and what differs from last time first."""
    audit, moment = _audit(inspection_id), Moment.at(request_time())
    named = deciding.outside_of(current_actor(), audit.id, moment)
    return _decide_page(audit, DecisionForm(data={"outside_name": named, "outside_on": moment.day}), "", 200)


@bp.post("/<int:inspection_id>/confirm")
@requires(Permission.INSPECTION_CONFIRM)
def confirm(inspection_id: int) -> Page:
    """Confirm the answers."""
    done = _("The self-inspection is confirmed.")
    return _decided(inspection_id, deciding.confirm, done, url_for("inspections.index", tab="submitted"))


@bp.post("/<int:inspection_id>/return")
@requires(Permission.INSPECTION_CONFIRM)
def send_back(inspection_id: int) -> Page:
    """Send the answers back with a comment."""
    done = _("The self-inspection is sent back. Whoever answers is told by mail.")
    return _decided(inspection_id, deciding.send_back, done)


def _decided(inspection_id: int, act: Callable[..., None], done: str, then: str = "") -> Page:
    """Take the decision, or record that of a person from outside; go on to ``then``, without it to the self-inspection."""
    audit, form = _audit(inspection_id), DecisionForm()
    if not form.validate():
        return _decide_page(audit, form, "", 422)
    try:
        at, actor = request_time(), current_actor()
        outsider = form.outsider() if deciding.outside_of(actor, audit.id, Moment.at(at)) else None
        act(actor, at, audit, form.comment.data or "", outsider)
    except RuleBroken as broken:
        if broken.field:
            form[broken.field].errors = [str(broken)]
        return _decide_page(audit, form, "" if broken.field else str(broken), 422)
    except Stale:
        return redirect(_page_of(audit), 303)
    flash(done, "success")
    return redirect(then or _page_of(audit), 303)


@bp.route("/<int:inspection_id>/cancel", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def cancel(inspection_id: int) -> Page:
    """Cancel a self-inspection, with the reason."""
    at, actor = request_time(), current_actor()
    audit = queries.inspection_for(actor, inspection_id, Permission.AUDIT_ASSIGN, at)
    form = ReasonForm()
    error = ""
    if form.validate_on_submit():
        try:
            deciding.cancel(actor, at, audit, str(form.reason.data))
        except RuleBroken as broken:
            error = str(broken)
        except Stale:
            return redirect(_page_of(audit), 303)
        else:
            flash(_("The self-inspection is cancelled. What was answered stays."), "success")
            return redirect(_page_of(audit), 303)
    page = sheet(audit, actor, Moment.at(at), current())
    body = render_template("audits/inspections/cancel.html", page=page, form=form, error=error)
    return body, 422 if error or form.errors else 200


def _decide_page(audit: Audit, form: DecisionForm, error: str, status: int) -> Page:
    at, actor = request_time(), current_actor()
    moment = Moment.at(at)
    page = sheet(audit, actor, moment, current())
    lacking = set(deciding.readiness(audit.id, moment).without_finding)
    first = [entry for entry in page.entries if entry.nonconforming or entry.differs]
    body = render_template(
        "audits/inspections/decide.html",
        page=page,
        first=first,
        others=[entry for entry in page.entries if entry not in first],
        lacking=lacking,
        refusal=deciding.refusal_of(actor, at, audit),
        outside=deciding.outside_of(actor, audit.id, moment),
        records="findings.record" in current_app.view_functions,
        form=form,
        error=error,
        State=State,
    )
    return body, status


def _audit(inspection_id: int) -> Audit:
    at = request_time()
    return queries.inspection_for(current_actor(), inspection_id, Permission.INSPECTION_CONFIRM, at)


def _page_of(audit: Audit) -> str:
    return url_for("inspections.show", inspection_id=audit.id)
