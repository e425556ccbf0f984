"""Whether the corrective actions of a year were effective: what the later looks showed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auditor import clock
from auditor.findings.models import EffectivenessCheck, EffectivenessResult, Finding, FindingState
from auditor.findings.states import State
from auditor.reports.scope import Side


@dataclass(frozen=True)
class Look:
    """One look: of which finding, when, and whether the cause was gone."""

    finding_id: int
    number: str
    on: date
    effective: bool


@dataclass(frozen=True)
class Effect:
    """The looks of a year, and how many are still to come."""

    looks: tuple[Look, ...]
    waiting: int
    late: int

    @property
    def effective(self) -> int:
        """How many showed that the cause is gone."""
        return sum(one.effective for one in self.looks)

    @property
    def failed(self) -> tuple[Look, ...]:
        """Those that showed it is not: the finding was opened again."""
        return tuple(one for one in self.looks if not one.effective)

    @property
    def share(self) -> float | None:
        """Which share was effective; None where nobody has looked."""
        return self.effective / len(self.looks) if self.looks else None


def effect(side: Side) -> Effect:
    """Return what the looks of the year showed, as far as it was known: two queries."""
    known = EffectivenessResult.checked_at <= side.moment.instant
    rows = (
        EffectivenessResult.select(EffectivenessResult, EffectivenessCheck, Finding)
        .join(EffectivenessCheck)
        .join(Finding)
        .where(known)
        .order_by(EffectivenessResult.id)
    )
    looks = [
        Look(
            row.check_of.finding_id, row.check_of.finding.number, clock.day_of(row.checked_at), row.effective
        )
        for row in rows
    ]
    answered = EffectivenessResult.select(EffectivenessResult.check_of).where(known)
    awaiting = FindingState.standing(side.moment).where(FindingState.state == State.EFFECTIVENESS.value)
    open_ = EffectivenessCheck.select(EffectivenessCheck.due_on).where(
        EffectivenessCheck.created_at <= side.moment.instant,
        EffectivenessCheck.id.not_in(answered),
        EffectivenessCheck.finding.in_(awaiting.select(FindingState.finding)),
    )
    due = [row.due_on for row in open_]
    return Effect(
        tuple(one for one in looks if one.on in side.year),
        len(due),
        sum(day < side.moment.day for day in due),
    )
