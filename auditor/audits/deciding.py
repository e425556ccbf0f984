"""Moves an audit on: submit, approve, send back, cancel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auditor import activity
from auditor.access import Actor, Role
from auditor.accounts import queries as accounts
from auditor.audits import facts, notices, outside, queries
from auditor.audits.assigning import check_assigner
from auditor.audits.exceptions import unsettled
from auditor.audits.models import Audit, AuditItem, IndependenceException, ItemResult
from auditor.audits.moving import move
from auditor.audits.results import EDITABLE, NONCONFORMITIES, Result, State
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.language import _l
from auditor.people import queries as people

_APPROVERS = (Role.HEAD_OF_AUDIT, Role.REPRESENTATIVE)


@dataclass(frozen=True)
class Readiness:
    """What stands between an audit and its submission: item ids by what is missing."""

    unexplained: tuple[int, ...] = ()  # not checked, and no note says why
    without_note: tuple[int, ...] = ()  # a nonconformity that says nothing
    without_finding: tuple[int, ...] = ()
    auditors_missing: bool = False
    unconfirmed: tuple[int, ...] = ()  # facts that the department has not confirmed; a reason may be enough

    @property
    def ready(self) -> bool:
        return not (self.unexplained or self.without_note or self.without_finding or self.auditors_missing)


@dataclass(frozen=True)
class Decision:
    """What an approver may do with an audit, and if nothing, why not."""

    possible: bool
    reason: Any = field(default="")
    outside: str = ""  # the person from outside whose decision the actor may record instead


def readiness(audit_id: int, at: datetime) -> Readiness:
    """Return what is still missing before the audit can be submitted."""
    moment = Moment.at(at)
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id)
    standing = {row.item_id: row for row in ItemResult.standing(moment, ItemResult.item.in_(items))}
    ordered = [row.id for row in items.order_by(AuditItem.position)]
    wrong = [one for one in ordered if (row := standing.get(one)) and row.result in NONCONFORMITIES]
    return Readiness(
        unexplained=tuple(one for one in ordered if _unexplained(standing.get(one))),
        without_note=tuple(one for one in wrong if not standing[one].note),
        without_finding=tuple(_without_finding(wrong)),
        auditors_missing=not queries.auditors([audit_id], moment).get(audit_id),
        unconfirmed=tuple(fact.item.id for fact in facts.of(audit_id, moment).unconfirmed),
    )


def submit(actor: Actor, at: datetime, audit: Audit, comment: str = "", unconfirmed_reason: str = "") -> None:
    """Hand the audit in for approval; ``unconfirmed_reason`` says why although facts are not confirmed.

    Raises RuleBroken while something is missing or it is not open, and as ``facts.check_submission`` does.
    """
    moment = Moment.at(at)
    with activity.action(actor, at):
        state = move(actor, at, audit.id, EDITABLE, State.SUBMITTED, comment)
        ready = readiness(audit.id, at)
        if not ready.ready:
            raise RuleBroken(_l("The audit is not ready to be submitted. What is missing is listed below."))
        facts.check_submission(audit, len(ready.unconfirmed), unconfirmed_reason, moment)
        if ready.unconfirmed and unconfirmed_reason.strip():
            facts.skip(state.id, audit.id, len(ready.unconfirmed), unconfirmed_reason)
        conducted = queries.conductors(audit.id, at)
        approvers = {person for role in _APPROVERS for person in accounts.holders(role, moment)}
        told = approvers - conducted
        if not told and outside.proposed(moment):
            told = approvers  # nobody is left but who carried it out: they record a decision from outside
        notices.tell_submitted(audit.id, told, at)


def approve(
    actor: Actor, at: datetime, audit: Audit, comment: str = "", outsider: outside.Outsider | None = None
) -> None:
    """Approve what was submitted, or record that a person from outside did.

    Raises RuleBroken for who conducted it (design §3.4), unless a very small company lets them record the
    approval of an ``outsider``; for a wrong state; and as ``outside.checked``.
    """
    given = check_decider(actor, at, audit, outsider)
    with activity.action(actor, at):
        state = move(actor, at, audit.id, {State.SUBMITTED}, State.APPROVED, comment)
        if given is not None:
            outside.write(given, state)
        told = _auditors_now(audit, at)
        head = people.heads(Moment.at(at)).get(audit.subject.department_id or 0)
        notices.tell_approved(audit.id, told | ({head} if head else set()), at)


def send_back(
    actor: Actor, at: datetime, audit: Audit, comment: str, outsider: outside.Outsider | None = None
) -> None:
    """Send a submitted audit back with what is to be changed.

    Raises RuleBroken without a comment, and as ``approve`` does.
    """
    given = check_decider(actor, at, audit, outsider)
    if not comment.strip():
        raise RuleBroken(_l("Write what is to be changed. The auditors see your comment."), "comment")
    with activity.action(actor, at):
        state = move(actor, at, audit.id, {State.SUBMITTED}, State.RETURNED, comment)
        if given is not None:
            outside.write(given, state)
        notices.tell_returned(audit.id, _auditors_now(audit, at), at)


def cancel(actor: Actor, at: datetime, audit: Audit, reason: str) -> None:
    """Cancel an audit that was not submitted; what was recorded stays. Raises RuleBroken without a reason."""
    if not reason.strip():
        raise RuleBroken(_l("Write why the audit is cancelled. The reason stays in its history."), "reason")
    check_assigner(actor, at, audit.subject)
    with activity.action(actor, at):
        told = _auditors_now(audit, at)
        move(actor, at, audit.id, EDITABLE, State.CANCELLED, reason)
        notices.tell_cancelled(audit.id, told, at)


def decision_of(actor: Actor, at: datetime, audit: Audit) -> Decision:
    """Tell whether the person may approve or send back this audit; the reason is for the page."""
    conducted = queries.conductors(audit.id, at)
    if actor.person_id in conducted or actor.principal_ids & conducted:
        return Decision(
            False,
            _l("Whoever carried out an audit cannot approve it. Somebody else has to decide."),
            outside.proposed(Moment.at(at)),
        )
    return Decision(True)


def check_decider(
    actor: Actor, at: datetime, audit: Audit, outsider: outside.Outsider | None, settled: bool = True
) -> outside.Outsider | None:
    """Return the person from outside who decides; None where the actor does.

    Raises RuleBroken for who may not and, where ``settled`` is asked for, while an independence is broken.
    """
    decision = decision_of(actor, at, audit)
    given = None
    if not decision.possible:
        if outsider is None or not decision.outside:
            raise RuleBroken(decision.reason)
        given = outside.checked(outsider, audit.id, queries.conductors(audit.id, at), Moment.at(at))
    if settled and open_exceptions(audit.id, at):
        raise RuleBroken(
            _l("An auditor is no longer independent. Settle that first, on the page of the audit.")
        )
    return given


def open_exceptions(audit_id: int, at: datetime) -> list[IndependenceException]:
    """Return the breaks of independence of the audit that nobody has settled."""
    return list(unsettled(Moment.at(at)).where(IndependenceException.audit == audit_id))


def _auditors_now(audit: Audit, at: datetime) -> set[int]:
    return {row.person_id for row in queries.auditors([audit.id], Moment.at(at)).get(audit.id, [])}


def _unexplained(row: ItemResult | None) -> bool:
    return row is None or (row.result == Result.NOT_CHECKED and not row.note)


def _without_finding(item_ids: list[int]) -> list[int]:
    """Return the nonconformities that no finding names; without findings in the house none is asked for."""
    if not queries.items_with_finding or not item_ids:
        return []
    named = {one for ask in queries.items_with_finding for one in ask(item_ids)}
    return [one for one in item_ids if one not in named]
