"""Findings and corrective actions as rows of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from auditor.catalogue.models import Control
from auditor.findings.asof import FindingAt, findings_at
from auditor.findings.states import ActionState, Grade, State
from auditor.language import _l
from auditor.reports import imported
from auditor.reports.audit_lines import subject_names
from auditor.reports.scope import Side

AGES = (30, 60, 90, 180)  # days; the last band is what is older
SOON_DAYS = 30


@dataclass(frozen=True)
class FindingLine:
    """One finding: found this year, or from before and still open at its beginning."""

    id: int
    number: str
    title: str
    grade: Grade
    state: State
    department_id: int
    department: str
    responsible: str
    subject: str
    control: str
    found_on: date
    of_year: bool
    due_on: date
    closed_on: date | None
    age_days: int
    late_days: int
    former_number: str = ""  # of a finding of earlier years that was imported

    @property
    def open(self) -> bool:
        """Neither closed nor withdrawn."""
        return not self.state.final

    @cached_property
    def age(self) -> int:
        """Which band of AGES the age lies in."""
        return next((band for band, days in enumerate(AGES) if self.age_days <= days), len(AGES))


@dataclass(frozen=True)
class ActionLine:
    """One corrective action of a finding that is shown."""

    number: str
    text: str
    finding: FindingLine
    owner: str
    due_on: date
    state: ActionState
    done_on: date | None
    days: int  # until due; negative: late

    @property
    def open(self) -> bool:
        """Still to be done, in a finding that is open."""
        return self.state is not ActionState.DONE and self.finding.open

    @property
    def standing(self) -> str:
        """One of late, soon, later, done."""
        if not self.open:
            return "done"
        if self.days < 0:
            return "late"
        return "soon" if self.days <= SOON_DAYS else "later"


AGE_LABELS = (
    _l("up to 30 days"),
    _l("31 to 60 days"),
    _l("61 to 90 days"),
    _l("91 to 180 days"),
    _l("over 180 days"),
)
STANDING_LABELS = {
    "late": _l("Overdue"),
    "soon": _l("Due within 30 days"),
    "later": _l("Due later"),
    "done": _l("Done"),
}


def finding_lines(side: Side, every: bool = False) -> tuple[list[FindingLine], list[ActionLine]]:
    """Return the findings of the year and those of earlier years that are open or were closed in it.

    With their corrective actions (of findings that were withdrawn: none). ``every`` gives them all. A constant
    number of queries.
    """
    subjects = subject_names(side)
    shown = [one for one in findings_at(side.moment) if every or _shown(one, side)]
    controls = {
        row.id: row.code
        for row in Control.select(Control.id, Control.code).where(
            Control.id.in_(sorted({one.control_id for one in shown if one.control_id}))
        )
    }
    former = imported.findings_of(one.id for one in shown)
    findings, actions = [], []
    for one in shown:
        line = _finding(one, side, subjects, controls, former.get(one.id, ""))
        findings.append(line)
        if one.state is not State.WITHDRAWN:
            actions += [_action(one, line, position, side) for position in range(len(one.actions))]
    return findings, actions


def _shown(one: FindingAt, side: Side) -> bool:
    if one.fiscal_year == side.year.label:
        return True
    return one.fiscal_year < side.year.label and (not one.state.final or one.since >= side.year.first)


def _finding(
    one: FindingAt, side: Side, subjects: dict[int, str], controls: dict[int, str], former: str
) -> FindingLine:
    return FindingLine(
        id=one.id,
        number=one.number,
        title=one.title,
        grade=one.grade,
        state=one.state,
        department_id=one.department_id,
        department=side.roster.department(one.department_id),
        responsible=side.roster.head(one.department_id),
        subject=subjects.get(one.subject_id, ""),
        control=controls.get(one.control_id or 0, ""),
        found_on=one.found_on,
        of_year=one.fiscal_year == side.year.label,
        due_on=one.due_on,
        closed_on=one.since if one.state.final else None,
        age_days=one.age_days,
        # The rule is the findings' own: what is put right and only awaits its effect is not late.
        late_days=(side.moment.day - one.due_on).days if one.overdue else 0,
        former_number=former,
    )


def _action(one: FindingAt, line: FindingLine, position: int, side: Side) -> ActionLine:
    action = one.actions[position]
    state = ActionState(action.state)
    return ActionLine(
        number=f"{one.number}-{action.number}",
        text=action.text,
        finding=line,
        owner=action.owner,
        due_on=action.due_on,
        state=state,
        done_on=action.since if state is ActionState.DONE else None,
        days=(action.due_on - side.moment.day).days,
    )
