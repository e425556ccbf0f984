"""Submitting, approving, sending back, cancelling."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor import activity
from auditor.audits import actions
from auditor.audits.derived import derived_mismatches
from auditor.audits.models import Audit, AuditState, OutsideDecision
from auditor.audits.outside import Outsider
from auditor.audits.results import Result
from auditor.audits.waiting import waiting_for
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.notifications.models import Notice
from auditor.people import queries as people
from tests.audits.making import answer, answer_all, assigned, items
from tests.bed.pages import text_of
from tests.cast import NOW, Cast


def _fresh(audit: Audit) -> Audit:
    found: Audit = Audit.get_by_id(audit.id)
    return found


def submitted(cast: Cast, **more: Any) -> Audit:
    audit = assigned(cast, **more)
    by = more.get("auditors", ("auditor",))[0]
    answer_all(cast, audit, by=by)
    actions.submit(cast.actor(by), NOW, _fresh(audit), "終わりました")
    return _fresh(audit)


def test_a_complete_audit_is_submitted_and_approvers_are_told(cast: Cast) -> None:
    audit = submitted(cast)
    assert audit.current_state == "submitted"
    told = {row.person_id for row in Notice.select().where(Notice.kind == "audit_submitted")}
    assert told == {cast.person["head_of_audit"], cast.person["representative"]}


def test_an_item_that_is_not_checked_holds_up_the_submission_until_a_note_says_why(cast: Cast) -> None:
    audit = assigned(cast)
    first, *others = items(audit)
    for item in others:
        answer(cast, item)
    assert actions.readiness(audit.id, NOW).unexplained == (first.id,)
    with pytest.raises(RuleBroken):
        actions.submit(cast.actor("auditor"), NOW, _fresh(audit))
    assert _fresh(audit).current_state == "in_progress"
    answer(cast, first, Result.NOT_CHECKED, note="担当者が不在だった")
    actions.submit(cast.actor("auditor"), NOW, _fresh(audit))


def test_a_nonconformity_needs_a_note_and_a_finding(cast: Cast) -> None:
    audit = assigned(cast)
    answer_all(cast, audit)
    wrong = items(audit)[0]
    answer(cast, wrong, Result.MAJOR)
    missing = actions.readiness(audit.id, NOW)
    assert missing.without_note == (wrong.id,)
    assert missing.without_finding == (wrong.id,)


def test_the_page_lists_what_is_missing(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "auditor")
    page = text_of(client.get(f"/audits/{audit.id}/submit"))
    assert "まだ承認を申請できません" in page
    assert "TEC-01" in page
    assert client.post(f"/audits/{audit.id}/submit", data={"comment": ""}).status_code == 422


def test_somebody_else_approves(cast: Cast) -> None:
    audit = submitted(cast)
    actions.approve(cast.actor("head_of_audit"), NOW, audit, "よい")
    assert _fresh(audit).current_state == "approved"
    told = {row.person_id for row in Notice.select().where(Notice.kind == "audit_approved")}
    assert told == {cast.person["auditor"], cast.person["head_of_sales"]}


def test_who_carried_it_out_does_not_approve_it(cast: Cast) -> None:
    audit = submitted(cast, auditors=("head_of_audit",))
    with pytest.raises(RuleBroken):
        actions.approve(cast.actor("head_of_audit"), NOW, audit)
    with pytest.raises(RuleBroken):
        actions.send_back(cast.actor("head_of_audit"), NOW, audit, "直して")
    actions.approve(cast.actor("representative"), NOW, audit)


def test_who_was_auditor_only_for_a_while_does_not_approve_it_either(cast: Cast) -> None:
    audit = assigned(cast, auditors=("head_of_audit", "auditor"))
    answer(cast, items(audit)[0], by="head_of_audit")
    posts = list(audit.assignees)
    actions.change_auditors(
        cast.actor("administrator"),
        NOW,
        _fresh(audit),
        [actions.Appointee(cast.person["auditor"])],
        [row.id for row in posts],
    )
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, _fresh(audit))
    with pytest.raises(RuleBroken):
        actions.approve(cast.actor("head_of_audit"), NOW, _fresh(audit))


def test_the_page_of_who_carried_it_out_says_why_there_is_no_button(client: Any, cast: Cast) -> None:
    audit = submitted(cast, auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    page = text_of(client.get(f"/audits/{audit.id}/decide"))
    assert "監査を実施した人は" in page
    assert client.post(f"/audits/{audit.id}/approve", data={"comment": ""}).status_code == 422


def test_sending_back_needs_a_comment_and_opens_the_items_again(client: Any, cast: Cast) -> None:
    audit = submitted(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.post(f"/audits/{audit.id}/return", data={"comment": " "}).status_code == 422
    assert client.post(f"/audits/{audit.id}/return", data={"comment": "証跡を足す"}).status_code == 303
    assert _fresh(audit).current_state == "returned"
    answer(cast, items(audit)[0], Result.OBSERVATION, note="掲示が古い")
    actions.submit(cast.actor("auditor"), NOW, _fresh(audit))
    assert [row.state for row in AuditState.select().order_by(AuditState.id)] == [
        "planned", "in_progress", "submitted", "returned", "submitted",
    ]  # fmt: skip


def test_an_approved_audit_is_changed_only_by_reopening_it(cast: Cast) -> None:
    audit = submitted(cast)
    actions.approve(cast.actor("head_of_audit"), NOW, audit)
    with pytest.raises(RuleBroken):
        answer(cast, items(audit)[0], Result.MINOR, note="後から")
    with pytest.raises(RuleBroken):
        actions.send_back(cast.actor("representative"), NOW, _fresh(audit), "判定が違う")
    actions.reopen(cast.actor("representative"), NOW, _fresh(audit), "判定が違う")
    assert _fresh(audit).current_state == "returned"


def test_a_second_approval_changes_nothing(client: Any, cast: Cast) -> None:
    audit = submitted(cast)
    cast.sign_in(client, "head_of_audit")
    assert client.post(f"/audits/{audit.id}/approve", data={"comment": ""}).status_code == 303
    assert client.post(f"/audits/{audit.id}/approve", data={"comment": ""}).status_code == 303
    assert AuditState.select().where(AuditState.state == "approved").count() == 1


def test_cancelling_needs_a_reason_and_keeps_what_was_recorded(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    answer(cast, items(audit)[0])
    cast.sign_in(client, "administrator")
    assert client.post(f"/audits/{audit.id}/cancel", data={"reason": ""}).status_code == 422
    assert client.post(f"/audits/{audit.id}/cancel", data={"reason": "部署の廃止"}).status_code == 303
    assert _fresh(audit).current_state == "cancelled"
    page = text_of(client.get(f"/audits/{audit.id}"))
    assert "部署の廃止" in page
    with pytest.raises(RuleBroken):
        answer(cast, items(audit)[1])


@pytest.mark.parametrize(
    ("name", "status"), [("auditor", 403), ("head_of_sales", 403), ("head_of_other", 404), ("operator", 404)]
)
def test_who_reads_the_audit_may_not_decide_and_a_stranger_finds_nothing(
    client: Any, cast: Cast, name: str, status: int
) -> None:
    audit = submitted(cast)
    cast.sign_in(client, name)
    assert client.get(f"/audits/{audit.id}/decide").status_code == status
    for act in ("approve", "return"):
        assert client.post(f"/audits/{audit.id}/{act}", data={"comment": ""}).status_code == status


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    audit = submitted(cast)
    assert "sign-in" in client.post(f"/audits/{audit.id}/approve").location


def test_the_columns_beside_the_rows_are_proven_and_a_wrong_one_is_named(cast: Cast) -> None:
    audit = submitted(cast)
    assert list(derived_mismatches()) == []
    Audit.update(current_state="approved").where(Audit.id == audit.id).execute()
    item = items(audit)[0]
    item.current_result = "major"
    item.save(only=["current_result"])
    found = list(derived_mismatches())
    assert [(table, row) for table, row, _what in found] == [("audit", audit.id), ("audit_item", item.id)]


# ---- a person from outside, in a very small company ----

OUTSIDE = {
    "comment": "",
    "outside_name": "山田 太郎",
    "outside_organisation": "山田会計事務所",
    "outside_on": "2026-11-20",
    "outside_paper": "監査綴り 26-7",
}


def _very_small(cast: Cast) -> None:
    set_setting(cast.actor("administrator"), "outside_verifier", "山田 太郎", date(2026, 4, 1), NOW)


def test_who_carried_it_out_records_the_approval_of_a_person_from_outside(client: Any, cast: Cast) -> None:
    _very_small(cast)
    audit = submitted(cast, auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    page = text_of(client.get(f"/audits/{audit.id}/decide"))
    assert "社外の人が行った判断の記録だけができます" in page
    assert client.post(f"/audits/{audit.id}/approve", data=OUTSIDE).status_code == 303
    assert _fresh(audit).current_state == "approved"
    row = OutsideDecision.get()
    assert (row.name, row.organisation, row.paper) == ("山田 太郎", "山田会計事務所", "監査綴り 26-7")
    assert row.decided_on == date(2026, 11, 20)
    shown = text_of(client.get(f"/audits/{audit.id}"))
    assert "山田 太郎（山田会計事務所）" in shown and "監査綴り 26-7" in shown
    client.set_cookie("language", "en")
    assert "Decision of a person from outside" in text_of(client.get(f"/audits/{audit.id}"))


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("outside_name", " ", "判断した社外の人の氏名を入力してください"),
        ("outside_name", "監査 責任", "この人は監査の実施者です"),
        ("outside_name", "あ" * 121, "120文字以内"),
        ("outside_on", "2026-11-21", "判断した日は"),
        ("outside_on", "2026-11-19", "判断した日は"),
        ("outside_on", "", "2026-11-20 のような形で"),
        ("outside_paper", "", "署名のある書面を確認できるよう"),
    ],
)
def test_a_decision_from_outside_that_lacks_something_is_refused_and_keeps_what_was_typed(
    client: Any, cast: Cast, field: str, value: str, error: str
) -> None:
    _very_small(cast)
    audit = submitted(cast, auditors=("head_of_audit",))
    if value == "監査 責任":
        value = people.name(cast.person["head_of_audit"], Moment.at(NOW)).replace("　", " ")
    cast.sign_in(client, "head_of_audit")
    answer_ = client.post(f"/audits/{audit.id}/approve", data={**OUTSIDE, field: value})
    assert answer_.status_code == 422
    assert error in text_of(answer_)
    assert "山田会計事務所" in answer_.get_data(as_text=True)
    assert _fresh(audit).current_state == "submitted"
    assert OutsideDecision.select().count() == 0


def test_a_person_from_outside_may_also_send_it_back(client: Any, cast: Cast) -> None:
    _very_small(cast)
    audit = submitted(cast, auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    answer_ = client.post(f"/audits/{audit.id}/return", data={**OUTSIDE, "comment": "証跡を足す"})
    assert answer_.status_code == 303
    assert _fresh(audit).current_state == "returned"
    assert OutsideDecision.get().state_of.state == "returned"


def test_without_the_setting_nobody_from_outside_decides(client: Any, cast: Cast) -> None:
    audit = submitted(cast, auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    assert client.post(f"/audits/{audit.id}/approve", data=OUTSIDE).status_code == 422
    outsider = Outsider("山田 太郎", "", date(2026, 11, 20), "26-7")
    with pytest.raises(RuleBroken):
        actions.approve(cast.actor("head_of_audit"), NOW, _fresh(audit), "", outsider)
    assert OutsideDecision.select().count() == 0


def test_who_did_not_carry_it_out_decides_in_person_also_in_a_very_small_company(
    client: Any, cast: Cast
) -> None:
    _very_small(cast)
    audit = submitted(cast)
    cast.sign_in(client, "head_of_audit")
    assert "社外の人" not in text_of(client.get(f"/audits/{audit.id}/decide"))
    assert client.post(f"/audits/{audit.id}/approve", data=OUTSIDE).status_code == 303
    assert OutsideDecision.select().count() == 0


def test_the_worklist_offers_it_only_where_a_person_from_outside_may_decide(client: Any, cast: Cast) -> None:
    submitted(cast, auditors=("head_of_audit",))
    moment = Moment.at(NOW)
    assert waiting_for(cast.actor("head_of_audit"), moment) == []
    _very_small(cast)
    with client.application.test_request_context():
        assert [one.step for one in waiting_for(cast.actor("head_of_audit"), moment)] == [
            "社外の人の判断を記録"
        ]


def test_the_log_of_a_decision_from_outside_holds_no_name(client: Any, cast: Cast) -> None:
    _very_small(cast)
    audit = submitted(cast, auditors=("head_of_audit",))
    cast.sign_in(client, "head_of_audit")
    client.post(f"/audits/{audit.id}/approve", data=OUTSIDE)
    event = activity.ActivityEvent.get(activity.ActivityEvent.type == "audit.decided_outside")
    assert event.data == {
        "audit": audit.id, "state": OutsideDecision.get().state_of_id, "decision": OutsideDecision.get().id,
    }  # fmt: skip
    assert OutsideDecision.get().text_salt


@pytest.mark.parametrize("language", ["ja", "en"])
def test_reports_say_which_audits_a_person_from_outside_approved(
    client: Any, cast: Cast, language: str
) -> None:
    _very_small(cast)
    audit = submitted(cast, auditors=("head_of_audit",))
    outsider = Outsider("山田 太郎", "山田会計事務所", date(2026, 11, 20), "26-7")
    actions.approve(cast.actor("head_of_audit"), NOW, audit, "", outsider)
    cast.sign_in(client, "representative")
    client.set_cookie("language", language)
    told = client.page("/reports/overview").xpath("string(//*[@id='relaxed'])")
    assert audit.number in told and "山田会計事務所" in told and "2026-11-20" in told
