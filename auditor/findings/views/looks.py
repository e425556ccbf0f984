"""The looks of those who did not fix it: plan, verification, effectiveness, closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from auditor.access import Permission, requires
from auditor.errors import RuleBroken
from auditor.findings import answering, foureyes, queries, story, verifying
from auditor.findings.forms import CommentedForm, EffectivenessForm, ReviewForm, VerifyForm
from auditor.findings.models import Finding, FindingState
from auditor.findings.states import State
from auditor.findings.views import bp
from auditor.findings.views.response import Answer, Conflict, answered, not_now, now, page_of, words
from auditor.language import _
from auditor.web import current_actor, request_time

Act = Callable[[Finding, Any], None]


@bp.route("/<int:finding_id>/review", methods=["GET", "POST"])
@requires(Permission.FINDING_VERIFY)
def review(finding_id: int) -> Answer:
    def act(finding: Finding, form: Any) -> None:
        decide = answering.approve_plan if form.decision.data == "yes" else answering.return_plan
        decide(
            current_actor(), request_time(), finding, _words(form), bool(form.outside.data), form.seen.data
        )

    return _look(
        finding_id, Permission.FINDING_VERIFY, State.ANSWERED, ReviewForm, act, _("Decide on the plan")
    )


@bp.route("/<int:finding_id>/verify", methods=["GET", "POST"])
@requires(Permission.FINDING_VERIFY)
def verify(finding_id: int) -> Answer:
    def act(finding: Finding, form: Any) -> None:
        verifying.verify(
            current_actor(),
            request_time(),
            finding,
            accepted=form.decision.data == "yes",
            comment=_words(form),
            sent_back=form.sent_back.data or [],
            outside=bool(form.outside.data),
            seen=form.seen.data,
        )

    return _look(
        finding_id, Permission.FINDING_VERIFY, State.VERIFYING, VerifyForm, act, _("Verify the actions")
    )


@bp.route("/<int:finding_id>/effectiveness", methods=["GET", "POST"])
@requires(Permission.FINDING_VERIFY)
def effectiveness(finding_id: int) -> Answer:
    def act(finding: Finding, form: Any) -> None:
        verifying.check_effectiveness(
            current_actor(),
            request_time(),
            finding,
            effective=form.decision.data == "yes",
            comment=_words(form),
            outside=bool(form.outside.data),
            seen=form.seen.data,
        )

    return _look(
        finding_id,
        Permission.FINDING_VERIFY,
        State.EFFECTIVENESS,
        EffectivenessForm,
        act,
        _("Check the effectiveness"),
    )


@bp.route("/<int:finding_id>/close", methods=["GET", "POST"])
@requires(Permission.FINDING_CLOSE)
def close(finding_id: int) -> Answer:
    def act(finding: Finding, form: Any) -> None:
        verifying.confirm_closing(
            current_actor(), request_time(), finding, _words(form), bool(form.outside.data), form.seen.data
        )

    return _look(
        finding_id, Permission.FINDING_CLOSE, State.CONFIRMING, CommentedForm, act, _("Confirm the closing")
    )


def _look(
    finding_id: int, permission: Permission, state: State, kind: type[Any], act: Act, title: str
) -> Answer:
    """Show and take one of the four looks. Who fixed it reads why not, and who may, in place of the form."""
    actor, moment = current_actor(), now()
    finding = queries.finding_for(actor, finding_id, permission, moment)
    stands = FindingState.latest(moment, finding=finding.id)
    form = kind(data={"seen": stands.id if stands else 0})
    told = story.tell(actor, finding, moment)
    if "sent_back" in form:
        form.sent_back.choices = [
            SelectChoice(action.id, f"{action.number}. {action.text}") for action in told.standing
        ]
    if finding.current_state != state and not form.is_submitted():
        return not_now(finding)
    refused = foureyes.is_fixer(actor, told.fixer_ids)

    def render(conflict: Conflict | None) -> str:
        return render_template(
            "findings/look.html",
            form=form,
            finding=finding,
            story=told,
            title=title,
            conflict=conflict,
            refusal=foureyes.refusal(finding, moment) if refused else "",
            outside=foureyes.outside_verifier(moment) if refused else "",
            too_early=not form.is_submitted()
            and state is State.EFFECTIVENESS
            and told.check is not None
            and told.check.due_on > moment.day,
        )

    return answered(
        form,
        lambda: act(finding, form),
        _("Saved."),
        page_of(finding),
        render,
        lambda: FindingState.latest(now(), finding=finding.id),
    )


def _words(form: Any) -> str:
    said = words(form.comment)
    if form.outside.data and not said:
        raise RuleBroken(_("Write what the outside verifier looked at and found."), "comment")
    return said
