"""The department's answer: cause, correction, corrective actions, and handing the plan in."""

from __future__ import annotations

from datetime import date, datetime

from peewee import fn

from auditor import activity, clock
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import foureyes
from auditor.findings.flow import grade_of, locked, move, must_be_seen, must_stand, there
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    Cause,
    Correction,
    CorrectiveAction,
    Finding,
)
from auditor.findings.rounds import hand_over, standing_actions
from auditor.findings.states import ActionState as Step
from auditor.findings.states import State
from auditor.findings.telling import head_of, tell
from auditor.language import _l
from auditor.people import queries as people

ANSWER_WRITTEN = activity.event_type("finding.answer_written", _l("Cause and correction written"), "finding")
ACTION_PLANNED = activity.event_type(
    "finding.action_planned", _l("Corrective action planned"), "finding", "corrective_action", "owner"
)
ACTION_CHANGED = activity.event_type(
    "finding.action_changed", _l("Corrective action changed"), "finding", "corrective_action", "owner"
)
PLAN_SUBMITTED = activity.event_type("finding.plan_submitted", _l("Plan submitted"), "finding")
PLAN_APPROVED = activity.event_type("finding.plan_approved", _l("Plan approved"), "finding")
PLAN_RETURNED = activity.event_type("finding.plan_returned", _l("Plan sent back"), "finding")
_WRITABLE = (State.RECORDED, State.ACTING)


def answer(
    actor: Actor,
    at: datetime,
    finding: Finding,
    *,
    cause: str,
    correction: str,
    corrected_on: date | None = None,
    seen_cause: int | None = None,
    seen_correction: int | None = None,
) -> None:
    """Write cause and correction, each as a new row where it changed.

    Raises Stale when somebody wrote one since ``seen_…`` (row ids; 0: none was shown).
    """
    if corrected_on and corrected_on > clock.day_of(at):
        raise RuleBroken(
            _l("A correction is what has already been done. Enter today or an earlier day."),
            "corrected_on",
        )
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, *_WRITABLE)
        was_cause = Cause.latest(moment, finding=finding.id)
        was_correction = Correction.latest(moment, finding=finding.id)
        cause_changed = cause != (was_cause.text if was_cause else "")
        correction_changed = (correction, corrected_on) != (
            (was_correction.text, was_correction.done_on) if was_correction else ("", None)
        )
        if cause_changed:
            must_be_seen(was_cause, seen_cause, {"text": cause})
            Cause.write(at, actor.person_id, replaces=was_cause, finding=finding.id, text=cause)
        if correction_changed:
            must_be_seen(was_correction, seen_correction, {"text": correction, "done_on": corrected_on})
            Correction.write(
                at,
                actor.person_id,
                replaces=was_correction,
                finding=finding.id,
                text=correction,
                done_on=corrected_on,
            )
        if cause_changed or correction_changed:
            activity.record(ANSWER_WRITTEN, finding=finding.id)


def plan_action(
    actor: Actor, at: datetime, finding: Finding, *, text: str, owner_id: int, due_on: date
) -> CorrectiveAction:
    """Add a corrective action with its owner; the owner is told once the plan is approved (now, if it is).

    The same action sent twice is added once. Raises RuleBroken for a past due date or a leaver.
    """
    moment = Moment.at(at)
    _must_fit(owner_id, due_on, moment)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, *_WRITABLE)
        for twin in standing_actions(finding, moment):
            if (twin.text, twin.owner_id, twin.due_on) == (text, owner_id, due_on) and not twin.withdrawn:
                return twin.corrective_action
        mine = CorrectiveAction.finding == finding.id
        last = CorrectiveAction.select(fn.MAX(CorrectiveAction.number)).where(mine).scalar() or 0
        planned: CorrectiveAction = CorrectiveAction.create(finding=finding, number=last + 1, created_at=at)
        ActionDetail.write(
            at, actor.person_id, corrective_action=planned, text=text, owner=owner_id, due_on=due_on
        )
        ActionState.write(at, actor.person_id, corrective_action=planned, state=Step.OPEN.value)
        activity.record(ACTION_PLANNED, finding=finding.id, corrective_action=planned.id, owner=owner_id)
        if finding.current_state == State.ACTING:
            _tell_owner(finding, planned, owner_id, planned.id, at, actor)
        return planned


def change_action(
    actor: Actor,
    at: datetime,
    planned: CorrectiveAction,
    *,
    text: str,
    owner_id: int,
    due_on: date,
    withdrawn: bool = False,
    reason: str = "",
    seen: int | None = None,
) -> None:
    """Change or withdraw an action that is not done; once the plan is approved a reason is needed.

    Raises Stale when somebody changed it since ``seen`` (the id of the ActionDetail shown).
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(planned.finding)
        must_stand(finding, *_WRITABLE)
        now = there(ActionDetail.latest(moment, corrective_action=planned.id))
        step = there(ActionState.latest(moment, corrective_action=planned.id))
        must_be_seen(now, seen, {"text": text, "due_on": due_on, "reason": reason})
        if step.state == Step.DONE:
            raise RuleBroken(_l("The action is done already. What is done is not changed any more."))
        if (now.text, now.owner_id, now.due_on, now.withdrawn) == (text, owner_id, due_on, withdrawn):
            return
        if finding.current_state == State.ACTING and not reason.strip():
            raise RuleBroken(
                _l("The plan has been approved. Say why it is changed; everybody sees the reason."), "reason"
            )
        if withdrawn and owner_id != now.owner_id:
            _must_work(owner_id, moment)
        elif not withdrawn and (owner_id, due_on) != (now.owner_id, now.due_on):
            _must_fit(owner_id, due_on, moment)
        row = ActionDetail.write(
            at,
            actor.person_id,
            replaces=now,
            corrective_action=planned,
            text=text,
            owner=owner_id,
            due_on=due_on,
            withdrawn=withdrawn,
            reason=reason,
        )
        activity.record(ACTION_CHANGED, finding=finding.id, corrective_action=planned.id, owner=owner_id)
        if finding.current_state != State.ACTING:
            return
        if withdrawn:
            hand_over(actor, at, finding)  # it may have been the last one that was waited for
        elif owner_id != now.owner_id:
            _tell_owner(finding, planned, owner_id, row.id, at, actor)


def submit(actor: Actor, at: datetime, finding: Finding, seen: int | None = None) -> None:
    """Hand the plan in for approval. Raises RuleBroken naming what is missing."""
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, State.RECORDED)
        _must_be_complete(finding, Moment.at(at))
        move(actor, at, finding, State.ANSWERED, seen=seen)
        activity.record(PLAN_SUBMITTED, finding=finding.id)
        line = foureyes.first_in_line(finding, Moment.at(at))
        tell("finding_answered", finding, line, _turn(at), at, actor)


def approve_plan(
    actor: Actor,
    at: datetime,
    finding: Finding,
    comment: str = "",
    outside: bool = False,
    seen: int | None = None,
) -> None:
    """Approve the plan: the owners start. An observation or improvement without actions closes with it.

    Raises RuleBroken when the actor is one of those who fix it (design §3.4).
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, State.ANSWERED)
        foureyes.refuse_fixer(actor, finding, at, outside)
        _must_be_complete(finding, moment)
        actions = [row for row in standing_actions(finding, moment) if not row.withdrawn]
        to = State.ACTING if actions else State.CLOSED
        move(actor, at, finding, to, comment, seen)
        activity.record(PLAN_APPROVED, finding=finding.id)
        for row in actions:
            _tell_owner(finding, row.corrective_action, row.owner_id, row.id, at, actor)
        if to is State.CLOSED:
            tell("finding_closed", finding, head_of(finding, moment), 1, at, actor)


def return_plan(
    actor: Actor, at: datetime, finding: Finding, comment: str, outside: bool = False, seen: int | None = None
) -> None:
    """Send the plan back to the department with what is missing."""
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, State.ANSWERED)
        foureyes.refuse_fixer(actor, finding, at, outside)
        if not comment.strip():
            raise RuleBroken(_l("Say what is missing, so that the department can put it right."), "comment")
        move(actor, at, finding, State.RECORDED, comment, seen)
        activity.record(PLAN_RETURNED, finding=finding.id)
        tell("finding_plan_returned", finding, head_of(finding, Moment.at(at)), _turn(at), at, actor)


def _must_be_complete(finding: Finding, moment: Moment) -> None:
    """A nonconformity needs cause, correction and an action; the rest needs some answer (JIS Q 15001, 10)."""
    cause = Cause.latest(moment, finding=finding.id)
    correction = Correction.latest(moment, finding=finding.id)
    actions = any(not row.withdrawn for row in standing_actions(finding, moment))
    given = [bool(cause and cause.text.strip()), bool(correction and correction.text.strip()), actions]
    if not grade_of(finding, moment).nonconformity:
        if not any(given):
            raise RuleBroken(_l("Write an answer first: what you think of it, or what you will do."))
        return
    for has_it, missing in zip(given, _MISSING, strict=True):
        if not has_it:
            raise RuleBroken(missing)


_MISSING = (
    _l("The cause is still missing. Write it, then submit the plan."),
    _l("The correction is still missing. Write what was done at once, then submit the plan."),
    _l("A nonconformity needs at least one corrective action. Add one, then submit the plan."),
)


def _must_fit(owner_id: int, due_on: date, moment: Moment) -> None:
    if due_on < moment.day:
        raise RuleBroken(_l("The due date is in the past. Choose today or a later day."), "due_on")
    _must_work(owner_id, moment)


def _must_work(owner_id: int, moment: Moment) -> None:
    if not people.is_working(owner_id, moment):
        raise RuleBroken(_l("This person no longer works here. Choose somebody else."), "owner")


def _tell_owner(
    finding: Finding, planned: CorrectiveAction, owner_id: int, about: int, at: datetime, actor: Actor
) -> None:
    tell(
        "action_assigned",
        finding,
        {owner_id},
        f"{planned.id}.{about}",
        at,
        actor,
        corrective_action=planned.id,
    )


def _turn(at: datetime) -> str:
    """What tells two rounds of the same notice apart."""
    return at.isoformat()
