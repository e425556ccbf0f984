"""A transfer recorded later that breaks independence (design §3.3)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity, events
from auditor.access import application
from auditor.audits import actions, queries
from auditor.audits.actions import Appointee, Outcome
from auditor.audits.models import Audit, IndependenceException, IndependenceSettlement
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.notifications.models import Notice
from auditor.people.models import Membership
from tests.audits.making import answer_all, assigned
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, Cast

LATER = NOW + timedelta(hours=2)
SYSTEM = application("test")


def transferred(cast: Cast, name: str = "auditor", unit: str = "D211", day: date = date(2026, 10, 1)) -> None:
    """Record a transfer and tell it, as the import of a roster does."""
    with activity.action(SYSTEM, LATER):
        Membership.write(
            LATER,
            None,
            day,
            person=cast.person[name],
            department=cast.department[unit],
            held=True,
            main=False,
        )
        activity.record(CAST_MADE, persons=1)
        events.tell(events.MembershipChanged(SYSTEM, LATER, cast.person[name]))


def test_a_transfer_into_the_audited_department_opens_an_exception_at_once(cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    found = IndependenceException.get()
    assert (found.audit_id, found.person_id) == (audit.id, cast.person["auditor"])
    assert [(one["first"], one["last"]) for one in found.reason] == [("2026-10-01", "2026-11-19")]
    told = {row.person_id for row in Notice.select().where(Notice.kind == "independence_exception")}
    assert told == {cast.person["administrator"], cast.person["head_of_audit"]}


def test_the_job_finds_what_nobody_told_and_running_it_again_changes_nothing(cast: Cast) -> None:
    assigned(cast)
    with activity.action(SYSTEM, LATER):
        Membership.write(
            LATER,
            None,
            date(2026, 10, 1),
            person=cast.person["auditor"],
            department=cast.department["D210"],
            held=True,
        )
        activity.record(CAST_MADE, persons=1)
    assert actions.recheck_independence(application("jobs"), LATER) == 1
    assert actions.recheck_independence(application("jobs"), LATER) == 0
    assert IndependenceException.select().count() == 1


def test_a_transfer_after_the_audited_period_breaks_nothing(cast: Cast) -> None:
    assigned(cast)
    transferred(cast, day=date(2026, 11, 20))
    assert IndependenceException.select().count() == 0


def test_a_transfer_of_somebody_else_breaks_nothing(cast: Cast) -> None:
    assigned(cast)
    transferred(cast, name="second_auditor")
    assert IndependenceException.select().count() == 0


def test_an_audit_that_has_ended_is_left_alone(cast: Cast) -> None:
    audit = assigned(cast)
    actions.cancel(cast.actor("administrator"), NOW, audit, "部署の廃止")
    transferred(cast)
    assert IndependenceException.select().count() == 0


def test_an_override_has_been_looked_at_already(cast: Cast) -> None:
    from dataclasses import replace

    from tests.audits.making import new_audit

    new = replace(new_audit(cast), auditors=(Appointee(cast.person["staff_of_sales"], True, "人手がない"),))
    actions.assign(cast.actor("head_of_audit"), NOW, new)
    assert actions.recheck_independence(application("jobs"), LATER) == 0


def test_a_broken_independence_holds_up_the_approval_until_it_is_settled(cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))
    transferred(cast)
    fresh = queries.Audit.get_by_id(audit.id)
    head = cast.actor("head_of_audit")
    with pytest.raises(RuleBroken):
        actions.approve(head, LATER, fresh)
    actions.settle(head, LATER, IndependenceException.get(), Outcome.ACCEPTED, "兼務は形式だけ")
    actions.approve(head, LATER, fresh)


def test_it_is_settled_by_accepting_it_with_a_reason_that_the_page_shows(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    cast.sign_in(client, "head_of_audit", NOW)
    client_at = f"/audits/{audit.id}/exceptions/{IndependenceException.get().id}"
    assert client.get(client_at).status_code == 200
    assert client.post(client_at, data={"outcome": "accepted", "reason": ""}).status_code == 422
    assert client.post(client_at, data={"outcome": "accepted", "reason": "兼務は形式だけ"}).status_code == 303
    assert "兼務は形式だけ" in text_of(client.get(f"/audits/{audit.id}"))
    again = client.post(client_at, data={"outcome": "rechecked", "reason": "確認し直した"})
    assert again.status_code == 409
    assert "確認し直した" in text_of(again)


def test_replaced_is_believed_only_when_somebody_else_audits(cast: Cast) -> None:
    audit = assigned(cast)
    transferred(cast)
    by = cast.actor("head_of_audit")
    found = IndependenceException.get()
    with pytest.raises(RuleBroken):
        actions.settle(by, LATER, found, Outcome.REPLACED, "交代した")
    rows = [row.id for row in queries.auditors([audit.id], Moment.at(LATER))[audit.id]]
    actions.change_auditors(by, LATER, audit, [Appointee(cast.person["second_auditor"])], rows)
    actions.settle(by, LATER, found, Outcome.REPLACED, "交代した")
    assert IndependenceSettlement.get().outcome == "replaced"
    with pytest.raises(Stale):
        actions.settle(by, LATER, found, Outcome.ACCEPTED, "もう一度")


def test_who_only_reads_the_audit_does_not_settle_and_a_stranger_finds_nothing(
    client: Any, cast: Cast
) -> None:
    audit = assigned(cast)
    transferred(cast)
    broken = IndependenceException.get().id
    cast.sign_in(client, "auditor")
    assert client.get(f"/audits/{audit.id}/exceptions/{broken}").status_code == 403
    assert client.get(f"/audits/{audit.id}/exceptions/{broken + 1}").status_code == 404
    cast.sign_in(client, "staff_of_sales")
    assert client.get(f"/audits/{audit.id}/exceptions/{broken}").status_code == 404


def test_only_the_head_of_audit_accepts_it_and_nobody_settles_the_own(cast: Cast) -> None:
    assigned(cast, auditors=("head_of_audit",))
    transferred(cast, name="head_of_audit")
    found = IndependenceException.get()
    with pytest.raises(RuleBroken):
        actions.settle(cast.actor("administrator"), LATER, found, Outcome.ACCEPTED, "形式だけ")
    with pytest.raises(RuleBroken):
        actions.settle(cast.actor("head_of_audit"), LATER, found, Outcome.ACCEPTED, "形式だけ")
    actions.settle(cast.actor("administrator"), LATER, found, Outcome.RECHECKED, "別の監査員が確認し直した")
