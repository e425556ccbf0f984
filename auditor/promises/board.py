"""The promise board: every sentence of the published text with its verdict and what it rests on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from auditor.audits.results import NONCONFORMITIES
from auditor.catalogue import queries as catalogue
from auditor.catalogue.models import Control
from auditor.dated import Moment
from auditor.findings.models import Finding, FindingDetail, FindingState
from auditor.findings.states import OPEN_STATES, Grade
from auditor.promises.models import Policy, Promise
from auditor.promises.queries import links, policy_at, promises_of
from auditor.promises.results import counted, without_finding
from auditor.promises.verdicts import ControlState, Verdict, verdict


@dataclass(frozen=True)
class Line:
    """A promise with its verdict and the linked controls."""

    promise: Promise
    verdict: Verdict
    controls: list[ControlState]

    @property
    def open_points(self) -> int:
        return sum(control.major + control.minor for control in self.controls)


@dataclass(frozen=True)
class Board:
    """The published text at a moment; ``policy`` None: none had been entered."""

    policy: Policy | None
    lines: list[Line]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many promises have each verdict; together they are all of them."""
        found = dict.fromkeys(Verdict, 0)
        for line in self.lines:
            found[line.verdict] += 1
        return found


def board(moment: Moment) -> Board:
    """Return the board as of ``moment``: nine queries, whatever the number of promises, audits and subjects."""
    policy = policy_at(moment)
    if policy is None:
        return Board(None, [])
    linked = links(policy, moment)
    states = control_states({code for codes in linked.values() for code in codes}, moment)
    lines = []
    for promise in promises_of(policy):
        controls = [states[code] for code in linked.get(promise.id, []) if code in states]
        lines.append(Line(promise, verdict(controls, moment.day), controls))
    return Board(policy, lines)


def control_states(codes: Collection[str], moment: Moment) -> dict[str, ControlState]:
    """Return what is known of those controls that the versions in use have: six queries."""
    in_use = [version.id for version in catalogue.versions_in_use(moment)]
    rows = Control.select().where(Control.version.in_(in_use), Control.code.in_(list(codes)))
    found = {row.code: ControlState(row.code, row.frequency, row) for row in rows}
    for code, result, count, day in counted(moment, list(found)):
        state = found[code]
        state.results[result] = state.results.get(result, 0) + count
        if result != "not_applicable":
            state.checked_on = _newer(state.checked_on, day)
    doubtful = [code for code, state in found.items() if NONCONFORMITIES & state.results.keys()]
    for code, result, count in without_finding(moment, doubtful):
        _add_points(found[code], result, count)
    for finding, grade in open_nonconformities(list(found), moment):
        _add_points(found[code_of(finding)], grade, 1)
    return found


def open_nonconformities(codes: Collection[str], moment: Moment) -> list[tuple[Finding, str]]:
    """Return the open findings graded minor or major on those controls, with their grades: three queries."""
    findings = {
        row.id: row
        for row in Finding.select(Finding, Control)
        .join(Control)
        .where(Control.code.in_(list(codes)), Finding.recorded_at <= moment.instant)
        .order_by(Finding.id)
    }
    among = Finding.select(Finding.id).join(Control).where(Control.code.in_(list(codes)))
    opened = {
        row.finding_id
        for row in FindingState.standing(moment, FindingState.finding.in_(among))
        if row.state in OPEN_STATES
    }
    grades = {
        row.finding_id: row.grade
        for row in FindingDetail.standing(moment, FindingDetail.finding.in_(among))
        if Grade(row.grade).nonconformity
    }
    return [(row, grades[one]) for one, row in findings.items() if one in opened and one in grades]


def _add_points(state: ControlState, grade: str, count: int) -> None:
    if grade == "major":
        state.major += count
    else:
        state.minor += count


def _newer(one: date | None, other: date) -> date:
    return other if one is None else max(one, other)


def code_of(finding: Finding) -> str:
    """Return the code of the control of a finding that was read with its control; empty without one."""
    return finding.control.code if finding.control is not None else ""
