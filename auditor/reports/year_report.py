"""What the report of a year shows: the figures of the summary workbook, and what they do not say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, fn

from auditor import db
from auditor.audits import queries as audits
from auditor.audits.exceptions import Outcome
from auditor.audits.models import (
    Audit,
    AuditAssignee,
    AuditItem,
    AuditState,
    IndependenceException,
    IndependenceSettlement,
    ItemResult,
)
from auditor.audits.results import AUDITS, Result, State
from auditor.catalogue.models import Category, Control, Subject, SubjectDetail
from auditor.findings.states import Grade
from auditor.language import current
from auditor.people.models import DepartmentDetail
from auditor.reports import yearly
from auditor.reports.audit_lines import AuditLine
from auditor.reports.effect import Effect, effect
from auditor.reports.figures import Figure, Tallies, value_of
from auditor.reports.finding_lines import FindingLine
from auditor.reports.headline import parts
from auditor.reports.material import Material
from auditor.reports.plan_done import PlanDone, plan_done
from auditor.reports.relaxations import relaxations
from auditor.reports.scope import Scope, Side
from auditor.reports.unit_results import UnitResults, unit_results

KINDS = ("department", "system", "area", "contractor", "company")


@dataclass(frozen=True)
class Line:
    """A figure of this year beside last year's."""

    label: str
    now: float
    before: float | None
    share: bool
    part: bool


@dataclass(frozen=True)
class Covered:
    """How many subjects of a kind were audited, and which were not."""

    kind: str
    total: int
    audited: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Exempted:
    """Where independence did not hold: an override with its reason, or a break and how it was settled."""

    audit: str
    person: str
    reason: str
    settled: Any = None  # words, None for an override
    open: bool = False


@dataclass
class YearShown:
    """Everything on the page."""

    scope: Scope
    standing: yearly.Standing
    parts: list[tuple[str, list[Line]]]
    audits: list[AuditLine]
    findings: list[FindingLine]
    coverage: list[Covered]
    exempted: list[Exempted]
    relaxed: list[str]
    categories: list[tuple[str, dict[str, int], dict[str, int]]]  # title, this year's results, last year's
    names: dict[int, str] = field(default_factory=dict)
    plan: PlanDone | None = None  # None where no plan of the year was approved
    units: list[UnitResults] = field(default_factory=list)
    inspected: bool = False
    effect: Effect = field(default_factory=lambda: Effect((), 0, 0))
    effect_before: Effect = field(default_factory=lambda: Effect((), 0, 0))

    @property
    def grave(self) -> list[FindingLine]:
        """The open findings that the representative should know: major ones, and those overdue."""
        shown = [one for one in self.findings if one.open and (one.grade is Grade.MAJOR or one.late_days)]
        return sorted(shown, key=lambda one: (one.grade is not Grade.MAJOR, one.due_on, one.number))


def material_of(scope: Scope) -> tuple[Material, Tallies]:
    """Return what the summary workbook of this scope is made of, counted, without writing it."""
    material = Material(scope)
    tallies: Tallies = {}
    for table, rows in material.sources(items=False):
        tally = tallies[table.key] = table.tally()
        for row in rows:
            tally.add(row)
    return material, tallies


def year_shown(scope: Scope, material: Material, tallies: Tallies) -> YearShown:
    """Return what the page shows of a year whose rows have been counted."""
    now = scope.now
    return YearShown(
        scope=scope,
        standing=yearly.standing(now.year.label, now.moment),
        parts=[
            (part.title, [_line(one, tallies) for one in part.lines])
            for part in parts(scope, material.courses, material.inspected)
        ],
        audits=material.audits,
        findings=material.findings,
        coverage=_coverage(now, material.audits),
        exempted=_exempted(now),
        relaxed=relaxations(now),
        categories=_categories(scope),
        names=now.roster.names,
        plan=plan_done(now),
        units=unit_results(material),
        inspected=material.inspected,
        effect=effect(now),
        effect_before=effect(scope.before),
    )


def _line(one: Any, tallies: Tallies) -> Line:
    before: Figure | None = one.before
    return Line(
        one.label, value_of(one.now, tallies), value_of(before, tallies) if before else None, one.now.share, one.part
    )  # fmt: skip


def _coverage(side: Side, lines: list[AuditLine]) -> list[Covered]:
    """Return by kind which of the subjects that are in use had an audit that was approved."""
    done = {line.subject_id for line in lines if line.state is State.APPROVED}
    units = DepartmentDetail.standing(side.moment).where(DepartmentDetail.active)
    active_units = {row.department_id for row in units if row.level in ("division", "department")}
    active = {row.subject_id for row in SubjectDetail.standing(side.moment).where(SubjectDetail.active)}
    subjects = list(Subject.select().order_by(Subject.code))
    names = audits.subject_names(subjects, side.moment, side.roster.language)
    found = []
    for kind in KINDS:
        of_kind = [
            one
            for one in subjects
            if one.kind == kind
            and (one.department_id in active_units if kind == "department" else one.id in active)
        ]
        if of_kind:
            missing = tuple(names[one.id] for one in of_kind if one.id not in done)
            found.append(Covered(kind, len(of_kind), len(of_kind) - len(missing), missing))
    return found


def _exempted(side: Side) -> list[Exempted]:
    """Return the overrides and the broken independences of the year's audits: four queries."""
    moment, roster = side.moment, side.roster
    of_year = Audit.select(Audit.id).where(
        Audit.fiscal_year == side.year.label, Audit.kind.in_(AUDITS), Audit.created_at <= moment.instant
    )
    numbers: dict[int, str] = dict(db.tuples(of_year.select(Audit.id, Audit.number)))
    rows = AuditAssignee.standing(moment, AuditAssignee.audit.in_(of_year)).where(
        AuditAssignee.held, AuditAssignee.overridden_by.is_null(False)
    )
    found = [
        Exempted(numbers[row.audit_id], roster.name(row.person_id), row.override_reason)
        for row in rows.order_by(AuditAssignee.id)
    ]
    broken = IndependenceException.select().where(
        IndependenceException.audit.in_(of_year), IndependenceException.found_at <= moment.instant
    )
    settled = {row.exception_id: row for row in IndependenceSettlement.standing(moment)}
    for row in broken.order_by(IndependenceException.id):
        end = settled.get(row.id)
        found.append(
            Exempted(
                numbers[row.audit_id], roster.name(row.person_id), end.reason if end else "",
                Outcome(end.outcome).label if end else "", end is None,
            )
        )  # fmt: skip
    return found


def _categories(scope: Scope) -> list[tuple[str, dict[str, int], dict[str, int]]]:
    """Return by category how many items stood at which result, this year and last, cancelled audits left out."""
    titles: dict[str, tuple[int, str]] = {}
    counted: list[dict[str, dict[str, int]]] = []
    for side in scope.sides:
        counts: dict[str, dict[str, int]] = {}
        for key, ja, en, place, result, number in _counted(side):
            titles.setdefault(key, (place, (ja if current() == "ja" else en) or ja))
            of_category = counts.setdefault(key, {})
            shown = result or Result.NOT_CHECKED.value
            of_category[shown] = of_category.get(shown, 0) + number
        counted.append(counts)
    ordered = sorted((place, title, key) for key, (place, title) in titles.items())
    return [(title, counted[0].get(key, {}), counted[1].get(key, {})) for _place, title, key in ordered]


def _counted(side: Side) -> list[tuple[Any, ...]]:
    moment = side.moment
    cancelled = (
        AuditState.standing(moment).where(AuditState.state == State.CANCELLED.value).select(AuditState.audit)
    )
    standing = ItemResult.standing(moment).select(ItemResult.item, ItemResult.result).alias("standing")
    columns = (Category.key, Category.title_ja, Category.title_en, Category.position)
    query: Any = (
        AuditItem.select(*columns, standing.c.result, fn.COUNT(AuditItem.id))
        .join(Audit)
        .switch(AuditItem)
        .join(Control)
        .join(Category)
        .switch(AuditItem)
        .join(standing, JOIN.LEFT_OUTER, on=(standing.c.item_id == AuditItem.id))
        .where(
            Audit.fiscal_year == side.year.label, Audit.kind.in_(AUDITS), Audit.created_at <= moment.instant,
            Audit.id.not_in(cancelled),
        )
        .group_by(*columns, standing.c.result)
    )  # fmt: skip
    return db.tuples(query)
