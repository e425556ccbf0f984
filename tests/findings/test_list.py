"""The list, what waits for whom, what audits are told, and findings as of a past moment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity, db
from auditor.access import application
from auditor.audits import queries as audits
from auditor.dated import Moment
from auditor.findings import actions, answering, duedates, queries, verifying, worries
from auditor.findings.models import (
    ActionDetail,
    ActionState,
    CorrectiveAction,
    Finding,
    FindingDetail,
    FindingState,
)
from auditor.findings.states import Grade
from auditor.findings.waiting import due_things, waiting_for
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from auditor.people.models import Employment
from tests.bed.pages import parsed, text_of
from tests.cast import NOW
from tests.findings.ladder import answers, signed_in
from tests.findings.making import due_instant

MANY_MADE = activity.event_type("test.findings_many_made", "Findings made", "count")


def test_the_tabs_count_what_the_person_may_see(client: Any, cast: Any, making: Any) -> None:
    making.recorded()
    making.recorded(Grade.MAJOR, title="別の部署のもの", department_id=cast.department["D220"])
    making.acting(title="対応しているもの")
    signed_in(client, cast, "head_of_sales")
    shown = text_of(client.get("/findings/"))
    assert "未完了 2" in shown and "対応中 1" in shown and "別の部署のもの" not in shown
    signed_in(client, cast, "administrator")
    assert "未完了 3" in text_of(client.get("/findings/"))


def test_filters_search_and_order(client: Any, cast: Any, making: Any) -> None:
    making.recorded(title="紙の放置", due_on=date(2026, 9, 1))
    making.acting(title="権限の残存")
    making.recorded(Grade.MAJOR, title="名簿の誤送信", department_id=cast.department["D220"])
    signed_in(client, cast, "administrator")

    def titles(query: str) -> list[str]:
        page = parsed(client.get(f"/findings/?{query}"))
        return [str(cell.text_content()) for cell in page.xpath("//tbody/tr/th/a")]

    assert titles("") == ["紙の放置", "権限の残存", "名簿の誤送信"]
    assert titles("sort=-number") == ["名簿の誤送信", "権限の残存", "紙の放置"]
    assert titles("grade=major") == ["名簿の誤送信"]
    assert titles("overdue=1") == ["紙の放置"]
    assert titles(f"owner={cast.person['staff_of_sales']}") == ["権限の残存"]
    assert titles(f"department={cast.department['D200']}") == ["紙の放置", "権限の残存", "名簿の誤送信"]
    assert titles("q=残存") == ["権限の残存"] and titles("q=F26-003") == ["名簿の誤送信"]
    assert titles("year=2025") == [] and titles("state=closed") == []
    assert titles("state=nonsense&grade=%27&year=x&sort=%3B&page=99") == [
        "紙の放置",
        "権限の残存",
        "名簿の誤送信",
    ]


def test_the_list_asks_for_signing_in_and_shows_each_their_own(client: Any, cast: Any, making: Any) -> None:
    making.recorded()
    answers(client, cast, "/findings/", {"administrator": 200, "head_of_other": 200, "staff_of_sales": 200})
    signed_in(client, cast, "head_of_other")
    assert "ここに指摘事項はありません" in text_of(client.get("/findings/"))


def test_the_list_is_given_as_excel_to_who_may_export(client: Any, cast: Any, making: Any) -> None:
    making.recorded()
    signed_in(client, cast, "administrator")
    link = "//a[contains(@href, '/export/findings.xlsx')]/@href"
    (address,) = client.page("/findings/?grade=minor&page=1").xpath(link)
    assert "grade=minor" in address and "page=" not in address
    with client.get(address) as file:
        assert file.status_code == 200 and file.data[:2] == b"PK"
    signed_in(client, cast, "head_of_sales")
    assert not client.page("/findings/").xpath(link)


def _many(cast: Any, count: int) -> None:
    first = Finding.select().count() + 1
    dated = {"valid_from": NOW.date(), "recorded_at": NOW, "recorded_by": None}
    with activity.action(application("test"), NOW):
        Finding.add_many(
            {
                "number": f"F26-{number:03d}", "fiscal_year": 2026, "source": "other", "subject": cast.subject["D210"],
                "found_on": NOW.date(), "recorded_at": NOW, "current_state": "acting",
            }
            for number in range(first, first + count)
        )  # fmt: skip
        findings = [row.id for row in Finding.select(Finding.id).where(Finding.id >= first)]
        FindingDetail.add_many(
            {
                **dated, "finding": one, "title": f"指摘{one}", "facts": "x", "grade": "minor",
                "department": cast.department["D210"], "due_on": date(2026, 12, 1) + timedelta(days=one % 60),
            }
            for one in findings
        )  # fmt: skip
        FindingState.add_many({**dated, "finding": one, "state": "acting"} for one in findings)
        CorrectiveAction.add_many({"finding": one, "number": 1, "created_at": NOW} for one in findings)
        numbered = db.tuples(
            CorrectiveAction.select(CorrectiveAction.id, CorrectiveAction.finding).where(
                CorrectiveAction.finding.in_(findings)
            )
        )
        owners = cast.person["operator"], cast.person["staff_of_sales"]
        planned = {"text": "x", "due_on": date(2026, 12, 1)}
        ActionDetail.add_many(
            {**dated, **planned, "corrective_action": one, "owner": owners[finding % 2]}
            for one, finding in numbered
        )
        ActionState.add_many(
            {**dated, "corrective_action": one, "state": "open"} for one, _finding in numbered
        )
        activity.record(MANY_MADE, count=count)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["administrator", "head_of_sales"])
def test_pages_cost_the_same_for_a_thousand_findings(
    client: Any, cast: Any, assert_same_queries: Any, name: str
) -> None:
    _many(cast, 10)
    signed_in(client, cast, name)
    actor, moment = cast.actor(name), Moment.at(NOW)

    def read() -> None:
        assert client.get("/findings/").status_code == 200
        assert client.get("/findings/1").status_code == 200
        with client.application.test_request_context():
            waiting_for(actor, moment)
            due_things(moment)
            queries.findings_at(moment)

    assert_same_queries(read, lambda: _many(cast, 990), at_most=160)


def test_each_step_waits_for_the_right_person(app: Any, cast: Any, making: Any) -> None:
    recorded, answered = making.recorded(title="A"), making.answered(title="B")
    acting, verify = making.acting(title="C"), making.verifying(title="D")
    worries.report(making.actor("staff_of_sales"), making.at, "懸念")
    duedates.ask(making.actor("head_of_sales"), making.at, recorded, date(2027, 1, 29), "改修")

    def waits(name: str) -> list[tuple[str, str]]:
        with app.test_request_context(headers={"Accept-Language": "en"}):
            items = waiting_for(making.actor(name), Moment.at(making.at))
        return sorted((item.url, item.step) for item in items)

    assert waits("head_of_sales") == [(f"/findings/{recorded.id}", "Answer")]
    assert waits("staff_of_sales") == [(f"/findings/{acting.id}", "Mark as done")]
    assert waits("head_of_audit") == sorted(
        [
            (f"/findings/{recorded.id}/due/1", "Decide"),
            (f"/findings/{answered.id}", "Read and approve"),
            (f"/findings/{verify.id}", "Verify"),
        ]
    )
    assert ("/findings/worries/1", "Read") in waits("administrator")
    assert waits("head_of_other") == []


def test_an_action_whose_owner_has_left_waits_for_the_head(app: Any, cast: Any, making: Any) -> None:
    finding = making.acting()
    with activity.action(application("test"), making.at):
        person = cast.person["staff_of_sales"]
        Employment.write(making.at, None, person=person, kind="regular", status="left")
        activity.record(MANY_MADE, count=1)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        items = waiting_for(making.actor("head_of_sales"), Moment.at(making.tomorrow()))
    assert [(item.url, item.step) for item in items] == [(f"/findings/{finding.id}", "Choose somebody else")]


def test_the_effectiveness_check_waits_and_is_reminded_of_when_it_comes_near(
    app: Any, cast: Any, making: Any
) -> None:
    finding = making.effectiveness()
    with app.test_request_context(headers={"Accept-Language": "en"}):
        early = waiting_for(making.actor("administrator"), Moment.at(making.at))
        making.at = due_instant(finding)
        late = waiting_for(making.actor("administrator"), Moment.at(making.at))
        things = due_things(Moment.at(making.at))
    assert early == [] and [item.step for item in late] == ["Check it"]
    assert [(thing.notice, thing.due_on) for thing in things] == [
        ("effectiveness_due", verifying.open_check(finding).due_on)  # type: ignore[union-attr]
    ]
    assert set(things[0].person_ids) == {cast.person["administrator"], cast.person["head_of_audit"]}


def test_every_notice_and_reminder_finds_its_words(app: Any, making: Any) -> None:
    making.confirming()
    making.verifying(title="B")
    making.answered(title="C")
    actions.withdraw(making.actor("administrator"), making.at, making.recorded(title="D"), "誤り")
    moment = Moment.at(making.at)
    with app.test_request_context(headers={"Accept-Language": "ja"}):
        for notice in Notice.select():
            words = kinds.words(notice.kind, notice.params, moment)
            assert words is None or words.headline
        for thing in due_things(moment):
            found = kinds.words(thing.notice, {"id": thing.id, "due_on": thing.due_on.isoformat()}, moment)
            assert found is not None and "F26-" in found.sentence


def test_findings_stand_as_they_stood(making: Any, cast: Any) -> None:
    finding = making.recorded()
    at_first = Moment.at(making.at)
    making.planned(finding)
    answering.submit(making.actor("head_of_sales"), making.tomorrow(), finding)
    actions.change(
        making.actor("administrator"),
        making.tomorrow(),
        finding,
        title="後の件名",
        facts="x",
        grade=Grade.MAJOR,
        department_id=cast.department["D220"],
        reason="誤り",
    )
    now = Moment.at(making.at)
    (then,), (later,) = queries.findings_at(at_first), queries.findings_at(now)
    assert (then.state, then.grade, then.actions, then.age_days) == ("recorded", "minor", (), 0)
    assert (later.state, later.grade, later.department_id) == ("answered", "major", cast.department["D220"])
    assert later.owners == "西村 葵" and later.age_days == 3 and later.title == "後の件名"
    assert queries.findings_at(Moment.at(making.at - timedelta(days=90))) == []


def test_what_is_put_right_is_not_overdue_while_its_effect_is_awaited(
    client: Any, cast: Any, making: Any
) -> None:
    waiting = making.effectiveness(due_on=date(2026, 8, 1), title="効果を待つもの")
    making.recorded(due_on=date(2026, 9, 1), title="遅れているもの")
    late = {one.title: one.overdue for one in queries.findings_at(Moment.at(NOW))}
    assert late == {"効果を待つもの": False, "遅れているもの": True}
    signed_in(client, cast, "administrator")
    shown = text_of(client.get("/findings/?overdue=1"))
    assert "遅れているもの" in shown and "効果を待つもの" not in shown
    assert "超過" not in text_of(client.get(f"/findings/{waiting.id}"))
    rows = parsed(client.get("/findings/")).xpath("//tbody/tr/th/a/text()")
    assert rows == ["遅れているもの", "効果を待つもの"]


def test_audits_are_told_of_findings(making: Any, cast: Any) -> None:
    from auditor import reactions

    reactions.subscribe()
    item, other = making.item(), making.item(number="A26-04")
    finding = making.recorded(by="auditor", item=item)
    moment = Moment.at(making.at)
    assert {one for ask in audits.items_with_finding for one in ask([item.id, other.id])} == {item.id}
    beside = [one for ask in audits.findings_beside for one in ask(other, moment)]
    assert [one.number for one in beside] == [finding.number]
