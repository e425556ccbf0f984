"""Applying a roster: what is added, changed, moved and gone, from which day, all or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from auditor import activity, events
from auditor.access import application
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.people import applying, queries
from auditor.people.models import Employment, Membership, Person, PersonDetail, RosterImport
from auditor.people.plan import Fate
from tests.people import rosters
from tests.people.rosters import UNITS, person, workbook

APRIL = date(2026, 4, 1)
OCTOBER = date(2026, 10, 1)
AT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
FIRST = [
    person("000101", "髙田", "直子", 役職="部長"),
    person("000102", "大西", "恵"),
    person("000106", "小林", "誠", "D210"),
    person("000107", "西村", "葵", "D210", 兼務部署コード1="D110"),
]


@pytest.fixture
def first(app):
    rosters.apply(workbook(FIRST, UNITS), APRIL, AT)


def person_id(number):
    return Person.get(Person.employee_number == number).id


def departments_of(number, day, at=LATER):
    rows = queries.memberships(Moment(day, at)).where(Membership.person == person_id(number))
    codes = {row.department_id: row.main for row in rows}
    return {unit: codes[unit] for unit in codes}


def test_a_first_roster_registers_departments_persons_and_heads(app, first):
    moment = Moment(APRIL, LATER)
    tree = queries.tree(moment)
    names = {tree.path(unit) for unit in tree.details}
    assert names == {"管理本部", "管理本部 人事総務部", "営業本部", "営業本部 営業第一部"}
    assert len(queries.heads(moment)) == 2
    assert queries.name(person_id("000101"), moment) == "髙田 直子"
    assert departments_of("000107", APRIL) and len(departments_of("000107", APRIL)) == 2
    assert not queries.is_working(person_id("000107"), Moment(APRIL - timedelta(days=1), LATER))


def test_each_person_has_one_fate_and_they_add_up(app, first):
    changed = [
        person("000101", "髙田", "直子", 役職="本部長"),
        person("000102", "大西", "恵", "D210"),
        person("000106", "小林", "誠", "D210", 退職日="2026-09-30", 状態="退職"),
        person("000107", "西村", "葵", "D210", 兼務部署コード1="D110"),
        person("000108", "新井", "望"),
        person("000109", "過去", "人", 退職日="2025-03-31", 状態="退職"),
    ]
    plan = rosters.plan(workbook(changed, UNITS), OCTOBER, LATER)
    fates = {planned.key: planned.fate for planned in plan.persons}
    assert fates == {
        "000101": Fate.CHANGED, "000102": Fate.MOVED, "000106": Fate.LEFT, "000107": Fate.UNCHANGED,
        "000108": Fate.ADDED, "000109": Fate.PASSED_OVER,
    }  # fmt: skip
    assert sum(plan.counts.values()) == 6
    (moved,) = plan.people(Fate.MOVED)
    assert [(change.old, change.new) for change in moved.changes] == [("人事総務部", "営業第一部")]
    (change,) = plan.people(Fate.CHANGED)[0].changes
    assert (change.field, change.old, change.new) == ("post", "部長", "本部長")


def test_a_move_holds_from_its_day_and_the_past_stays(app, first):
    rosters.apply(workbook([person("000102", "大西", "恵", "D210")]), OCTOBER, LATER)
    tree = queries.tree(Moment(OCTOBER, LATER))

    def names(day):
        return {tree.name(unit) for unit in departments_of("000102", day, LATER)}

    assert names(date(2026, 9, 30)) == {"人事総務部"}
    assert names(OCTOBER) == {"営業第一部"}


def test_a_leaver_works_until_the_last_day_and_no_longer_heads_a_department(app, first):
    rows = [person("000106", "小林", "誠", "D210", 退職日="2026-10-31")]
    rosters.apply(workbook(rows), OCTOBER, LATER)
    leaver = person_id("000106")
    assert queries.is_working(leaver, Moment(date(2026, 10, 31), LATER))
    assert not queries.is_working(leaver, Moment(date(2026, 11, 1), LATER))
    assert not departments_of("000106", date(2026, 11, 1))
    assert leaver in queries.heads(Moment(date(2026, 10, 31), LATER)).values()
    assert leaver not in queries.heads(Moment(date(2026, 11, 1), LATER)).values()


def test_a_leave_and_a_return_count_from_their_own_days(app, first):
    rows = [
        person("000107", "西村", "葵", "D210", 状態="休職", 休職開始日="2026-08-03", 兼務部署コード1="D110")
    ]
    rosters.apply(workbook(rows), OCTOBER, LATER)
    steps = [
        (row.valid_from, row.status)
        for row in Employment.select().where(Employment.person == person_id("000107")).order_by(Employment.id)
    ]
    assert steps == [(APRIL, "active"), (date(2026, 8, 3), "on_leave")]


def test_only_a_whole_roster_takes_the_missing_as_leavers(app, first):
    rest = workbook(FIRST[:3], UNITS)
    assert rosters.plan(rest, OCTOBER, LATER).counts[Fate.LEFT] == 0
    plan = rosters.plan(rest, OCTOBER, LATER, whole=True)
    assert [planned.key for planned in plan.people(Fate.LEFT)] == ["000107"] and plan.missing == 1


def test_many_leavers_ask_again(app, first):
    plan = rosters.plan(workbook(FIRST[:3], UNITS), OCTOBER, LATER, whole=True)
    assert plan.needs_confirmation
    with pytest.raises(RuleBroken):
        applying.apply_roster(application("test"), plan, LATER)
    assert RosterImport.select().count() == 1
    applying.apply_roster(application("test"), plan, LATER, confirmed=True)
    assert not queries.is_working(person_id("000107"), Moment(OCTOBER, LATER))


def test_a_department_that_a_whole_roster_leaves_out_is_closed(app, first):
    people = [person("000101", "髙田", "直子"), person("000102", "大西", "恵")]
    rosters.apply(workbook(people, UNITS[:2]), OCTOBER, LATER, whole=True)
    open_units = {row.name for row in queries.tree(Moment(OCTOBER, LATER)).details.values() if row.active}
    assert open_units == {"管理本部", "人事総務部"}


def test_the_same_roster_again_changes_nothing(app, first):
    plan = rosters.plan(workbook(FIRST, UNITS), APRIL, LATER, whole=True)
    assert plan.changes_nothing and plan.counts[Fate.UNCHANGED] == 4


def test_the_same_file_is_applied_once(app, first):
    content = workbook([person("000102", "大西", "恵", "D210")])
    plan = rosters.plan(content, OCTOBER, LATER)
    applying.apply_roster(application("test"), plan, LATER)
    with pytest.raises(applying.AlreadyApplied):
        applying.apply_roster(application("test"), plan, LATER)
    assert RosterImport.select().where(RosterImport.effective_from == OCTOBER).count() == 1


def test_a_plan_made_before_somebody_elses_change_is_refused_and_writes_nothing(app, first):
    stale = rosters.plan(workbook([person("000102", "大西", "恵", "D210")]), OCTOBER, LATER)
    rosters.apply(workbook([person("000102", "大西", "恵", "D200")]), OCTOBER, LATER)
    before = Membership.select().count(), RosterImport.select().count()
    with pytest.raises(applying.RosterChanged):
        applying.apply_roster(application("test"), stale, LATER)
    assert (Membership.select().count(), RosterImport.select().count()) == before


def test_a_file_with_errors_is_planned_but_not_applied(app, first):
    plan = rosters.plan(workbook([person("000102", unit="D999")]), OCTOBER, LATER)
    assert not plan.is_applicable
    with pytest.raises(RuleBroken):
        applying.apply_roster(application("test"), plan, LATER)


def test_an_import_leaves_one_event_with_its_counts(app, first):
    rosters.apply(workbook([person("000102", "大西", "恵", "D210")]), OCTOBER, LATER)
    event = activity.ActivityEvent.select().order_by(activity.ActivityEvent.seq.desc()).get()
    assert event.type == "people.roster_applied"
    assert event.data["moved"] == 1 and event.data["effective_from"] == "2026-10-01"


def test_departments_moves_and_leavers_are_told(app, monkeypatch):
    told = []
    monkeypatch.setattr(events, "tell", told.append)
    rosters.apply(workbook(FIRST, UNITS), APRIL, AT)
    assert [type(one).__name__ for one in told] == ["DepartmentAdded"] * 4
    told.clear()
    rows = [
        person("000102", "大西", "恵", "D210"),
        person("000107", 退職日="2026-09-30", 状態="退職"),
    ]
    rosters.apply(workbook(rows), OCTOBER, LATER)
    assert sorted(type(one).__name__ for one in told) == ["MembershipChanged", "PersonLeft"]


def test_a_csv_of_persons_alone_uses_the_registered_departments(app, first):
    plan = rosters.plan(rosters.csv_file([person("000108", "新井", "望", "D210")]), OCTOBER, LATER)
    assert plan.counts[Fate.ADDED] == 1 and plan.is_applicable


def test_a_first_csv_registers_the_departments_that_its_persons_name(app):
    rosters.apply(rosters.csv_file([person("000108", "新井", "望", "D210")]), OCTOBER, LATER)
    assert len(queries.tree(Moment(OCTOBER, LATER)).details) == 1


def test_names_are_found_by_another_writing(app, first):
    row = PersonDetail.get(PersonDetail.person == person_id("000101"))
    assert "高田直子" in row.search_key and row.family_name == "髙田"


def test_the_two_rosters_of_the_demo_company_are_applied(app):
    """320 persons in April; in October joiners, two transfers, four leavers."""
    early = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
    first = rosters.apply((rosters.DEMO / "roster-2026-04-01.xlsx").read_bytes(), APRIL, early, whole=True)
    assert first.added == 320
    plan = rosters.plan((rosters.DEMO / "roster-2026-10-01.xlsx").read_bytes(), OCTOBER, AT, whole=True)
    assert plan.is_applicable and not plan.needs_confirmation
    assert plan.counts[Fate.LEFT] == 4
    assert plan.counts[Fate.PASSED_OVER] == 0
    applying.apply_roster(application("test"), plan, AT)
    assert rosters.plan(
        (rosters.DEMO / "roster-2026-10-01.xlsx").read_bytes(), OCTOBER, LATER, whole=True
    ).changes_nothing
