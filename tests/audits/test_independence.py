"""Independence (design §3.3): the pure rule, the reads, and the rule against a model that looks at every day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import activity
from auditor.access import application
from auditor.audits.independence import Facts, Ground, Unit, judge, own_units
from auditor.audits.verdicts import verdicts
from auditor.catalogue.models import ControlOwner, Subject, SubjectDetail
from auditor.company.models import Setting
from auditor.dated import Moment
from auditor.people.models import Department, DepartmentDetail, Membership
from auditor.timelines import Timeline
from tests.bed.absence import examples
from tests.cast import CAST_MADE, NOW, START, Cast

HQ, SALES_1, SECTION, SALES_2 = 1, 2, 3, 4
UNITS = {
    HQ: Unit(None, "division"),
    SALES_1: Unit(HQ, "department"),
    SECTION: Unit(SALES_1, "section"),
    SALES_2: Unit(HQ, "department"),
}
FIRST, LAST = date(2026, 4, 1), date(2026, 9, 30)


# ---- which units are own ----


def test_a_section_makes_its_department_own_with_all_that_is_in_it() -> None:
    assert own_units(SECTION, UNITS, "department") == {SALES_1, SECTION}


def test_a_department_makes_itself_and_its_sections_own_but_not_its_division() -> None:
    assert own_units(SALES_1, UNITS, "department") == {SALES_1, SECTION}


def test_a_post_directly_in_a_division_makes_only_the_division_own() -> None:
    assert own_units(HQ, UNITS, "department") == {HQ}


def test_at_the_level_of_divisions_everything_below_the_division_is_own() -> None:
    assert own_units(SECTION, UNITS, "division") == {HQ, SALES_1, SECTION, SALES_2}


def test_at_the_level_of_sections_the_department_above_is_not_own() -> None:
    assert own_units(SECTION, UNITS, "section") == {SECTION}


# ---- the rule against a model that looks at every single day ----

DAYS = st.integers(0, 24).map(lambda n: date(2026, 3, 25) + timedelta(days=n * 9))
UNIT_IDS = st.integers(1, 6)
LEVELS = st.sampled_from(["division", "department", "section", "team"])


@st.composite
def worlds(draw: Any) -> tuple[Facts, dict[str, Any]]:
    """A hierarchy that changes, posts of two persons, owners of two controls: as steps, and as timelines."""
    posts = draw(st.lists(st.tuples(DAYS, st.integers(1, 2), UNIT_IDS, st.booleans()), max_size=8))
    placed = draw(st.lists(st.tuples(DAYS, UNIT_IDS, st.none() | UNIT_IDS, LEVELS), max_size=10))
    owned = draw(
        st.lists(
            st.tuples(DAYS, st.sampled_from("AB"), st.none() | UNIT_IDS, st.none() | st.just(1)), max_size=4
        )
    )
    looked_after = draw(st.lists(st.tuples(DAYS, st.none() | UNIT_IDS), max_size=3))
    steps = {
        "posts": sorted(posts, key=lambda step: step[0]),
        "placed": sorted(placed, key=lambda step: step[0]),
        "owned": sorted(owned, key=lambda step: step[0]),
        "looked_after": sorted(looked_after, key=lambda step: step[0]),
        "own_level": draw(LEVELS),
        "department": draw(st.none() | UNIT_IDS),
        "company_wide": draw(st.booleans()),
    }

    def lines(rows: list[Any], key: Any, value: Any) -> dict[Any, Any]:
        keys = dict.fromkeys(key(row) for row in rows)
        return {one: Timeline((row[0], value(row)) for row in rows if key(row) == one) for one in keys}

    facts = Facts(
        memberships=lines(steps["posts"], lambda r: (r[1], r[2]), lambda r: r[3]),
        units=lines(steps["placed"], lambda r: r[1], lambda r: Unit(r[2], r[3])),
        own_level=steps["own_level"],
        department=steps["department"],
        company_wide=steps["company_wide"],
        subject_owner=Timeline(steps["looked_after"]),
        owners=lines(steps["owned"], lambda r: r[1], lambda r: (r[2], r[3])),
    )
    return facts, steps


def _naive(person: int, day: date, steps: dict[str, Any]) -> bool:
    """Tell whether something speaks against the person on one day; written without looking at the rule's code."""
    sizes = ["team", "section", "department", "division"]

    def last(rows: list[Any]) -> Any:
        return rows[-1] if rows else None

    here = [step for step in steps["placed"] if step[0] <= day]
    parent, size = {}, {}
    for _day, unit, above, level in here:
        parent[unit], size[unit] = above, sizes.index(level)
    small = sizes.index(steps["own_level"])

    def above(unit: int) -> list[int]:
        chain = [unit]
        while parent.get(chain[-1]) and parent[chain[-1]] not in chain:
            chain.append(parent[chain[-1]])
        return chain

    def own(unit: int) -> set[int]:
        homes = [one for one in above(unit) if one in size and size[one] <= small]
        if not homes:
            return {unit}
        return {unit} | {one for one in {*size, homes[-1]} if homes[-1] in above(one)}

    posts = {}
    for _day, who, unit, held in (step for step in steps["posts"] if step[0] <= day):
        posts[who, unit] = held
    mine: set[int] = set()
    for (who, unit), held in posts.items():
        if who == person and held:
            mine |= own(unit)
    asked = [steps["department"]]
    looked_after = last([step for step in steps["looked_after"] if step[0] <= day])
    asked.append(looked_after[1] if looked_after else None)
    for code in "AB":
        owner = last([step for step in steps["owned"] if step[0] <= day and step[1] == code])
        if owner and owner[3] == person:
            return True
        if owner and steps["company_wide"]:
            asked += (
                [owner[2]]
                if owner[2]
                else [unit for (who, unit), held in posts.items() if who == owner[3] and held]
            )
    return any(one in mine for one in asked if one is not None)


@settings(max_examples=examples(60, 150))
@given(worlds(), DAYS, st.integers(0, 90))
def test_the_verdict_is_that_of_looking_at_every_single_day(
    world: tuple[Facts, dict[str, Any]], first: date, length: int
) -> None:
    facts, steps = world
    last = first + timedelta(days=length)
    judged = judge([1, 2], first, last, facts)
    for person in (1, 2):
        against = [
            day
            for day in (first + timedelta(days=n) for n in range(length + 1))
            if _naive(person, day, steps)
        ]
        assert judged[person].independent == (not against)
        told = {
            day
            for one in judged[person].conflicts
            for day in (one.first + timedelta(days=n) for n in range((one.last - one.first).days + 1))
        }
        assert told == set(against)  # and the reasons name exactly those days


# ---- the reads ----


def _judge(
    cast: Cast, name: str, subject: str = "D210", codes: tuple[str, ...] = ("ORG-01",), at: datetime = NOW
) -> Any:
    found = verdicts(
        [cast.person[name]],
        Subject.get_by_id(cast.subject[subject]),
        FIRST,
        LAST,
        cast.catalogue,
        codes,
        Moment.at(at),
    )
    return found[cast.person[name]]


def _written(cast: Cast, write: Any) -> None:
    with activity.action(application("test"), NOW):
        write()
        activity.record(CAST_MADE, persons=0)


def test_an_auditor_of_another_department_is_independent(cast: Cast) -> None:
    assert _judge(cast, "auditor").independent


def test_an_auditor_of_a_section_of_the_department_is_refused(cast: Cast) -> None:
    (conflict,) = _judge(cast, "staff_of_sales").conflicts
    assert (conflict.ground, conflict.unit) == (Ground.OWN_UNIT, cast.department["D211"])
    assert (conflict.first, conflict.last) == (FIRST, LAST)


def test_a_concurrent_post_counts_for_the_days_it_was_held(cast: Cast) -> None:
    def write() -> None:
        post = {"person": cast.person["auditor"], "department": cast.department["D211"], "main": False}
        held = Membership.write(NOW, None, date(2026, 5, 1), held=True, **post)
        Membership.write(NOW, None, date(2026, 6, 1), replaces=held, held=False, **post)

    _written(cast, write)
    (conflict,) = _judge(cast, "auditor").conflicts
    assert (conflict.first, conflict.last) == (date(2026, 5, 1), date(2026, 5, 31))


def test_a_post_that_ended_on_the_day_before_the_period_does_not_count(cast: Cast) -> None:
    def write() -> None:
        post = {"person": cast.person["auditor"], "department": cast.department["D211"], "main": False}
        held = Membership.write(NOW, None, date(2026, 3, 1), held=True, **post)
        Membership.write(NOW, None, FIRST, replaces=held, held=False, **post)

    _written(cast, write)
    assert _judge(cast, "auditor").independent


def test_a_post_that_was_recorded_in_error_and_corrected_does_not_count(cast: Cast) -> None:
    def write() -> None:
        post = {"person": cast.person["auditor"], "department": cast.department["D211"], "main": False}
        wrong = Membership.write(NOW, None, date(2026, 5, 1), held=True, **post)
        Membership.write(NOW, None, date(2026, 5, 1), replaces=wrong, corrects=True, held=False, **post)

    _written(cast, write)
    assert _judge(cast, "auditor").independent


def test_what_is_learnt_later_did_not_count_before(cast: Cast) -> None:
    later = NOW + timedelta(days=1)
    with activity.action(application("test"), later):
        Membership.write(
            later,
            None,
            date(2026, 5, 1),
            person=cast.person["auditor"],
            department=cast.department["D211"],
            held=True,
        )
        activity.record(CAST_MADE, persons=0)
    assert _judge(cast, "auditor").independent
    assert not _judge(cast, "auditor", at=later).independent


def test_a_department_that_was_moved_below_the_audited_one_counts_from_that_day(cast: Cast) -> None:
    def write() -> None:
        row = DepartmentDetail.latest(Moment.at(NOW), department=cast.department["D220"])
        assert row is not None
        DepartmentDetail.write(
            NOW, None, date(2026, 8, 1), replaces=row, department=row.department_id, name=row.name,
            level="section", parent=cast.department["D210"],
        )  # fmt: skip

    _written(cast, write)
    (conflict,) = _judge(cast, "auditor").conflicts
    assert (conflict.first, conflict.last) == (date(2026, 8, 1), LAST)


def test_who_is_responsible_for_a_control_does_not_audit_it(cast: Cast) -> None:
    def write() -> None:
        ControlOwner.write(
            NOW, None, START, catalogue=cast.catalogue, code="ORG-01", person=cast.person["auditor"]
        )

    _written(cast, write)
    assert [one.ground for one in _judge(cast, "auditor").conflicts] == [Ground.CONTROL_OWNER]
    assert _judge(cast, "auditor", codes=("ORG-02",)).independent


def test_on_a_company_wide_subject_own_means_the_units_of_the_control_owners(cast: Cast) -> None:
    def write() -> None:
        ControlOwner.write(
            NOW, None, START, catalogue=cast.catalogue, code="POL-01", department=cast.department["D220"]
        )

    _written(cast, write)
    found = _judge(cast, "auditor", subject="company", codes=("POL-01",))
    assert [one.ground for one in found.conflicts] == [Ground.CONTROL_OWNER_UNIT]
    assert _judge(cast, "second_auditor", subject="company", codes=("POL-01",)).independent


def test_on_a_company_wide_subject_the_unit_of_a_person_who_owns_a_control_is_own_too(cast: Cast) -> None:
    def write() -> None:
        ControlOwner.write(
            NOW, None, START, catalogue=cast.catalogue, code="POL-01", person=cast.person["auditor"]
        )
        Membership.write(
            NOW,
            None,
            START,
            person=cast.person["second_auditor"],
            department=cast.department["D220"],
            held=True,
        )

    _written(cast, write)
    found = _judge(cast, "second_auditor", subject="company", codes=("POL-01",))
    assert [one.ground for one in found.conflicts] == [Ground.CONTROL_OWNER_UNIT]


def test_the_unit_of_a_control_owner_is_own_on_a_company_wide_subject_only(cast: Cast) -> None:
    def write() -> None:
        ControlOwner.write(
            NOW, None, START, catalogue=cast.catalogue, code="ORG-01", department=cast.department["D220"]
        )

    _written(cast, write)
    assert _judge(cast, "auditor", codes=("ORG-01",)).independent


def test_the_unit_that_is_responsible_for_a_system_does_not_audit_it(cast: Cast) -> None:
    with activity.action(application("test"), NOW):
        system = Subject.create(kind="system", code="S-1")
        SubjectDetail.write(
            NOW, None, START, subject=system, name_ja="顧客管理システム", owner=cast.department["D130"]
        )
        activity.record(CAST_MADE, persons=0)
    cast.subject["S-1"] = system.id
    found = _judge(cast, "second_auditor", subject="S-1")
    assert [one.ground for one in found.conflicts] == [Ground.SUBJECT_OWNER]
    assert _judge(cast, "auditor", subject="S-1").independent


def test_the_administrator_audits_only_where_the_company_says_so(cast: Cast) -> None:
    assert [one.ground for one in _judge(cast, "administrator").conflicts] == [Ground.ADMINISTRATOR]
    _written(cast, lambda: Setting.write(NOW, None, START, key="administrator_may_audit", value=True))
    assert _judge(cast, "administrator").independent


@pytest.mark.parametrize(("level", "independent"), [("division", False), ("department", True)])
def test_the_company_says_up_to_which_size_a_unit_is_own(cast: Cast, level: str, independent: bool) -> None:
    _written(cast, lambda: Setting.write(NOW, None, START, key="own_unit_level", value=level))
    assert _judge(cast, "head_of_other", subject="D210").independent is independent


def test_many_candidates_cost_as_many_queries_as_one(cast: Cast, query_count: Any) -> None:
    subject = Subject.get_by_id(cast.subject["D210"])
    persons = list(cast.person.values())
    with query_count() as statements:
        verdicts(persons, subject, FIRST, LAST, cast.catalogue, ["ORG-01"], Moment.at(NOW))
    assert statements.count <= 6


_MOVES = st.lists(
    st.tuples(
        st.integers(0, 40),  # days after 1 May from which it holds
        st.integers(0, 6),  # days after that on which it was learnt
        st.sampled_from(["D210", "D211", "D220", "D130"]),
        st.booleans(),
        st.booleans(),  # whether it corrects what was said before
    ),
    max_size=6,
)


@settings(max_examples=examples(10, 30))
@given(_MOVES)
def test_no_sequence_of_transfers_is_judged_otherwise_than_the_roster_of_each_day(
    cast: Cast, moves: Any
) -> None:
    """The rows are written as an import writes them; each day is read by the kernel's own as-of read."""
    first, last = date(2026, 5, 10), date(2026, 6, 5)
    with activity.action(application("test"), NOW):
        person = _newcomer()
        before: dict[str, Membership] = {}
        for valid, learnt, unit, held, corrects in moves:
            day = date(2026, 5, 1) + timedelta(days=valid)
            at = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=valid + learnt)
            known = before.get(unit)
            before[unit] = Membership.write(
                at, None, day, replaces=known, corrects=corrects and known is not None,
                person=person, department=cast.department[unit], held=held,
            )  # fmt: skip
        activity.record(CAST_MADE, persons=1)
    judged = verdicts(
        [person], Subject.get_by_id(cast.subject["D210"]), first, last, cast.catalogue, [], Moment.at(NOW)
    )[person]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    inside = {cast.department["D210"], cast.department["D211"]}
    against = any(
        row is not None and row.held
        for day in days
        for unit in inside
        for row in [Membership.latest(Moment(day, NOW), person=person, department=unit)]
    )
    assert judged.independent == (not against)


def _newcomer() -> int:
    from auditor.people.models import Person

    return int(Person.create(employee_number=f"X{Person.select().count():05d}").id)


def test_an_unknown_department_in_the_chain_stops_it(cast: Cast) -> None:
    assert own_units(99, UNITS, "department") == {99}
    assert Department.select().count() == 8
