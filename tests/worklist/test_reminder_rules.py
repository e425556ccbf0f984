"""The rules of reminders on their pages: changed from a day on, seen beforehand, never by two at once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.access import application
from auditor.dated import Moment
from auditor.notifications.models import Notice
from auditor.worklist import preview, rules
from auditor.worklist.actions import enqueue_reminders
from auditor.worklist.models import ReminderRule
from auditor.worklist.rules import Terms
from tests import cast as members
from tests.audits import making
from tests.bed.pages import parsed, text_of

NOW = members.NOW
URL = "/reminders/audit_due"
DELIVERED = {
    "active": "y", "steps": "", "repeat_days": "", "most": "10", "to_person": "y", "administrator_after": "7",
    "head_of_audit_after": "", "valid_from": "2026-11-20", "tip": "",
}  # fmt: skip


@pytest.fixture
def administrator(cast: members.Cast, client: Any) -> Any:
    cast.sign_in(client, "administrator")
    return client


def test_a_rule_is_changed_from_a_day_on(administrator: Any) -> None:
    changed = {**DELIVERED, "steps": "10、0、-5", "valid_from": "2026-12-01"}
    answer = administrator.post(URL, data=changed, follow_redirects=True)
    assert "督促ルールを保存しました" in text_of(answer)
    assert "2026年12月1日（火）からルールが変わります" in text_of(answer)
    standing, coming = (rules.terms_at(Moment(day, NOW)) for day in (NOW.date(), date(2026, 12, 1)))
    assert "audit_due" not in standing
    assert coming["audit_due"] == Terms(steps=(10, 0, -5))
    page = text_of(administrator.get(URL))
    assert "10日前、当日、5日超過" in page, "the history"


def test_what_is_the_same_is_not_written(administrator: Any) -> None:
    answer = administrator.post(URL, data=DELIVERED, follow_redirects=True)
    assert "変更がない" in text_of(answer) or "変わ" in text_of(answer)
    assert ReminderRule.select().count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("steps", "soon"),
        ("steps", "400"),
        ("steps", ","),
        ("most", "0"),
        ("most", "99"),
        ("administrator_after", "-1"),
        ("repeat_days", "soon"),
        ("valid_from", "2026-11-19"),
        ("valid_from", ""),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_kept(
    administrator: Any, field: str, value: str
) -> None:
    answer = administrator.post(URL, data={**DELIVERED, field: value})
    assert answer.status_code == 422
    assert parsed(answer).xpath(f"//*[@id='{field}-error']"), text_of(answer)
    assert parsed(answer).xpath(f"//input[@name='{field}']/@value") == [value]
    assert ReminderRule.select().count() == 0


def test_a_rule_that_reminds_nobody_is_refused(administrator: Any) -> None:
    nobody = {**DELIVERED, "to_person": "", "administrator_after": ""}
    answer = administrator.post(URL, data={key: value for key, value in nobody.items() if value})
    assert answer.status_code == 422 and "誰にも督促が届きません" in text_of(answer)


def test_of_two_who_change_it_the_second_sees_both(cast: members.Cast, administrator: Any) -> None:
    rules.set_rule(cast.actor("administrator"), "audit_due", Terms(steps=(9,)), NOW.date(), NOW, None)
    answer = administrator.post(URL, data={**DELIVERED, "steps": "5"})
    assert answer.status_code == 409
    assert "9日前" in text_of(answer) and "5日前" in text_of(answer)
    tip = parsed(answer).xpath("//input[@name='tip']/@value")[0]
    again = administrator.post(URL, data={**DELIVERED, "steps": "5", "tip": tip})
    assert again.status_code == 303
    assert rules.terms_at(Moment.at(NOW))["audit_due"].steps == (5,)


def test_the_coming_week_is_what_then_goes_out(cast: members.Cast, administrator: Any) -> None:
    for days in (3, 5, 14, 30):
        making.assigned(cast, due_on=NOW.date() + timedelta(days=days), starts_on=NOW.date())
    foreseen = {day.day: (day.total, day.people) for day in preview.week(Moment.at(NOW))}
    for number in range(preview.DAYS):
        at = NOW + timedelta(days=number)
        before = Notice.select().count()
        sent = enqueue_reminders(application("scheduler"), at)
        new = Notice.select().where(Notice.kind.endswith("_due")).order_by(Notice.id.desc()).limit(sent)
        assert foreseen[at.date()] == (sent, len({row.person_id for row in new})), at
        assert Notice.select().count() == before + sent
    assert sum(total for total, _people in foreseen.values()) > 3
    assert {day.total for day in preview.week(Moment.at(NOW))} == {0}, "all of it has been told"


def test_the_week_names_the_days_and_what_they_bring(cast: members.Cast, administrator: Any) -> None:
    making.assigned(cast, due_on=NOW.date() + timedelta(days=14))
    page = text_of(administrator.get("/reminders/week"))
    assert "11月20日（金）" in page and "監査の提出 1" in page and "休業日" in page
    enqueue_reminders(application("scheduler"), NOW)
    assert "今後1週間に送る督促はありません" in text_of(administrator.get("/reminders/week"))


def test_a_rule_is_seen_before_it_is_saved(cast: members.Cast, administrator: Any) -> None:
    making.assigned(cast, due_on=NOW.date() + timedelta(days=20))
    answer = administrator.post(URL, data={**DELIVERED, "steps": "20", "preview": "1"})
    assert answer.status_code == 200 and "まだ保存していません" in text_of(answer)
    rows = [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td")]
        for row in parsed(answer).xpath("//*[@id='preview']//tbody/tr")
    ]
    assert rows[0] == ["0", "1", "1"] and rows[6] == ["1", "0", "0"]
    assert parsed(answer).xpath("//input[@name='steps']/@value") == ["20"]
    assert ReminderRule.select().count() == 0


def test_the_list_says_when_to_whom_and_what_is_as_delivered(administrator: Any) -> None:
    page = administrator.page("/reminders/")
    (row,) = page.xpath("//tr[.//a[contains(@href, '/reminders/action_due')]]")
    said = " ".join(row.text_content().split())
    assert "14日前、3日前、当日、3日超過、7日超過" in said and "最大" not in said
    assert "3日超過で部門責任者、7日超過で管理者" in said and "初期設定のまま" in said


@pytest.mark.parametrize("url", ["/reminders/", "/reminders/week", URL])
def test_rules_are_the_administrators(cast: members.Cast, client: Any, url: str) -> None:
    assert client.get(url).status_code == 303
    cast.sign_in(client, "head_of_audit")
    assert client.get(url).status_code == 404
    cast.sign_in(client, "administrator")
    client.set_cookie("language", "en")
    assert client.get(url).status_code == 200
    assert client.get("/reminders/nothing").status_code == 404


def test_the_week_costs_the_same_for_many_audits(
    cast: members.Cast, administrator: Any, assert_same_queries: Any
) -> None:
    making.assigned(cast)

    def grow() -> None:
        for _number in range(25):
            making.assigned(cast)

    assert_same_queries(lambda: administrator.get("/reminders/week"), grow, at_most=110)
