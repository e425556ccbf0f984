"""How the audited department confirmed the facts of an audit, as its report tells it at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.audits.models import (
    AuditItem,
    AuditState,
    FactsAnswer,
    FactsRequest,
    FactsSkipped,
    ItemResult,
)
from auditor.audits.results import FACTS, Result, State
from auditor.catalogue.models import Control
from auditor.dated import Moment
from auditor.language import _l, pick
from auditor.reports.scope import Roster

ANSWERS = {
    "confirmed": _l("Confirmed"),
    "objected": _l("They object"),
    "waiting": _l("Not answered yet"),
    "not_asked": _l("Not asked"),
}


@dataclass(frozen=True)
class Asked:
    """That the department was asked; more than one: asked again."""

    at: datetime
    who: str
    count: int
    comment: str


@dataclass(frozen=True)
class Fact:
    """A nonconformity or an observation, and what the department said to exactly these words."""

    code: str
    title: str
    result: Result
    answer: str  # of ANSWERS
    who: str = ""
    at: datetime | None = None
    comment: str = ""

    @property
    def label(self) -> Any:
        """The words for the answer."""
        return ANSWERS[self.answer]


@dataclass(frozen=True)
class Facts:
    """Everything the report says of it; ``skipped`` is why the audit was submitted without."""

    asked: tuple[Asked, ...] = ()
    facts: tuple[Fact, ...] = ()
    skipped: str = ""

    def __bool__(self) -> bool:
        return bool(self.asked or self.skipped)


def facts_of(audit_id: int, moment: Moment, roster: Roster) -> Facts:
    """Return how the facts stood: at most four queries."""
    requests = list(
        FactsRequest.select()
        .where(FactsRequest.audit == audit_id, FactsRequest.recorded_at <= moment.instant)
        .order_by(FactsRequest.id)
    )
    skipped = _skipped(audit_id, moment)
    if not requests:
        return Facts(skipped=skipped)
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit_id)
    rows = (
        ItemResult.standing(moment, ItemResult.item.in_(items))
        .select(ItemResult, AuditItem, Control)
        .join(AuditItem)
        .join(Control)
        .where(ItemResult.result.in_([one.value for one in FACTS]))
        .order_by(AuditItem.position, AuditItem.id)
    )
    answers = {row.result_id: row for row in FactsAnswer.standing(moment, FactsAnswer.audit == audit_id)}
    known = {one for request in requests for one in request.results}
    return Facts(
        tuple(
            Asked(row.recorded_at, roster.name(row.recorded_by), len(row.results), str(row.comment))
            for row in requests
        ),
        tuple(_fact(row, row.id in known, _counting(answers.get(row.id), requests), roster) for row in rows),
        skipped,
    )


def _counting(said: FactsAnswer | None, requests: list[FactsRequest]) -> FactsAnswer | None:
    """Return the answer; an objection counts until the same words are asked about again."""
    if said is None or said.accepted or requests[-1].recorded_at <= said.recorded_at:
        return said
    return None


def _fact(row: ItemResult, asked: bool, said: FactsAnswer | None, roster: Roster) -> Fact:
    control, result = row.item.control, Result(row.result)
    if said is None:
        return Fact(control.code, pick(control, "title"), result, "waiting" if asked else "not_asked")
    return Fact(
        control.code,
        pick(control, "title"),
        result,
        "confirmed" if said.accepted else "objected",
        roster.name(said.recorded_by),
        said.recorded_at,
        str(said.comment),
    )


def _skipped(audit_id: int, moment: Moment) -> str:
    last = (
        AuditState.select(AuditState.id)
        .where(
            AuditState.audit == audit_id,
            AuditState.state == State.SUBMITTED.value,
            AuditState.recorded_at <= moment.instant,
        )
        .order_by(AuditState.id.desc())
        .limit(1)
    )
    row = FactsSkipped.get_or_none(FactsSkipped.state_of.in_(last))
    return str(row.reason) if row else ""
