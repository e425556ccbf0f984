"""Each worker is in exactly one state for a course, at any moment: the query against a plain telling of the rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor import activity, db
from auditor.access import application
from auditor.company import queries as company
from auditor.dated import Moment
from auditor.people import queries as people
from auditor.people.models import Department, DepartmentDetail, Employment, Membership, Person
from auditor.training import actions, queries, states
from auditor.training.models import (
    Assignment,
    AssignmentDue,
    Attestation,
    ContentShown,
    CourseVersion,
    Exemption,
    QuizAttempt,
    QuizResult,
    TrainingRound,
    TrainingRule,
    TrainingRuleDetail,
)
from tests.bed.absence import examples
from tests.cast import CAST_MADE, NOW
from tests.training.conftest import Owed

SYSTEM = application("test")
FIRST = date(2026, 10, 1)
DAYS = 90


def instant(day: int, hour: int = 3) -> datetime:
    moment = FIRST + timedelta(days=day)
    return datetime(moment.year, moment.month, moment.day, hour, tzinfo=UTC)


days = st.integers(0, DAYS - 1)


@dataclass(frozen=True)
class Dated:
    """A statement of the story: what, true from which day, learnt on which day."""

    true_on: int
    learnt_on: int
    value: Any


def dated(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Dated]:
    return st.builds(Dated, days, days, values)


@dataclass(frozen=True)
class Story:
    """One person's way through the company and the course."""

    unit: int
    employment: list[Dated]
    assigned_on: int | None
    due_after: int
    dues: list[Dated] = field(default_factory=list)
    exemptions: list[Dated] = field(default_factory=list)
    begun_on: int | None = None
    done_on: int | None = None
    second_round: bool = False


stories = st.lists(
    st.builds(
        Story,
        unit=st.integers(0, 2),
        employment=st.lists(dated(st.sampled_from(["active", "on_leave", "left"])), max_size=3),
        assigned_on=st.none() | days,
        due_after=st.integers(0, 60),
        dues=st.lists(dated(days), max_size=2),
        exemptions=st.lists(dated(st.booleans()), max_size=2),
        begun_on=st.none() | days,
        done_on=st.none() | days,
        second_round=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)
rules = st.lists(
    st.tuples(st.sampled_from([None, 0, 1]), st.booleans(), st.booleans(), days), min_size=0, max_size=2
)


@dataclass
class World:
    """What was written of the stories, kept for the plain telling."""

    version: CourseVersion
    units: list[int]
    people: dict[int, Story] = field(default_factory=dict)
    rules: list[tuple[int, Any, bool, bool, int]] = field(default_factory=list)


def write(version: CourseVersion, told: list[Story], rules: list[Any]) -> World:
    """Write the stories into tables of their own round and rule; returns the world they make."""
    at = instant(0, 0)
    with activity.action(SYSTEM, at):
        units = [Department.create(code=f"U{n}").id for n in range(3)]
        for place, unit in enumerate(units):
            parent = units[0] if place == 1 else None  # 1 lies below 0
            DepartmentDetail.write(at, None, FIRST, department=unit, name=f"部{place}", parent=parent)
        world = World(version, units)
        owner = TrainingRule.create(course=version.course_id, created_at=at)
        opened = [
            TrainingRound.create(
                rule=owner, version=version, period=str(n), fiscal_year=2026, opens_on=FIRST + timedelta(days=n),
                due_on=FIRST, opened_at=at,
            )
            for n in range(2)
        ]  # fmt: skip
        for unit, joiners, active, day in rules:
            rule = TrainingRule.create(course=version.course_id, created_at=instant(day))
            who = {"everyone": True} if unit is None else {"departments": [units[unit]]}
            TrainingRuleDetail.write(
                instant(day), None, rule=rule, audience=who, first_opens_on=FIRST + timedelta(days=day),
                due_days=30, joiners=joiners, active=active,
            )  # fmt: skip
            world.rules.append((rule.id, unit, joiners, active, day))
        for number, story in enumerate(told):
            world.people[_person(number, story, units, opened)] = story
        activity.record(CAST_MADE, persons=len(told))
    return world


def _person(number: int, story: Story, units: list[int], opened: list[TrainingRound]) -> int:
    person = Person.create(employee_number=f"P{number}")
    Employment.write(instant(0, 1), None, FIRST, person=person, kind="regular", status="active")
    for one in story.employment:
        Employment.write(
            instant(one.learnt_on), None, FIRST + timedelta(days=one.true_on), person=person, kind="regular",
            status=one.value,
        )  # fmt: skip
    Membership.write(
        instant(0, 1), None, FIRST, person=person, department=units[story.unit], held=True, main=True
    )
    if story.assigned_on is None:
        return int(person.id)
    if story.second_round:  # an earlier round that no longer counts, settled long ago
        Assignment.create(
            round=opened[0],
            person=person,
            assigned_at=instant(0, 2),
            due_on=FIRST,
            completed_at=instant(0, 2),
        )
    row = Assignment.create(
        round=opened[1],
        person=person,
        assigned_at=instant(story.assigned_on),
        due_on=FIRST + timedelta(days=story.assigned_on + story.due_after),
        completed_at=None if story.done_on is None else instant(story.done_on),
    )
    for one in story.dues:
        AssignmentDue.write(
            instant(one.learnt_on), None, FIRST + timedelta(days=one.true_on), assignment=row,
            due_on=FIRST + timedelta(days=one.value), reason="x",
        )  # fmt: skip
    for one in story.exemptions:
        Exemption.write(
            instant(one.learnt_on), None, FIRST + timedelta(days=one.true_on), assignment=row, exempt=one.value,
            reason="x",
        )  # fmt: skip
    if story.begun_on is not None:
        ContentShown.create(
            assignment=row,
            version=opened[1].version_id,
            language="ja",
            content_hash="0",
            shown_at=instant(story.begun_on),
        )
    return int(person.id)


def standing(rows: list[Dated], default: Any, moment: Moment) -> Any:
    """What stands of dated statements: the latest by day, then by when it was learnt, then as written."""
    known = [
        (FIRST + timedelta(days=one.true_on), instant(one.learnt_on), place, one.value)
        for place, one in enumerate(rows)
        if FIRST + timedelta(days=one.true_on) <= moment.day and instant(one.learnt_on) <= moment.instant
    ]
    return max(known)[3] if known else default


def plainly(world: World, story: Story, moment: Moment) -> str | None:
    """Tell a person's state as design §3.6 says it; None: not on the list."""
    assigned = story.assigned_on is not None and instant(story.assigned_on) <= moment.instant
    earlier = story.second_round and story.assigned_on is not None and instant(0, 2) <= moment.instant
    employed = standing(story.employment, "active", moment)
    if employed == "left":
        return "left" if assigned or earlier else None
    if assigned and story.done_on is not None and instant(story.done_on) <= moment.instant:
        return "completed"
    if earlier and not assigned:
        return "completed"
    if assigned and standing(story.exemptions, False, moment):
        return "exempt"
    if employed == "on_leave":
        return "on_leave"
    if assigned:
        first = FIRST + timedelta(days=(story.assigned_on or 0) + story.due_after)
        later = standing(story.dues, None, moment)
        due = first if later is None else FIRST + timedelta(days=later)
        if due < moment.day:
            return "overdue"
        begun = story.begun_on is not None and instant(story.begun_on) <= moment.instant
        return "in_progress" if begun else "not_yet_due"
    return "not_yet_due" if _covered(world, story, moment) else "not_covered"


def _covered(world: World, story: Story, moment: Moment) -> bool:
    for _rule, unit, _joiners, active, day in world.rules:
        means = unit is None or unit == story.unit or (unit == 0 and story.unit == 1)
        # None of these rules has opened a round, so each still takes everybody it means.
        if active and means and instant(day) <= moment.instant:
            return True
    return False


@settings(
    max_examples=examples(15, 60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(told=stories, made=rules, ask=days, back=days)
def test_every_worker_is_in_exactly_one_state_and_it_is_the_one_the_rule_tells(
    version: CourseVersion, told: list[Story], made: list[Any], ask: int, back: int
) -> None:
    with db.database.atomic() as transaction:
        world = write(version, told, made)
        # Asked for a day as it was known then, and for the same day as it is known later.
        for moment in (
            Moment.at(instant(ask, 12)),
            Moment(FIRST + timedelta(days=min(ask, back)), instant(ask, 12)),
        ):
            rows = [states.standing(row) for row in states.of_course(version.course_id, moment).tuples()]
            found = {row.person_id: row.state for row in rows if row.person_id in world.people}
            assert len(rows) == len({row.person_id for row in rows})
            wanted = {
                person: state
                for person, story in world.people.items()
                if (state := plainly(world, story, moment)) is not None
                and (Employment.latest(moment, person=person) is not None)
            }
            assert found == wanted
            counted = states.summed(states.counts(states.of_course(version.course_id, moment)).values())
            assert counted.total + counted.left == len(rows)
            on_roster = {row.person_id for row in people.employments(moment)}
            assert counted.total == len(on_roster)
        transaction.rollback()


def test_a_round_counts_whom_it_means_and_no_others(owed: Owed) -> None:
    cast = owed.cast
    terms = actions.Terms(actions.departments([cast.department["D210"]]), date(2026, 11, 10), 5)
    rule = actions.create_rule(cast.actor("administrator"), owed.version.course_id, terms, NOW)
    actions.assign_due(SYSTEM, NOW)
    opened = TrainingRound.get(TrainingRound.rule == rule.id)
    rows = [states.standing(row) for row in states.of_round(opened.id, Moment.at(NOW)).tuples()]
    assert {row.person_id for row in rows} == {
        cast.person[name] for name in ("head_of_sales", "staff_of_sales", "on_leave")
    }
    counts = states.of_rounds([opened.id, owed.round.id], Moment.at(NOW))
    assert (counts[opened.id].total, counts[owed.round.id].total) == (3, 11)


def test_a_past_day_reads_as_it_did_then(owed: Owed) -> None:
    before = Moment.at(NOW)
    then = sorted(states.of_course(owed.version.course_id, before).tuples())
    later = NOW + timedelta(days=20)
    owed.complete("auditor", at=later)
    actions.exempt(owed.cast.actor("administrator"), owed.of("operator"), "病気のため", later)
    actions.change_due(
        owed.cast.actor("administrator"), owed.of("head_of_sales"), date(2027, 1, 5), "出張", later
    )
    assert sorted(states.of_course(owed.version.course_id, before).tuples()) == then
    now = {row.person_id: row.state for row in queries.training_at(Moment.at(later), owed.version.course_id)}
    assert now[owed.cast.person["auditor"]] == "completed"
    assert now[owed.cast.person["operator"]] == "exempt"
    assert now[owed.cast.person["head_of_sales"]] == "not_yet_due"
    assert now[owed.cast.person["representative"]] == "overdue"


def test_the_score_of_a_report_is_that_of_the_passed_quiz(owed: Owed) -> None:
    owed.read("auditor")
    owed.answer("auditor", right=2)
    owed.sign("auditor", owed.answer("auditor", right=9))
    rows = {row.person_id: row for row in queries.training_at(Moment.at(NOW), owed.version.course_id)}
    assert rows[owed.cast.person["auditor"]].score == 90
    assert rows[owed.cast.person["operator"]].score is None
    assert (Attestation.select().count(), QuizAttempt.select().count(), QuizResult.select().count()) == (
        1,
        2,
        2,
    )


def test_a_leaver_of_the_year_stands_apart(owed: Owed) -> None:
    with activity.action(SYSTEM, NOW):
        Employment.write(
            NOW, None, date(2026, 11, 15), person=owed.cast.person["auditor"], kind="regular", status="left"
        )
        activity.record(CAST_MADE, persons=0)
    counts = states.summed(states.counts(states.of_course(owed.version.course_id, Moment.at(NOW))).values())
    assert (counts.total, counts.left) == (10, 1)
    assert company.fiscal_year_at(NOW.date(), Moment.at(NOW)).label == 2026


def test_who_has_no_department_is_counted_too(owed: Owed) -> None:
    with activity.action(SYSTEM, NOW):
        person = Person.create(employee_number="999")
        Employment.write(NOW, None, person=person, kind="regular", status="active")
        activity.record(CAST_MADE, persons=1)
    counts = states.counts(states.of_course(owed.version.course_id, Moment.at(NOW)))
    assert counts[None].total == 1


def test_the_completion_rate_counts_who_is_covered_by_no_rule_as_not_completed() -> None:
    counts = states.Counts()
    for state, number in (
        ("completed", 4),
        ("not_covered", 1),
        ("overdue", 3),
        ("exempt", 2),
        ("on_leave", 2),
    ):
        counts.add(state, number)
    counts.add("left", 5)
    assert counts.percent == 50
    assert states.Counts().percent is None


@pytest.mark.parametrize(("correct", "percent"), [(0, 0), (7, 70), (11, 100)])
def test_the_completion_rate_leaves_out_who_is_exempt_or_on_leave(correct: int, percent: int) -> None:
    counts = states.Counts()
    counts.add("completed", correct)
    counts.add("not_yet_due", {0: 5, 7: 3, 11: 0}[correct])
    counts.add("on_leave", 4)
    counts.add("exempt", 2)
    assert counts.percent == percent
