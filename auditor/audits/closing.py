"""What comes after the approval: the audit is closed when nothing it found is open, or it is reopened."""

from __future__ import annotations

from datetime import datetime

from auditor import activity, events
from auditor.access import Actor, application
from auditor.audits import notices, outside, queries
from auditor.audits.deciding import check_decider
from auditor.audits.exceptions import unsettled
from auditor.audits.models import Audit, AuditItem, IndependenceException
from auditor.audits.moving import move
from auditor.audits.results import AUDITS, DONE, State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l


def close_finished(actor: Actor, at: datetime) -> int:
    """Close every approved audit of which no finding is open and no broken independence waits; returns how many.

    Idempotent: what somebody else closed or reopened meanwhile is passed over.
    """
    return sum(_close(actor, at, audit_id) for audit_id in _closable(at))


def on_finding_ended(happening: events.FindingEnded) -> None:
    """Close the audit of the finding if it is approved and this was the last one open."""
    item = AuditItem.get_by_id(happening.item_id)
    for audit_id in _closable(happening.at, Audit.id == item.audit_id):
        _close(application("closing"), happening.at, audit_id)


def close(
    actor: Actor, at: datetime, audit: Audit, reason: str, outsider: outside.Outsider | None = None
) -> None:
    """Close an approved audit although something it found is still open, with the reason.

    Raises RuleBroken without a reason, and as ``deciding.approve`` does.
    """
    given = check_decider(actor, at, audit, outsider)
    if not reason.strip():
        raise RuleBroken(_l("Write why the audit is closed although something is open."), "comment")
    with activity.action(actor, at):
        state = move(actor, at, audit.id, {State.APPROVED}, State.CLOSED, reason)
        if given is not None:
            outside.write(given, state)


def reopen(
    actor: Actor, at: datetime, audit: Audit, reason: str, outsider: outside.Outsider | None = None
) -> None:
    """Have an approved or closed audit corrected: it stands as sent back, and its items can be changed again.

    So is replaced whoever turns out not to have been independent. Raises RuleBroken without a reason, and as
    ``deciding.approve`` does.
    """
    given = check_decider(actor, at, audit, outsider, settled=False)
    if not reason.strip():
        raise RuleBroken(_l("Write why the audit is reopened. The auditors see the reason."), "comment")
    with activity.action(actor, at):
        state = move(actor, at, audit.id, DONE, State.RETURNED, reason)
        if given is not None:
            outside.write(given, state)
        told = {row.person_id for row in queries.auditors([audit.id], Moment.at(at)).get(audit.id, [])}
        notices.tell_returned(audit.id, told, at)


def _close(actor: Actor, at: datetime, audit_id: int) -> bool:
    """Close one audit; tells whether it was still to be closed."""
    try:
        with activity.action(actor, at):
            move(actor, at, audit_id, {State.APPROVED}, State.CLOSED)
    except (Stale, RuleBroken):
        return False
    return True


def _closable(at: datetime, *where: object) -> list[int]:
    """Return the approved audits of which nothing is open: two queries, one where none is approved."""
    broken = unsettled(Moment.at(at)).select(IndependenceException.audit)
    approved = Audit.select(Audit.id).where(
        Audit.current_state == State.APPROVED.value,
        Audit.kind.in_([kind.value for kind in AUDITS]),
        Audit.id.not_in(broken),
        *where,
    )
    ids = [row.id for row in approved.order_by(Audit.id)]
    held = {one for ask in queries.audits_with_open_finding for one in ask(ids)} if ids else set()
    return [audit_id for audit_id in ids if audit_id not in held]
