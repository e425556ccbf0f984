"""What the report of corrective action (是正処置報告書) adds to a finding's story: who verified and judged it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.audits.models import Audit
from auditor.dated import Moment
from auditor.findings.models import (
    EffectivenessCheck,
    EffectivenessResult,
    Finding,
    FindingState,
    Verification,
)
from auditor.people import queries as people


@dataclass(frozen=True)
class Look:
    """One look of somebody who did not fix it. ``who`` is the outside person where there was one."""

    at: datetime
    who: str
    good: bool
    comment: str


@dataclass(frozen=True)
class Step:
    """One step of the finding: where it came to stand, by whom, when."""

    at: datetime
    state: str
    who: str


@dataclass(frozen=True)
class Report:
    """The looks and steps in the order in which they were taken."""

    verifications: list[Look]
    effectiveness: list[Look]
    steps: list[Step]
    audit_number: str


def of(finding: Finding, moment: Moment) -> Report:
    """Return what was known at ``moment``: five queries, six where the finding came from an audit."""
    verified = list(
        Verification.select()
        .where(Verification.finding == finding.id, Verification.verified_at <= moment.instant)
        .order_by(Verification.id)
    )
    judged = list(
        EffectivenessResult.select()
        .join(EffectivenessCheck)
        .where(EffectivenessCheck.finding == finding.id, EffectivenessResult.checked_at <= moment.instant)
        .order_by(EffectivenessResult.id)
    )
    moved = list(
        FindingState.select()
        .where(FindingState.finding == finding.id, FindingState.recorded_at <= moment.instant)
        .order_by(FindingState.id)
    )
    names = people.names(
        [
            *(row.verified_by_id for row in verified),
            *(row.checked_by_id for row in judged),
            *(row.recorded_by for row in moved),
        ],
        moment,
    )
    return Report(
        verifications=[
            Look(row.verified_at, row.outside or names.get(row.verified_by_id, ""), row.accepted, row.comment)
            for row in verified
        ],
        effectiveness=[
            Look(row.checked_at, row.outside or names.get(row.checked_by_id, ""), row.effective, row.comment)
            for row in judged
        ],
        steps=[Step(row.recorded_at, row.state, names.get(row.recorded_by or 0, "")) for row in moved],
        audit_number=_audit_number(finding),
    )


def _audit_number(finding: Finding) -> str:
    if finding.item_id is None or finding.item is None:
        return ""
    return str(Audit.get_by_id(finding.item.audit_id).number)
