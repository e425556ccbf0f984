"""Verification, effectiveness check, closing; never by who fixed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.calendars import is_business_day
from auditor.company.models import Setting
from auditor.errors import RuleBroken
from auditor.findings import answering, verifying
from auditor.findings.models import CorrectiveAction, EffectivenessCheck, EffectivenessResult, Verification
from auditor.findings.states import Grade
from auditor.notifications.models import Notice
from tests.bed.pages import text_of
from tests.cast import NOW
from tests.findings.ladder import answers, signed_in
from tests.findings.making import DUE, day, due_instant, state

SETTING_MADE = activity.event_type("test.findings_setting_made", "Setting made", "setting")
ACCEPT = {"decision": "yes", "comment": "証跡を見た。"}


def test_another_person_verifies_and_the_effectiveness_check_falls_due_later(
    client: Any, cast: Any, making: Any, standing_clock: Any
) -> None:
    finding = making.verifying()
    standing_clock.move(making.tomorrow())
    signed_in(client, cast, "administrator")
    assert client.post(f"/findings/{finding.id}/verify", data=ACCEPT).status_code == 303
    assert state(finding) == "effectiveness" and Verification.get().accepted
    check = EffectivenessCheck.get()
    assert check.due_on >= day(making.at) + timedelta(days=90) and is_business_day(check.due_on)
    early = client.post(f"/findings/{finding.id}/effectiveness", data=ACCEPT)
    assert early.status_code == 422 and "早すぎます" in text_of(early)
    standing_clock.move(due_instant(finding))
    signed_in(client, cast, "administrator")
    assert client.post(f"/findings/{finding.id}/effectiveness", data=ACCEPT).status_code == 303
    assert state(finding) == "closed" and EffectivenessResult.get().effective
    told = {notice.person_id for notice in Notice.select().where(Notice.kind == "finding_closed")}
    assert told == {cast.person["head_of_sales"], cast.person["staff_of_sales"]}


def test_the_refusal_names_who_may(client: Any, cast: Any, making: Any) -> None:
    finding = making.answered()
    planned = CorrectiveAction.get()
    answering.return_plan(making.actor("head_of_audit"), making.tomorrow(), finding, "担当を替えてください。")
    answering.change_action(
        making.actor("head_of_sales"),
        making.tomorrow(),
        planned,
        text="発令データを毎日取り込む",
        owner_id=cast.person["administrator"],
        due_on=DUE,
    )
    answering.submit(making.actor("head_of_sales"), making.tomorrow(), finding)
    signed_in(client, cast, "administrator")
    shown = text_of(client.get(f"/findings/{finding.id}/review"))
    assert "ご自身がこの是正に関わったため" in shown and "大西 恵" in shown
    refused = client.post(f"/findings/{finding.id}/review", data={"decision": "yes"})
    assert refused.status_code == 422 and state(finding) == "answered"
    answers(client, cast, f"/findings/{finding.id}/review", {"head_of_audit": 200})


def test_a_deputy_does_not_verify_for_who_fixed_it(making: Any, cast: Any) -> None:
    from dataclasses import replace

    finding = making.verifying()
    deputy = replace(making.actor("head_of_audit"), principal_ids=frozenset({cast.person["staff_of_sales"]}))
    with pytest.raises(RuleBroken, match="髙田 直子"):
        verifying.verify(deputy, making.tomorrow(), finding, accepted=True, comment="x")


def test_what_is_sent_back_goes_to_its_owner_and_comes_again(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    signed_in(client, cast, "head_of_audit")
    data = {"decision": "no", "comment": "11月分も付けてください。", "sent_back": [1]}
    assert client.post(f"/findings/{finding.id}/verify", data=data).status_code == 303
    assert state(finding) == "acting"
    told = [notice.person_id for notice in Notice.select().where(Notice.kind == "action_sent_back")]
    assert told == [cast.person["staff_of_sales"]]
    signed_in(client, cast, "staff_of_sales")
    shown = text_of(client.get(f"/findings/{finding.id}"))
    assert "11月分も付けてください。" in shown and "差戻し" in shown
    making.at = NOW
    making.done(finding)
    assert state(finding) == "verifying"


def test_words_are_needed_to_accept(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    signed_in(client, cast, "administrator")
    response = client.post(f"/findings/{finding.id}/verify", data={"decision": "yes", "comment": ""})
    assert response.status_code == 422 and state(finding) == "verifying"


def test_two_verifiers_at_once_the_second_reads_what_the_first_did(
    client: Any, cast: Any, making: Any
) -> None:
    finding = making.verifying()
    verifying.verify(
        making.actor("head_of_audit"), making.tomorrow(), finding, accepted=False, comment="先の判断"
    )
    making.done(finding)
    signed_in(client, cast, "administrator")
    response = client.post(f"/findings/{finding.id}/verify", data={**ACCEPT, "seen": 4})
    assert response.status_code == 409 and "証跡を見た。" in text_of(response)
    assert state(finding) == "verifying"


def test_actions_without_effect_reopen_the_finding_for_a_new_round(making: Any, cast: Any) -> None:
    finding = making.effectiveness()
    making.at = due_instant(finding)
    administrator = making.actor("administrator")
    verifying.check_effectiveness(administrator, making.at, finding, effective=False, comment="再発した。")
    assert state(finding) == "acting"
    head = making.actor("head_of_sales")
    later = day(making.at) + timedelta(days=30)
    planned = answering.plan_action(
        head,
        making.tomorrow(),
        finding,
        text="仕組みで止める",
        owner_id=cast.person["operator"],
        due_on=later,
    )
    from auditor.findings import doing

    doing.mark_done(making.actor("operator"), making.tomorrow(), planned, "止めた。")
    assert state(finding) == "verifying"
    verifying.verify(administrator, making.tomorrow(), finding, accepted=True, comment="見た。")
    assert [check.number for check in EffectivenessCheck.select()] == [1, 2]


def test_a_major_one_is_closed_by_a_confirmation(
    client: Any, cast: Any, making: Any, standing_clock: Any
) -> None:
    finding = making.confirming()
    assert state(finding) == "confirming"
    standing_clock.move(making.at)
    answers(
        client,
        cast,
        f"/findings/{finding.id}/close",
        {"head_of_audit": 200, "head_of_sales": 403, "representative": 403, "head_of_other": 404},
    )
    signed_in(client, cast, "administrator")
    assert client.post(f"/findings/{finding.id}/close", data={"comment": ""}).status_code == 303
    assert state(finding) == "closed"


def test_an_improvement_with_an_action_closes_with_its_verification(making: Any) -> None:
    finding = making.effectiveness(Grade.IMPROVEMENT)
    assert state(finding) == "closed" and not EffectivenessCheck.select().exists()


def test_a_very_small_company_records_its_outside_verifier(client: Any, cast: Any, making: Any) -> None:
    finding = making.verifying()
    with activity.action(application("test"), making.at):
        Setting.write(making.at, None, key="outside_verifier", value="監査法人 山田")
        activity.record(SETTING_MADE, setting=1)
    administrator = making.actor("administrator")
    planned = CorrectiveAction.get()
    verifying.verify(administrator, making.tomorrow(), finding, accepted=False, comment="戻し")
    from auditor.findings import doing

    doing.mark_done(administrator, making.tomorrow(), planned, "自分で直した。")
    signed_in(client, cast, "administrator")
    shown = text_of(client.get(f"/findings/{finding.id}/verify"))
    assert "監査法人 山田" in shown
    assert client.post(f"/findings/{finding.id}/verify", data=ACCEPT).status_code == 422
    assert client.post(f"/findings/{finding.id}/verify", data={**ACCEPT, "outside": "y"}).status_code == 303
    assert Verification.select().order_by(Verification.id.desc()).get().outside == "監査法人 山田"


def test_the_looks_belong_to_those_who_verify(client: Any, cast: Any, making: Any) -> None:
    item = making.item()
    finding = making.verifying(by="auditor", item=item)
    answers(
        client,
        cast,
        f"/findings/{finding.id}/verify",
        {
            "auditor": 200,
            "administrator": 200,
            "head_of_audit": 200,
            "head_of_sales": 403,
            "staff_of_sales": 403,
            "representative": 403,
            "head_of_other": 404,
            "operator": 404,
        },
    )
    told = [notice.person_id for notice in Notice.select().where(Notice.kind == "verification_wanted")]
    assert told == [cast.person["auditor"]], "the audit's own auditor comes first"
