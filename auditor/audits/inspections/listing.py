"""The list of self-inspections: filtered, sorted and paged in the database, with what each row shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from peewee import JOIN, SQL, Case, ModelSelect, fn

from auditor import db
from auditor.access import Actor
from auditor.audits import auditees, queries
from auditor.audits import listing as audit_listing
from auditor.audits.inspections import deciding, people
from auditor.audits.models import Audit, AuditPlan
from auditor.audits.results import EDITABLE, NONCONFORMITIES, State
from auditor.catalogue.models import Subject, SubjectDetail
from auditor.dated import Moment
from auditor.people import queries as roster

_EDITABLE = tuple(state for state in State if state in EDITABLE)
TABS: dict[str, tuple[State, ...]] = {
    "open": (*_EDITABLE, State.SUBMITTED),
    "late": _EDITABLE,
    "submitted": (State.SUBMITTED,),
    "returned": (State.RETURNED,),
    "confirmed": (State.APPROVED,),
    "cancelled": (State.CANCELLED,),
    "all": tuple(State),
}
SORTS = ("number", "subject", "due", "state")


@dataclass(frozen=True)
class Filter:
    """What of the self-inspections is shown; None and empty leave everything."""

    tab: str = "open"
    fiscal_year: int | None = None
    department_id: int | None = None
    text: str = ""
    sort: str = "due"


def asked(args: Any) -> Filter:
    """Return what an address asks for by its parameters."""
    tab, sort = args.get("tab", "open"), args.get("sort", "due")
    return Filter(
        tab=tab if tab in TABS else "open",
        fiscal_year=args.get("fiscal_year", type=int),
        department_id=args.get("department", type=int),
        text=args.get("q", "").strip()[:100],
        sort=sort if sort.removeprefix("-") in SORTS else "due",
    )


@dataclass(frozen=True)
class Row:
    """A self-inspection as the list shows it."""

    audit: Audit
    name: str
    due_on: date | None
    respondents: tuple[str, ...]
    answered: int
    total: int
    points: int  # nonconformities
    state: str  # overdue in the place of the state where the due date has passed
    confirmable: bool = False  # together with others, by who reads the list


def matching(seen: Any, wanted: Filter, moment: Moment) -> ModelSelect[Audit]:
    """Return the self-inspections of ``seen`` that the filter leaves, whatever their state, with their subject."""
    query = Audit.select(Audit, Subject).join(Subject).where(seen)
    if wanted.fiscal_year is not None:
        query = query.where(Audit.fiscal_year == wanted.fiscal_year)
    if wanted.department_id is not None:
        below = list(roster.tree(moment).with_below([wanted.department_id]))
        owned = SubjectDetail.standing(moment).where(SubjectDetail.owner.in_(below))
        query = query.where(
            Subject.department.in_(below) | Subject.id.in_(owned.select(SubjectDetail.subject))
        )
    if wanted.text:
        query = query.where(audit_listing.named(wanted.text, moment))
    return query


def ordered(query: ModelSelect[Audit], wanted: Filter, moment: Moment) -> ModelSelect[Audit]:
    """Return the query narrowed to the tab and in the order asked for; equal rows by number."""
    query, plan = _with_plan(query)
    query = query.where(Audit.current_state.in_([state.value for state in TABS[wanted.tab]]))
    if wanted.tab == "late":
        query = query.where(plan.due_on < moment.day)
    name = wanted.sort.removeprefix("-")
    keys: dict[str, Any] = {
        "subject": Subject.code,
        "state": Audit.current_state,
        "number": Audit.number,
        "due": plan.due_on,
    }
    key = keys[name]
    return query.order_by(key.desc() if wanted.sort.startswith("-") else key, Audit.number)


def tab_counts(query: ModelSelect[Audit], moment: Moment) -> dict[str, int]:
    """Return how many stand under each tab: one query."""
    query, plan = _with_plan(query)
    late = fn.SUM(Case(None, [(plan.due_on < moment.day, 1)], 0))
    rows = db.tuples(
        query.select(Audit.current_state, fn.COUNT(Audit.id), late).group_by(Audit.current_state)
    )
    by_state = {state: count for state, count, _late in rows}
    counts = {tab: sum(by_state.get(state.value, 0) for state in states) for tab, states in TABS.items()}
    return {**counts, "late": sum(int(late or 0) for state, _count, late in rows if state in _EDITABLE)}


def _with_plan(query: ModelSelect[Audit]) -> tuple[ModelSelect[Audit], Any]:
    # A plan holds from the day it is written, so the one that stands now is the one nobody replaced.
    plan, newer = AuditPlan.alias("plan"), AuditPlan.alias("newer")
    replaced = newer.select(SQL("1")).where(newer.replaces == plan.id)
    stands = (plan.audit == Audit.id) & ~fn.EXISTS(replaced)
    return query.join_from(Audit, plan, JOIN.LEFT_OUTER, on=stands), plan


def rows(audits: list[Audit], actor: Actor, moment: Moment, language: str) -> list[Row]:
    """Return what the list shows of these self-inspections: constant queries, whatever their number."""
    ids = [audit.id for audit in audits]
    plans = {row.audit_id: row for row in AuditPlan.standing(moment, AuditPlan.audit.in_(ids))}
    names = queries.subject_names([audit.subject for audit in audits], moment, language)
    answering = people.answering(audits, moment)
    persons = roster.names({one for found in answering.values() for one in found}, moment)
    counts = queries.counts(ids)
    submitted = [audit.id for audit in audits if audit.current_state == State.SUBMITTED]
    confirmable = set(deciding.confirmable(actor, submitted, moment))
    return [
        _row(
            audit,
            names[audit.subject_id],
            plan.due_on if (plan := plans.get(audit.id)) else None,
            tuple(persons.get(one, "") for one in answering[audit.id]),
            counts.get(audit.id, {}),
            moment.day,
            audit.id in confirmable,
        )
        for audit in audits
    ]


def _row(
    audit: Audit,
    name: str,
    due_on: date | None,
    respondents: tuple[str, ...],
    counts: dict[str, int],
    today: date,
    confirmable: bool,
) -> Row:
    total = sum(counts.values())
    return Row(
        audit=audit,
        name=name,
        due_on=due_on,
        respondents=respondents,
        answered=total - counts.get("not_checked", 0),
        total=total,
        points=sum(counts.get(result.value, 0) for result in NONCONFORMITIES),
        state=audit_listing.shown_state(audit.current_state, due_on, today),
        confirmable=confirmable,
    )


@dataclass(frozen=True)
class Choices:
    """What the filters offer: only what occurs."""

    fiscal_years: list[int]
    departments: list[tuple[int, str]]


def choices(seen: Any, moment: Moment, language: str) -> Choices:
    """Return the fiscal years and departments of the self-inspections that the person sees: four queries."""
    years = db.tuples(Audit.select(Audit.fiscal_year).where(seen).distinct())
    subjects = list(Subject.select().where(Subject.id.in_(Audit.select(Audit.subject).where(seen))))
    tree = roster.tree(moment)
    units = set(auditees.departments(subjects, moment).values())
    return Choices(
        fiscal_years=sorted((year for (year,) in years), reverse=True),
        departments=_sorted((one, tree.name(one, language)) for one in units),
    )


def _sorted(pairs: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(pairs, key=lambda pair: pair[1])
