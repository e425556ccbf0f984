"""Moves an audit from state to state: one conditional update, one dated row, one event."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from auditor import activity
from auditor.access import Actor
from auditor.audits import trail
from auditor.audits.models import Audit, AuditState
from auditor.audits.results import State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l


def move(
    actor: Actor, at: datetime, audit_id: int, before: Collection[State], after: State, comment: str = ""
) -> AuditState:
    """Write the new state and return it, if the audit still stands at one of ``before``: of two who decide, one does.

    Inside an action. Raises Stale where it stands at ``after`` already, RuleBroken where it moved elsewhere.
    """
    latest = AuditState.latest(Moment.at(at), audit=audit_id)
    known = latest.state if latest else State.PLANNED.value
    changed = (
        Audit.update(current_state=after.value)
        .where(
            Audit.id == audit_id,
            Audit.current_state == known,
            Audit.current_state.in_([s.value for s in before]),
        )
        .execute()
    )
    if changed != 1:
        now = Audit.get_by_id(audit_id).current_state
        if now == after.value:
            raise Stale({"state": now}, {"state": after.value})
        raise RuleBroken(
            _l("The audit has moved to another step. Nothing was changed. Look at its page again.")
        )
    row = AuditState.write(
        at, actor.person_id, replaces=latest, audit=audit_id, state=after.value, comment=comment.strip()
    )
    activity.record(trail.STATE_CHANGED, audit=audit_id, before=known, after=after.value)
    return row
