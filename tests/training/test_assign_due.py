"""Rounds open by their dates, once, and mean the persons whom the rule means on that day."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.notifications.models import Notice
from auditor.people.models import Employment, Membership, Person
from auditor.training import actions, audience, states
from auditor.training.models import Assignment, CourseVersion, TrainingRound, TrainingRuleDetail
from tests.bed.absence import examples
from tests.cast import CAST_MADE, NOW, Cast
from tests.training.conftest import SCHEDULER, Owed


def rule(cast: Cast, version: CourseVersion, at: datetime = NOW, **terms: Any) -> int:
    values = {"audience": actions.EVERYONE, "first_opens_on": date(2026, 11, 1), "due_days": 30, **terms}
    made = actions.create_rule(cast.actor("administrator"), version.course_id, actions.Terms(**values), at)
    return int(made.id)


def join(cast: Cast, number: str, unit: str, day: date, at: datetime, kind: str = "regular") -> int:
    with activity.action(SCHEDULER, at):
        person = Person.create(employee_number=number)
        Employment.write(at, None, day, person=person, kind=kind, status="active")
        Membership.write(at, None, day, person=person, department=cast.department[unit], held=True)
        activity.record(CAST_MADE, persons=1)
    return int(person.id)


def instant(day: date, hour: int = 1) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_a_round_opens_on_its_day_and_not_before(cast: Cast, version: CourseVersion) -> None:
    rule(cast, version, first_opens_on=date(2026, 12, 1))
    assert actions.assign_due(SCHEDULER, instant(date(2026, 11, 30))) == 0
    assert actions.assign_due(SCHEDULER, instant(date(2026, 12, 1))) == 12
    row = TrainingRound.get()
    assert (row.opens_on, row.due_on, row.fiscal_year) == (date(2026, 12, 1), date(2026, 12, 31), 2026)


def test_running_twice_changes_nothing(cast: Cast, version: CourseVersion) -> None:
    rule(cast, version)
    assert actions.assign_due(SCHEDULER, NOW) == 12
    assert actions.assign_due(SCHEDULER, NOW + timedelta(minutes=15)) == 0
    assert Notice.select().where(Notice.kind == "training_assigned").count() == 11


def test_a_leaver_is_never_assigned_and_who_is_on_leave_is_not_overdue(
    cast: Cast, version: CourseVersion
) -> None:
    rule(cast, version)
    actions.assign_due(SCHEDULER, NOW)
    assigned = {row.person_id for row in Assignment.select()}
    assert cast.person["leaver"] not in assigned
    late = Moment.at(instant(date(2027, 1, 10)))
    assert states.of_person(cast.person["on_leave"], late)[0].state == "on_leave"
    assert states.of_person(cast.person["auditor"], late)[0].state == "overdue"


def test_a_person_from_outside_owes_nothing(cast: Cast, version: CourseVersion) -> None:
    outside = join(cast, "X1", "D120", date(2026, 10, 1), NOW, kind="outside")
    rule(cast, version)
    actions.assign_due(SCHEDULER, NOW)
    assert not Assignment.select().where(Assignment.person == outside).exists()


def test_departments_mean_everything_below_and_every_post(cast: Cast, version: CourseVersion) -> None:
    with activity.action(SCHEDULER, NOW):
        Membership.write(
            NOW,
            None,
            person=cast.person["operator"],
            department=cast.department["D211"],
            held=True,
            main=False,
        )
        activity.record(CAST_MADE, persons=0)
    rule(
        cast,
        version,
        audience=actions.departments([cast.department["D210"]]),
        first_opens_on=date(2026, 11, 20),
    )
    actions.assign_due(SCHEDULER, NOW)
    names = ("head_of_sales", "staff_of_sales", "on_leave", "operator")
    assert {row.person_id for row in Assignment.select()} == {cast.person[name] for name in names}


def test_every_missed_period_opens_once(cast: Cast, version: CourseVersion) -> None:
    rule(
        cast,
        version,
        first_opens_on=date(2026, 9, 15),
        recurrence="FREQ=MONTHLY",
        at=instant(date(2026, 9, 1)),
    )
    actions.assign_due(SCHEDULER, NOW)
    actions.assign_due(SCHEDULER, NOW)
    assert [row.period for row in TrainingRound.select().order_by(TrainingRound.id)] == [
        "2026-09-15",
        "2026-10-15",
        "2026-11-15",
    ]


def test_a_late_run_assigns_whom_an_early_one_would_have(cast: Cast, version: CourseVersion) -> None:
    rule(cast, version, at=instant(date(2026, 10, 1)))
    newcomer = join(cast, "N1", "D130", date(2026, 11, 10), instant(date(2026, 11, 9)))
    actions.assign_due(SCHEDULER, NOW)
    dues = {row.person_id: row.due_on for row in Assignment.select()}
    assert dues.pop(newcomer) == date(2026, 12, 10)
    assert set(dues.values()) == {date(2026, 12, 1)}


def test_who_joins_while_a_round_runs_is_due_from_the_day_of_joining(owed: Owed) -> None:
    newcomer = join(owed.cast, "N1", "D130", date(2026, 11, 18), NOW)
    assert actions.assign_due(SCHEDULER, NOW) == 1
    row = Assignment.get(Assignment.person == newcomer)
    assert (row.round_id, row.due_on) == (
        owed.round.id,
        date(2026, 12, 21),
    )  # known since the 20th, and the day is a Sunday


def test_who_joins_is_left_out_where_the_rule_says_so(cast: Cast, version: CourseVersion) -> None:
    rule(cast, version, joiners=False)
    actions.assign_due(SCHEDULER, NOW)
    newcomer = join(cast, "N1", "D130", date(2026, 11, 18), NOW)
    assert actions.assign_due(SCHEDULER, NOW + timedelta(minutes=1)) == 0
    rows = [states.standing(row) for row in states.of_course(version.course_id, Moment.at(NOW)).tuples()]
    assert next(row.state for row in rows if row.person_id == newcomer) == "not_covered"


def test_a_course_no_longer_offered_opens_no_round(cast: Cast, version: CourseVersion) -> None:
    rule(cast, version)
    actions.retire(cast.actor("administrator"), version.course_id, NOW)
    assert actions.assign_due(SCHEDULER, NOW) == 0


def test_a_rule_out_of_force_opens_no_round(cast: Cast, version: CourseVersion) -> None:
    made = rule(cast, version, recurrence="FREQ=MONTHLY", at=instant(date(2026, 10, 1)))
    actions.assign_due(SCHEDULER, instant(date(2026, 11, 1)))
    standing = TrainingRuleDetail.get()
    terms = actions.Terms(actions.EVERYONE, date(2026, 11, 1), 30, "FREQ=MONTHLY", active=False)
    actions.change_rule(cast.actor("administrator"), made, terms, NOW, standing.id)
    assert actions.assign_due(SCHEDULER, instant(date(2027, 2, 1))) == 0


def test_a_changed_recurrence_holds_from_its_day_on(cast: Cast, version: CourseVersion) -> None:
    made = rule(
        cast,
        version,
        recurrence="FREQ=MONTHLY",
        first_opens_on=date(2026, 9, 5),
        at=instant(date(2026, 9, 1)),
    )
    first = TrainingRuleDetail.get()
    terms = actions.Terms(actions.EVERYONE, date(2026, 9, 25), 10, "FREQ=MONTHLY")
    actions.change_rule(cast.actor("administrator"), made, terms, instant(date(2026, 10, 20)), first.id)
    actions.assign_due(SCHEDULER, instant(date(2026, 11, 26)))
    assert [row.period for row in TrainingRound.select().order_by(TrainingRound.opens_on)] == [
        "2026-09-05",
        "2026-10-05",
        "2026-10-25",
        "2026-11-25",
    ]


def test_a_rule_that_fails_holds_up_no_other(cast: Cast, version: CourseVersion) -> None:
    rule(cast, version)
    broken = rule(cast, version, due_days=31)
    with activity.action(SCHEDULER, NOW):
        standing = TrainingRuleDetail.latest(Moment.at(NOW), rule=broken)
        assert standing is not None
        TrainingRuleDetail.write(
            NOW, None, replaces=standing, rule=broken, audience={}, first_opens_on=date(2026, 11, 1), due_days=1,
            recurrence="nonsense",
        )  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    rule(cast, version, due_days=32)
    with pytest.raises(RuleBroken, match=str(broken)):
        actions.assign_due(SCHEDULER, NOW)
    assert TrainingRound.select().count() == 2


@pytest.mark.parametrize(
    "terms",
    [
        {"audience": {}},
        {"audience": {"departments": []}},
        {"due_days": 0},
        {"due_days": 400},
        {"recurrence": "FREQ=DAILY"},
        {"recurrence": "every now and then"},
        {"recurrence": "FREQ=MONTHLY", "first_opens_on": date(2026, 1, 31)},
    ],
)
def test_terms_that_cannot_be_are_refused(cast: Cast, version: CourseVersion, terms: dict[str, Any]) -> None:
    with pytest.raises(RuleBroken):
        rule(cast, version, **terms)


def test_a_stale_change_of_terms_is_refused(cast: Cast, version: CourseVersion) -> None:
    made = rule(cast, version)
    standing = TrainingRuleDetail.get()
    administrator = cast.actor("administrator")
    actions.change_rule(
        administrator, made, actions.Terms(actions.EVERYONE, date(2026, 11, 1), 20), NOW, standing.id
    )
    with pytest.raises(Stale):
        actions.change_rule(
            administrator, made, actions.Terms(actions.EVERYONE, date(2026, 11, 1), 25), NOW, standing.id
        )


def test_the_audience_of_a_day_is_that_of_the_memberships_of_the_day(cast: Cast) -> None:
    before = audience.members(
        actions.departments([cast.department["D211"]]), Moment.at(instant(date(2026, 6, 15)))
    )
    after = audience.members(actions.departments([cast.department["D211"]]), Moment.at(NOW))
    assert before - after == {cast.person["leaver"]}


def test_ten_thousand_persons_are_assigned_in_a_moment(cast: Cast, version: CourseVersion) -> None:
    """Set-based: the year of 10,000 opens without a query a person, in about the time that it takes to write them.

    The daily run assigns a fifth of them.
    """
    many = examples(2_000, 10_000)
    day = date(2026, 4, 1)
    start = time.perf_counter()
    with activity.action(SCHEDULER, NOW):
        Person.add_many({"employee_number": f"M{number:05}"} for number in range(many))
        ids = [row.id for row in Person.select(Person.id).where(Person.employee_number.startswith("M"))]
        dated = {
            "valid_from": day,
            "recorded_at": NOW,
            "recorded_by": None,
            "corrects": False,
            "replaces": None,
        }
        Employment.add_many({**dated, "person": one, "kind": "regular", "status": "active"} for one in ids)
        Membership.add_many(
            {
                **dated,
                "person": one,
                "department": cast.department["D220"],
                "held": True,
                "main": True,
                "post": "",
            }
            for one in ids
        )
        activity.record(CAST_MADE, persons=len(ids))
    made = time.perf_counter() - start
    rule(cast, version)
    start = time.perf_counter()
    assert actions.assign_due(SCHEDULER, NOW) == many + 12
    took = time.perf_counter() - start
    start = time.perf_counter()
    whole = states.summed(states.counts(states.of_course(version.course_id, Moment.at(NOW))).values())
    counted = time.perf_counter() - start
    print(f"{many:,} made in {made:.2f} s, assigned in {took:.2f} s, counted in {counted:.2f} s")
    assert whole.total == many + 11
    assert took < 3 * made and counted < made / 2


def test_a_due_date_on_a_closed_day_moves_to_the_next_business_day(
    cast: Cast, version: CourseVersion
) -> None:
    from auditor.company import actions as company

    company.set_closed_day(
        cast.actor("administrator"), date(2026, 12, 28), True, "年末休業", instant(date(2026, 11, 1))
    )
    rule(cast, version, first_opens_on=date(2026, 11, 20), due_days=36)  # 26 December is a Saturday
    actions.assign_due(SCHEDULER, NOW)
    assert TrainingRound.get().due_on == date(2026, 12, 29)
    assert {row.due_on for row in Assignment.select()} == {date(2026, 12, 29)}


class TestBackFromLeave:
    BACK = date(2027, 1, 12)

    def come_back(self, cast: Cast, day: date, at: datetime) -> None:
        with activity.action(SCHEDULER, at):
            Employment.write(at, None, day, person=cast.person["on_leave"], kind="regular", status="active")
            activity.record(CAST_MADE, persons=1)

    def state(self, cast: Cast, day: date) -> tuple[str, date | None]:
        row = states.of_person(cast.person["on_leave"], Moment.at(instant(day)))[0]
        return row.state, row.due_on

    def test_the_days_of_the_rule_count_from_the_return(self, owed: Owed) -> None:
        self.come_back(owed.cast, self.BACK, instant(self.BACK, 0))
        assert actions.assign_due(SCHEDULER, instant(self.BACK)) == 1
        due = date(2027, 2, 12)  # 11 February is a holiday
        assert self.state(owed.cast, self.BACK) == ("not_yet_due", due)
        assert self.state(owed.cast, due) == ("not_yet_due", due)
        assert self.state(owed.cast, date(2027, 2, 13)) == ("overdue", due)
        assert states.of_person(owed.cast.person["auditor"], Moment.at(instant(due)))[0].state == "overdue"

    def test_a_run_that_is_early_late_or_twice_decides_the_same(self, owed: Owed) -> None:
        self.come_back(owed.cast, self.BACK, NOW)
        assert actions.assign_due(SCHEDULER, NOW) == 1
        for day in (self.BACK, date(2027, 1, 20)):
            assert actions.assign_due(SCHEDULER, instant(day)) == 0
        assert self.state(owed.cast, date(2027, 1, 11)) == ("on_leave", date(2026, 12, 1))
        assert self.state(owed.cast, self.BACK) == ("not_yet_due", date(2027, 2, 12))

    def test_what_was_agreed_after_the_return_stands(self, owed: Owed) -> None:
        self.come_back(owed.cast, self.BACK, instant(self.BACK, 0))
        mine, at = owed.of("on_leave"), instant(date(2027, 1, 13))
        actions.change_due(owed.cast.actor("administrator"), mine, date(2027, 1, 20), "面談で合意", at)
        assert actions.assign_due(SCHEDULER, at) == 0
        assert self.state(owed.cast, date(2027, 1, 14)) == ("not_yet_due", date(2027, 1, 20))

    def test_a_return_before_the_round_opened_changes_nothing(
        self, cast: Cast, version: CourseVersion
    ) -> None:
        self.come_back(cast, date(2026, 11, 10), NOW)
        rule(cast, version, first_opens_on=date(2026, 11, 20))
        actions.assign_due(SCHEDULER, NOW)
        assert actions.assign_due(SCHEDULER, NOW) == 0
