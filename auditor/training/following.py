"""Reads for those who lead training: courses, rules, rounds, who is late. Within the reach of the reader."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, SQL, ModelSelect, Select, fn

from auditor import db
from auditor.access import Actor, Permission, Scope
from auditor.dated import Moment
from auditor.errors import Forbidden, NotFound
from auditor.people import queries as people
from auditor.people.models import Membership, Person, PersonDetail
from auditor.people.names import search_key
from auditor.training import states, wording
from auditor.training.models import (
    Assignment,
    Course,
    CourseState,
    CourseVersion,
    TrainingRound,
    TrainingRule,
    TrainingRuleDetail,
)

# What a filter of a list means in states; the figures of a page link to these.
FILTERS: dict[str, tuple[str, ...]] = {
    **{state: (state,) for state in (*states.STATES, states.LEFT)},
    "open": ("in_progress", "not_yet_due"),
    "away": ("exempt", "on_leave"),
    "owed": states.OWED,
}


def reach(actor: Actor, permission: Permission = Permission.TRAINING_READ) -> frozenset[int] | None:
    """Return the departments whose training the actor sees, or may do more with; None means all."""
    if actor.everywhere(permission):
        return None
    headed = Scope.DEPARTMENT in actor.scopes(permission)
    return actor.department_ids if headed else frozenset()


@dataclass(frozen=True)
class Offer:
    """A course with what stands of it: state, the version offered, how many rules."""

    course: Course
    state: CourseState | None
    version: CourseVersion
    rules: int


def offers(moment: Moment) -> list[Offer]:
    """Return the courses by key: four queries."""
    standing = {row.course_id: row for row in CourseState.standing(moment)}
    latest = CourseVersion.select(fn.MAX(CourseVersion.id)).group_by(CourseVersion.course)
    wanted = [row.version_id for row in standing.values() if row.version_id]
    versions = list(CourseVersion.select().where(CourseVersion.id.in_(latest) | CourseVersion.id.in_(wanted)))
    by_id = {row.id: row for row in versions}
    newest = {row.course_id: row for row in sorted(versions, key=lambda one: one.number)}
    active = TrainingRuleDetail.standing(moment).where(TrainingRuleDetail.active)
    rules: dict[int, int] = {}
    for row in active.join(TrainingRule).select(TrainingRuleDetail, TrainingRule):
        rules[row.rule.course_id] = rules.get(row.rule.course_id, 0) + 1
    return [
        Offer(
            course,
            standing.get(course.id),
            _offered(standing.get(course.id), by_id) or newest[course.id],
            rules.get(course.id, 0),
        )
        for course in Course.select().order_by(Course.key)
    ]


def _offered(state: CourseState | None, versions: dict[int, CourseVersion]) -> CourseVersion | None:
    return versions.get(state.version_id) if state is not None and state.version_id else None


def is_for_everyone(course_id: int, moment: Moment) -> bool:
    """Tell whether a rule in force means everyone, at whatever time they join."""
    return any(row.active and row.audience.get("everyone") for row in rules_of(course_id, moment))


def course_for(actor: Actor, course_id: int, permission: Permission) -> Course:
    """Return a course. Raises NotFound for who sees no training, Forbidden for readers who may not change it."""
    row: Course | None = Course.get_or_none(Course.id == course_id)
    if row is None or not actor.may(Permission.TRAINING_READ):
        raise NotFound
    if not actor.may(permission):
        raise Forbidden
    return row


def versions_of(course_id: int) -> list[CourseVersion]:
    """Return the versions of a course, the latest first."""
    return list(
        CourseVersion.select().where(CourseVersion.course == course_id).order_by(CourseVersion.number.desc())
    )


def rules_of(course_id: int, moment: Moment) -> list[TrainingRuleDetail]:
    """Return the terms of the course's rules that stand."""
    return list(
        TrainingRuleDetail.standing(moment)
        .join(TrainingRule)
        .where(TrainingRule.course == course_id)
        .order_by(TrainingRuleDetail.rule)
    )


def terms_of(rule_id: int, moment: Moment) -> TrainingRuleDetail:
    """Return the terms of a rule that stand. Raises NotFound."""
    standing = TrainingRuleDetail.latest(moment, rule=rule_id)
    if standing is None:
        raise NotFound
    return standing


def rule_for(actor: Actor, rule_id: int, permission: Permission) -> TrainingRule:
    """Return a rule with its course. Raises as ``course_for`` does."""
    row: TrainingRule | None = (
        TrainingRule.select(TrainingRule, Course).join(Course).where(TrainingRule.id == rule_id).first()
    )
    if row is None:
        raise NotFound
    course_for(actor, row.course_id, permission)
    return row


def rounds(actor: Actor, moment: Moment, course_id: int | None = None) -> ModelSelect[Any]:
    """Return the rounds that the actor sees something of, the latest first."""
    query = (
        TrainingRound.select(TrainingRound, TrainingRule, CourseVersion)
        .join(TrainingRule)
        .switch(TrainingRound)
        .join(CourseVersion)
        .where(TrainingRound.opened_at <= moment.instant)
        .order_by(TrainingRound.opens_on.desc(), TrainingRound.id.desc())
    )
    if course_id is not None:
        query = query.where(TrainingRule.course == course_id)
    within = reach(actor)
    if within is not None:
        posts = people.memberships(moment).where(Membership.department.in_(sorted(within)))
        query = query.where(
            TrainingRound.id.in_(
                Assignment.select(Assignment.round).where(
                    Assignment.person.in_(posts.select(Membership.person))
                )
            )
        )
    return query


def round_for(actor: Actor, round_id: int, permission: Permission, moment: Moment) -> TrainingRound:
    """Return a round with rule and version. Raises NotFound for who sees nothing of it, Forbidden for readers."""
    row: TrainingRound | None = rounds(actor, moment).where(TrainingRound.id == round_id).first()
    if row is None:
        raise NotFound
    if not actor.may(permission):
        raise Forbidden
    return row


def assignment_for(
    actor: Actor, assignment_id: int, permission: Permission, moment: Moment
) -> tuple[Assignment, states.Standing]:
    """Return an assignment and how it stands, for those who lead. Raises NotFound and Forbidden."""
    row: Assignment | None = (
        Assignment.select(Assignment, TrainingRound, TrainingRule, CourseVersion)
        .join(TrainingRound)
        .join(TrainingRule)
        .switch(TrainingRound)
        .join(CourseVersion)
        .where(Assignment.id == assignment_id)
        .first()
    )
    if row is None:
        raise NotFound
    found = [one for one in states.of_person(row.person_id, moment) if one.assignment_id == row.id]
    within = reach(actor)
    if not found or (within is not None and found[0].department_id not in within):
        raise NotFound
    if not actor.may(permission):
        raise Forbidden
    return row, found[0]


@dataclass(frozen=True)
class Listed:
    """A person on a list of states."""

    standing: states.Standing
    name: str
    number: str
    has_mail: bool


def listed(
    query: Select,
    moment: Moment,
    *,
    departments: Collection[int] | None,
    wanted: tuple[str, ...] = (),
    text: str = "",
    page: int = 1,
    size: int = 25,
) -> tuple[list[Listed], int, int]:
    """Return one page of the persons of a query of states.py by reading, how many there are, and the page's number.

    A page past the end is the last one. Three queries.
    """
    rows = query.alias("rows")
    detail = PersonDetail.standing(moment).alias("detail")
    where = [SQL("1 = 1")]
    if departments is not None:
        where.append(rows.c.department_id.in_(sorted(departments)))
    if wanted:
        where.append(rows.c.state.in_(wanted))
    if search_key(text):
        where.append(detail.c.search_key.contains(search_key(text)))
    joined = (
        Select([rows], [rows.c.person_id])
        .join(detail, JOIN.LEFT_OUTER, on=(detail.c.person_id == rows.c.person_id))
        .join(Person, on=(Person.id == rows.c.person_id))
        .where(*where)
        .bind(db.database)
    )
    total = int(joined.select(fn.COUNT(SQL("*"))).scalar() or 0)
    page = max(1, min(page, -(-total // size)))
    columns = (
        *("person_id", "department_id", "state", "assignment_id", "round_id", "due_on", "completed_at"),
    )
    found = (
        joined.select(
            *(getattr(rows.c, name) for name in columns), Person.employee_number, detail.c.email.is_null()
        )
        .order_by(detail.c.sort_key, rows.c.person_id)
        .paginate(page, size)
        .tuples()
    )
    shown = [(states.standing(row[:7]), row[7], not row[8]) for row in found]
    names = people.names([standing.person_id for standing, _number, _mail in shown], moment)
    return (
        [Listed(row, names.get(row.person_id, ""), number, mail) for row, number, mail in shown],
        total,
        page,
    )


def chosen(
    query: Select, departments: Collection[int] | None, wanted: tuple[str, ...]
) -> list[states.Standing]:
    """Return everybody of a query of states.py who is in one of the states ``wanted``."""
    found = [states.standing(row) for row in query.tuples()]
    return [
        row
        for row in found
        if row.state in wanted and (departments is None or row.department_id in departments)
    ]


def departments_found(text: str, moment: Moment, language: str, most: int = 12) -> list[dict[str, str]]:
    """Return the active departments that ``text`` names, for a search field; else those below what it names."""
    tree = people.tree(moment)
    key = search_key(text)
    if not key:
        return []
    active = [one for one, row in tree.details.items() if row.active]
    named = [one for one in active if key in search_key(tree.name(one) + tree.name(one, "en"))]
    found = [
        {
            "id": str(one),
            "label": tree.name(one, language),
            "hint": " ".join(tree.name(above, language) for above in reversed(tree.ancestors(one))),
        }
        for one in named or [one for one in active if key in search_key(tree.path(one, language))]
    ]
    return sorted(found, key=lambda one: (len(one["label"]), one["hint"], one["label"]))[:most]


def audiences(rule_ids: list[int], tree: people.Tree, moment: Moment) -> dict[int, str]:
    """Return for whom each rule is, in words: one query."""
    rows = TrainingRuleDetail.standing(moment, TrainingRuleDetail.rule.in_(rule_ids))
    return {row.rule_id: wording.audience(row.audience, tree) for row in rows}
