"""Submitting, approving, sending back, cancelling, and settling a broken independence."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from auditor.access import Permission, requires
from auditor.audits import actions, deciding, facts, queries, workpage
from auditor.audits.forms import DecisionForm, ReasonForm, SettleForm, SubmitForm
from auditor.audits.models import Audit, IndependenceException, IndependenceSettlement
from auditor.audits.pages import audit_page
from auditor.audits.results import AUDITS, EDITABLE, State
from auditor.audits.views import bp
from auditor.dated import Moment
from auditor.errors import NotFound, RuleBroken, Stale
from auditor.language import _, current
from auditor.web import current_actor, request_time

Answer = str | tuple[str, int] | BaseResponse


@bp.route("/<int:audit_id>/submit", methods=["GET", "POST"])
@requires(Permission.AUDIT_CONDUCT)
def submit(audit_id: int) -> Answer:
    """Show what is still missing, and hand the audit in."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_CONDUCT, at)
    form = SubmitForm()
    error = ""
    if form.validate_on_submit():
        try:
            reason = form.unconfirmed_reason.data or ""
            actions.submit(actor, at, audit, form.comment.data or "", reason)
        except RuleBroken as broken:
            if broken.field:
                form[broken.field].errors = [str(broken)]
            else:
                error = str(broken)
        except Stale:
            return redirect(_page_of(audit), 303)  # a second click: it is handed in already
        else:
            flash(_("The audit is submitted. Who may approve it is told by mail."), "success")
            return redirect(_page_of(audit), 303)
    entries = {one.id: one for group in workpage.groups(audit.id, current()) for one in group.entries}
    page = render_template(
        "audits/submit.html",
        page=audit_page(audit, Moment.at(at), current()),
        ready=actions.readiness(audit.id, at),
        entries=entries,
        form=form,
        error=error,
        open=State(audit.current_state) in EDITABLE,
        facts_policy=facts.policy(Moment.at(at)) if audit.kind in list(AUDITS) else facts.OPTIONAL,
    )
    return page, 422 if error or form.errors else 200


@bp.get("/<int:audit_id>/decide")
@requires(Permission.AUDIT_APPROVE)
def decide(audit_id: int) -> Answer:
    """Show a submitted audit to who decides on it."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_APPROVE, at)
    decision = deciding.decision_of(actor, at, audit)
    form = DecisionForm(data={"outside_name": decision.outside, "outside_on": Moment.at(at).day})
    return _decide_page(audit, form, "", 200)


@bp.post("/<int:audit_id>/approve")
@requires(Permission.AUDIT_APPROVE)
def approve(audit_id: int) -> Answer:
    """Approve the audit."""
    return _decided(audit_id, actions.approve, _("The audit is approved."))


@bp.post("/<int:audit_id>/return")
@requires(Permission.AUDIT_APPROVE)
def send_back(audit_id: int) -> Answer:
    """Send the audit back with a comment."""
    done = _("The audit is sent back. The auditors are told by mail.")
    return _decided(audit_id, actions.send_back, done)


@bp.post("/<int:audit_id>/reopen")
@requires(Permission.AUDIT_APPROVE)
def reopen(audit_id: int) -> Answer:
    """Have an approved or closed audit corrected, with the reason."""
    done = _("The audit is reopened. The auditors are told by mail.")
    return _decided(audit_id, actions.reopen, done)


@bp.post("/<int:audit_id>/close")
@requires(Permission.AUDIT_APPROVE)
def close(audit_id: int) -> Answer:
    """Close an approved audit although something is open, with the reason."""
    return _decided(audit_id, actions.close, _("The audit is closed."))


def _decided(audit_id: int, act: Callable[..., None], done: str) -> Answer:
    """Take the decision of the actor, or record the one of a person from outside."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_APPROVE, at)
    form = DecisionForm()
    if not form.validate():
        return _decide_page(audit, form, "", 422)
    try:
        outsider = form.outsider() if deciding.decision_of(actor, at, audit).outside else None
        act(actor, at, audit, form.comment.data or "", outsider)
    except RuleBroken as broken:
        if broken.field:
            getattr(form, broken.field).errors = [str(broken)]
        return _decide_page(audit, form, "" if broken.field else str(broken), 422)
    except Stale:
        return redirect(_page_of(audit), 303)
    flash(done, "success")
    return redirect(_page_of(audit), 303)


@bp.route("/<int:audit_id>/cancel", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def cancel(audit_id: int) -> Answer:
    """Cancel an audit, with the reason."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_ASSIGN, at)
    form = ReasonForm()
    error = ""
    if form.validate_on_submit():
        try:
            actions.cancel(actor, at, audit, str(form.reason.data))
        except RuleBroken as broken:
            error = str(broken)
        except Stale:
            return redirect(_page_of(audit), 303)
        else:
            flash(_("The audit is cancelled. What was recorded stays."), "success")
            return redirect(_page_of(audit), 303)
    page = render_template(
        "audits/cancel.html", page=audit_page(audit, Moment.at(at), current()), form=form, error=error
    )
    return page, 422 if error or form.errors else 200


@bp.route("/<int:audit_id>/exceptions/<int:exception_id>", methods=["GET", "POST"])
@requires(Permission.AUDIT_ASSIGN)
def settle(audit_id: int, exception_id: int) -> Answer:
    """Settle a broken independence."""
    at, actor = request_time(), current_actor()
    audit = queries.audit_for(actor, audit_id, Permission.AUDIT_ASSIGN, at)
    exception = IndependenceException.get_or_none(
        IndependenceException.id == exception_id, IndependenceException.audit == audit_id
    )
    if exception is None:
        raise NotFound
    form = SettleForm()
    error, status = "", 200
    if form.validate_on_submit():
        try:
            outcome = actions.Outcome(form.outcome.data)
            actions.settle(actor, at, exception, outcome, str(form.reason.data))
        except RuleBroken as broken:
            error, status = str(broken), 422
        except Stale:
            error, status = _("Somebody else has settled this meanwhile; see below."), 409
        else:
            flash(_("The broken independence is settled."), "success")
            return redirect(_page_of(audit), 303)
    page = audit_page(audit, Moment.at(at), current())
    return render_template(
        "audits/settle.html",
        page=page,
        broken=next(one for one in page.breaks if one.id == exception_id),
        settled=IndependenceSettlement.latest(Moment.at(at), exception=exception_id),
        form=form,
        error=error,
    ), 422 if form.errors else status


def _decide_page(audit: Audit, form: DecisionForm, error: str, status: int) -> Answer:
    at = request_time()
    body = render_template(
        "audits/decide.html",
        page=audit_page(audit, Moment.at(at), current()),
        groups=workpage.groups(audit.id, current()),
        decision=deciding.decision_of(current_actor(), at, audit),
        form=form,
        error=error,
        State=State,
    )
    return body, status


def _page_of(audit: Audit) -> str:
    return url_for("audits.show", audit_id=audit.id)
