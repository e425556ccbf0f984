"""Moves a self-inspection on: submit, confirm, send back, cancel."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor import activity, clock
from auditor.access import Actor, Permission, Role
from auditor.accounts import queries as accounts
from auditor.audits import outside
from auditor.audits import queries as audits
from auditor.audits import trail as audit_trail
from auditor.audits.inspections import notices, people, queries, trail
from auditor.audits.models import Audit, AuditItem, AuditState, ItemResult
from auditor.audits.outside import Outsider
from auditor.audits.results import EDITABLE, NONCONFORMITIES, Result, State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l

_ANSWERED = _l("This person answered the self-inspection. Name the person from outside who decided.")


@dataclass(frozen=True)
class Readiness:
    """What is still missing: item ids by what."""

    unanswered: tuple[int, ...] = ()  # not answered, and no note says why
    without_note: tuple[int, ...] = ()  # a nonconformity that says nothing
    without_finding: tuple[
        int, ...
    ] = ()  # a nonconformity that nobody recorded a finding of: before confirming

    @property
    def submittable(self) -> bool:
        return not (self.unanswered or self.without_note)


def readiness(audit_id: int, moment: Moment) -> Readiness:
    """Return what is still missing before the self-inspection can be submitted and confirmed: three queries."""
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id)
    standing = {row.item_id: row for row in ItemResult.standing(moment, ItemResult.item.in_(items))}
    ordered = [row.id for row in items.order_by(AuditItem.position, AuditItem.id)]
    wrong = [one for one in ordered if (row := standing.get(one)) and row.result in NONCONFORMITIES]
    return Readiness(
        unanswered=tuple(one for one in ordered if _unanswered(standing.get(one))),
        without_note=tuple(one for one in wrong if not standing[one].note),
        without_finding=tuple(without_finding(wrong)),
    )


def without_finding(item_ids: Collection[int]) -> list[int]:
    """Return those of the items that no finding names."""
    if not audits.items_with_finding or not item_ids:
        return []
    named = {one for ask in audits.items_with_finding for one in ask(item_ids)}
    return [one for one in item_ids if one not in named]


def submit(actor: Actor, at: datetime, audit: Audit, comment: str = "") -> None:
    """Hand the answers in. Raises RuleBroken while an answer is missing or it is not open."""
    with activity.action(actor, at):
        _move(actor, at, audit, EDITABLE, State.SUBMITTED, comment)
        moment = Moment.at(at)
        if not readiness(audit.id, moment).submittable:
            raise RuleBroken(_l("The self-inspection is not complete. What is missing is listed below."))
        told = confirmers(audit.id, moment)
        if not told and outside.proposed(moment):
            told = set(accounts.holders(Role.ADMINISTRATOR, moment))  # they record a decision from outside
        notices.tell("submitted", audit, told, at)


def confirmers(audit_id: int, moment: Moment) -> set[int]:
    """Return who is to confirm: the administrators who did not answer, else the heads of audit who did not."""
    return left_to_confirm(queries.answered_by([audit_id])[audit_id], deciders(moment))


def deciders(moment: Moment) -> tuple[set[int], ...]:
    """Return who may confirm at all, those first who do so wherever they can."""
    return tuple(set(accounts.holders(role, moment)) for role in (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT))


def left_to_confirm(answered: Collection[int], deciders: Iterable[set[int]]) -> set[int]:
    """Return those of the first of the ``deciders`` who did not answer; empty where nobody is left."""
    return next((found for group in deciders if (found := group.difference(answered))), set())


def refusal(actor: Actor, answered: Collection[int], administrators: Iterable[int]) -> Any:
    """Return why the person may not confirm what ``answered`` answered; empty where they may (design §3.4)."""
    if {actor.person_id, *actor.principal_ids} & set(answered):
        return _l("Whoever answered a self-inspection cannot confirm it. Somebody else has to decide.")
    if not actor.everywhere(Permission.INSPECTION_CONFIRM):
        return _l("The administrator confirms this self-inspection.")
    if Role.ADMINISTRATOR not in actor.roles and set(administrators) - set(answered):
        return _l(
            "The administrator confirms this self-inspection. The head of audit does so where the administrator answered."
        )
    return ""


def refusal_of(actor: Actor, at: datetime, audit: Audit) -> Any:
    """Return why the person may not decide on this self-inspection; empty where they may."""
    answered = queries.answered_by([audit.id])[audit.id]
    return refusal(actor, answered, accounts.holders(Role.ADMINISTRATOR, Moment.at(at)))


def outside_of(actor: Actor, audit_id: int, moment: Moment) -> str:
    """Return the person from outside whose decision the actor may record; empty where somebody of the company decides.

    For a very small company in which nobody who may confirm is left but who answered (design §3.4).
    """
    if not actor.everywhere(Permission.INSPECTION_CONFIRM) or confirmers(audit_id, moment):
        return ""
    return outside.proposed(moment)


def confirm(
    actor: Actor, at: datetime, audit: Audit, comment: str = "", outsider: Outsider | None = None
) -> None:
    """Confirm what was submitted, or record that a person from outside did.

    Raises RuleBroken for who answered, unless a very small company lets them record the decision of an
    ``outsider``; for a wrong state; while a nonconformity has no finding; and as ``outside.checked``.
    """
    given = _check(actor, at, audit, outsider)
    if readiness(audit.id, Moment.at(at)).without_finding:
        raise RuleBroken(
            _l("A nonconformity has no finding yet. Record it first, from the list of answers below.")
        )
    with activity.action(actor, at):
        state = _move(actor, at, audit, {State.SUBMITTED}, State.APPROVED, comment)
        if given is not None:
            outside.write(given, state)


def confirm_many(actor: Actor, at: datetime, audit_ids: Collection[int]) -> int:
    """Confirm those of the submitted ones that show no nonconformity and that the person may confirm.

    Returns how many; the others stay as they are. One event tells of all.
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        # Writing them holds off whoever decides on one of them at the same time.
        waiting = (Audit.current_state == State.SUBMITTED.value) & Audit.id.in_(list(audit_ids))
        Audit.update(current_state=Audit.current_state).where(waiting, queries.INSPECTED).execute()
        ready = confirmable(
            actor, [row.id for row in Audit.select(Audit.id).where(waiting, queries.INSPECTED)], moment
        )
        if not ready:
            return 0
        latest = {row.audit_id: row for row in AuditState.standing(moment, AuditState.audit.in_(ready))}
        Audit.update(current_state=State.APPROVED.value).where(Audit.id.in_(ready)).execute()
        AuditState.add_many(
            {
                "audit": one, "state": State.APPROVED.value, "replaces": latest[one].id,
                "valid_from": clock.day_of(at), "recorded_at": at, "recorded_by": actor.person_id,
            }
            for one in ready
        )  # fmt: skip
        activity.record(
            trail.CONFIRMED,
            inspections=len(ready),
            before=State.SUBMITTED.value,
            after=State.APPROVED.value,
        )
        return len(ready)


def confirmable(actor: Actor, audit_ids: Collection[int], moment: Moment) -> list[int]:
    """Return which of the submitted ones the person may confirm together with others: five queries."""
    answered = queries.answered_by(audit_ids)
    administrators = accounts.holders(Role.ADMINISTRATOR, moment)
    wrong = AuditItem.select(AuditItem.audit).where(
        AuditItem.audit.in_(list(audit_ids)),
        AuditItem.current_result.in_([one.value for one in NONCONFORMITIES]),
    )
    with_points = {row.audit_id for row in wrong}
    return [
        one
        for one in audit_ids
        if one not in with_points and not refusal(actor, answered[one], administrators)
    ]


def send_back(
    actor: Actor, at: datetime, audit: Audit, comment: str, outsider: Outsider | None = None
) -> None:
    """Send a submitted one back, or reopen a confirmed one, with what is to be changed.

    Raises RuleBroken without a comment, and as ``confirm`` does.
    """
    given = _check(actor, at, audit, outsider)
    if not comment.strip():
        raise RuleBroken(_l("Write what is to be changed. Whoever answers sees your comment."), "comment")
    with activity.action(actor, at):
        state = _move(actor, at, audit, {State.SUBMITTED, State.APPROVED}, State.RETURNED, comment)
        if given is not None:
            outside.write(given, state)
        notices.tell("returned", audit, people.answering([audit], Moment.at(at))[audit.id], at)


def cancel(actor: Actor, at: datetime, audit: Audit, reason: str) -> None:
    """Cancel one that was not submitted; what was answered stays. Raises RuleBroken without a reason."""
    if not reason.strip():
        raise RuleBroken(
            _l("Write why the self-inspection is cancelled. The reason stays in its history."), "reason"
        )
    with activity.action(actor, at):
        _move(actor, at, audit, EDITABLE, State.CANCELLED, reason)
        notices.tell("cancelled", audit, people.answering([audit], Moment.at(at))[audit.id], at)


def _check(actor: Actor, at: datetime, audit: Audit, outsider: Outsider | None) -> Outsider | None:
    """Return the person from outside who decides; None where the actor does. Raises RuleBroken for who may not."""
    reason = refusal_of(actor, at, audit)
    if not reason:
        return None
    moment = Moment.at(at)
    if outsider is None or not outside_of(actor, audit.id, moment):
        raise RuleBroken(reason)
    return outside.checked(outsider, audit.id, queries.answered_by([audit.id])[audit.id], moment, _ANSWERED)


def _move(
    actor: Actor, at: datetime, audit: Audit, before: Collection[State], after: State, comment: str
) -> AuditState:
    """Write and return the new state, if it still stands at one of ``before``: of two who decide, one does."""
    latest = AuditState.latest(Moment.at(at), audit=audit.id)
    known = latest.state if latest else State.PLANNED.value
    changed = (
        Audit.update(current_state=after.value)
        .where(
            Audit.id == audit.id,
            Audit.current_state == known,
            Audit.current_state.in_([state.value for state in before]),
        )
        .execute()
    )
    if changed != 1:
        now = Audit.get_by_id(audit.id).current_state
        if now == after.value:
            raise Stale({"state": now}, {"state": after.value})
        raise RuleBroken(
            _l("The self-inspection has moved to another step. Nothing was changed. Look at its page again.")
        )
    state = AuditState.write(
        at, actor.person_id, replaces=latest, audit=audit.id, state=after.value, comment=comment.strip()
    )
    activity.record(audit_trail.STATE_CHANGED, audit=audit.id, before=known, after=after.value)
    return state


def _unanswered(row: ItemResult | None) -> bool:
    return row is None or (row.result == Result.NOT_CHECKED and not row.note)
