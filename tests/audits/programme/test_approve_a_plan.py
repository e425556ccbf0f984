"""Submitting a plan and deciding on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import Role, application
from auditor.accounts.models import RoleGrant
from auditor.audits.programme import approval, editing, queries, waiting
from auditor.audits.programme.words import State
from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.notifications.models import Notice
from tests.audits.programme.making import NEXT, approved, begun, entries, planned
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, Cast

LATER = NOW + timedelta(hours=1)


def _state(programme: Any, at: Any = LATER) -> State:
    return queries.stands_at(programme, Moment.at(at))


def test_the_head_of_audit_submits_and_the_representative_approves(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.post("/programme/2027/submit", data={"comment": "お願いします。"}).status_code == 303
    assert {(row.person_id, row.kind) for row in Notice.select()} == {
        (cast.person["representative"], "programme_submitted")
    }
    cast.sign_in(client, "representative")
    assert "お願いします。" in text_of(client.get("/programme/2027/decide"))
    assert client.post("/programme/2027/decide", data={"do": "approve"}).status_code == 303
    assert _state(programme) is State.APPROVED
    history = text_of(client.get("/programme/2027/history"))
    assert "大西 恵" in history and "青葉 健一" in history


def test_a_plan_is_sent_back_with_a_comment_changed_and_submitted_again(client: Any, cast: Cast) -> None:
    programme = planned(cast, at=NOW - timedelta(hours=1))
    approval.submit(cast.actor("head_of_audit"), NOW - timedelta(minutes=5), programme, NEXT)
    cast.sign_in(client, "representative")
    assert client.post("/programme/2027/decide", data={"do": "return"}).status_code == 422
    answer = client.post("/programme/2027/decide", data={"do": "return", "comment": "9月に寄せてください。"})
    assert answer.status_code == 303
    cast.sign_in(client, "head_of_audit")
    assert "9月に寄せてください。" in text_of(client.get("/programme/2027"))
    entry = entries(programme)[0]
    editing.move(cast.actor("head_of_audit"), LATER, programme, NEXT, [entry.id], "", month=9)
    approval.submit(cast.actor("head_of_audit"), LATER, programme, NEXT)
    assert _state(programme) is State.SUBMITTED


def test_a_company_without_a_head_of_audit_cannot_submit_a_plan(client: Any, cast: Cast) -> None:
    planned(cast)
    with activity.action(application("test"), NOW):
        before = RoleGrant.get(RoleGrant.role == Role.HEAD_OF_AUDIT.value)
        RoleGrant.write(
            NOW, None, replaces=before, person=before.person_id, role=Role.HEAD_OF_AUDIT.value, held=False
        )
        activity.record(CAST_MADE, persons=0)
    cast.sign_in(client, "administrator")
    said = "個人情報保護監査責任者がいない計画"
    assert said in text_of(client.get("/programme/2027/submit"))
    answer = client.post("/programme/2027/submit")
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_the_administrator_prepares_and_does_not_submit(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    cast.sign_in(client, "administrator")
    assert client.post("/programme/2027/submit").status_code == 422
    assert _state(programme) is State.DRAFT


def test_gaps_are_planned_marked_or_given_a_reason_before_it_is_submitted(client: Any, cast: Cast) -> None:
    programme = planned(cast)
    editing.skip(cast.actor("head_of_audit"), NOW, programme, [entries(programme)[0].id], "見送り")
    cast.sign_in(client, "head_of_audit")
    answer = client.post("/programme/2027/submit")
    assert answer.status_code == 422 and "計画なしのマスが" in text_of(answer)
    assert client.post("/programme/2027/submit", data={"comment": "翌年度に行う。"}).status_code == 303
    row = queries.state_of(programme, Moment.at(LATER))
    assert row is not None and row.gaps > 0


def test_an_empty_plan_is_not_submitted(app: Any, cast: Cast) -> None:
    programme = begun(cast)
    with app.test_request_context(), pytest.raises(RuleBroken):
        approval.submit(cast.actor("head_of_audit"), NOW, programme, NEXT, "空です")


def test_what_is_being_decided_on_stays_as_it_was_submitted(app: Any, cast: Cast) -> None:
    programme = planned(cast)
    approval.submit(cast.actor("head_of_audit"), NOW, programme, NEXT)
    with app.test_request_context(), pytest.raises(RuleBroken):
        editing.move(
            cast.actor("head_of_audit"), LATER, programme, NEXT, [entries(programme)[0].id], "理由", weeks=1
        )


def test_who_submitted_does_not_approve(app: Any, cast: Cast) -> None:
    programme = planned(cast)
    with activity.action(application("test"), NOW):
        RoleGrant.write(
            NOW, None, person=cast.person["head_of_audit"], role=Role.REPRESENTATIVE.value, held=True
        )
        activity.record(CAST_MADE, persons=0)
    both = cast.actor("head_of_audit")
    approval.submit(both, NOW, programme, NEXT)
    with app.test_request_context(), pytest.raises(RuleBroken):
        approval.approve(both, LATER, programme)


def test_the_second_of_two_who_submit_is_told(app: Any, cast: Cast) -> None:
    programme = planned(cast)
    approval.submit(cast.actor("head_of_audit"), NOW, programme, NEXT)
    with app.test_request_context(), pytest.raises(Stale):
        approval.submit(cast.actor("head_of_audit"), LATER, programme, NEXT)
    approval.approve(cast.actor("representative"), LATER, programme)
    with app.test_request_context(), pytest.raises(RuleBroken):
        approval.send_back(cast.actor("representative"), LATER, programme, "やはり")


# ---- what waits for whom ----


def _waits(cast: Cast, name: str, at: Any) -> list[str]:
    return [item.step for item in waiting.waiting_for(cast.actor(name), Moment.at(at))]


def test_next_years_plan_is_asked_for_two_months_before_it_begins(app: Any, cast: Cast) -> None:
    from datetime import UTC, datetime

    with app.test_request_context():
        assert _waits(cast, "head_of_audit", NOW) == []
        early = datetime(2027, 2, 1, tzinfo=UTC)
        assert len(_waits(cast, "head_of_audit", early)) == 1
        assert len(_waits(cast, "administrator", early)) == 1
        assert _waits(cast, "representative", early) == []


def test_each_step_waits_for_who_takes_it(app: Any, cast: Cast) -> None:
    programme = planned(cast)
    with app.test_request_context():
        assert len(_waits(cast, "head_of_audit", LATER)) == 1
        assert _waits(cast, "administrator", LATER) == []
        approval.submit(cast.actor("head_of_audit"), LATER, programme, NEXT)
        assert _waits(cast, "head_of_audit", LATER) == []
        assert len(_waits(cast, "representative", LATER)) == 1
    assert _waits(cast, "auditor", LATER) == []


def test_who_reads_may_not_submit_and_who_plans_may_not_decide(client: Any, cast: Cast) -> None:
    approved(cast, at=NOW - timedelta(hours=1))
    cast.sign_in(client, "representative")
    assert client.post("/programme/2027/submit").status_code == 403
    cast.sign_in(client, "head_of_audit")
    assert client.post("/programme/2027/decide", data={"do": "approve"}).status_code == 403
