"""The list of audits: filtered, sorted and paged in the database, with what each row shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from peewee import JOIN, SQL, ModelSelect, fn

from auditor.audits import queries
from auditor.audits.models import Audit, AuditAssignee, AuditPlan, ImportedAudit
from auditor.audits.results import DONE, EDITABLE, RESULTS_SHOWN, State
from auditor.catalogue.models import Subject, SubjectDetail
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import DepartmentDetail

TABS: dict[str, tuple[State, ...]] = {
    "open": (*EDITABLE, State.SUBMITTED),
    "planned": (State.PLANNED, State.NOTIFIED),
    "in_progress": (State.IN_PROGRESS, State.FACTS_CONFIRMED, State.RETURNED),
    "submitted": (State.SUBMITTED,),
    "approved": tuple(DONE),
    "cancelled": (State.CANCELLED,),
    "all": tuple(State),
}
SORTS = ("number", "subject", "starts", "due", "state")


@dataclass(frozen=True)
class Filter:
    """What of the audits is shown; None and empty leave everything."""

    tab: str = "open"
    fiscal_year: int | None = None
    department_id: int | None = None
    auditor_id: int | None = None
    text: str = ""
    sort: str = "due"


@dataclass(frozen=True)
class Row:
    """An audit as the list shows it."""

    audit: Audit
    name: str
    starts_on: date | None
    due_on: date | None
    auditors: tuple[str, ...]
    checked: int
    total: int
    state: str  # overdue in the place of the state where the due date has passed
    former_number: str = ""  # of an audit of earlier years that was imported
    outcome: dict[str, int] = field(default_factory=dict)  # items by result; empty until it is submitted


def matching(seen: Any, wanted: Filter, moment: Moment) -> ModelSelect[Audit]:
    """Return the audits of ``seen`` that the filter leaves, whatever their state, with their subject."""
    query = (
        Audit.select(Audit, Subject, ImportedAudit.former_number)
        .join(Subject)
        .join_from(Audit, ImportedAudit, JOIN.LEFT_OUTER, attr="taken_over")
        .where(seen)
    )
    if wanted.fiscal_year is not None:
        query = query.where(Audit.fiscal_year == wanted.fiscal_year)
    if wanted.department_id is not None:
        below = people.tree(moment).with_below([wanted.department_id])
        query = query.where(Subject.department.in_(list(below)))
    if wanted.auditor_id is not None:
        posts = AuditAssignee.standing(moment, AuditAssignee.person == wanted.auditor_id)
        query = query.where(Audit.id.in_(posts.where(AuditAssignee.held).select(AuditAssignee.audit)))
    if wanted.text:
        query = query.where(named(wanted.text, moment))
    return query


def ordered(query: ModelSelect[Audit], wanted: Filter) -> ModelSelect[Audit]:
    """Return the query narrowed to the tab and in the order asked for; equal rows by number."""
    query = query.where(Audit.current_state.in_([state.value for state in TABS[wanted.tab]]))
    name = wanted.sort.removeprefix("-")
    key: Any = {"subject": Subject.code, "state": Audit.current_state}.get(name, Audit.number)
    if name in ("starts", "due"):
        # A plan holds from the day it is written, so the one that stands now is the one nobody replaced.
        plan, newer = AuditPlan.alias("plan"), AuditPlan.alias("newer")
        replaced = newer.select(SQL("1")).where(newer.replaces == plan.id)
        stands = (plan.audit == Audit.id) & ~fn.EXISTS(replaced)
        query = query.join_from(Audit, plan, JOIN.LEFT_OUTER, on=stands)
        key = plan.starts_on if name == "starts" else plan.due_on
    order = key.desc() if wanted.sort.startswith("-") else key
    return query.order_by(order, Audit.number)


def tab_counts(query: ModelSelect[Audit]) -> dict[str, int]:
    """Return how many audits stand under each tab: one query."""
    counted: Any = (
        query.select(Audit.current_state, fn.COUNT(Audit.id)).group_by(Audit.current_state).tuples()
    )
    by_state = dict(counted)
    return {tab: sum(by_state.get(state.value, 0) for state in states) for tab, states in TABS.items()}


def rows(audits: list[Audit], moment: Moment, language: str) -> list[Row]:
    """Return what the list shows of these audits: six queries, whatever their number."""
    ids = [audit.id for audit in audits]
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    names = queries.subject_names([audit.subject for audit in audits], moment, language)
    posts = queries.auditors(ids, moment)
    persons = people.names({row.person_id for found in posts.values() for row in found}, moment)
    counts = queries.counts(ids)
    return [
        _row(
            audit,
            names[audit.subject_id],
            plans.get(audit.id),
            tuple(persons.get(row.person_id, "") for row in posts.get(audit.id, [])),
            counts.get(audit.id, {}),
            moment,
        )
        for audit in audits
    ]


def _row(
    audit: Audit,
    name: str,
    plan: AuditPlan | None,
    auditors: tuple[str, ...],
    counts: dict[str, int],
    moment: Moment,
) -> Row:
    due_on = plan.due_on if plan else None
    taken: ImportedAudit | None = getattr(audit, "taken_over", None)
    total = sum(counts.values())
    return Row(
        audit=audit,
        name=name,
        starts_on=plan.starts_on if plan else None,
        due_on=due_on,
        auditors=auditors,
        checked=total - counts.get("not_checked", 0),
        total=total,
        state=shown_state(audit.current_state, due_on, moment.day),
        former_number=taken.former_number if taken else "",
        outcome=counts if State(audit.current_state) in RESULTS_SHOWN else {},
    )


def shown_state(state: str, due_on: date | None, today: date) -> str:
    """Return the state, or "overdue" for an audit that should have been submitted."""
    late = State(state) in EDITABLE and due_on is not None and due_on < today
    return "overdue" if late else state


@dataclass(frozen=True)
class Choices:
    """What the filters offer: only what occurs."""

    fiscal_years: list[int]
    departments: list[tuple[int, str]]
    auditors: list[tuple[int, str]]


def choices(seen: Any, moment: Moment, language: str) -> Choices:
    """Return the fiscal years, departments and auditors of the audits that the person sees: five queries."""
    years: Any = Audit.select(Audit.fiscal_year).where(seen).distinct().tuples()
    units: Any = Audit.select(Subject.department).join(Subject).where(seen).distinct().tuples()
    tree = people.tree(moment)
    audits = Audit.select(Audit.id).where(seen)
    posts: Any = AuditAssignee.select(AuditAssignee.person).where(AuditAssignee.audit.in_(audits)).distinct()
    persons = people.names((row[0] for row in posts.tuples()), moment)
    return Choices(
        fiscal_years=sorted((year for (year,) in years), reverse=True),
        departments=_sorted((one, tree.name(one, language)) for (one,) in units if one is not None),
        auditors=_sorted(persons.items()),
    )


def _sorted(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(pairs, key=lambda pair: pair[1])


def named(text: str, moment: Moment) -> Any:
    """Return the condition that the number or the name of the subject contains ``text``."""
    departments = DepartmentDetail.standing(moment).where(
        DepartmentDetail.name.contains(text) | DepartmentDetail.name_en.contains(text)
    )
    others = SubjectDetail.standing(moment).where(
        SubjectDetail.name_ja.contains(text) | SubjectDetail.name_en.contains(text)
    )
    return (
        Audit.number.contains(text)
        | Subject.department.in_(departments.select(DepartmentDetail.department))
        | Subject.id.in_(others.select(SubjectDetail.subject))
    )
