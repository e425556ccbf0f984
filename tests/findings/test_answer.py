"""The department's answer: correction, cause, actions, submitting, and what comes back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.errors import RuleBroken, Stale
from auditor.findings import answering
from auditor.findings.models import ActionDetail, Cause, Correction, CorrectiveAction
from auditor.findings.states import Grade
from auditor.notifications.models import Notice
from tests.bed.pages import parsed, text_of
from tests.findings.ladder import answers, signed_in
from tests.findings.making import state

ANSWER = {"cause": "申請がない。", "correction": "削除した。", "corrected_on": "2026-11-20"}


def test_the_head_writes_correction_and_cause(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    signed_in(client, cast, "head_of_sales")
    address = f"/findings/{finding.id}/answer"
    response = client.post(address, data={**ANSWER, "seen_cause": 0, "seen_correction": 0})
    assert response.status_code == 303
    assert Cause.get().text == "申請がない。" and Correction.get().done_on == date(2026, 11, 20)
    assert client.post(address, data={**ANSWER, "seen_cause": 1, "seen_correction": 1}).status_code == 303
    assert Cause.select().count() == 1, "what did not change is not written again"


def test_a_future_correction_is_refused_and_the_text_kept(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    signed_in(client, cast, "head_of_sales")
    response = client.post(f"/findings/{finding.id}/answer", data={**ANSWER, "corrected_on": "2026-11-21"})
    assert response.status_code == 422
    assert parsed(response).xpath("string(//textarea[@name='cause'])").strip() == "申請がない。"
    assert not Cause.select().exists() and not Correction.select().exists()


def test_of_two_editors_the_second_sees_both_texts(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    head = making.actor("head_of_sales")
    answering.answer(head, making.tomorrow(), finding, cause="先に書いた原因", correction="")
    signed_in(client, cast, "head_of_sales")
    response = client.post(
        f"/findings/{finding.id}/answer",
        data={"cause": "あとから書いた原因", "correction": "", "seen_cause": 0, "seen_correction": 0},
    )
    assert response.status_code == 409
    shown = text_of(response)
    assert "先に書いた原因" in shown and "あとから書いた原因" in shown and "小林 誠" in shown
    again = parsed(response)
    data = {
        field.get("name"): field.get("value") or ""
        for field in again.xpath("//form[@novalidate]//input[@type='hidden']")
        if field.get("name") != "csrf_token"
    }
    data |= {"cause": "あとから書いた原因", "correction": ""}
    assert client.post(f"/findings/{finding.id}/answer", data=data).status_code == 303
    assert [row.text for row in Cause.select().order_by(Cause.id)] == ["先に書いた原因", "あとから書いた原因"]


def test_a_nonconformity_is_not_submitted_half_answered(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    head = making.actor("head_of_sales")
    with pytest.raises(RuleBroken):
        answering.submit(head, making.tomorrow(), finding)
    answering.answer(head, making.tomorrow(), finding, cause="原因", correction="修正")
    signed_in(client, cast, "head_of_sales")
    response = client.post(f"/findings/{finding.id}/submit", follow_redirects=True)
    assert "是正処置が1件以上必要" in text_of(response) and state(finding) == "recorded"


def test_an_action_is_planned_changed_and_withdrawn(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    signed_in(client, cast, "head_of_sales")
    data = {"text": "毎日取り込む", "owner": "", "owner_search": "えぐち", "due_on": "2026-12-10"}
    for _twice in range(2):
        assert client.post(f"/findings/{finding.id}/actions/new", data=data).status_code == 303
    planned = CorrectiveAction.get()
    first = ActionDetail.get()
    assert first.owner_id == cast.person["operator"], "found by its reading, without script"
    changed = {**data, "owner": cast.person["staff_of_sales"], "seen": first.id, "withdrawn": "y"}
    nobody = client.post(f"/findings/{finding.id}/actions/1/change", data={**changed, "owner": "987654"})
    assert nobody.status_code == 422 and ActionDetail.select().count() == 1
    assert client.post(f"/findings/{finding.id}/actions/1/change", data=changed).status_code == 303
    assert ActionDetail.select().where(ActionDetail.withdrawn).count() == 1
    stale = client.post(f"/findings/{finding.id}/actions/1/change", data={**data, "seen": first.id})
    assert stale.status_code == 409 and planned.number == 1


def test_an_unknown_or_missing_owner_is_refused(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    signed_in(client, cast, "head_of_sales")
    data = {"text": "毎日取り込む", "owner": "", "owner_search": "だれもいない", "due_on": "2026-12-10"}
    response = client.post(f"/findings/{finding.id}/actions/new", data=data)
    assert response.status_code == 422 and "見付かりません" in text_of(response)
    leaver = {**data, "owner": cast.person["leaver"]}
    response = client.post(f"/findings/{finding.id}/actions/new", data=leaver)
    assert response.status_code == 422 and "退職" in text_of(response)


def test_owners_are_told_once_the_plan_is_approved(client: Any, cast: Any, making: Any) -> None:
    finding = making.answered()
    assert not Notice.select().where(Notice.kind == "action_assigned").exists()
    answering.approve_plan(making.actor("administrator"), making.tomorrow(), finding, "進めてください。")
    assert state(finding) == "acting"
    signed_in(client, cast, "staff_of_sales")
    assert "差戻し" not in text_of(client.get(f"/findings/{finding.id}")), "an approval is no return"
    told = [notice.person_id for notice in Notice.select().where(Notice.kind == "action_assigned")]
    assert told == [cast.person["staff_of_sales"]]


def test_a_plan_comes_back_with_what_is_missing(client: Any, cast: Any, making: Any) -> None:
    finding = making.answered()
    signed_in(client, cast, "administrator")
    address = f"/findings/{finding.id}/review"
    empty = client.post(address, data={"decision": "no", "comment": "  "})
    assert empty.status_code == 422 and state(finding) == "answered"
    assert (
        client.post(address, data={"decision": "no", "comment": "期限を早めてください。"}).status_code == 303
    )
    assert state(finding) == "recorded"
    signed_in(client, cast, "head_of_sales")
    assert "期限を早めてください。" in text_of(client.get(f"/findings/{finding.id}"))


def test_after_approval_a_change_of_an_action_needs_a_reason(making: Any) -> None:
    finding = making.acting()
    planned = CorrectiveAction.get()
    head = making.actor("head_of_sales")
    values = {"text": "別の処置", "owner_id": making.cast.person["operator"], "due_on": date(2026, 12, 10)}
    with pytest.raises(RuleBroken):
        answering.change_action(head, making.tomorrow(), planned, **values)
    answering.change_action(head, making.at, planned, **values, reason="担当の異動")
    with pytest.raises(Stale):
        answering.change_action(
            head, making.tomorrow(), planned, **values, withdrawn=True, reason="x", seen=1
        )
    assert state(finding) == "acting"


def test_an_observation_is_answered_and_closed_without_an_effectiveness_check(making: Any) -> None:
    finding = making.recorded(Grade.OBSERVATION)
    head = making.actor("head_of_sales")
    with pytest.raises(RuleBroken):
        answering.submit(head, making.tomorrow(), finding)
    answering.answer(head, making.at, finding, cause="掲示を替えます。", correction="")
    answering.submit(head, making.at, finding)
    answering.approve_plan(making.actor("administrator"), making.tomorrow(), finding)
    assert state(finding) == "closed"


def test_the_answer_belongs_to_the_department(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    for address in ("answer", "actions/new", "actions/1/change"):
        answers(
            client,
            cast,
            f"/findings/{finding.id}/{address}",
            {
                "head_of_sales": 200,
                "head_of_other": 404,
                "staff_of_sales": 403,
                "without_mail": 404,
                "representative": 403,
                "administrator": 403,
            },
        )
    answers(
        client, cast, f"/findings/{finding.id}/submit", {"head_of_other": 404, "staff_of_sales": 403}, "POST"
    )
    answers(client, cast, f"/findings/{finding.id}/review", {"head_of_sales": 403, "head_of_other": 404})


def test_persons_are_searched_by_those_who_plan_only(client: Any, cast: Any) -> None:
    signed_in(client, cast, "head_of_sales")
    found = client.get("/findings/owners?q=たかはし").get_json()
    assert [one["label"] for one in found] == ["髙橋 みのり"] and found[0]["hint"] == "営業第二部"
    assert client.get("/findings/owners?q=つじ").get_json() == [], "leavers are not offered"
    answers(client, cast, "/findings/owners?q=a", {"staff_of_sales": 404})
