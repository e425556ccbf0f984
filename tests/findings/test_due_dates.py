"""Other due dates: asked for, decided by somebody else, all kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auditor.dated import Moment
from auditor.errors import RuleBroken, Stale
from auditor.findings import duedates
from auditor.findings.flow import detail_of
from auditor.findings.models import DueRequest, FindingDetail
from auditor.notifications.models import Notice
from tests.bed.pages import text_of
from tests.findings.ladder import answers, signed_in

ASKED = {"due_on": "2027-01-29", "reason": "改修が必要なため。"}


def test_the_head_asks_and_the_administrator_grants(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    signed_in(client, cast, "head_of_sales")
    for _double_click in range(2):
        assert client.post(f"/findings/{finding.id}/due", data=ASKED).status_code == 303
    assert DueRequest.select().count() == 1 and FindingDetail.select().count() == 1
    signed_in(client, cast, "administrator")
    assert client.post(f"/findings/{finding.id}/due/1", data={"decision": "yes"}).status_code == 303
    shown = text_of(client.get(f"/findings/{finding.id}"))
    assert "2026-12-18 → 2027-01-29" in shown and "小林 誠の申請を髙田 直子が承認" in shown
    told = {notice.person_id for notice in Notice.select().where(Notice.kind == "due_change_decided")}
    assert told == {cast.person["head_of_sales"]}
    again = client.post(f"/findings/{finding.id}/due/1", data={"decision": "no", "comment": "x"})
    assert again.status_code == 422


def test_a_refusal_needs_its_reason_and_keeps_the_date(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    asked = duedates.ask(making.actor("head_of_sales"), making.tomorrow(), finding, date(2027, 1, 29), "改修")
    signed_in(client, cast, "administrator")
    address = f"/findings/{finding.id}/due/{asked.id}"
    assert client.post(address, data={"decision": "no", "comment": ""}).status_code == 422
    assert client.post(address, data={"decision": "no", "comment": "先に暫定策を。"}).status_code == 303
    assert FindingDetail.select().count() == 1 and duedates.waiting_request(finding) is None


def test_who_asks_or_answers_for_the_department_does_not_decide(making: Any, cast: Any) -> None:
    finding = making.recorded(department_id=cast.department["D110"], subject_id=cast.subject["D110"])
    administrator = making.actor("administrator")  # heads the department
    asked = duedates.ask(administrator, making.tomorrow(), finding, date(2027, 1, 29), "改修")
    with pytest.raises(RuleBroken):
        duedates.decide(administrator, making.at, asked, True)
    with pytest.raises(RuleBroken):
        duedates.change(administrator, making.at, finding, date(2027, 1, 29), "改修")
    duedates.decide(making.actor("head_of_audit"), making.tomorrow(), asked, True)
    assert detail_of(finding, Moment.at(making.at)).due_on == date(2027, 1, 29)


def test_the_administrator_sets_another_date_with_a_reason(client: Any, cast: Any, making: Any) -> None:
    finding = making.recorded()
    signed_in(client, cast, "administrator")
    address = f"/findings/{finding.id}/due"
    assert client.post(address, data={"due_on": "2027-01-29", "reason": ""}).status_code == 422
    assert client.post(address, data={**ASKED, "seen": 1}).status_code == 303
    stale = client.post(address, data={**ASKED, "due_on": "2027-02-26", "seen": 1})
    assert stale.status_code == 409 and "2027-02-26" in text_of(stale)


def test_a_date_that_cannot_be_is_refused(making: Any) -> None:
    finding = making.recorded()
    head = making.actor("head_of_sales")
    for due_on, reason in ((date(2026, 7, 1), "x"), (date(2026, 12, 18), "x"), (date(2027, 1, 5), " ")):
        with pytest.raises(RuleBroken):
            duedates.ask(head, making.at, finding, due_on, reason)
    with pytest.raises(Stale):
        duedates.change(making.actor("administrator"), making.at, finding, date(2027, 1, 5), "x", seen=99)


def test_dates_belong_to_those_concerned(client: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    duedates.ask(making.actor("head_of_sales"), making.tomorrow(), finding, date(2027, 1, 29), "改修")
    people = {"head_of_sales": 200, "administrator": 200, "head_of_other": 404, "staff_of_sales": 403}
    answers(client, cast, f"/findings/{finding.id}/due", {**people, "representative": 403})
    answers(
        client,
        cast,
        f"/findings/{finding.id}/due/1",
        {
            "administrator": 200,
            "head_of_audit": 200,
            "head_of_sales": 403,
            "representative": 403,
            "head_of_other": 404,
        },
    )
    answers(client, cast, f"/findings/{finding.id}/due/2", {"administrator": 404, "head_of_sales": 404})
