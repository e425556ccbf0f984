"""The department's answer and the owners' work: correction, cause, actions, done."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from auditor import settings_of
from auditor.access import Permission, Scope, requires
from auditor.errors import NotFound, RuleBroken
from auditor.findings import answering as answers
from auditor.findings import doing, pickers, queries, story
from auditor.findings.flow import detail_of
from auditor.findings.forms import ActionForm, AnswerForm, DoneForm
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    Cause,
    Correction,
    CorrectiveAction,
    Finding,
    FindingState,
)
from auditor.findings.states import State
from auditor.findings.views import bp
from auditor.findings.views.evidence import files_of
from auditor.findings.views.response import Answer, Conflict, answered, not_now, now, page_of, words
from auditor.language import _
from auditor.people import queries as people
from auditor.web import current_actor, request_time

_WRITABLE = (State.RECORDED, State.ACTING)


@bp.get("/owners")
@requires(Permission.FINDING_ANSWER)
def owners() -> Response:
    """Persons to choose an owner from, for those who answer for a department."""
    if Scope.DEPARTMENT not in current_actor().scopes(Permission.FINDING_ANSWER):
        raise NotFound
    found: Response = jsonify(pickers.persons(request.args.get("q", "")[:100], now()))
    return found


@bp.route("/<int:finding_id>/answer", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
def answer(finding_id: int) -> Answer:
    actor, moment = current_actor(), now()
    finding = queries.answerable(actor, finding_id, moment)
    cause = Cause.latest(moment, finding=finding.id)
    correction = Correction.latest(moment, finding=finding.id)
    form = AnswerForm(
        data={
            "cause": cause.text if cause else "",
            "correction": correction.text if correction else "",
            "corrected_on": correction.done_on if correction else None,
            "seen_cause": cause.id if cause else 0,
            "seen_correction": correction.id if correction else 0,
        }
    )
    if finding.current_state not in _WRITABLE and not form.is_submitted():
        return not_now(finding)

    def act() -> None:
        answers.answer(
            actor,
            request_time(),
            finding,
            cause=words(form.cause),
            correction=words(form.correction),
            corrected_on=form.corrected_on.data,
            seen_cause=form.seen_cause.data,
            seen_correction=form.seen_correction.data,
        )

    def render(conflict: Conflict | None) -> str:
        if conflict is not None:
            for field, model in ((form.seen_cause, Cause), (form.seen_correction, Correction)):
                row = model.latest(now(), finding=finding.id)
                field.data, field.raw_data = (row.id if row else 0), None
        return render_template(
            "findings/answer.html",
            form=form,
            finding=finding,
            story=story.tell(actor, finding, moment),
            conflict=conflict,
        )

    def newest() -> Any:
        rows = [model.latest(now(), finding=finding.id) for model in (Cause, Correction)]
        return max((row for row in rows if row), key=lambda row: row.recorded_at, default=None)

    return answered(form, act, _("Saved."), page_of(finding), render, newest)


@bp.route("/<int:finding_id>/actions/new", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
def new_action(finding_id: int) -> Answer:
    finding = queries.answerable(current_actor(), finding_id, now())
    return _action_page(finding, None)


@bp.route("/<int:finding_id>/actions/<int:number>/change", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
def change_action(finding_id: int, number: int) -> Answer:
    finding = queries.answerable(current_actor(), finding_id, now())
    planned = CorrectiveAction.get_or_none(
        CorrectiveAction.finding == finding.id, CorrectiveAction.number == number
    )
    if planned is None:
        raise NotFound
    return _action_page(finding, planned)


def _action_page(finding: Finding, planned: CorrectiveAction | None) -> Answer:
    actor, moment = current_actor(), now()
    detail = ActionDetail.latest(moment, corrective_action=planned.id) if planned else None
    form = ActionForm(
        data={
            "text": detail.text if detail else "",
            "due_on": detail.due_on if detail else detail_of(finding, moment).due_on,
            "seen": detail.id if detail else 0,
            "withdrawn": detail.withdrawn if detail else False,
        }
    )
    if finding.current_state not in _WRITABLE and not form.is_submitted():
        return not_now(finding)
    owner_id = detail.owner_id if detail else None
    chosen = pickers.Pick("owner", owner_id, people.name(owner_id, moment))
    if form.is_submitted():
        chosen = pickers.picked(request.form, "owner", moment, pickers.persons)

    def act() -> None:
        if chosen.value is None:
            raise RuleBroken(_("Responsible for the action: %(message)s", message=chosen.error))
        values: dict[str, Any] = {
            "text": words(form.text),
            "owner_id": chosen.value,
            "due_on": form.due_on.data,
        }
        if planned is None:
            answers.plan_action(actor, request_time(), finding, **values)
            return
        answers.change_action(
            actor,
            request_time(),
            planned,
            **values,
            withdrawn=form.withdrawn.data,
            reason=words(form.reason),
            seen=form.seen.data,
        )

    def render(conflict: Conflict | None) -> str:
        return render_template(
            "findings/action.html",
            form=form,
            finding=finding,
            planned=planned,
            chosen=chosen,
            conflict=conflict,
            needs_reason=finding.current_state == State.ACTING,
            finding_due=detail_of(finding, moment).due_on,
        )

    newest = (lambda: ActionDetail.latest(now(), corrective_action=planned.id)) if planned else None
    return answered(form, act, _("Saved."), f"{page_of(finding)}#actions", render, newest)


@bp.post("/<int:finding_id>/submit")
@requires(Permission.FINDING_ANSWER)
def submit(finding_id: int) -> Response:
    """Hand the plan in. What is missing is said on the finding's page, where it can be added."""
    actor = current_actor()
    finding = queries.answerable(actor, finding_id, now())
    seen = request.form.get("seen", type=int)
    state = FindingState.latest(now(), finding=finding.id)
    if state is not None and seen is not None and seen != state.id:
        return not_now(finding)  # sent twice, or somebody else was faster
    try:
        answers.submit(actor, request_time(), finding, seen)
    except RuleBroken as error:
        flash(str(error), "error")
        return redirect(page_of(finding), 303)
    flash(_("The plan was submitted. You will be told when it is approved or sent back."), "success")
    return redirect(page_of(finding), 303)


@bp.route("/<int:finding_id>/actions/<int:number>/done", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
def done(finding_id: int, number: int) -> Answer:
    actor, moment = current_actor(), now()
    planned = queries.action_for(actor, finding_id, number, moment)
    finding = queries.finding_for(actor, finding_id, Permission.FINDING_READ, moment)
    step = ActionState.latest(moment, corrective_action=planned.id)
    form = DoneForm(data={"seen": step.id if step else 0})
    if finding.current_state != State.ACTING and not form.is_submitted():
        return not_now(finding)
    folder = settings_of(current_app).evidence_folder
    return answered(
        form,
        lambda: doing.mark_done(
            actor,
            request_time(),
            planned,
            words(form.comment),
            list(files_of(form)),
            folder,
            form.seen.data,
        ),
        _("The action is marked as done."),
        page_of(finding),
        lambda conflict: render_template(
            "findings/done.html",
            form=form,
            finding=finding,
            planned=planned,
            detail=ActionDetail.latest(moment, corrective_action=planned.id),
            conflict=conflict,
        ),
        lambda: ActionState.latest(now(), corrective_action=planned.id),
    )
