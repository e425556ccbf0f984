"""Other due dates: asking, deciding, setting."""

from __future__ import annotations

from flask import render_template

from auditor.access import Permission, Scope, requires
from auditor.errors import Forbidden, NotFound
from auditor.findings import duedates, queries
from auditor.findings.flow import detail_of
from auditor.findings.forms import DueDecisionForm, DueForm
from auditor.findings.models import DueRequest, FindingDetail
from auditor.findings.views import bp
from auditor.findings.views.response import Answer, answered, day, not_now, now, page_of, words
from auditor.language import _
from auditor.people import queries as people
from auditor.web import current_actor, request_time


@bp.route("/<int:finding_id>/due", methods=["GET", "POST"])
@requires(Permission.FINDING_READ)
def due(finding_id: int) -> Answer:
    """Ask for another date; who may decide on dates, and is not of the department, sets it."""
    actor, moment = current_actor(), now()
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    department = queries.answers_for(actor, finding, moment)
    sets = Scope.COMPANY in actor.scopes(Permission.FINDING_DUE_CHANGE) and not department
    if not (sets or department or queries.may_on(actor, finding, Permission.FINDING_VERIFY, moment)):
        raise Forbidden
    detail = detail_of(finding, moment)
    form = DueForm(data={"seen": detail.id})

    def act() -> None:
        at, due_on, reason = request_time(), day(form.due_on), words(form.reason)
        if sets:
            duedates.change(actor, at, finding, due_on, reason, form.seen.data)
        else:
            duedates.ask(actor, at, finding, due_on, reason)

    if finding.current_state in ("closed", "withdrawn") and not form.is_submitted():
        return not_now(finding)
    done = (
        _("The due date was changed.") if sets else _("Your request was sent. You will be told the decision.")
    )
    return answered(
        form,
        act,
        done,
        page_of(finding),
        lambda conflict: render_template(
            "findings/due.html", form=form, finding=finding, detail=detail, sets=sets, conflict=conflict
        ),
        lambda: FindingDetail.latest(now(), finding=finding.id),
    )


@bp.route("/<int:finding_id>/due/<int:request_id>", methods=["GET", "POST"])
@requires(Permission.FINDING_DUE_CHANGE)
def decide_due(finding_id: int, request_id: int) -> Answer:
    actor, moment = current_actor(), now()
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_DUE_CHANGE, moment)
    asked = DueRequest.get_or_none(DueRequest.id == request_id, DueRequest.finding == finding.id)
    if asked is None:
        raise NotFound
    form = DueDecisionForm()
    waiting = duedates.waiting_request(finding)
    if (waiting is None or waiting.id != asked.id) and not form.is_submitted():
        return not_now(finding)
    return answered(
        form,
        lambda: duedates.decide(
            actor, request_time(), asked, form.decision.data == "yes", words(form.comment)
        ),
        _("The decision is recorded. Those concerned are told."),
        page_of(finding),
        lambda conflict: render_template(
            "findings/decide_due.html",
            form=form,
            finding=finding,
            asked=asked,
            who=people.name(asked.asked_by_id, moment),
            detail=detail_of(finding, moment),
        ),
    )
