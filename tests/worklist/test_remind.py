"""Reminders: each thing once a step, only the most urgent after a pause, then to whoever stands above."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.dated import Moment
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from auditor.work import DueThing
from auditor.worklist import actions
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
    assert remind(NOW + timedelta(days=37)) == 1


def test_a_submitted_or_cancelled_audit_reminds_nobody(cast: members.Cast, audit: Any) -> None:
    from auditor.audits.actions import cancel

    cancel(cast.actor("administrator"), NOW, audit, "組織変更")
    assert remind(NOW + timedelta(days=21)) == 0


def test_somebody_who_left_is_not_reminded(cast: members.Cast) -> None:
    thing = DueThing(KIND, 1, NOW.date(), (cast.person["leaver"],), "/audits/1")
    assert actions._readers(thing, 0, {}, []) == {cast.person["leaver"]}, (
        "the outbox drops what goes to leavers"
    )


def test_late_things_go_to_the_head_and_then_to_the_administrator(cast: members.Cast) -> None:
    thing = DueThing(KIND, 1, NOW.date(), (1,), "/x", department_id=10)
    heads, administrators = {10: 2}, [3]
    assert actions._readers(thing, -2, heads, administrators) == {1}
    assert actions._readers(thing, -3, heads, administrators) == {1, 2}
    assert actions._readers(thing, -7, heads, administrators) == {1, 2, 3}


def test_every_due_thing_names_a_registered_notice(cast: members.Cast, audit: Any) -> None:
    from auditor.worklist.queries import due_things

    names = {thing.notice for thing in due_things(Moment.at(NOW))}
    assert names and names <= kinds.registered()
