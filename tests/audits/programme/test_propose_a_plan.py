"""What the rules propose: everything once, nothing twice, and never what a person decided otherwise."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import db
from auditor.audits.programme import editing, planning
from auditor.audits.programme.models import Programme, ProgrammeEntry
from auditor.audits.programme.rules import DEFAULTS, Rule, add_rule
from auditor.audits.programme.words import CellState
from auditor.audits.results import AuditKind
from auditor.calendars import is_business_day
from auditor.errors import RuleBroken
from tests.audits.making import assigned
from tests.audits.programme.making import NEXT, THIS, begun, detail, entries, often, planned, seen
from tests.bed.absence import examples
from tests.cast import NOW, Cast


def _head(cast: Cast) -> Any:
    return cast.actor("head_of_audit")


def test_nothing_is_left_uncovered_by_the_usual_rules(cast: Cast) -> None:
    often(cast)
    often(cast, "PHY-01", "quarterly")
    programme = planned(cast)
    made = seen(programme)
    assert made.gaps == 0
    assert set(made.counts) == {CellState.PLANNED}
    kinds = Counter(entry.kind for entry in ProgrammeEntry.select())
    departments = sum(1 for row in made.rows if row.planned.subject.kind == "department")
    assert kinds == {"operation": departments, "conformity": 1, "self_inspection": 12 * departments}


def test_dates_are_business_days_spread_over_the_year(cast: Cast) -> None:
    often(cast)
    programme = planned(cast)
    rows = [detail(entry) for entry in ProgrammeEntry.select()]
    assert all(is_business_day(row.starts_on) and is_business_day(row.due_on) for row in rows)
    assert all(row.starts_on in NEXT and row.starts_on <= row.due_on <= NEXT.last for row in rows)
    months = {detail(entry).starts_on.month for entry in entries(programme)}
    assert len(months) >= 5
    assert not months & {4, 3}, "neither the first nor the last month of the year"


def test_the_auditors_are_independent_and_the_work_is_shared(cast: Cast) -> None:
    assigned(cast, auditors=("auditor",))
    assigned(cast, auditors=("second_auditor",))  # who audited before is proposed again
    programme = planned(cast)
    named = [tuple(detail(entry).people) for entry in entries(programme)]
    assert all(len(people) == 1 for people in named)
    assert len(set(named)) > 1
    head = cast.person["head_of_audit"]
    own = {entry.subject_id: detail(entry).people for entry in entries(programme)}
    assert own[cast.subject["D110"]] == [head], "the administrator's office is the head of audit's"
    assert own[cast.subject["D120"]] != [head], "nobody audits the own unit"


def test_proposing_again_proposes_nothing(cast: Cast) -> None:
    programme = planned(cast)
    assert planning.offer(programme, NEXT, NOW).found == []
    assert planning.apply_rules(_head(cast), NOW, programme, NEXT) == 0


def test_an_audit_that_is_assigned_already_is_not_proposed_again(cast: Cast) -> None:
    assigned(cast)
    programme = begun(cast, THIS)
    found = planning.offer(programme, THIS, NOW).found
    assert cast.subject["D210"] not in {one.subject_id for one in found if one.kind == "operation"}


def test_these_categories_twice_adds_one_audit_of_them(cast: Cast) -> None:
    programme = planned(cast)
    add_rule(
        _head(cast), NOW, programme,
        Rule(AuditKind.OPERATION.value, ("department",), (cast.subject["D210"],), ("physical",), times=2),
    )  # fmt: skip
    (one,) = planning.offer(programme, NEXT, NOW).found
    assert (one.subject_id, one.codes) == (cast.subject["D210"], ("PHY-01", "PHY-02"))


def test_a_rule_that_is_switched_off_proposes_nothing(cast: Cast) -> None:
    rules = [replace(rule, active=False) for rule in DEFAULTS]
    programme = planning.begin(_head(cast), NOW, NEXT, None, rules)
    assert planning.offer(programme, NEXT, NOW).found == []


def test_begun_twice_is_begun_once(cast: Cast) -> None:
    assert begun(cast).id == begun(cast).id


def test_what_the_rules_leave_open_is_planned_in_one_step(cast: Cast) -> None:
    often(cast)
    programme = begun(cast)
    count = planning.close_gaps(_head(cast), NOW, programme, NEXT)
    assert count and seen(programme).gaps == 0


def test_one_cell_is_planned_by_itself(cast: Cast) -> None:
    programme = begun(cast)
    before = seen(programme).gaps
    planning.close_gaps(_head(cast), NOW, programme, NEXT, cast.subject["D210"], "physical")
    row = seen(programme).row(cast.subject["D210"])
    assert row is not None and row.cells["physical"].state is CellState.PLANNED
    assert seen(programme).gaps == before - 1


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["weeks", "month", "skip", "resume", "people"]),
        st.integers(-6, 6),
        st.lists(st.integers(0, 9), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=examples(4, 15))
@given(steps=_STEPS)
def test_proposing_again_moves_nothing_that_a_person_moved_changed_or_left_out(
    cast: Cast, steps: list[tuple[str, int, list[int]]]
) -> None:
    with db.database.atomic() as undone:
        programme = planned(cast)
        open_ = list(ProgrammeEntry.select().order_by(ProgrammeEntry.id))
        for hour, (what, number, places) in enumerate(steps, 1):
            chosen = [open_[place % len(open_)].id for place in places]
            with contextlib.suppress(RuleBroken):  # what cannot be changes nothing
                _change(cast, programme, NOW + timedelta(hours=hour), what, number, chosen)
        said = {entry.id: _said(entry) for entry in open_}
        at = NOW + timedelta(days=1)
        planning.apply_rules(_head(cast), at, programme, NEXT)
        assert {entry.id: _said(entry) for entry in open_} == said
        assert planning.offer(programme, NEXT, at + timedelta(minutes=1)).found == []
        undone.rollback()


def _change(
    cast: Cast, programme: Programme, at: datetime, what: str, number: int, chosen: list[int]
) -> None:
    head = _head(cast)
    if what == "weeks":
        editing.move(head, at, programme, NEXT, chosen, "", weeks=number)
    elif what == "month":
        editing.move(head, at, programme, NEXT, chosen, "", month=number % 12 + 1)
    elif what == "people":
        editing.reassign(head, at, programme, chosen, [cast.person["auditor"]], "")
    else:
        editing.skip(head, at, programme, chosen, "人が決めたこと", undo=what == "resume")


def _said(entry: ProgrammeEntry) -> tuple[Any, ...]:
    row = detail(entry)
    return row.id, row.starts_on, row.due_on, tuple(row.people), row.state, entry.rule_on
