"""The report of one audit (監査報告書) as it stood at a moment: everything its page and its workbook show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from peewee import fn

from auditor import db
from auditor.access import Actor, Permission
from auditor.audits import outside
from auditor.audits import queries as audits
from auditor.audits.applying import LeftOut, recorded
from auditor.audits.concluding import conclusion_of
from auditor.audits.exceptions import Outcome
from auditor.audits.independence import Conflict
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditConclusion,
    AuditItem,
    AuditState,
    ImportedAudit,
    IndependenceException,
    IndependenceSettlement,
    ItemEvidence,
    ItemResult,
)
from auditor.audits.results import AUDITS, NONCONFORMITIES, RESULTS_SHOWN, AuditKind, Result, State
from auditor.audits.verdicts import reasons
from auditor.catalogue.models import CatalogueVersion, Category, Control
from auditor.dated import Moment
from auditor.errors import NotFound
from auditor.findings.asof import FindingAt, findings_at
from auditor.findings.models import ImportedFinding
from auditor.language import current, pick
from auditor.reports.fact_lines import Facts, facts_of
from auditor.reports.relaxations import relaxations
from auditor.reports.scope import Roster, scope_of


@dataclass(frozen=True)
class Auditor:
    """Somebody who audited; ``override`` says why although not independent."""

    name: str
    lead: bool
    override: str = ""
    overridden_by: str = ""


@dataclass(frozen=True)
class Broken:
    """An independence that was found broken afterwards, and how that was settled."""

    name: str
    reasons: list[str]
    outcome: Any = None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True)
class ItemLine:
    """One item with its result, and the result of last time."""

    id: int
    code: str
    title: str
    category: str
    result: Result
    result_on: date | None
    note: str
    evidence: int
    last: Result | None = None

    @property
    def change(self) -> str:
        """Whether it is better or worse than last time; empty where nothing can be said."""
        if self.last is None or self.last not in _RANK or self.result not in _RANK:
            return ""
        moved = _RANK[self.result] - _RANK[self.last]
        if not moved:
            return "repeated" if self.result in NONCONFORMITIES else ""
        return "better" if moved < 0 else "worse"


_RANK = {
    Result.CONFORM: 0, Result.IMPROVEMENT: 1, Result.OBSERVATION: 2, Result.MINOR: 3, Result.MAJOR: 4,
}  # fmt: skip


@dataclass(frozen=True)
class FindingLine:
    """A finding of the audit as it stood."""

    found: FindingAt
    department: str
    responsible: str
    control: str


@dataclass(frozen=True)
class Step:
    """A change of state, with who and when; ``outside`` names who decided from outside."""

    state: State
    who: str
    at: datetime
    comment: str
    outside: str = ""


@dataclass(frozen=True)
class Last:
    """The audit of the same subject before this one."""

    number: str
    done_on: date | None
    results: dict[str, int]


@dataclass(frozen=True)
class AuditReport:
    """One audit, whole."""

    moment: Moment
    audit: Audit
    subject: str
    kind: AuditKind
    state: State
    starts_on: date | None
    due_on: date | None
    version: CatalogueVersion
    head: str
    auditors: list[Auditor]
    strangers: str  # auditors of an imported audit whom the roster does not know
    broken: list[Broken]
    relaxed: list[str]
    conclusion: AuditConclusion | None
    summary: str  # the conclusion of an imported audit
    items: list[ItemLine]
    left_out: list[LeftOut]
    evidence: int
    findings: list[FindingLine]
    last: Last | None
    steps: list[Step]
    facts: Facts
    former_number: str  # of an imported audit
    categories: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def results(self) -> dict[str, int]:
        """How many items stand at which result."""
        return _counted(self.items)

    @property
    def independent(self) -> bool:
        """Whether every auditor was, as far as is known."""
        return not self.broken and not any(one.override for one in self.auditors)

    @property
    def nonconforming(self) -> int:
        """How many items are nonconformities."""
        return sum(one.result in NONCONFORMITIES for one in self.items)

    @property
    def notable(self) -> list[ItemLine]:
        """The items that are not simply conforming, in their order."""
        return [one for one in self.items if one.result is not Result.CONFORM]

    @property
    def changed(self) -> list[ItemLine]:
        """The items whose result differs from last time, or whose nonconformity is there again."""
        return [one for one in self.items if one.change]


def report_for(actor: Actor, audit_id: int, at: datetime, as_of: date | None = None) -> AuditReport:
    """Return the report of an audit that ``actor`` may see, as of a day (None: now): some thirty queries.

    The audited department sees it once the audit is submitted, as of then: before, and for who may not see the
    audit, raises NotFound. Raises RuleBroken for a day after today.
    """
    audit = audits.audit_for(actor, audit_id, Permission.AUDIT_READ, at)
    held = audits.is_auditor(actor, audit_id, at)
    if not audits.shows_results(actor, audit, held):
        raise NotFound
    scope = scope_of(at, as_of)
    found = audits.audits_at(scope.now.moment, Audit.id == audit_id)
    everywhere = held or actor.everywhere(Permission.AUDIT_READ)
    if not found or found[0].audit.kind not in AUDITS:
        raise NotFound
    if not everywhere and State(found[0].state) not in RESULTS_SHOWN:
        raise NotFound
    return _report(found[0], scope.now.moment, relaxations(scope.now), scope.now.roster)


def _report(one: audits.AuditAt, moment: Moment, relaxed: list[str], roster: Roster) -> AuditReport:
    audit, language = one.audit, current()
    last = _last(audit, moment)
    items = _items(audit, moment, last[1] if last else {})
    imported = ImportedAudit.get_or_none(ImportedAudit.audit == audit.id)
    by_category: dict[str, list[ItemLine]] = {}
    for line in items:
        by_category.setdefault(line.category, []).append(line)
    return AuditReport(
        moment=moment,
        audit=audit,
        subject=audits.subject_name(audit.subject, moment, language),
        kind=AuditKind(audit.kind),
        state=State(one.state),
        starts_on=one.starts_on,
        due_on=one.due_on,
        version=CatalogueVersion.get_by_id(audit.version_id),
        head=roster.head(audit.subject.department_id),
        auditors=_auditors(audit, moment, roster),
        strangers=imported.auditors if imported else "",
        broken=_broken(audit, moment, roster),
        relaxed=relaxed,
        conclusion=conclusion_of(audit.id, moment),
        summary=imported.summary if imported else "",
        items=items,
        left_out=recorded(audit.id),
        evidence=sum(line.evidence for line in items),
        findings=_findings(audit, items, moment, roster),
        last=last[0] if last else None,
        steps=_steps(audit, moment, roster),
        facts=facts_of(audit.id, moment, roster),
        former_number=imported.former_number if imported else "",
        categories={name: _counted(lines) for name, lines in by_category.items()},
    )


def _counted(lines: Sequence[ItemLine]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for line in lines:
        counted[line.result.value] = counted.get(line.result.value, 0) + 1
    return counted


def _auditors(audit: Audit, moment: Moment, roster: Roster) -> list[Auditor]:
    rows = AuditAssignee.standing(moment, AuditAssignee.audit == audit.id).where(AuditAssignee.held)
    return [
        Auditor(roster.name(row.person_id), row.lead, row.override_reason, roster.name(row.overridden_by))
        for row in sorted(rows, key=lambda row: (not row.lead, row.id))
    ]


def _broken(audit: Audit, moment: Moment, roster: Roster) -> list[Broken]:
    rows = list(
        IndependenceException.select()
        .where(IndependenceException.audit == audit.id, IndependenceException.found_at <= moment.instant)
        .order_by(IndependenceException.id)
    )
    ids = [row.id for row in rows]
    settled = {
        row.exception_id: row
        for row in IndependenceSettlement.standing(moment, IndependenceSettlement.exception.in_(ids))
    }
    found = []
    for row in rows:
        told = reasons([Conflict.read(one) for one in row.reason], roster.tree, roster.language)
        name, end = roster.name(row.person_id), settled.get(row.id)
        if end is None:
            found.append(Broken(name, told))
        else:
            outcome = Outcome(end.outcome).label
            found.append(Broken(name, told, outcome, end.reason, roster.name(end.recorded_by)))
    return found


def _items(audit: Audit, moment: Moment, last: dict[str, Result]) -> list[ItemLine]:
    mine = AuditItem.select(AuditItem.id).where(AuditItem.audit == audit.id)
    results = {row.item_id: row for row in ItemResult.standing(moment, ItemResult.item.in_(mine))}
    held: Any = (
        ItemEvidence.standing(moment, ItemEvidence.item.in_(mine))
        .where(ItemEvidence.held)
        .select(ItemEvidence.item, fn.COUNT(ItemEvidence.id))
        .group_by(ItemEvidence.item)
    )
    given = dict(db.tuples(held))
    rows = (
        AuditItem.select(AuditItem, Control, Category)
        .join(Control)
        .join(Category)
        .where(AuditItem.audit == audit.id)
        .order_by(AuditItem.position, AuditItem.id)
    )
    return [_item(row, results.get(row.id), given.get(row.id, 0), last.get(row.control.code)) for row in rows]


def _item(row: AuditItem, result: ItemResult | None, evidence: int, last: Result | None) -> ItemLine:
    note = " ".join(part for part in (result.reason, result.note) if part) if result else ""
    return ItemLine(
        id=row.id,
        code=row.control.code,
        title=pick(row.control, "title"),
        category=pick(row.control.category, "title"),
        result=Result(result.result if result else Result.NOT_CHECKED),
        result_on=result.valid_from if result else None,
        note=note,
        evidence=evidence,
        last=last,
    )


def _last(audit: Audit, moment: Moment) -> tuple[Last, dict[str, Result]] | None:
    """Return the audit of the same subject and kind before this one that was submitted, and its results by code."""
    before = [
        one
        for one in audits.audits_at(
            moment, Audit.subject == audit.subject_id, Audit.kind == audit.kind, Audit.id != audit.id,
            Audit.period_to < audit.period_to,
        )
        if State(one.state) in RESULTS_SHOWN
    ]  # fmt: skip
    if not before:
        return None
    one = max(before, key=lambda one: (one.audit.period_to, one.audit.id))
    items = AuditItem.select(AuditItem.id).where(AuditItem.audit == one.audit.id)
    rows: Any = (
        ItemResult.standing(moment, ItemResult.item.in_(items))
        .select(Control.code, ItemResult.result)
        .join(AuditItem)
        .join(Control)
    )
    state = AuditState.latest(moment, audit=one.audit.id)
    last = Last(one.audit.number, state.valid_from if state else None, one.results)
    return last, {code: Result(result) for code, result in db.tuples(rows)}


def _findings(audit: Audit, items: Sequence[ItemLine], moment: Moment, roster: Roster) -> list[FindingLine]:
    codes = {line.id: line.code for line in items}
    taken_over = ImportedFinding.select(ImportedFinding.finding).where(ImportedFinding.audit == audit.id)
    imported = {row[0] for row in db.tuples(taken_over)}
    found = [one for one in findings_at(moment) if one.item_id in codes or one.id in imported]
    return [
        FindingLine(
            one, roster.department(one.department_id), roster.head(one.department_id), codes.get(one.item_id or 0, "")
        )
        for one in found
    ]  # fmt: skip


def _steps(audit: Audit, moment: Moment, roster: Roster) -> list[Step]:
    rows = list(
        AuditState.select()
        .where(AuditState.audit == audit.id, AuditState.recorded_at <= moment.instant)
        .order_by(AuditState.id)
    )
    decided = outside.decisions(row.id for row in rows)
    return [
        Step(
            State(row.state), roster.name(row.recorded_by), row.recorded_at, row.comment,
            outside.name_of(decided[row.id]) if row.id in decided else "",
        )
        for row in rows
        if row.state != State.PLANNED
    ]  # fmt: skip
