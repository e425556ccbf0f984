"""In which one state each worker is, for a course or a round, at any moment (design §3.6). Set-based.

The precedence: completed, exempt, on leave, overdue, in progress, not yet due, not covered by any rule.
Leavers stand apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from peewee import JOIN, SQL, Case, ModelSelect, Select, fn

from auditor import db
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.db import UtcDateTimeField
from auditor.people import queries as people
from auditor.people.models import Employment, Membership
from auditor.training import audience
from auditor.training.models import (
    Assignment,
    AssignmentDue,
    ContentShown,
    CourseState,
    Exemption,
    TrainingRound,
    TrainingRule,
    TrainingRuleDetail,
)

# In the order of precedence; each worker of the roster is in exactly one.
STATES = ("completed", "exempt", "on_leave", "overdue", "in_progress", "not_yet_due", "not_covered")
LEFT = "left"
OWED = ("overdue", "in_progress", "not_yet_due")  # who may be reminded

RATED = tuple(state for state in STATES if state not in ("exempt", "on_leave"))
Number = TypeVar("Number")

_instant = UtcDateTimeField()
# "id + 0" below keeps SQLite from walking the whole list of ids for every row joined (100 times slower at 10,000).


@dataclass(frozen=True)
class Standing:
    """One person's state for a course or a round; ``assignment_id`` None where nothing is assigned."""

    person_id: int
    department_id: int | None
    state: str
    assignment_id: int | None
    round_id: int | None
    due_on: date | None
    completed_at: datetime | None


def completion(count: Callable[..., Number]) -> tuple[Number, Number]:
    """Return what the completion rate divides by what, each counted by ``count(*states)``.

    The one definition for pages and workbooks: completed ÷ (workers − exempt − on leave). Who is covered by no
    rule counts as not completed: a gap in the rules is no achievement.
    """
    return count("completed"), count(*RATED)


@dataclass
class Counts:
    """How many persons are in each state; ``total`` is their sum, leavers apart."""

    by_state: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    left: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def percent(self) -> int | None:
        """The completion rate in whole percent, rounded down; None when nobody is rated."""
        done, rated = completion(lambda *states: sum(self.by_state[state] for state in states))
        return done * 100 // rated if rated else None

    def add(self, state: str, count: int) -> None:
        if state == LEFT:
            self.left += count
        else:
            self.by_state[state] += count


def of_course(course_id: int, moment: Moment) -> Select:
    """Return the query of everybody's state for a course: every worker on the roster, and the year's leavers.

    Where a person has several assignments of the course, the round that opened last counts.
    """
    rules = _rules(moment, TrainingRule.course == course_id)
    covered = _covered(_taking_more(rules, moment), moment)
    year = company.fiscal_year_at(moment.day, moment).label
    current = _assignments(moment, TrainingRule.course == course_id)
    return _standings(moment, current, covered, year=year)


def of_round(round_id: int, moment: Moment) -> Select:
    """Return the query of the state of everybody whom a round means: assigned, or in its audience without."""
    opened: TrainingRound = TrainingRound.get_by_id(round_id)
    rules = _rules(moment, TrainingRule.id == opened.rule_id)
    latest = not (
        TrainingRound.select()
        .where(TrainingRound.rule == opened.rule_id, TrainingRound.opens_on > opened.opens_on)
        .exists()
    )
    # A round that another one has followed takes nobody any more, so nobody is missing from it.
    within = _covered(rules, moment) if latest else None
    covered = _covered([rule for rule in rules if rule.joiners], moment) if latest else None
    current = _assignments(moment, TrainingRound.id == round_id)
    return _standings(moment, current, covered, within=within, narrow=True)


def of_person(person_id: int, moment: Moment) -> list[Standing]:
    """Return the state of each assignment of one person, the latest round first: one query."""
    mine = _assignments(moment, Assignment.person == person_id, each=True).alias("mine")
    query = (
        _joined(moment, mine, Employment.person == person_id)
        .where(mine.c.id.is_null(False))
        .order_by(mine.c.opens_on.desc(), mine.c.id.desc())
    )
    return [standing(row) for row in query.tuples()]


def of_rounds(
    round_ids: list[int], moment: Moment, departments: Iterable[int] | None = None
) -> dict[int, Counts]:
    """Return the counts of those assigned in each round, within ``departments`` (None: all): one query."""
    mine = _assignments(moment, TrainingRound.id.in_(round_ids), each=True).alias("mine")
    rows = _joined(moment, mine).where(mine.c.id.is_null(False)).alias("rows")
    grouped = (
        Select([rows], [rows.c.round_id, rows.c.state, fn.COUNT(SQL("*"))])
        .group_by(rows.c.round_id, rows.c.state)
        .bind(db.database)
    )
    if departments is not None:
        grouped = grouped.where(rows.c.department_id.in_(list(departments)))
    found: dict[int, Counts] = {round_id: Counts() for round_id in round_ids}
    for round_id, state, count in grouped.tuples():
        found[round_id].add(state, count)
    return found


def owed(moment: Moment, until: date) -> list[Standing]:
    """Return every assignment that is still owed and due by ``until``: one query."""
    open_ones = Assignment.completed_at.is_null() | (Assignment.completed_at > moment.instant)
    mine = _assignments(moment, open_ones, each=True).alias("mine")
    query = _joined(moment, mine).where(mine.c.id.is_null(False), mine.c.due_on <= until)
    return [row for row in map(standing, query.tuples()) if row.state in OWED]


def counts(query: Select, departments: Iterable[int] | None = None) -> dict[int | None, Counts]:
    """Return the counts by main department, within ``departments`` (None: all): one query."""
    rows = query.alias("rows")
    grouped = (
        Select([rows], [rows.c.department_id, rows.c.state, fn.COUNT(SQL("*"))])
        .group_by(rows.c.department_id, rows.c.state)
        .bind(db.database)
    )
    if departments is not None:
        grouped = grouped.where(rows.c.department_id.in_(list(departments)))
    found: dict[int | None, Counts] = {}
    for department_id, state, count in grouped.tuples():
        found.setdefault(department_id, Counts()).add(state, count)
    return found


def summed(parts: Iterable[Counts]) -> Counts:
    """Return the sum of counts."""
    whole = Counts()
    for part in parts:
        whole.left += part.left
        for state, count in part.by_state.items():
            whole.by_state[state] += count
    return whole


def standing(row: tuple[Any, ...]) -> Standing:
    """Return a row of one of the queries above as a Standing."""
    person, department, state, assignment, round_id, due_on, completed_at = row
    due = date.fromisoformat(due_on) if isinstance(due_on, str) else due_on
    return Standing(person, department, state, assignment, round_id, due, _instant.python_value(completed_at))


def _assignments(moment: Moment, *where: Any, each: bool = False) -> ModelSelect[Assignment]:
    """Return the assignments known at ``moment``, each with due date, exemption and progress as of then.

    ``place`` 1 is the one that counts for its person; ``each`` gives every one that place.
    """
    dues = _ids(AssignmentDue, moment)
    exemptions = _ids(Exemption, moment)
    begun = ContentShown.select(SQL("1")).where(
        ContentShown.assignment == Assignment.id, ContentShown.shown_at <= moment.instant
    )
    place = fn.ROW_NUMBER().over(
        partition_by=[Assignment.person], order_by=[TrainingRound.opens_on.desc(), Assignment.id.desc()]
    )
    return (
        Assignment.select(
            Assignment.id,
            Assignment.person,
            Assignment.round,
            TrainingRound.opens_on,
            TrainingRound.fiscal_year,
            fn.COALESCE(AssignmentDue.due_on, Assignment.due_on).alias("due_on"),
            Case(None, [(Assignment.completed_at <= moment.instant, Assignment.completed_at)], None).alias(
                "completed_at"
            ),
            Case(None, [(Exemption.exempt, 1)], 0).alias("exempt"),
            Case(None, [(fn.EXISTS(begun), 1)], 0).alias("begun"),
            (SQL("1") if each else place).alias("place"),
        )
        .join(TrainingRound)
        .join(TrainingRule)
        .join(
            AssignmentDue,
            JOIN.LEFT_OUTER,
            on=(AssignmentDue.assignment == Assignment.id) & (AssignmentDue.id + 0).in_(dues),
        )
        .join(
            Exemption,
            JOIN.LEFT_OUTER,
            on=(Exemption.assignment == Assignment.id) & (Exemption.id + 0).in_(exemptions),
        )
        .where(Assignment.assigned_at <= moment.instant, *where)
    )


def _standings(
    moment: Moment, current: Any, covered: Any, *, year: int = 0, within: Any = None, narrow: bool = False
) -> Select:
    mine = current.alias("mine")
    query = _joined(moment, mine, covered=covered)
    assigned = mine.c.id.is_null(False)
    leaver = assigned & (mine.c.fiscal_year == year) if year else assigned
    meant = assigned
    if within is not None:
        meant = assigned | within
    stays = Employment.status != "left"
    found: Select = query.where((stays & meant) | (~stays & leaver) if narrow else stays | leaver)
    return found


def _joined(moment: Moment, mine: Any, *where: Any, covered: Any = None) -> Any:
    return (
        Employment.standing(moment, *where)
        .select(
            Employment.person,
            Membership.department,
            _state(moment, mine, covered).alias("state"),
            mine.c.id.alias("assignment_id"),
            mine.c.round_id.alias("round_id"),
            mine.c.due_on.alias("due_on"),
            mine.c.completed_at.alias("completed_at"),
        )
        .join(mine, JOIN.LEFT_OUTER, on=(mine.c.person_id == Employment.person) & (mine.c.place <= 1))
        .switch(Employment)
        .join(
            Membership,
            JOIN.LEFT_OUTER,
            on=(Membership.person == Employment.person) & (Membership.id + 0).in_(_main_posts(moment)),
        )
        .where(Employment.kind != audience.OUTSIDE)
    )


def _main_posts(moment: Moment) -> Any:
    """Return the query of one membership a person: the main post, or what comes nearest to one."""
    posts = (
        people.memberships(moment)
        .select(
            Membership.id,
            fn.ROW_NUMBER()
            .over(
                partition_by=[Membership.person],
                order_by=[Membership.main.desc(), Membership.valid_from.desc(), Membership.id.desc()],
            )
            .alias("place"),
        )
        .alias("posts")
    )
    return Select([posts], [posts.c.id]).where(posts.c.place <= 1)


def _state(moment: Moment, mine: Any, covered: Any) -> Case:
    steps = [
        (Employment.status == "left", LEFT),
        (mine.c.completed_at.is_null(False), "completed"),
        (mine.c.exempt == 1, "exempt"),
        (Employment.status == "on_leave", "on_leave"),
        (mine.c.id.is_null(False) & (mine.c.due_on < moment.day), "overdue"),
        (mine.c.begun == 1, "in_progress"),
        (mine.c.id.is_null(False), "not_yet_due"),
    ]
    if covered is not None:
        steps.append((covered, "not_yet_due"))
    return Case(None, steps, "not_covered")


def _ids(model: Any, moment: Moment) -> Any:
    rows = model.standing(moment)
    return rows.select(model.id)


def _rules(moment: Moment, *where: Any) -> list[TrainingRuleDetail]:
    """Return the terms of the active rules of courses that are offered at ``moment``."""
    offered = CourseState.standing(moment).where(CourseState.state == "open").select(CourseState.course)
    return list(
        TrainingRuleDetail.standing(moment)
        .join(TrainingRule)
        .where(TrainingRuleDetail.active, TrainingRule.course.in_(offered), *where)
    )


def _taking_more(rules: list[TrainingRuleDetail], moment: Moment) -> list[TrainingRuleDetail]:
    """Return the rules that still assign who has nothing yet: a joiner, or everybody when it first opens."""
    opened = {
        row.rule_id
        for row in TrainingRound.select(TrainingRound.rule).where(TrainingRound.opened_at <= moment.instant)
    }
    return [rule for rule in rules if rule.joiners or rule.rule_id not in opened]


def _covered(rules: list[TrainingRuleDetail], moment: Moment) -> Any:
    """Return the condition that a person is meant by one of ``rules``; None when there are none."""
    if not rules:
        return None
    if any(rule.audience.get("everyone") for rule in rules):
        return SQL("1 = 1")
    tree = people.tree(moment)
    wanted: set[int] = set()
    for rule in rules:
        wanted |= audience.units(rule.audience, tree) or set()
    holders = people.memberships(moment).where(Membership.department.in_(sorted(wanted)))
    return Employment.person.in_(holders.select(Membership.person))
