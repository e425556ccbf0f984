"""The facts of an audit, confirmed by the audited department before the audit is submitted (事実確認).

Only nonconformities and observations are asked about, exactly as they are written at that moment; what is changed
afterwards is a new row, which nobody has confirmed yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor import activity
from auditor.access import Actor
from auditor.audits import auditees, queries, tidings, trail
from auditor.audits.models import (
    Audit,
    AuditItem,
    AuditState,
    FactsAnswer,
    FactsRequest,
    FactsSkipped,
    ItemResult,
)
from auditor.audits.moving import move
from auditor.audits.results import AUDITS, EDITABLE, FACTS, State
from auditor.catalogue.models import Control
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.language import _l

OPTIONAL, REASON, REQUIRED = "optional", "reason", "required"  # the setting facts_confirmation


@dataclass(frozen=True)
class Fact:
    """What an item showed, with what the audited department says to exactly these words."""

    item: AuditItem
    row: ItemResult
    asked: bool
    answer: FactsAnswer | None

    @property
    def confirmed(self) -> bool:
        return self.answer is not None and self.answer.accepted

    @property
    def waits(self) -> bool:
        """Tell whether the department still has to say something."""
        return self.asked and self.answer is None


@dataclass(frozen=True)
class Facts:
    """The facts of one audit as they stand."""

    request: FactsRequest | None
    facts: list[Fact]

    @property
    def asked(self) -> list[Fact]:
        """Those the department sees."""
        return [fact for fact in self.facts if fact.asked]

    @property
    def waiting(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.waits]

    @property
    def unconfirmed(self) -> list[Fact]:
        return [fact for fact in self.facts if not fact.confirmed]

    @property
    def objected(self) -> list[Fact]:
        return [fact for fact in self.facts if fact.answer is not None and not fact.answer.accepted]


def of(audit_id: int, moment: Moment) -> Facts:
    """Return the facts of an audit at ``moment``, in the order of its items: three queries."""
    items = AuditItem.select(AuditItem.id).where(
        AuditItem.audit == audit_id, AuditItem.current_result.in_([one.value for one in FACTS])
    )
    rows = list(
        ItemResult.standing(moment, ItemResult.item.in_(items))
        .select(ItemResult, AuditItem, Control)
        .join(AuditItem)
        .join(Control)
        .where(ItemResult.result.in_([one.value for one in FACTS]))
        .order_by(AuditItem.position, AuditItem.id)
    )
    request = FactsRequest.latest(moment, audit=audit_id)
    answers = {row.result_id: row for row in FactsAnswer.standing(moment, FactsAnswer.audit == audit_id)}
    asked = set(request.results) if request else set()
    return Facts(request, [_fact(row, row.id in asked, answers.get(row.id), request) for row in rows])


def ask(actor: Actor, at: datetime, audit: Audit, comment: str = "") -> FactsRequest:
    """Ask the head of the audited department to confirm what is not confirmed yet; asked twice, it is asked once.

    Raises RuleBroken where there is nothing to confirm, nobody to ask, or the audit is no longer open.
    """
    moment = Moment.at(at)
    if audit.kind not in list(AUDITS):
        raise RuleBroken(_l("A self-inspection is the department's own; there are no facts to confirm."))
    head = auditees.head_of(audit.subject, moment)
    if head is None:
        raise RuleBroken(
            _l("Nobody heads the department that answers for this subject, so there is nobody to ask.")
        )
    with activity.action(actor, at):
        _hold(audit.id)
        standing = of(audit.id, moment)
        if not standing.unconfirmed:
            raise RuleBroken(
                _l("There is nothing to confirm: no nonconformity or observation is unconfirmed.")
            )
        wanted = [fact.row.id for fact in standing.unconfirmed]
        before = standing.request
        if before is not None and before.results == wanted and not standing.objected:
            return before
        row = FactsRequest.write(
            at, actor.person_id, replaces=before, audit=audit.id, results=wanted, comment=comment.strip()
        )
        activity.record(trail.FACTS_ASKED, audit=audit.id, request=row.id, results=len(wanted))
        tidings.tell_facts_asked(row, {head}, at)
        return row


def answer(
    actor: Actor, at: datetime, audit: Audit, request_id: int, given: Mapping[int, tuple[bool, str]]
) -> int:
    """Take what the audited department says to the facts: by result row, whether it confirms, and a comment.

    With the last one confirmed the facts of the audit are. Returns how many rows were written. Raises RuleBroken
    for an objection that does not say what is wrong, Stale when the auditors asked anew meanwhile.
    """
    moment = Moment.at(at)
    for accepted, comment in given.values():
        if not accepted and not comment.strip():
            raise RuleBroken(
                _l("Say what is not right; without it the auditors cannot correct it."), "comment"
            )
    with activity.action(actor, at):
        _hold(audit.id)
        standing = of(audit.id, moment)
        if standing.request is None or standing.request.id != request_id:
            raise Stale({"request": standing.request.id if standing.request else 0}, {"request": request_id})
        wanted = {fact.row.id: fact for fact in standing.asked if not fact.confirmed}
        written = [
            accepted
            for row_id, (accepted, comment) in given.items()
            if row_id in wanted and _say(actor, at, wanted[row_id], accepted, comment.strip())
        ]
        if not written:
            return 0
        activity.record(
            trail.FACTS_ANSWERED,
            audit=audit.id,
            request=request_id,
            accepted=sum(written),
            objected=len(written) - sum(written),
        )
        after = of(audit.id, moment)
        if not after.unconfirmed and Audit.get_by_id(audit.id).current_state == State.IN_PROGRESS:
            move(actor, at, audit.id, {State.IN_PROGRESS}, State.FACTS_CONFIRMED)
        if not after.waiting:
            posts = queries.auditors([audit.id], moment).get(audit.id, [])
            tidings.tell_facts_answered(standing.request, {row.person_id for row in posts}, at)
        return len(written)


def policy(moment: Moment) -> str:
    """Return what the company asks for before an audit is submitted: optional, reason or required."""
    return str(company.setting("facts_confirmation", moment))


def check_submission(audit: Audit, unconfirmed: int, reason: str, moment: Moment) -> None:
    """Raise RuleBroken where the company asks for confirmed facts, some are not, and no reason is enough."""
    if not unconfirmed or audit.kind not in list(AUDITS):
        return
    wanted = policy(moment)
    if wanted == REQUIRED and auditees.head_of(audit.subject, moment) is not None:
        raise RuleBroken(
            _l(
                "The audited department has not confirmed all facts. Your company asks for that before an audit is submitted."
            )
        )
    if wanted != OPTIONAL and not reason.strip():
        raise RuleBroken(
            _l(
                "The audited department has not confirmed all facts. Write why the audit is submitted all the same."
            ),
            "unconfirmed_reason",
        )


def skip(state_id: int, audit_id: int, unconfirmed: int, reason: str) -> None:
    """Write, inside the running action, why the audit is submitted with facts that are not confirmed."""
    FactsSkipped.create(state_of=state_id, reason=reason.strip())
    activity.record(trail.FACTS_SKIPPED, audit=audit_id, state=state_id, results=unconfirmed)


def skipped(audit_id: int) -> str:
    """Return why the audit was last submitted with facts that nobody had confirmed; empty where they were."""
    last = (
        AuditState.select(AuditState.id)
        .where(AuditState.audit == audit_id, AuditState.state == State.SUBMITTED.value)
        .order_by(AuditState.id.desc())
        .limit(1)
    )
    row = FactsSkipped.get_or_none(FactsSkipped.state_of.in_(last))
    return str(row.reason) if row else ""


def _fact(row: ItemResult, asked: bool, said: FactsAnswer | None, request: FactsRequest | None) -> Fact:
    """An objection counts until the same words are asked about again."""
    if (
        said is not None
        and not said.accepted
        and request is not None
        and request.recorded_at > said.recorded_at
    ):
        said = None
    return Fact(row.item, row, asked, said)


def _say(actor: Actor, at: datetime, fact: Fact, accepted: bool, comment: str) -> bool:
    """Write one answer; tells whether it says anything new."""
    before = FactsAnswer.latest(Moment.at(at), result=fact.row.id)
    if fact.answer is not None and (fact.answer.accepted, fact.answer.comment) == (accepted, comment):
        return False
    FactsAnswer.write(
        at,
        actor.person_id,
        replaces=before,
        audit=fact.item.audit_id,
        result=fact.row.id,
        accepted=accepted,
        comment=comment,
    )
    return True


def _hold(audit_id: int) -> None:
    """Make others who change the audit wait. Raises RuleBroken for one that is over."""
    kept = Audit.update(current_state=Audit.current_state).where(
        Audit.id == audit_id, Audit.current_state.in_([state.value for state in EDITABLE])
    )
    if kept.execute() != 1:
        raise RuleBroken(
            _l("The audit has been submitted or has ended, so its facts are no longer confirmed.")
        )
