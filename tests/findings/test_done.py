"""Marking an action done, with evidence that only those concerned can open."""

from __future__ import annotations

import io
from typing import Any

import pytest

from auditor.errors import RuleBroken, Stale
from auditor.findings import answering, doing
from auditor.findings.models import ActionEvidence, ActionState, CorrectiveAction
from auditor.notifications.models import Notice
from tests.bed.pages import parsed, text_of
from tests.findings.ladder import answers, signed_in
from tests.findings.making import DUE, state


def test_the_owner_marks_done_with_evidence_and_the_verifier_is_told(
    client: Any, cast: Any, making: Any
) -> None:
    finding = making.acting()
    signed_in(client, cast, "staff_of_sales")
    response = client.post(
        f"/findings/{finding.id}/actions/1/done",
        data={"comment": "停止した。", "files": (io.BytesIO(b"%PDF-1.7 x"), "停止の記録.pdf")},
        content_type="multipart/form-data",
    )
    assert response.status_code == 303 and state(finding) == "verifying"
    told = {notice.person_id for notice in Notice.select().where(Notice.kind == "verification_wanted")}
    assert told == {cast.person["administrator"], cast.person["head_of_audit"]}
    given = ActionEvidence.get().evidence_id
    with client.get(f"/findings/{finding.id}/evidence/{given}") as served:
        assert served.status_code == 200 and served.data == b"%PDF-1.7 x"
        assert served.headers["Content-Disposition"].startswith("attachment")


def test_done_without_words_is_refused(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    signed_in(client, cast, "staff_of_sales")
    response = client.post(f"/findings/{finding.id}/actions/1/done", data={"comment": " "})
    assert response.status_code == 422 and state(finding) == "acting"
    assert "別の人が検証できるように" in text_of(response)


def test_done_twice_is_said_and_changes_nothing(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    planned = CorrectiveAction.get()
    head = making.actor("head_of_sales")
    answering.plan_action(
        head, making.tomorrow(), finding, text="もう1件", owner_id=cast.person["operator"], due_on=DUE
    )
    owner = making.actor("staff_of_sales")
    seen = ActionState.get(ActionState.corrective_action == planned.id).id
    doing.mark_done(owner, making.tomorrow(), planned, "停止した。", seen=seen)
    with pytest.raises(Stale):
        doing.mark_done(owner, making.at, planned, "停止した。", seen=seen)
    with pytest.raises(RuleBroken):
        doing.mark_done(owner, making.at, planned, "停止した。")
    assert state(finding) == "acting", "another action is still open"
    signed_in(client, cast, "staff_of_sales")
    response = client.post(
        f"/findings/{finding.id}/actions/1/done", data={"comment": "二度目の文", "seen": seen}
    )
    assert response.status_code == 409
    assert parsed(response).xpath("string(//textarea[@name='comment'])").strip() == "二度目の文"


def test_a_withdrawn_action_is_not_waited_for(making: Any) -> None:
    finding = making.acting()
    head = making.actor("head_of_sales")
    planned = answering.plan_action(
        head, making.tomorrow(), finding, text="不要", owner_id=making.cast.person["operator"], due_on=DUE
    )
    doing.mark_done(
        making.actor("staff_of_sales"), making.tomorrow(), CorrectiveAction.get_by_id(1), "停止した。"
    )
    assert state(finding) == "acting"
    answering.change_action(
        head,
        making.tomorrow(),
        planned,
        text="不要",
        owner_id=making.cast.person["operator"],
        due_on=DUE,
        withdrawn=True,
        reason="ほかの処置で足りる",
    )
    assert state(finding) == "verifying"


def test_further_evidence_is_added_while_it_is_verified(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    signed_in(client, cast, "staff_of_sales")
    address = f"/findings/{finding.id}/actions/1/evidence"
    sent = {"files": (io.BytesIO(b"second"), "11月分.txt")}
    assert client.post(address, data=sent, content_type="multipart/form-data").status_code == 303
    assert ActionEvidence.select().count() == 2
    nothing = client.post(address, data={}, follow_redirects=True)
    assert "ファイルを選んでください" in text_of(nothing)


def test_only_owner_and_head_mark_done(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    answers(
        client,
        cast,
        f"/findings/{finding.id}/actions/1/done",
        {
            "staff_of_sales": 200,
            "head_of_sales": 200,
            "operator": 404,
            "head_of_other": 404,
            "administrator": 403,
            "representative": 403,
        },
    )
    answers(client, cast, f"/findings/{finding.id}/actions/9/done", {"head_of_sales": 404})


def test_evidence_is_hidden_from_strangers_and_from_other_findings(
    client: Any, cast: Any, making: Any
) -> None:
    finding = making.verifying()
    given = ActionEvidence.get().evidence_id
    other = making.recorded(department_id=cast.department["D220"])
    address = f"/findings/{finding.id}/evidence/{given}"
    answers(client, cast, address, {"head_of_sales": 200, "head_of_other": 404, "without_mail": 404})
    answers(
        client, cast, f"/findings/{other.id}/evidence/{given}", {"head_of_other": 404, "administrator": 404}
    )
