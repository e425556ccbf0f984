"""Evidence of corrective actions that expires: on the worklist of the action's owner, as long as it waits for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.audits.attaching import Link
from auditor.dated import Moment
from auditor.findings import actions, answering, doing, expiring, verifying
from auditor.findings.models import ActionDetail, CorrectiveAction
from auditor.people.models import Employment
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, Cast
from tests.findings.making import Making

TODAY = date(2026, 11, 20)


def waiting(cast: Cast, name: str) -> list[tuple[date | None, str, str]]:
    found = expiring.waiting_for(cast.actor(name), Moment.at(NOW))
    return [(one.due_on, one.url, one.step) for one in found]


@pytest.mark.parametrize("days, shown", [(31, False), (30, True), (0, True), (-200, True)])
def test_while_it_can_be_replaced_it_waits_for_the_owner_from_30_days_before(
    making: Making, cast: Cast, days: int, shown: bool
) -> None:
    finding = making.acting()
    kept = making.valid_for(finding, days)
    there = f"/findings/{finding.id}/actions/1/evidence/new?replaces={kept.id}"
    row = (TODAY + timedelta(days=days), there, "Replace")
    assert waiting(cast, "staff_of_sales") == ([row] if shown else [])
    for name in ("administrator", "head_of_audit", "head_of_sales", "head_of_other"):
        assert waiting(cast, name) == [], name


def test_of_an_owner_who_left_the_head_of_the_department_sees_it(making: Making, cast: Cast) -> None:
    making.valid_for(making.acting(), 3)
    person = cast.person["staff_of_sales"]
    with activity.action(application("test"), NOW):
        before = Employment.latest(Moment.at(NOW), person=person)
        Employment.write(NOW, None, replaces=before, person=person, kind="regular", status="left")
        activity.record(CAST_MADE, persons=1)
    assert len(waiting(cast, "head_of_sales")) == 1
    assert waiting(cast, "head_of_other") == []


def test_it_is_done_once_it_was_replaced(making: Making, cast: Cast) -> None:
    finding = making.verifying()
    old = making.valid_for(finding, 3)
    planned = CorrectiveAction.get(CorrectiveAction.finding == finding.id)
    newer = Link("https://wiki.example.jp/2027", "契約書")
    doing.replace_evidence(cast.actor("staff_of_sales"), NOW, planned, old, newer, making.folder)
    assert waiting(cast, "staff_of_sales") == []


def test_of_an_action_or_finding_that_was_withdrawn_it_concerns_nobody(making: Making, cast: Cast) -> None:
    first, second = making.acting(), making.acting()
    making.valid_for(first, 3)
    making.valid_for(second, 3, "別の契約書")
    planned = CorrectiveAction.get(CorrectiveAction.finding == first.id)
    now = ActionDetail.latest(Moment.at(NOW), corrective_action=planned.id)
    answering.change_action(
        cast.actor("head_of_sales"), NOW, planned, text=now.text, owner_id=now.owner_id, due_on=now.due_on,
        withdrawn=True, reason="別の処置に替えた", seen=now.id,
    )  # fmt: skip
    actions.withdraw(cast.actor("administrator"), NOW, second, "誤り")
    assert waiting(cast, "staff_of_sales") == []


@pytest.mark.parametrize("days, shown", [(30, True), (-30, True), (-31, False)])
def test_once_it_was_verified_the_owner_knows_of_it_until_30_days_after(
    making: Making, cast: Cast, days: int, shown: bool
) -> None:
    finding = making.verifying()
    making.valid_for(finding, days)
    verifying.verify(cast.actor("administrator"), NOW, finding, accepted=True, comment="見た。")
    row = (TODAY + timedelta(days=days), f"/findings/{finding.id}#actions", "See the evidence")
    assert waiting(cast, "staff_of_sales") == ([row] if shown else [])


def test_it_stands_on_the_first_page_and_leads_to_where_it_is_replaced(
    client: Any, making: Making, cast: Cast, assert_same_queries: Any
) -> None:
    finding = making.acting()
    kept = making.valid_for(finding, 3)
    cast.sign_in(client, "staff_of_sales")
    page = client.page("/worklist/")
    (row,) = page.xpath(f"//tr[.//a[contains(@href, 'replaces={kept.id}')]]")
    said = row.text_content()
    assert "証跡の期限が近い：契約書" in said and f"{finding.number} 是正処置1" in said
    assert "契約書" in text_of(client.get(row.xpath(".//th/a/@href")[0]))

    def more() -> None:
        for number in range(12):
            making.valid_for(finding, 3, f"契約書{number}")

    assert_same_queries(lambda: client.get("/worklist/"), more)
