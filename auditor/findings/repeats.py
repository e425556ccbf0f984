"""Earlier findings of the same control: a repeat is pointed out where a finding is recorded and read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.access import Actor, Permission
from auditor.catalogue.models import Control
from auditor.dated import Moment
from auditor.findings import queries
from auditor.findings.models import Finding, FindingDetail
from auditor.findings.states import State
from auditor.language import current as language
from auditor.people import queries as people


@dataclass(frozen=True)
class Repeat:
    """An earlier finding of the same control."""

    id: int
    number: str
    fiscal_year: int
    department: str
    state: State
    visible: bool


def repeats(
    actor: Actor,
    control_id: int | None,
    before: datetime,
    without: int | None,
    moment: Moment,
    tree: people.Tree,
) -> list[Repeat]:
    """Return earlier findings of the same control (by its code, across versions), newest first, at most ten."""
    if control_id is None:
        return []
    code = Control.select(Control.code).where(Control.id == control_id)
    same = Control.select(Control.id).where(Control.code == code)
    found = list(
        Finding.select()
        .where(
            Finding.control.in_(same),
            Finding.recorded_at < before,
            Finding.id != (without or 0),
            Finding.current_state != State.WITHDRAWN.value,
        )
        .order_by(Finding.recorded_at.desc())
        .limit(10)
    )
    ids = [one.id for one in found]
    details = {row.finding_id: row for row in FindingDetail.standing(moment, FindingDetail.finding.in_(ids))}
    query = Finding.select(Finding.id).where(Finding.id.in_(ids))
    condition = queries.within(actor, Permission.FINDING_READ, moment)
    visible = {one.id for one in (query if condition is None else query.where(condition))}
    return [
        Repeat(
            id=one.id,
            number=one.number,
            fiscal_year=one.fiscal_year,
            department=tree.name(details[one.id].department_id, language()),
            state=State(one.current_state),
            visible=one.id in visible,
        )
        for one in found
        if one.id in details
    ]
