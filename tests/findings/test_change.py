"""Changing what is said of a finding, withdrawing it, and talking about it."""

from __future__ import annotations

from typing import Any

from auditor.findings import actions, conversation
from auditor.findings.models import FindingComment, FindingDetail
from auditor.findings.states import Grade
from auditor.notifications.models import Notice
from tests.bed.pages import parsed, text_of
from tests.findings.ladder import answers, signed_in
from tests.findings.making import TITLE, state


def changed(cast: Any, **values: Any) -> dict[str, Any]:
    return {
        "title": TITLE,
        "facts": "書き直した事実",
        "grade": "major",
        "department": cast.department["D220"],
        "department_search": "営業第二部",
        "reason": "担当部署の誤り",
        "seen": 1,
        **values,
    }


def test_grade_and_department_change_with_a_reason_and_the_new_head_is_told(
    client: Any, cast: Any, making: Any
) -> None:
    finding = making.recorded()
    signed_in(client, cast, "administrator")
    address = f"/findings/{finding.id}/change"
    assert client.post(address, data=changed(cast, reason="")).status_code == 422
    assert client.post(address, data=changed(cast)).status_code == 303
    rows = list(FindingDetail.select().order_by(FindingDetail.id))
    assert [row.grade for row in rows] == ["minor", "major"] and rows[1].replaces_id == rows[0].id
    told = {notice.person_id for notice in Notice.select().where(Notice.kind == "finding_recorded")}
    assert told == {cast.person["head_of_sales"], cast.person["head_of_other"]}
    answers(client, cast, f"/findings/{finding.id}", {"head_of_other": 200, "head_of_sales": 404})


def test_a_department_that_there_is_not_is_refused_and_the_text_kept(
    client: Any, cast: Any, making: Any
) -> None:
    finding = making.recorded()
    signed_in(client, cast, "administrator")
    refused = client.post(f"/findings/{finding.id}/change", data=changed(cast, department="987654"))
    assert refused.status_code == 422
    assert "書き直した事実" in text_of(refused) and "名前の一部を入力" in text_of(refused)
    assert FindingDetail.select().count() == 1


def test_of_two_changes_the_second_gets_both_texts(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    values = {"title": TITLE, "grade": Grade.MINOR, "department_id": cast.department["D210"], "reason": "x"}
    actions.change(making.actor("head_of_audit"), making.tomorrow(), finding, facts="先の事実", **values)
    signed_in(client, cast, "administrator")
    response = client.post(f"/findings/{finding.id}/change", data=changed(cast))
    assert response.status_code == 409
    assert "先の事実" in text_of(response)
    assert parsed(response).xpath("string(//textarea[@name='facts'])").strip() == "書き直した事実"


def test_a_finding_is_withdrawn_with_a_reason_and_stays_readable(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    signed_in(client, cast, "administrator")
    address = f"/findings/{finding.id}/withdraw"
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "事実の誤認でした。"}).status_code == 303
    assert state(finding) == "withdrawn"
    assert client.post(address, data={"reason": "もう一度"}).status_code == 422
    signed_in(client, cast, "head_of_sales")
    assert "事実の誤認でした。" in text_of(client.get(f"/findings/{finding.id}"))


def test_changing_and_withdrawing_belong_to_the_leaders(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    for step in ("change", "withdraw"):
        answers(
            client,
            cast,
            f"/findings/{finding.id}/{step}",
            {
                "administrator": 200,
                "head_of_audit": 200,
                "head_of_sales": 403,
                "representative": 403,
                "head_of_other": 404,
            },
        )


def test_a_message_reaches_the_other_side_once(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    signed_in(client, cast, "staff_of_sales")
    for _double_click in range(2):
        assert (
            client.post(f"/findings/{finding.id}/comment", data={"text": "確認をお願いします。"}).status_code
            == 303
        )
    assert FindingComment.select().count() == 1
    told = {notice.person_id for notice in Notice.select().where(Notice.kind == "finding_comment")}
    assert told == {cast.person["administrator"], cast.person["head_of_audit"]}
    conversation.comment(making.actor("administrator"), making.tomorrow(), finding, "見ました。")
    told = {notice.person_id for notice in Notice.select().where(Notice.kind == "finding_comment")}
    assert {cast.person["head_of_sales"], cast.person["staff_of_sales"]} <= told


def test_an_empty_message_is_refused_and_strangers_do_not_talk(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    signed_in(client, cast, "staff_of_sales")
    assert client.post(f"/findings/{finding.id}/comment", data={"text": "  "}).status_code == 422
    answers(
        client,
        cast,
        f"/findings/{finding.id}/comment",
        {"head_of_other": 404, "without_mail": 404, "representative": 403},
        "POST",
    )


def test_who_sees_a_finding(client: Any, cast: Any, making: Any) -> None:
    item = making.item()
    finding = making.acting(by="auditor", item=item)
    answers(
        client,
        cast,
        f"/findings/{finding.id}",
        {
            "administrator": 200,
            "head_of_audit": 200,
            "representative": 200,
            "auditor": 200,
            "head_of_sales": 200,
            "staff_of_sales": 200,
            "second_auditor": 404,
            "head_of_other": 404,
            "without_mail": 404,
            "operator": 404,
        },
    )
    answers(client, cast, "/findings/999", {"administrator": 404})
