"""What a cell says: each control checked as often as it asks, of several checks in one month one counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.access import application
from auditor.audits import actions
from auditor.audits.models import Audit
from auditor.audits.programme import planning
from auditor.audits.programme.coverage import Cell, Check, Need, cells, times_asked
from auditor.audits.programme.needs import months_before
from auditor.audits.programme.words import CellState
from auditor.calendars import add_months
from auditor.catalogue.actions import set_applicability
from auditor.catalogue.models import Subject
from auditor.catalogue.subjects import subject_of_department
from auditor.people.models import Department, DepartmentDetail
from tests.audits.making import answer_all, assigned
from tests.audits.programme.making import NEXT, THIS, begun, often, planned, seen
from tests.cast import CAST_MADE, NOW, START, Cast

CODE = (1, "ORG-01")


def _check(month: int, state: str = "planned", year: int = 2027, codes: Any = (CODE,)) -> Check:
    day = date(year, month, 10)
    return Check(1, frozenset(codes), "operation", day, day + timedelta(days=10), state)


def _cell(times: int, every: int, *checks: Check, **more: Any) -> Cell:
    need = Need(CODE, "organizational", times, every)
    return cells([need], checks, more.get("not_needed", {}), {})["organizational"]


@pytest.mark.parametrize(
    ("checks", "state"),
    [
        ((), CellState.GAP),
        ((_check(5),), CellState.GAP),
        ((_check(5), _check(5)), CellState.GAP),  # twice in one month is once
        ((_check(5), _check(9)), CellState.PLANNED),
        ((_check(5, "done"), _check(9)), CellState.RUNNING),
        ((_check(5, "running"), _check(9)), CellState.RUNNING),
        ((_check(5, "done"), _check(9, "done")), CellState.DONE),
        ((_check(5, "late"), _check(9)), CellState.LATE),
        ((_check(5, "late"),), CellState.GAP),
        ((_check(5, codes=((1, "ORG-02"),)), _check(9)), CellState.GAP),
    ],
)
def test_a_control_that_is_due_twice_is_covered_by_two_months(checks: Any, state: CellState) -> None:
    assert _cell(2, 6, *checks).state is state


def test_a_cell_that_need_not_be_checked_keeps_its_reason() -> None:
    cell = _cell(1, 12, not_needed={"organizational": "倉庫を閉めた"})
    assert (cell.state, cell.reason, cell.counted) == (CellState.NOT_NEEDED, "倉庫を閉めた", False)


@pytest.mark.parametrize(
    ("every", "left", "asked"),
    [
        (1, 12, 12),
        (3, 12, 4),
        (6, 12, 2),
        (12, 12, 1),
        (1, 5, 5),
        (3, 5, 2),
        (6, 5, 1),
        (12, 1, 1),
        (3, 6, 2),
    ],
)
def test_what_remains_of_a_year_asks_for_its_part(every: int, left: int, asked: int) -> None:
    assert times_asked(every, left) == asked


@given(st.sampled_from([1, 3, 6, 12]), st.integers(0, 11))
def test_a_control_asked_in_the_last_month_of_each_period_is_asked_as_often_as_it_needs(
    every: int, first: int
) -> None:
    slots = [ahead for ahead in range(first, 12) if (ahead + 1) % every == 0]
    assert len(slots) == times_asked(every, 12 - first)


@pytest.mark.parametrize(
    ("day", "months"),
    [(date(2020, 1, 1), 0), (date(2027, 4, 30), 0), (date(2027, 10, 1), 6), (date(2028, 5, 1), 11)],
)
def test_the_months_before_a_subject_came_into_being(day: date, months: int) -> None:
    assert months_before(day, NEXT) == months


# ---- of the cast ----


def test_sections_are_checked_with_their_department_unless_every_unit_is(cast: Cast) -> None:
    made = seen(None)
    assert made.row(cast.subject["D211"]) is None
    row = made.row(cast.subject["D210"])
    assert row is not None and row.planned.with_units == ("営業一課",)
    assert made.row(cast.subject["D200"]) is None, "nobody works in the division itself"
    assert made.row(cast.subject["D100"]) is not None, "the representative does"
    programme = begun(cast)
    planning.set_terms(
        cast.actor("head_of_audit"), NOW, programme, planning.Terms("section"), programme.terms.get().id
    )
    assert seen(programme).row(cast.subject["D211"]) is not None


def test_an_audit_counts_for_what_it_checks_from_planned_to_done(cast: Cast) -> None:
    def state() -> CellState:
        row = seen(None, THIS).row(cast.subject["D210"])
        assert row is not None
        return row.cells["organizational"].state

    assert state() is CellState.GAP
    audit = assigned(cast)
    assert state() is CellState.PLANNED
    answer_all(cast, audit)
    assert state() is CellState.RUNNING
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    actions.approve(cast.actor("head_of_audit"), NOW, Audit.get_by_id(audit.id))
    assert state() is CellState.DONE


def test_a_cancelled_audit_leaves_a_gap_and_a_late_one_is_late(cast: Cast) -> None:
    audit = assigned(cast)
    later = NOW + timedelta(days=40)
    row = seen(None, THIS, later).row(cast.subject["D210"])
    assert row is not None and row.cells["physical"].state is CellState.LATE
    actions.cancel(cast.actor("head_of_audit"), later, audit, "中止")
    row = seen(None, THIS, later).row(cast.subject["D210"])
    assert row is not None and row.cells["physical"].state is CellState.GAP


def test_what_was_planned_on_a_past_day_is_shown_for_that_day(cast: Cast) -> None:
    assigned(cast)
    before = seen(None, THIS, NOW - timedelta(days=1)).row(cast.subject["D210"])
    assert before is not None and before.cells["organizational"].state is CellState.GAP


def test_a_running_series_counts_for_the_year_it_comes_in(cast: Cast) -> None:
    from tests.audits.making import new_audit

    actions.assign_recurring(
        cast.actor("administrator"), NOW, new_audit(cast), actions.Recurrence("FREQ=YEARLY")
    )
    row = seen(None).row(cast.subject["D210"])
    assert row is not None and row.cells["organizational"].state is CellState.PLANNED


def test_a_control_that_does_not_apply_asks_for_nothing(cast: Cast) -> None:
    subject = Subject.get_by_id(cast.subject["D210"])
    for code in ("PHY-01", "PHY-02"):
        set_applicability(
            cast.actor("administrator"), cast.catalogue, code, subject, False, "紙がない", START, NOW
        )
    row = seen(None).row(subject.id)
    assert row is not None
    assert (row.cells["physical"].state, row.cells["physical"].reason) == (CellState.NOT_NEEDED, "紙がない")


def test_a_department_that_is_formed_in_october_is_asked_for_half_a_year(cast: Cast) -> None:
    from auditor import activity, events

    often(cast)
    system = application("test")
    with activity.action(system, NOW):
        department = Department.create(code="D230")
        DepartmentDetail.write(
            NOW, None, add_months(NEXT.first, 6), department=department, name="新設部", kind="部", level="department",
            parent=cast.department["D200"], site="東京本社",
        )  # fmt: skip
        activity.record(CAST_MADE, persons=0)
    subject_of_department(events.DepartmentAdded(system, NOW, department.id))
    subject = Subject.get(Subject.department == department.id).id
    at = NOW + timedelta(days=318)  # 4 October: the department is there
    row = seen(planned(cast, at=at), at=at).row(subject)
    assert row is not None
    asked = {need.code[1]: need.times for need in row.needs}
    assert asked["ORG-01"] == 6 and asked["ORG-02"] == 1
    assert row.cells["organizational"].state is CellState.PLANNED
