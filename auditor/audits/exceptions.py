"""Independence that a transfer broke after the auditor was named: found, told, settled (design §3.3)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from peewee import ModelSelect

from auditor import activity, events
from auditor.access import Actor, Permission, Role
from auditor.accounts import queries as accounts
from auditor.audits import notices, queries, trail
from auditor.audits.independence import Verdict
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    IndependenceException,
    IndependenceSettlement,
)
from auditor.audits.planning import controls_of
from auditor.audits.results import EDITABLE, State
from auditor.audits.verdicts import verdicts
from auditor.catalogue.models import Subject
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l

_WATCHED = [state.value for state in (*EDITABLE, State.SUBMITTED)]


class Outcome(StrEnum):
    """How a broken independence was settled."""

    REPLACED = "replaced"  # somebody else audits instead
    RECHECKED = "rechecked"  # somebody independent checked the items again
    ACCEPTED = "accepted"  # it stands, for a reason

    @property
    def label(self) -> Any:
        """The words for a screen, in the language of whoever reads them."""
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    Outcome.REPLACED: _l("The auditor is replaced"),
    Outcome.RECHECKED: _l("Somebody independent has checked the items again"),
    Outcome.ACCEPTED: _l("Accepted, with the reason"),
}


def recheck_independence(actor: Actor, at: datetime, person_id: int | None = None) -> int:
    """Look whether every auditor of an open audit is still independent; returns how many breaks were found.

    Idempotent: a break is one row an audit and person. ``person_id`` narrows to one person.
    """
    found = 0
    moment = Moment.at(at)
    for audit, rows in _watched(moment, person_id):
        # An override has looked at this person and this audit already.
        persons = [row.person_id for row in rows if row.overridden_by is None]
        if not persons:
            continue
        judged = verdicts(
            persons, audit.subject, audit.period_from, audit.period_to, *controls_of(audit), moment
        )
        found += sum(
            _open(actor, audit, verdict, at) for verdict in judged.values() if not verdict.independent
        )
    return found


def on_membership_changed(happening: events.MembershipChanged) -> None:
    """Look at the audits of a person who was transferred."""
    recheck_independence(happening.actor, happening.at, happening.person_id)


def unsettled(moment: Moment) -> ModelSelect[IndependenceException]:
    """Return the breaks that nobody had settled at ``moment``."""
    settled = IndependenceSettlement.standing(moment).select(IndependenceSettlement.exception)
    return IndependenceException.select().where(
        IndependenceException.found_at <= moment.instant, IndependenceException.id.not_in(settled)
    )


def settle(
    actor: Actor, at: datetime, exception: IndependenceException, outcome: Outcome, reason: str
) -> None:
    """Record how the break was settled.

    Raises RuleBroken for the auditor in question, for an acceptance by somebody who may not override
    independence, when the auditor is said to be replaced but still audits, or no reason is written; Stale when
    somebody settled it meanwhile.
    """
    if actor.person_id == exception.person_id:
        raise RuleBroken(_l("This is about your own independence. Somebody else has to settle it."))
    if outcome is Outcome.ACCEPTED and not actor.everywhere(Permission.INDEPENDENCE_OVERRIDE):
        raise RuleBroken(
            _l(
                "Only the head of audit accepts a broken independence. Replace the auditor or have the items checked again."
            ),
            "outcome",
        )
    if not reason.strip():
        raise RuleBroken(
            _l("Write how it was settled. The reason is shown on the page of the audit."), "reason"
        )
    moment = Moment.at(at)
    post = AuditAssignee.latest(moment, audit=exception.audit_id, person=exception.person_id)
    if outcome is Outcome.REPLACED and post is not None and post.held:
        raise RuleBroken(
            _l("The person still audits here. Change the auditors first, then settle this."), "outcome"
        )
    with activity.action(actor, at):
        Audit.update(current_state=Audit.current_state).where(Audit.id == exception.audit_id).execute()
        before = IndependenceSettlement.latest(moment, exception=exception.id)
        if before is not None:
            raise Stale(
                {"outcome": before.outcome, "reason": before.reason}, {"outcome": outcome, "reason": reason}
            )
        IndependenceSettlement.write(
            at, actor.person_id, exception=exception.id, outcome=outcome.value, reason=reason.strip()
        )
        activity.record(
            trail.EXCEPTION_SETTLED,
            audit=exception.audit_id,
            exception=exception.id,
            outcome=outcome.value,
        )


def _watched(moment: Moment, person_id: int | None) -> list[tuple[Audit, list[AuditAssignee]]]:
    audits = Audit.select(Audit, Subject).join(Subject).where(Audit.current_state.in_(_WATCHED))
    if person_id is not None:
        audits = audits.where(
            Audit.id.in_(AuditAssignee.select(AuditAssignee.audit).where(AuditAssignee.person == person_id))
        )
    kept = {audit.id: audit for audit in audits.order_by(Audit.id)}
    posts = queries.auditors(list(kept), moment)
    return [
        (audit, [row for row in posts.get(one, []) if person_id in (None, row.person_id)])
        for one, audit in kept.items()
    ]


def _open(actor: Actor, audit: Audit, verdict: Verdict, at: datetime) -> int:
    """Write the break, once an audit and person; returns 1 where it is new."""
    known = IndependenceException.select().where(
        IndependenceException.audit == audit.id, IndependenceException.person == verdict.person_id
    )
    if known.exists():
        return 0
    with activity.action(actor, at):
        row = IndependenceException.insert(
            audit=audit.id,
            person=verdict.person_id,
            reason=[one.stored() for one in verdict.conflicts],
            found_at=at,
        )
        if int(row.on_conflict_ignore().as_rowcount().execute()) != 1:
            return 0
        exception = known.get()
        activity.record(
            trail.EXCEPTION_FOUND, audit=audit.id, person=verdict.person_id, exception=exception.id
        )
        moment = Moment.at(at)
        told = {
            one for role in (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT) for one in accounts.holders(role, moment)
        }
        notices.tell_exception(audit.id, verdict.person_id, told, at)
        return 1
