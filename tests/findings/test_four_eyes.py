"""No sequence of steps lets a fixer verify, and states only move along the flow."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import db
from auditor.errors import RuleBroken, Stale
from auditor.findings import answering, doing, duedates, foureyes, verifying
from auditor.findings.derived import derived_mismatches
from auditor.findings.models import (
    CorrectiveAction,
    EffectivenessCheck,
    EffectivenessResult,
    Finding,
    FindingState,
    Verification,
)
from auditor.findings.states import NEXT, Grade, State
from tests.bed.absence import examples
from tests.findings.making import BEGAN, due_instant

PERSONS = ("administrator", "head_of_audit", "head_of_sales", "staff_of_sales")
STEPS = (
    "answer",
    "plan",
    "submit",
    "approve",
    "return",
    "done",
    "verify",
    "send_back",
    "works",
    "fails",
    "close",
    "wait",
    "due",
)
LATER = date(2028, 3, 31)


@settings(max_examples=examples(8, 30))
@given(
    grade=st.sampled_from(list(Grade)),
    steps=st.lists(
        st.tuples(
            st.sampled_from(STEPS + ("on",) * len(STEPS)), st.sampled_from(PERSONS), st.sampled_from(PERSONS)
        ),
        min_size=8,
        max_size=30,
    ),
)
def test_whatever_people_try_no_fixer_verifies_and_states_follow_the_flow(
    making: Any, grade: Grade, steps: list[tuple[str, str, str]]
) -> None:
    with db.transaction() as turn:
        _try(making, grade, steps)
        turn.rollback()


def _try(making: Any, grade: Grade, steps: list[tuple[str, str, str]]) -> None:
    making.at = BEGAN  # each example begins anew
    finding = making.recorded(grade)
    for wish, who, owner in steps:
        for step in _meant(wish, finding):
            making.tomorrow()
            before = foureyes.fixed_by(finding)
            looked = _looks(finding)
            try:
                _step(making, finding, step, who, owner)
            except (RuleBroken, Stale):
                continue
            if _looks(finding) > looked or step in ("approve", "return", "close"):
                assert making.cast.person[who] not in before, f"{who} fixed it and did {step}"
    _holds(finding)


def _meant(wish: str, finding: Finding) -> tuple[str, ...]:
    """What going on means where the finding stands, so that examples get far; else the wish itself."""
    onward = {
        State.RECORDED: ("answer", "plan", "submit"),
        State.ANSWERED: ("approve",),
        State.ACTING: ("plan", "done"),
        State.VERIFYING: ("verify",),
        State.EFFECTIVENESS: ("wait", "works"),
        State.CONFIRMING: ("close",),
    }
    stands = State(Finding.get_by_id(finding.id).current_state)
    return onward.get(stands, ()) if wish == "on" else (wish,)


def _step(making: Any, finding: Finding, step: str, who: str, owner: str) -> None:
    actor, at = making.actor(who), making.at
    planned = CorrectiveAction.select().where(CorrectiveAction.finding == finding.id).first()
    if step == "answer":
        answering.answer(actor, at, finding, cause=f"原因 {at}", correction=f"修正 {at}")
    elif step == "plan":
        answering.plan_action(
            actor, at, finding, text=f"処置 {at}", owner_id=making.cast.person[owner], due_on=LATER
        )
    elif step == "submit":
        answering.submit(actor, at, finding)
    elif step == "approve":
        answering.approve_plan(actor, at, finding)
    elif step == "return":
        answering.return_plan(actor, at, finding, "足りない")
    elif step == "done" and planned is not None:
        for one in CorrectiveAction.select().where(CorrectiveAction.finding == finding.id):
            doing.mark_done(actor, at, one, "した")
    elif step in ("verify", "send_back"):
        verifying.verify(actor, at, finding, accepted=step == "verify", comment="見た")
    elif step in ("works", "fails"):
        verifying.check_effectiveness(actor, at, finding, effective=step == "works", comment="見た")
    elif step == "close":
        verifying.confirm_closing(actor, at, finding)
    elif step == "wait" and verifying.open_check(finding) is not None:
        making.at = max(making.at, due_instant(finding)) + timedelta(hours=1)
    elif step == "due":
        duedates.change(actor, at, finding, LATER + timedelta(days=making.at.day), "理由")


def _looks(finding: Finding) -> int:
    results = EffectivenessResult.select().join(EffectivenessCheck)
    return int(
        Verification.select().where(Verification.finding == finding.id).count()
        + results.where(EffectivenessCheck.finding == finding.id).count()
    )


def _holds(finding: Finding) -> None:
    rows = list(FindingState.select().where(FindingState.finding == finding.id).order_by(FindingState.id))
    states = [State(row.state) for row in rows]
    assert states[0] is State.RECORDED
    for before, after in pairwise(states):
        assert after in NEXT[before], f"{before} was followed by {after}"
    assert [row.replaces_id for row in rows] == [None, *(row.id for row in rows[:-1])]
    assert not list(derived_mismatches())


def test_a_path_through_the_whole_flow_is_among_them(making: Any) -> None:
    """The property above would hold of a system that refuses everything: this one does not."""
    steps = [
        ("answer", "head_of_sales", "staff_of_sales"),
        ("plan", "head_of_sales", "staff_of_sales"),
        ("submit", "head_of_sales", "staff_of_sales"),
        ("approve", "administrator", "staff_of_sales"),
        ("done", "staff_of_sales", "staff_of_sales"),
        ("verify", "administrator", "staff_of_sales"),
        ("wait", "administrator", "staff_of_sales"),
        ("works", "head_of_audit", "staff_of_sales"),
        ("close", "administrator", "staff_of_sales"),
    ]
    _try(making, Grade.MAJOR, steps)
    assert Finding.get().current_state == State.CLOSED


def test_a_derived_state_that_was_tampered_with_is_named(making: Any) -> None:
    finding = making.recorded()
    db.database.execute_sql("UPDATE finding SET current_state = 'closed'")
    assert [(table, row) for table, row, _what in derived_mismatches()] == [("finding", finding.id)]
