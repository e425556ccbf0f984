"""Other due dates: asked for with a reason, decided by somebody else, every one of them kept."""

from __future__ import annotations

from datetime import date, datetime

from auditor import activity
from auditor.access import Actor
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings import foureyes
from auditor.findings.flow import detail_of, locked, must_be_seen, must_stand
from auditor.findings.models import DueDecision, DueRequest, Finding, FindingDetail
from auditor.findings.states import OPEN_STATES
from auditor.findings.telling import department_side, tell
from auditor.language import _l

DUE_ASKED = activity.event_type("finding.due_asked", _l("Another due date asked for"), "finding", "request")
DUE_DECIDED = activity.event_type(
    "finding.due_decided", _l("Request for another due date decided"), "finding", "request", "granted"
)
DUE_CHANGED = activity.event_type("finding.due_changed", _l("Due date changed"), "finding")


def ask(actor: Actor, at: datetime, finding: Finding, due_on: date, reason: str) -> DueRequest:
    """Ask for another due date. Raises RuleBroken while a request waits, or for a date that cannot be."""
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, *OPEN_STATES)
        _must_make_sense(detail_of(finding, moment), due_on, reason, moment)
        if (waiting := waiting_request(finding)) is not None:
            if (waiting.due_on, waiting.reason, waiting.asked_by_id) == (due_on, reason, actor.person_id):
                return waiting  # the same form, sent twice
            raise RuleBroken(_l("A request for another due date is already waiting for a decision."))
        asked: DueRequest = DueRequest.create(
            finding=finding, due_on=due_on, reason=reason, asked_by=actor.person_id, asked_at=at
        )
        activity.record(DUE_ASKED, finding=finding.id, request=asked.id)
        leaders = foureyes.leaders(moment) - {actor.person_id or 0}
        tell("due_change_asked", finding, leaders, asked.id, at, actor)
        return asked


def decide(actor: Actor, at: datetime, request: DueRequest, granted: bool, comment: str = "") -> None:
    """Grant or refuse a request; whoever asked does not decide.

    Raises RuleBroken when it has been decided already or the actor is on the side that asks.
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(request.finding)
        must_stand(finding, *OPEN_STATES)
        now = detail_of(finding, moment)
        _must_be_other(actor, now, {request.asked_by_id})
        if DueDecision.select().where(DueDecision.request == request).exists():
            raise RuleBroken(_l("This request was decided meanwhile. Nothing was changed."))
        if not granted and not comment.strip():
            raise RuleBroken(_l("Say why the date stays, so that the department can plan."), "comment")
        DueDecision.create(
            request=request, granted=granted, comment=comment, decided_by=actor.person_id, decided_at=at
        )
        activity.record(DUE_DECIDED, finding=finding.id, request=request.id, granted=granted)
        if granted:
            _write(actor, at, finding, now, request.due_on, request.reason)
        told = department_side(finding, moment) | {request.asked_by_id}
        tell("due_change_decided", finding, told, request.id, at, actor)


def change(
    actor: Actor, at: datetime, finding: Finding, due_on: date, reason: str, seen: int | None = None
) -> None:
    """Set another due date directly, with its reason; not for a finding of the own department.

    Raises Stale when what is said of the finding changed since ``seen`` (the id of the FindingDetail).
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        finding = locked(finding)
        must_stand(finding, *OPEN_STATES)
        now = detail_of(finding, moment)
        must_be_seen(now, seen, {"due_on": due_on, "reason": reason})
        _must_be_other(actor, now, set())
        _must_make_sense(now, due_on, reason, moment)
        if waiting_request(finding) is not None:
            raise RuleBroken(_l("A request for another due date is waiting. Decide on it first."))
        _write(actor, at, finding, now, due_on, reason)
        activity.record(DUE_CHANGED, finding=finding.id)
        tell("due_change_decided", finding, department_side(finding, moment), at.isoformat(), at, actor)


def waiting_request(finding: Finding) -> DueRequest | None:
    """Return the request that waits for its decision."""
    decided = DueDecision.select(DueDecision.request)
    row: DueRequest | None = (
        DueRequest.select().where(DueRequest.finding == finding.id, DueRequest.id.not_in(decided)).first()
    )
    return row


def _write(
    actor: Actor, at: datetime, finding: Finding, now: FindingDetail, due_on: date, reason: str
) -> None:
    FindingDetail.write(
        at,
        actor.person_id,
        replaces=now,
        finding=finding,
        title=now.title,
        facts=now.facts,
        grade=now.grade,
        department=now.department_id,
        due_on=due_on,
        reason=reason,
    )


def _must_be_other(actor: Actor, now: FindingDetail, asked: set[int]) -> None:
    """Whoever asks, or answers for the department, does not decide (design §3.4)."""
    if foureyes.is_fixer(actor, asked) or now.department_id in actor.department_ids:
        raise RuleBroken(
            _l(
                "You asked for this date or answer for the department, so somebody else decides: "
                "the administrator or the head of audit."
            )
        )


def _must_make_sense(now: FindingDetail, due_on: date, reason: str, moment: Moment) -> None:
    if due_on < moment.day:
        raise RuleBroken(_l("The due date is in the past. Choose today or a later day."), "due_on")
    if due_on == now.due_on:
        raise RuleBroken(_l("This is the due date already. Choose another day."), "due_on")
    if not reason.strip():
        raise RuleBroken(_l("Enter the reason; it stays with the finding."), "reason")
