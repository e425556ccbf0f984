"""Independence that a transfer broke after the auditor was named: found, told, settled (design §3.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from peewee import IntegrityError, ModelSelect

from auditor import activity, events
from auditor.access import Actor, Permission, Role
from auditor.accounts import queries as accounts
from auditor.audits import ended, notices, queries, trail
from auditor.audits.independence import Conflict, Owned, Verdict, judge, not_covered
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    IndependenceException,
    IndependenceSettlement,
)
from auditor.audits.results import AUDITS, DONE, EDITABLE, State
from auditor.audits.verdicts import known_facts
from auditor.catalogue.models import CatalogueVersion, Control, Subject
from auditor.dated import Moment
from auditor.db import canonical
from auditor.errors import RuleBroken, Stale
from auditor.failpoints import FailPoint, reached
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
    """Look whether every auditor is still independent; returns how many breaks were found.

    Of audits that are open, and of approved and closed ones where something was recorded late (``audits.ended``).
    Idempotent: a cause is one row an audit and person; what an earlier row tells of, settled or not, opens no
    other. ``person_id`` narrows to one person. Thirteen queries, whatever the number of audits.
    """
    moment = Moment.at(at)
    watched = _watched(moment, person_id)
    known = _known([one.audit.id for one in watched])
    return sum(
        _open(actor, one.audit, verdict.person_id, new, at)
        for one, verdict in _judged(watched, moment)
        if (new := not_covered(verdict.conflicts, known.get((one.audit.id, verdict.person_id), [])))
    )


def check_taken_over(actor: Actor, at: datetime, audit_ids: list[int]) -> int:
    """Open an exception for every auditor of audits of earlier years who, by the roster, was not independent.

    Inside the action that takes them over. Returns how many there are.
    """
    moment = Moment.at(at)
    watched = _of_audits(list(_with_terms().where(Audit.id.in_(audit_ids))), moment, None)
    return sum(
        _open(actor, one.audit, verdict.person_id, verdict.conflicts, at)
        for one, verdict in _judged(watched, moment)
        if not verdict.independent
    )


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
            _l(
                "The person still audits here. Change the auditors first, then settle this. An audit that was approved is reopened before that, with the reason."
            ),
            "outcome",
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


@dataclass(frozen=True)
class _Watched:
    """An audit and what its auditors' independence is judged by."""

    audit: Audit
    person_ids: tuple[int, ...]
    catalogue_id: int
    codes: tuple[str, ...]


def _watched(moment: Moment, person_id: int | None) -> list[_Watched]:
    """Return the audits to look at with their auditors: three queries."""
    audits = _with_terms().where(
        Audit.current_state.in_(_WATCHED) | ended.looked_at_again(), Audit.kind.in_(AUDITS)
    )
    if person_id is not None:
        audits = audits.where(
            Audit.id.in_(AuditAssignee.select(AuditAssignee.audit).where(AuditAssignee.person == person_id))
        )
    return _of_audits(list(audits.order_by(Audit.id)), moment, person_id)


def _with_terms() -> ModelSelect[Audit]:
    """Return the audits with what independence is judged by."""
    return Audit.select(Audit, Subject, CatalogueVersion).join(Subject).switch(Audit).join(CatalogueVersion)


def _of_audits(audits: list[Audit], moment: Moment, person_id: int | None) -> list[_Watched]:
    kept = {audit.id: audit for audit in audits}
    posts = queries.auditors(list(kept), moment)
    codes = _codes(list(kept))
    found = []
    for one, audit in kept.items():
        # An override has looked at this person and this audit already.
        persons = tuple(
            row.person_id
            for row in posts.get(one, [])
            if row.overridden_by is None and person_id in (None, row.person_id)
        )
        if persons:
            found.append(_Watched(audit, persons, audit.version.catalogue_id, tuple(codes.get(one, []))))
    return found


def _codes(audit_ids: list[int]) -> dict[int, list[str]]:
    query: Any = (
        AuditItem.select(AuditItem.audit, Control.code)
        .join(Control)
        .where(AuditItem.audit.in_(audit_ids))
        .tuples()
    )
    found: dict[int, list[str]] = {}
    for audit_id, code in query.iterator():
        found.setdefault(audit_id, []).append(code)
    return found


def _judged(watched: list[_Watched], moment: Moment) -> Iterator[tuple[_Watched, Verdict]]:
    """Yield the verdict on every auditor: what is known is read once for all of them."""
    if not watched:
        return
    persons = {person for one in watched for person in one.person_ids}
    last = max(one.audit.period_to for one in watched)
    facts = known_facts(persons, [one.audit.subject for one in watched], last, moment)
    levels = ended.own_levels([one.audit.id for one in watched if one.audit.current_state in DONE])
    owned_on: dict[str, dict[date, Owned]] = {}
    for one in watched:
        audit = one.audit
        about = facts.about(one.person_ids, audit.subject, one.catalogue_id, one.codes)
        if audit.current_state in DONE:
            level = levels.get(audit.id, about.own_level)
            about = replace(about, own_level=level, administrators=frozenset())
        known = owned_on.setdefault(about.own_level, {})
        for verdict in judge(one.person_ids, audit.period_from, audit.period_to, about, known).values():
            yield one, verdict


def _known(audit_ids: list[int]) -> dict[tuple[int, int], list[Conflict]]:
    """Return by audit and person every reason that an exception has told of: one query."""
    found: dict[tuple[int, int], list[Conflict]] = {}
    for row in IndependenceException.select().where(IndependenceException.audit.in_(audit_ids)):
        told = found.setdefault((row.audit_id, row.person_id), [])
        told += [Conflict.read(one) for one in row.reason]
    return found


def _open(actor: Actor, audit: Audit, person_id: int, new: tuple[Conflict, ...], at: datetime) -> int:
    """Write the break, each cause once; returns 1 where it is new."""
    reason = [one.stored() for one in new]
    cause = hashlib.sha256(canonical(reason).encode()).hexdigest()[:32]
    same = IndependenceException.select().where(
        IndependenceException.audit == audit.id,
        IndependenceException.person == person_id,
        IndependenceException.cause == cause,
    )
    try:
        with activity.action(actor, at):
            exception = IndependenceException.create(
                audit=audit.id, person=person_id, reason=reason, cause=cause, found_at=at
            )
            activity.record(trail.EXCEPTION_FOUND, audit=audit.id, person=person_id, exception=exception.id)
            moment = Moment.at(at)
            roles = (Role.ADMINISTRATOR, Role.HEAD_OF_AUDIT)
            told = {one for role in roles for one in accounts.holders(role, moment)}
            notices.tell_exception(audit.id, person_id, told, at)
    except IntegrityError:
        if same.exists():
            return 0  # another process was first
        raise
    reached(FailPoint.EXCEPTION_OPENED)
    return 1
