"""The list of audits and the page of one: who sees what, and at what cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor import activity
from auditor.access import application
from auditor.audits import actions, queries
from auditor.audits.models import Audit, AuditAssignee, AuditItem, AuditPlan, AuditState
from auditor.audits.results import Result
from auditor.audits.waiting import due_things, waiting_for
from auditor.dated import Moment
from auditor.notifications import kinds
from auditor.notifications.models import Notice
from auditor.people.models import Employment
from tests.audits.making import answer, answer_all, assigned, items
from tests.bed.pages import text_of
from tests.cast import CAST_MADE, NOW, Cast


def _submitted(cast: Cast, audit: Audit) -> None:
    answer_all(cast, audit)
    actions.submit(cast.actor("auditor"), NOW, Audit.get_by_id(audit.id))


def _many(cast: Cast, count: int) -> None:
    """Write audits as rows: the list does not care how they came about."""
    with activity.action(application("test"), NOW):
        start = Audit.select().count()
        values = {"kind": "operation", "subject": cast.subject["D210"], "version": cast.version, "created_at": NOW,
                  "fiscal_year": 2026, "period_from": date(2026, 4, 1), "period_to": date(2026, 9, 30)}  # fmt: skip
        Audit.add_many({**values, "number": f"B26-{start + n}"} for n in range(count))
        ids = [row.id for row in Audit.select(Audit.id).order_by(Audit.id).offset(start)]
        dated = {"valid_from": date(2026, 11, 1), "recorded_at": NOW, "recorded_by": None, "replaces": None}
        AuditState.add_many({**dated, "audit": one, "state": "planned"} for one in ids)
        AuditPlan.add_many(
            {**dated, "audit": one, "starts_on": date(2026, 11, 24), "due_on": date(2026, 12, 11)}
            for one in ids
        )
        AuditAssignee.add_many(
            {**dated, "audit": one, "person": cast.person["auditor"], "held": True, "lead": True}
            for one in ids
        )
        AuditItem.add_many({"audit": one, "control": cast.control["ORG-01"], "position": 1} for one in ids)
        activity.record(CAST_MADE, persons=0)


# ---- who sees what ----


@pytest.mark.parametrize("name", ["administrator", "head_of_audit", "representative"])
def test_who_answers_for_the_whole_company_sees_every_audit(client: Any, cast: Cast, name: str) -> None:
    audit = assigned(cast)
    cast.sign_in(client, name)
    assert audit.number in text_of(client.get("/audits/"))
    assert "項目ごとの判定" in text_of(client.get(f"/audits/{audit.id}"))


def test_an_auditor_sees_the_own_audits_only(client: Any, cast: Cast) -> None:
    mine, other = assigned(cast), assigned(cast, auditors=("second_auditor",))
    cast.sign_in(client, "auditor")
    page = text_of(client.get("/audits/"))
    assert mine.number in page
    assert other.number not in page
    assert client.get(f"/audits/{other.id}").status_code == 404


def test_an_auditor_who_was_taken_off_does_not_see_it_any_more(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    assigned(cast, subject="D130")  # still an auditor elsewhere
    rows = [row.id for row in queries.auditors([audit.id], Moment.at(NOW))[audit.id]]
    other = actions.Appointee(cast.person["second_auditor"])
    actions.change_auditors(cast.actor("administrator"), NOW, audit, [other], rows)
    cast.sign_in(client, "auditor")
    assert client.get(f"/audits/{audit.id}").status_code == 404


def test_a_department_head_sees_the_plan_at_once_and_the_results_when_they_are_submitted(
    client: Any, cast: Cast
) -> None:
    audit, other = assigned(cast), assigned(cast, subject="D130")
    cast.sign_in(client, "head_of_sales")
    page = text_of(client.get("/audits/"))
    assert audit.number in page
    assert other.number not in page
    address = f"/audits/{audit.id}"
    item = f"{address}/items/{items(audit)[0].id}"
    assert "結果は、監査員が承認を申請した後に表示されます" in text_of(client.get(address))
    assert client.get(item).status_code == 404
    _submitted(cast, audit)
    assert "項目ごとの判定" in text_of(client.get(address))
    assert client.get(item).status_code == 200
    assert client.get(f"/audits/{other.id}").status_code == 404


def test_an_employee_finds_neither_list_nor_audit(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    cast.sign_in(client, "staff_of_sales")
    assert client.get("/audits/").status_code == 404
    assert client.get(f"/audits/{audit.id}").status_code == 404


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client: Any, cast: Cast) -> None:
    audit = assigned(cast)
    for address in ("/audits/", f"/audits/{audit.id}"):
        assert "sign-in" in client.get(address).location


# ---- the list ----


def test_tabs_carry_counts_and_keep_the_filter(client: Any, cast: Cast) -> None:
    started = assigned(cast)
    assigned(cast)
    answer(cast, items(started)[0])
    cast.sign_in(client, "administrator")
    page = client.page("/audits/?fiscal_year=2026")
    tabs = {
        " ".join(link.text_content().split()): link.get("href")
        for link in page.xpath("//ul[contains(@class, 'tabs')]//a")
    }
    assert {"未完了 2", "予定 1", "実施中 1", "完了 0"} <= set(tabs)
    assert "fiscal_year=2026" in tabs["予定 1"]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("q=A26-01", {"A26-01"}),
        ("q=営業第二", {"A26-02"}),
        ("fiscal_year=2025", set()),
        ("department={D200}", {"A26-01", "A26-02"}),
        ("department={D210}", {"A26-01"}),
        ("auditor={second_auditor}", {"A26-02"}),
        ("tab=approved", set()),
        ("tab=nonsense&sort=nonsense&page=x", {"A26-01", "A26-02"}),
    ],
)
def test_the_filter_narrows_what_is_shown(client: Any, cast: Cast, query: str, shown: set[str]) -> None:
    assigned(cast)
    assigned(cast, subject="D220", auditors=("second_auditor",))
    cast.sign_in(client, "administrator")
    page = client.page(f"/audits/?{query.format(**cast.department, **cast.person)}")
    assert {cell.text_content() for cell in page.xpath("//tbody//td/span[@class='code']")} == shown


@pytest.mark.parametrize("key", ["number", "subject", "starts", "due", "state"])
def test_the_list_sorts_both_ways(client: Any, cast: Cast, key: str) -> None:
    assigned(cast, due_on=date(2026, 12, 1))
    late = assigned(cast, subject="D220", auditors=("second_auditor",), starts_on=date(2026, 12, 1))
    actions.cancel(cast.actor("administrator"), NOW, late, "中止する")
    cast.sign_in(client, "administrator")
    orders = []
    for sort in (key, f"-{key}"):
        page = client.page(f"/audits/?tab=all&sort={sort}")
        orders.append([cell.text_content() for cell in page.xpath("//tbody//td/span[@class='code']")])
    assert orders[0] == orders[1][::-1]


def test_an_audit_past_its_due_date_is_overdue_by_the_date_alone(client: Any, cast: Cast) -> None:
    assigned(cast, starts_on=date(2026, 11, 2), due_on=date(2026, 11, 19))
    cast.sign_in(client, "administrator")
    assert "1日超過" in text_of(client.get("/audits/"))


def test_an_empty_list_says_what_it_is_for(client: Any, cast: Cast) -> None:
    cast.sign_in(client, "administrator")
    assert "監査はまだありません" in text_of(client.get("/audits/"))


def test_the_list_costs_as_many_queries_for_1000_audits_as_for_10(
    client: Any, cast: Cast, assert_same_queries: Any
) -> None:
    _many(cast, 10)
    cast.sign_in(client, "administrator")
    assert_same_queries(lambda: client.get("/audits/"), lambda: _many(cast, 990), at_most=30)


def test_what_waits_costs_as_many_queries_for_1000_audits_as_for_10(
    app: Any, cast: Cast, assert_same_queries: Any
) -> None:
    _many(cast, 10)
    moment = Moment.at(NOW)
    actor = cast.actor("auditor")
    with app.test_request_context():
        assert_same_queries(lambda: waiting_for(actor, moment), lambda: _many(cast, 500))
        assert_same_queries(lambda: due_things(moment), lambda: _many(cast, 500))


def test_audits_as_of_a_moment_cost_as_many_queries_for_many_as_for_few(
    cast: Cast, assert_same_queries: Any
) -> None:
    _many(cast, 10)
    assert_same_queries(lambda: queries.audits_at(Moment.at(NOW)), lambda: _many(cast, 500), at_most=6)


# ---- as of a past date ----


def test_an_audit_as_of_a_past_moment_is_what_it_was_then(cast: Cast) -> None:
    audit = assigned(cast)
    day = timedelta(days=1)
    answer(cast, items(audit)[0], Result.OBSERVATION, note="掲示が古い", at=NOW + day)
    plan = queries.plan_of(audit.id, Moment.at(NOW))
    actions.move_plan(
        cast.actor("administrator"),
        NOW + 2 * day,
        audit,
        date(2026, 12, 1),
        date(2026, 12, 25),
        "重なる",
        plan.id,
    )
    answer(cast, items(audit)[0], Result.CONFORM, note="掲示が新しくなった", at=NOW + 3 * day)
    seen = [queries.audits_at(Moment.at(NOW + n * day))[0] for n in range(4)]
    assert [one.state for one in seen] == ["planned", "in_progress", "in_progress", "in_progress"]
    assert [one.due_on and one.due_on.day for one in seen] == [11, 11, 25, 25]
    assert [one.results.get("observation", 0) for one in seen] == [0, 1, 1, 0]
    assert [one.results["not_checked"] for one in seen] == [5, 4, 4, 4]


# ---- what waits, and what is told ----


def _leave(cast: Cast, name: str, day: date) -> None:
    with activity.action(application("test"), NOW):
        person = cast.person[name]
        Employment.write(
            NOW, None, day, replaces=Employment.latest(Moment.at(NOW), person=person), person=person,
            kind="regular", status="left",
        )  # fmt: skip
        activity.record(CAST_MADE, persons=1)


def test_an_audit_whose_auditors_have_all_left_waits_for_others_to_be_named(
    app: Any, cast: Cast, client: Any
) -> None:
    audit = assigned(cast)
    step = ("監査員を決める", f"/audits/{audit.id}/auditors")
    cast.sign_in(client, "administrator")
    page = f"/audits/{audit.id}"
    gone = "指名された監査員は全員退職しています"
    assert step not in _waits(app, cast, "administrator") and gone not in text_of(client.get(page))
    _leave(cast, "auditor", NOW.date())
    assert step in _waits(app, cast, "administrator") and step in _waits(app, cast, "head_of_audit")
    assert gone in text_of(client.get(page))
    cast.sign_in(client, "head_of_sales")
    assert gone in text_of(client.get(page)), "and a reader who may not name anybody sees the gap as well"


def _waits(app: Any, cast: Cast, name: str) -> list[tuple[str, str]]:
    with app.test_request_context():
        return [(item.step, item.url) for item in waiting_for(cast.actor(name), Moment.at(NOW))]


def test_each_finds_the_step_that_is_theirs(app: Any, cast: Cast) -> None:
    audit = assigned(cast)
    assert _waits(app, cast, "auditor") == [("監査を始める", f"/audits/{audit.id}/items/")]
    assert _waits(app, cast, "head_of_audit") == []
    _submitted(cast, audit)
    assert _waits(app, cast, "auditor") == []
    assert _waits(app, cast, "head_of_audit") == [("承認・差戻し", f"/audits/{audit.id}/decide")]
    assert _waits(app, cast, "staff_of_sales") == []


def test_an_audit_that_is_late_is_shown_to_who_assigns_audits(app: Any, cast: Cast) -> None:
    audit = assigned(cast, starts_on=date(2026, 11, 2), due_on=date(2026, 11, 19))
    assert _waits(app, cast, "administrator") == [("状況を見る", f"/audits/{audit.id}")]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_notice_has_words_while_it_holds_and_none_when_it_does_not(
    app: Any, cast: Cast, language: str
) -> None:
    from auditor.language import speaking

    audit = assigned(cast)
    _submitted(cast, audit)
    actions.send_back(cast.actor("head_of_audit"), NOW, Audit.get_by_id(audit.id), "証跡を足す")
    moment = Moment.at(NOW)
    with app.app_context(), speaking(language):
        told = {row.kind: kinds.words(row.kind, row.params, moment) for row in Notice.select()}
        due = kinds.words("audit_due", {"id": audit.id, "due_on": "2026-12-11"}, moment)
    assert told["audit_returned"] is not None
    assert told["audit_submitted"] is None
    assert due is not None
    assert audit.number in due.headline
