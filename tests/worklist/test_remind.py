"""Reminders: each thing once a step, only the most urgent after a pause, then to whoever stands above."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.access import application
from auditor.dated import Moment
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from auditor.work import DueThing
from auditor.worklist import actions, reminding, rules
from auditor.worklist.reminding import Office
from auditor.worklist.rules import Terms
from tests import cast as members
from tests.audits import making

NOW = members.NOW
JOB = application("scheduler")
KIND = "audit_due"


def remind(at: datetime) -> int:
    return actions.enqueue_reminders(JOB, at)


def told(kind: str = KIND) -> list[tuple[int, str]]:
    """Who was told, and at which step (days left)."""
    rows = Notice.select().where(Notice.kind == kind).order_by(Notice.id)
    return [(row.person_id, row.key.split(":")[-2]) for row in rows]


def office(**more: Any) -> Office:
    """A company that works every day, with nobody above anybody unless it is said."""
    values: dict[str, Any] = {
        "terms": {}, "common": (14, 3, 0, -3, -7), "closed": frozenset(), "any_day": True, "heads": {},
        "administrators": frozenset(), "heads_of_audit": frozenset(),
    }  # fmt: skip
    return Office(**{**values, **more})


@pytest.fixture
def audit(app: Any, cast: members.Cast) -> Any:
    with app.app_context():
        yield making.assigned(cast, due_on=NOW.date() + timedelta(days=21))


def test_nothing_is_said_long_before_a_due_date(cast: members.Cast, audit: Any) -> None:
    assert remind(NOW) == 0


def test_each_step_is_told_once_however_often_the_job_runs(cast: members.Cast, audit: Any) -> None:
    auditor = cast.person["auditor"]
    for day in range(7, 22):
        remind(NOW + timedelta(days=day))
        remind(NOW + timedelta(days=day, hours=3))
    assert told() == [(auditor, "14"), (auditor, "3"), (auditor, "0")]


def test_after_a_pause_only_the_most_urgent_step_is_told(cast: members.Cast, audit: Any) -> None:
    assert remind(NOW + timedelta(days=25)) == 1
    assert told() == [(cast.person["auditor"], "-3")]


def test_a_moved_due_date_begins_its_own_steps(cast: members.Cast, audit: Any) -> None:
    from auditor.audits.actions import move_plan
    from auditor.audits.queries import plan_of

    remind(NOW + timedelta(days=18))
    plan = plan_of(audit.id, Moment.at(NOW))
    move_plan(
        cast.actor("administrator"), NOW + timedelta(days=18), audit, plan.starts_on,
        NOW.date() + timedelta(days=40), "相手先の都合", plan.id,
    )  # fmt: skip
    assert remind(NOW + timedelta(days=19)) == 0
    assert remind(NOW + timedelta(days=37)) == 0, "the third day before it is a Sunday"
    assert remind(NOW + timedelta(days=38)) == 1


def test_a_submitted_or_cancelled_audit_reminds_nobody(cast: members.Cast, audit: Any) -> None:
    from auditor.audits.actions import cancel

    cancel(cast.actor("administrator"), NOW, audit, "組織変更")
    assert remind(NOW + timedelta(days=21)) == 0


def test_somebody_who_left_is_not_reminded(cast: members.Cast) -> None:
    leaver = cast.person["leaver"]
    thing = DueThing(KIND, 1, NOW.date(), (leaver,), "/audits/1")
    assert reminding.readers(thing, 0, Terms(), office()) == {leaver}, "the outbox drops what goes to leavers"


def test_late_things_go_to_the_head_and_then_to_the_administrator(cast: members.Cast) -> None:
    thing = DueThing(KIND, 1, NOW.date(), (1,), "/x", department_id=10)
    above = office(heads={10: 2}, administrators=frozenset({3}), heads_of_audit=frozenset({4}))
    told = {left: reminding.readers(thing, left, Terms(), above) for left in (-2, -3, -7, -300)}
    assert told == {-2: {1}, -3: {1, 2}, -7: {1, 2, 3}, -300: {1, 2, 3}}
    mine = Terms(to_person=False, head_after=None, administrator_after=1, head_of_audit_after=5)
    told = {left: reminding.readers(thing, left, mine, above) for left in (0, -1, -5)}
    assert told == {0: set(), -1: {3}, -5: {3, 4}}


def test_every_due_thing_names_a_registered_notice(cast: members.Cast, audit: Any) -> None:
    from auditor.worklist.queries import due_things

    names = {thing.notice for thing in due_things(Moment.at(NOW))}
    assert names and names <= kinds.registered()


def test_whatever_falls_due_has_a_rule() -> None:
    """A notice called "…_due" that is missing here: add its kind to auditor.worklist.rules.KINDS."""
    due = {name for name in kinds.registered() if name.endswith("_due")}
    assert due == {kind.notice for kind in rules.known()}


def test_what_comes_on_a_weekend_or_a_closed_day_goes_on_the_next_business_day(
    cast: members.Cast, audit: Any
) -> None:
    from auditor.company.actions import set_closed_day

    administrator = cast.actor("administrator")
    set_closed_day(administrator, date(2026, 12, 14), True, "創立記念日", NOW)
    saturday, sunday, closed, tuesday = (  # the day after the due date, a Friday, and the next
        datetime(2026, 12, day, 1, tzinfo=UTC) for day in (12, 13, 14, 15)
    )
    remind(datetime(2026, 12, 11, 1, tzinfo=UTC))
    count = len(told())
    assert [remind(day) for day in (saturday, sunday, closed)] == [0, 0, 0]
    assert remind(tuesday) == 1, "the third day after it was the closed Monday"
    assert told()[count:] == [(cast.person["auditor"], "-3")]


def test_a_company_that_works_every_day_says_so(cast: members.Cast, audit: Any) -> None:
    from auditor.company.actions import set_setting

    set_setting(cast.actor("administrator"), "reminders_on_business_days", False, NOW.date(), NOW)
    assert remind(datetime(2026, 11, 28, 1, tzinfo=UTC)) == 1, "a Saturday, after the fourteenth day before"


def test_a_rule_holds_from_its_day_on(cast: members.Cast, audit: Any) -> None:
    monday = date(2026, 11, 30)
    rule = Terms(steps=(10, 1), head_of_audit_after=1, administrator_after=None)
    assert rules.set_rule(cast.actor("administrator"), KIND, rule, monday, NOW, None)
    remind(datetime(2026, 11, 27, 1, tzinfo=UTC))
    assert told() == [(cast.person["auditor"], "14")], "until then as delivered"
    for day in (30, 31, 40, 41, 44):  # of November, counted on: 1, 10, 11 and 14 December
        remind(datetime(2026, 11, 1, 1, tzinfo=UTC) + timedelta(days=day - 1))
    assert told()[1:] == [
        (cast.person["auditor"], "10"),
        (cast.person["auditor"], "1"),
        (cast.person["head_of_audit"], "1"),
    ]


def test_a_kind_can_be_left_alone(cast: members.Cast, audit: Any) -> None:
    rules.set_rule(cast.actor("administrator"), KIND, Terms(active=False), NOW.date(), NOW, None)
    assert remind(datetime(2026, 12, 11, 1, tzinfo=UTC)) == 0


@given(
    steps=st.lists(st.integers(-60, 60), min_size=1, max_size=6),
    repeat=st.one_of(st.none(), st.integers(1, 30)),
    most=st.integers(1, 30),
    lefts=st.lists(st.integers(-500, 100), min_size=1, max_size=40),
)
def test_no_thing_is_told_oftener_than_its_rule_says(
    steps: list[int], repeat: int | None, most: int, lefts: list[int]
) -> None:
    terms = Terms(steps=tuple(steps), repeat_days=repeat, most=most)
    sequence = rules.sequence(terms, ())
    assert sequence == sorted(set(sequence), reverse=True) and 1 <= len(sequence) <= most
    found = [rules.reached(sequence, left) for left in sorted(lefts, reverse=True)]
    assert len({step for step in found if step is not None}) <= most
    for left, step in zip(sorted(lefts, reverse=True), found, strict=True):
        assert (step is None) == (left > sequence[0])
        assert step is None or left <= step


def test_what_stays_late_is_told_again_and_then_no_more() -> None:
    terms = Terms(steps=(3, 0), repeat_days=7, most=4)
    assert rules.sequence(terms, ()) == [3, 0, -7, -14]
    assert rules.sequence(Terms(steps=(3,), repeat_days=7, most=4), ()) == [3, -7, -14, -21]
