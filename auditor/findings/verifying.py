"""Verification, effectiveness check, closing: always by somebody who did not fix it (design §3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from peewee import fn

from auditor import activity
from auditor.access import Actor
from auditor.calendars import business_day
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import foureyes
from auditor.findings.flow import grade_of, locked, move, must_stand
from auditor.findings.models import (
    ActionState,
    EffectivenessCheck,
    EffectivenessResult,
    Finding,
    Verification,
)
from auditor.findings.rounds import standing_actions
from auditor.findings.states import ActionState as Step
from auditor.findings.states import Grade, State
from auditor.findings.telling import department_side, tell
from auditor.language import _l, format_long_day

VERIFIED = activity.event_type("finding.verified", _l("Actions verified"), "finding", "accepted")
EFFECTIVENESS_CHECKED = activity.event_type(
    "finding.effectiveness_checked", _l("Effectiveness checked"), "finding", "check", "effective"
)
CLOSED = activity.event_type("finding.closed", _l("Finding closed"), "finding")


def verify(
    actor: Actor,
    at: datetime,
    finding: Finding,
    *,
    accepted: bool,
    comment: str,
    sent_back: Iterable[int] = (),
    outside: bool = False,
    seen: int | None = None,
) -> None:
    """Accept what was done, or send the named actions back (ids; all of them when none is named).

    Accepted, a nonconformity gets its effectiveness check; anything less is closed. ``outside`` records the
    company's outside verifier. Raises RuleBroken, naming who may, when the actor fixed it.
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, State.VERIFYING)
        by_outside = foureyes.refuse_fixer(actor, finding, at, outside)
        if not comment.strip():
            raise RuleBroken(_l("Write what you looked at and what you found."), "comment")
        to = State.ACTING if not accepted else _after_acceptance(finding, moment)
        move(actor, at, finding, to, comment, seen)
        Verification.create(
            finding=finding,
            verified_by=actor.person_id,
            accepted=accepted,
            comment=comment,
            outside=by_outside,
            verified_at=at,
        )
        activity.record(VERIFIED, finding=finding.id, accepted=accepted)
        if not accepted:
            _send_back(actor, at, finding, comment, set(sent_back))
        elif to is State.EFFECTIVENESS:
            _open_check(at, finding, moment)
        else:
            tell("finding_closed", finding, department_side(finding, moment), 1, at, actor)


def check_effectiveness(
    actor: Actor,
    at: datetime,
    finding: Finding,
    *,
    effective: bool,
    comment: str,
    outside: bool = False,
    seen: int | None = None,
) -> None:
    """Say whether the cause is gone: it closes (a major one waits for a confirmation) or a new round begins.

    Raises RuleBroken before the day the check falls due, and when the actor fixed it.
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, State.EFFECTIVENESS)
        by_outside = foureyes.refuse_fixer(actor, finding, at, outside)
        check = open_check(finding)
        if check is None:
            raise LookupError(f"finding {finding.id} waits for a check that was never opened")
        if moment.day < check.due_on:
            raise RuleBroken(
                _l(
                    "It is too early to tell whether the actions had an effect. The check falls due on %(due)s.",
                    due=format_long_day(check.due_on),
                )
            )
        if not comment.strip():
            raise RuleBroken(_l("Write how you checked it and what you found."), "comment")
        to = _after_check(effective, finding, moment)
        move(actor, at, finding, to, comment, seen)
        EffectivenessResult.create(
            check_of=check,
            checked_by=actor.person_id,
            effective=effective,
            comment=comment,
            outside=by_outside,
            checked_at=at,
        )
        activity.record(EFFECTIVENESS_CHECKED, finding=finding.id, check=check.id, effective=effective)
        fixing = department_side(finding, moment)
        if to is State.ACTING:
            tell("finding_reopened", finding, fixing, check.id, at, actor)
        elif to is State.CONFIRMING:
            leaders = foureyes.leaders(moment) - foureyes.fixed_by(finding)
            tell("closing_wanted", finding, leaders, check.id, at, actor)
        else:
            tell("finding_closed", finding, fixing, 1, at, actor)


def confirm_closing(
    actor: Actor,
    at: datetime,
    finding: Finding,
    comment: str = "",
    outside: bool = False,
    seen: int | None = None,
) -> None:
    """Confirm that a major nonconformity is closed."""
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, State.CONFIRMING)
        foureyes.refuse_fixer(actor, finding, at, outside)
        move(actor, at, finding, State.CLOSED, comment, seen)
        activity.record(CLOSED, finding=finding.id)
        tell("finding_closed", finding, department_side(finding, Moment.at(at)), 1, at, actor)


def open_check(finding: Finding) -> EffectivenessCheck | None:
    """Return the check that has no result yet."""
    row: EffectivenessCheck | None = (
        EffectivenessCheck.select()
        .where(
            EffectivenessCheck.finding == finding.id,
            EffectivenessCheck.id.not_in(EffectivenessResult.select(EffectivenessResult.check_of)),
        )
        .order_by(EffectivenessCheck.number.desc())
        .first()
    )
    return row


def check_day(day: date, moment: Moment) -> date:
    """Return the business day of the company on which a check falls due for what was verified on ``day``."""
    later = day + timedelta(days=company.setting("effectiveness_after_days", moment))
    return business_day(later, closed=company.closed_days(moment))


def _after_acceptance(finding: Finding, moment: Moment) -> State:
    return State.EFFECTIVENESS if grade_of(finding, moment).nonconformity else State.CLOSED


def _after_check(effective: bool, finding: Finding, moment: Moment) -> State:
    if not effective:
        return State.ACTING
    return State.CONFIRMING if grade_of(finding, moment) is Grade.MAJOR else State.CLOSED


def _open_check(at: datetime, finding: Finding, moment: Moment) -> None:
    mine = EffectivenessCheck.finding == finding.id
    last = EffectivenessCheck.select(fn.MAX(EffectivenessCheck.number)).where(mine).scalar() or 0
    EffectivenessCheck.create(
        finding=finding, number=last + 1, due_on=check_day(moment.day, moment), created_at=at
    )


def _send_back(actor: Actor, at: datetime, finding: Finding, comment: str, chosen: set[int]) -> None:
    moment = Moment.at(at)
    for row in standing_actions(finding, moment):
        planned = row.corrective_action
        if row.withdrawn or (chosen and planned.id not in chosen):
            continue
        step = ActionState.latest(moment, corrective_action=planned.id)
        ActionState.write(
            at,
            actor.person_id,
            replaces=step,
            corrective_action=planned,
            state=Step.SENT_BACK.value,
            comment=comment,
        )
        tell(
            "action_sent_back",
            finding,
            {row.owner_id},
            f"{planned.id}.{at.isoformat()}",
            at,
            actor,
            corrective_action=planned.id,
        )
