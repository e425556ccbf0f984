"""Which papers of an audit are out, which wait to be looked at, and which were taken over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auditor.access import Actor
from auditor.audits.models import Audit
from auditor.audits.workingpaper.comparing import Plan
from auditor.audits.workingpaper.models import AppliedPaper, IssuedPaper, PaperUpload
from auditor.dated import Moment
from auditor.people import queries as people


@dataclass(frozen=True)
class Taken:
    """A paper that was given out, with what came of it."""

    paper: IssuedPaper
    name: str
    applied: list[tuple[AppliedPaper, str]] = field(default_factory=list)  # each with who did it


@dataclass(frozen=True)
class Papers:
    """What the page of the papers of an audit shows."""

    taken: list[Taken]
    waiting: list[PaperUpload]  # the person's own


def papers_of(audit: Audit, actor: Actor, at: datetime) -> Papers:
    """Return the papers of an audit, the latest first: four queries."""
    issued = list(IssuedPaper.select().where(IssuedPaper.audit == audit.id).order_by(IssuedPaper.id.desc()))
    mine = IssuedPaper.select(IssuedPaper.id).where(IssuedPaper.audit == audit.id)
    applied = list(AppliedPaper.select().where(AppliedPaper.paper.in_(mine)).order_by(AppliedPaper.id))
    waiting = PaperUpload.select().where(
        PaperUpload.paper.in_(mine),
        PaperUpload.person == actor.person_id,
        PaperUpload.applied.is_null(),
        PaperUpload.expires_at > at,
    )
    names = people.names(
        [*(row.issued_to_id for row in issued), *(row.applied_by for row in applied)], Moment.at(at)
    )
    of_paper: dict[int, list[tuple[AppliedPaper, str]]] = {}
    for row in applied:
        of_paper.setdefault(row.paper_id, []).append((row, names.get(row.applied_by or 0, "")))
    return Papers(
        [Taken(row, names.get(row.issued_to_id, ""), of_paper.get(row.id, [])) for row in issued],
        list(waiting.order_by(PaperUpload.id.desc())),
    )


def writers(plan: Plan, moment: Moment) -> dict[int, str]:
    """Return the names of those who entered what a paper is in conflict with: one query."""
    persons: list[Any] = [line.standing.recorded_by for line in plan.conflicts if line.standing]
    return people.names(persons, moment)
