"""Confirming self-inspections: one, many at once, sending back, cancelling; who answered does not confirm."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.activity import ActivityEvent
from auditor.audits.inspections import deciding
from auditor.audits.models import Audit, AuditState, OutsideDecision
from auditor.audits.results import Result
from auditor.company.actions import set_setting
from auditor.dated import Moment
from auditor.errors import RuleBroken
from auditor.findings.models import Finding
from auditor.integrity.verify import verify
from auditor.notifications.models import Notice
from auditor.people import queries as people
from tests.audits.inspections.making import answer_all, confirmed, inspection, submitted
from tests.audits.making import answer, items
from tests.bed.pages import text_of
from tests.cast import NOW, Cast


def _state(audit: Audit) -> str:
    return str(Audit.get_by_id(audit.id).current_state)


def _with_a_point(cast: Cast) -> Audit:
    audit = inspection(cast)
    answer(cast, items(audit)[0], Result.MINOR, by="head_of_sales", note="鍵がない棚が1つ")
    answer_all(cast, audit, "head_of_sales")
    deciding.submit(cast.actor("head_of_sales"), NOW, audit)
    return audit


# ---- one ----


def test_the_administrator_confirms_what_the_department_answered(client: Any, cast: Cast) -> None:
    audit = submitted(cast)
    cast.sign_in(client, "administrator")
    assert client.get(f"/inspections/{audit.id}/confirm").status_code == 200
    assert client.post(f"/inspections/{audit.id}/confirm", data={"comment": ""}).status_code == 303
    assert _state(audit) == "approved"
    assert client.post(f"/inspections/{audit.id}/confirm", data={}).status_code == 303  # a second click
    assert AuditState.select().where(AuditState.state == "approved").count() == 1


def test_what_is_not_kept_and_what_differs_stands_first(client: Any, cast: Cast) -> None:
    then = NOW - timedelta(days=30)
    before = inspection(cast, at=then)
    answer(cast, items(before)[1], Result.OBSERVATION, by="head_of_sales", at=then, note="古い鍵")
    answer_all(cast, before, "head_of_sales", at=then)
    confirmed(cast, before, at=then)
    audit = _with_a_point(cast)
    cast.sign_in(client, "administrator")
    page = client.page(f"/inspections/{audit.id}/confirm")
    tables = page.xpath("//main//table")
    codes = tables[0].xpath(".//tbody/tr/td[1]/span/text()")
    assert codes == ["ORG-01", "ORG-02"]
    assert len(tables[1].xpath(".//tbody/tr")) == 3


def test_a_nonconformity_needs_its_finding_first_which_says_where_it_comes_from(
    client: Any, cast: Cast
) -> None:
    audit = _with_a_point(cast)
    item = items(audit)[0]
    cast.sign_in(client, "administrator")
    assert client.post(f"/inspections/{audit.id}/confirm", data={}).status_code == 422
    assert f"/findings/record?item_id={item.id}" in client.get(f"/inspections/{audit.id}/confirm").text
    form = {
        "title": "施錠", "facts": "鍵がない棚が1つ", "grade": "minor", "department": cast.department["D210"],
        "found_on": "2026-11-20", "due_on": "2026-12-21", "once": "x",
    }  # fmt: skip
    assert client.post(f"/findings/record?item_id={item.id}", data=form).status_code == 303
    finding = Finding.get()
    assert (finding.source, finding.item_id) == ("self_inspection", item.id)
    assert "自己点検 S26-01" in text_of(client.get(f"/findings/{finding.id}"))
    assert client.post(f"/inspections/{audit.id}/confirm", data={}).status_code == 303
    assert _state(audit) == "approved"


def test_it_is_sent_back_with_a_comment_and_whoever_answers_is_told(client: Any, cast: Cast) -> None:
    audit = submitted(cast)
    cast.sign_in(client, "administrator")
    assert client.post(f"/inspections/{audit.id}/return", data={"comment": " "}).status_code == 422
    address = f"/inspections/{audit.id}/return"
    assert client.post(address, data={"comment": "写真を付けてください。"}).status_code == 303
    assert _state(audit) == "returned"
    told = Notice.select().where(Notice.kind == "inspection_returned")
    assert [row.person_id for row in told] == [cast.person["head_of_sales"]]
    cast.sign_in(client, "head_of_sales")
    assert "写真を付けてください。" in text_of(client.get(f"/inspections/{audit.id}/answer"))


def test_it_is_cancelled_with_a_reason(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    cast.sign_in(client, "administrator")
    assert client.post(f"/inspections/{audit.id}/cancel", data={"reason": ""}).status_code == 422
    assert (
        client.post(f"/inspections/{audit.id}/cancel", data={"reason": "部署を閉じるため"}).status_code == 303
    )
    assert _state(audit) == "cancelled"


# ---- four eyes ----


def test_who_answered_does_not_confirm_and_the_head_of_audit_does(app: Any, cast: Cast) -> None:
    audit = submitted(cast, "D110", by="administrator")
    told = Notice.select().where(Notice.kind == "inspection_submitted")
    assert [row.person_id for row in told] == [cast.person["head_of_audit"]]
    with app.test_request_context(), pytest.raises(RuleBroken):
        deciding.confirm(cast.actor("administrator"), NOW, audit)
    assert deciding.confirm_many(cast.actor("administrator"), NOW, [audit.id]) == 0
    deciding.confirm(cast.actor("head_of_audit"), NOW, audit)
    assert _state(audit) == "approved"


def test_the_head_of_audit_does_not_confirm_what_the_administrator_can(app: Any, cast: Cast) -> None:
    audit = submitted(cast)
    with app.test_request_context(), pytest.raises(RuleBroken):
        deciding.confirm(cast.actor("head_of_audit"), NOW, audit)
    assert _state(audit) == "submitted"


# ---- many ----


def test_many_are_confirmed_with_one_event_but_none_with_a_point(client: Any, cast: Cast) -> None:
    clean = [submitted(cast), submitted(cast, "D220", by="head_of_other"), submitted(cast, "D211")]
    point, own = _with_a_point(cast), submitted(cast, "D110", by="administrator")
    cast.sign_in(client, "administrator")
    page = client.page("/inspections/?tab=submitted")
    ticks = page.xpath("//input[@name='inspections']/@value")
    assert sorted(map(int, ticks)) == [one.id for one in clean]
    chosen = [one.id for one in (*clean, point, own)]
    before = ActivityEvent.select().count()
    assert client.post("/inspections/confirm", data={"inspections": chosen}).status_code == 303
    assert [_state(one) for one in (*clean, point, own)] == ["approved"] * 3 + ["submitted"] * 2
    events = list(ActivityEvent.select().order_by(ActivityEvent.seq).offset(before))
    assert [event.data for event in events] == [
        {"inspections": 3, "before": "submitted", "after": "approved"}
    ]


def test_confirming_costs_as_many_queries_for_many_as_for_one(cast: Cast, query_count: Any) -> None:
    first, *others = [submitted(cast) for _place in range(4)]
    actor = cast.actor("administrator")
    with query_count() as one:
        deciding.confirm_many(actor, NOW, [first.id])
    with query_count() as many:
        deciding.confirm_many(actor, NOW, [audit.id for audit in others])
    assert many.count == one.count


def test_nothing_ticked_confirms_nothing(client: Any, cast: Cast) -> None:
    audit = submitted(cast)
    cast.sign_in(client, "administrator")
    assert client.post("/inspections/confirm", data={}).status_code == 303
    assert _state(audit) == "submitted"


# ---- who may ----


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("head_of_sales", 403),
        ("head_of_other", 404),
        ("representative", 403),
        ("auditor", 404),
        ("operator", 404),
    ],
)
def test_others_do_not_decide(client: Any, cast: Cast, name: str, status: int) -> None:
    audit = submitted(cast)
    cast.sign_in(client, name)
    for step in ("confirm", "return", "cancel"):
        data = {"comment": "x", "reason": "x"}
        assert client.post(f"/inspections/{audit.id}/{step}", data=data).status_code == status
    assert _state(audit) == "submitted"


def test_what_was_sent_back_counts_for_nothing_until_it_is_submitted_again(cast: Cast) -> None:
    audit = submitted(cast)
    deciding.send_back(cast.actor("administrator"), NOW, audit, "直してください。")
    answer(cast, items(audit)[0], Result.OBSERVATION, by="head_of_sales", note="鍵")
    deciding.submit(cast.actor("head_of_sales"), NOW, Audit.get_by_id(audit.id))
    assert _state(audit) == "submitted"
    assert deciding.readiness(audit.id, Moment.at(NOW)).submittable


def test_dates_move_with_a_reason_and_names_change(client: Any, cast: Cast) -> None:
    audit = inspection(cast)
    cast.sign_in(client, "administrator")
    plan = client.page(f"/inspections/{audit.id}/plan").xpath("//input[@name='based_on']/@value")[0]
    moved = {"starts_on": "2026-11-20", "due_on": "2026-12-11", "reason": "出張のため", "based_on": plan}
    assert (
        client.post(f"/inspections/{audit.id}/plan", data={**moved, "due_on": "2026-11-19"}).status_code
        == 422
    )
    assert client.post(f"/inspections/{audit.id}/plan", data=moved).status_code == 303
    assert client.post(f"/inspections/{audit.id}/plan", data=moved).status_code == 409
    named = f"/inspections/{audit.id}/respondents"
    assert client.post(named, data={"person_search": "西村"}).status_code == 303
    assert client.post(named, data={"person_search": "辻"}).status_code == 422  # has left
    found = client.get("/inspections/people/find?q=西村").json
    assert [one["id"] for one in found] == [cast.person["staff_of_sales"]]
    assert date(2026, 12, 11).isoformat() in client.get(f"/inspections/{audit.id}").text


# ---- a very small company ----

OUTSIDE = {
    "comment": "",
    "outside_name": "山田 太郎",
    "outside_organisation": "山田会計事務所",
    "outside_on": "2026-11-20",
    "outside_paper": "点検綴り 26-3",
}


def _answered_by_all_who_decide(cast: Cast) -> Audit:
    """A self-inspection of a company whose administrator and head of audit both answered."""
    audit = inspection(cast, named=("administrator", "head_of_audit"))
    answer(cast, items(audit)[0], by="head_of_audit")
    answer_all(cast, audit, "administrator")
    return audit


def _very_small(cast: Cast) -> None:
    set_setting(cast.actor("administrator"), "outside_verifier", "山田 太郎", date(2026, 4, 1), NOW)


def test_where_nobody_else_is_left_the_decision_of_a_person_from_outside_is_recorded(
    client: Any, cast: Cast, settings: Any
) -> None:
    _very_small(cast)
    audit = _answered_by_all_who_decide(cast)
    deciding.submit(cast.actor("administrator"), NOW, audit)
    told = {row.person_id for row in Notice.select().where(Notice.kind == "inspection_submitted")}
    assert told == {cast.person["administrator"]}
    cast.sign_in(client, "administrator")
    assert "社外の人の判断を記録" in text_of(client.get("/worklist/"))
    page = text_of(client.get(f"/inspections/{audit.id}/confirm"))
    assert "社外の人が行った判断の記録だけができます" in page
    assert client.post(f"/inspections/{audit.id}/confirm", data=OUTSIDE).status_code == 303
    assert _state(audit) == "approved"
    row = OutsideDecision.get()
    assert (row.name, row.paper, row.state_of.audit_id) == ("山田 太郎", "点検綴り 26-3", audit.id)
    shown = text_of(client.get(f"/inspections/{audit.id}"))
    assert "山田 太郎（山田会計事務所）" in shown and "点検綴り 26-3" in shown
    assert verify(settings.evidence_folder).clean
    # It can be sent back the same way.
    back = {**OUTSIDE, "comment": "鍵の記録を足す"}
    assert client.post(f"/inspections/{audit.id}/return", data=back).status_code == 303
    assert _state(audit) == "returned"


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("outside_name", "", "判断した社外の人の氏名"),
        ("outside_name", "保護 管理", "この人は自己点検の回答者です"),
        ("outside_on", "2026-11-21", "提出日から本日まで"),
        ("outside_paper", "", "署名のある書面"),
    ],
)
def test_a_decision_from_outside_that_lacks_something_keeps_what_was_typed(
    client: Any, cast: Cast, field: str, value: str, error: str
) -> None:
    _very_small(cast)
    audit = _answered_by_all_who_decide(cast)
    deciding.submit(cast.actor("administrator"), NOW, audit)
    if field == "outside_name" and value:
        value = people.name(cast.person["administrator"], Moment.at(NOW)).replace("　", " ")
    cast.sign_in(client, "administrator")
    refused = client.post(f"/inspections/{audit.id}/confirm", data={**OUTSIDE, field: value})
    assert refused.status_code == 422
    assert error in text_of(refused) and "山田会計事務所" in refused.get_data(as_text=True)
    assert _state(audit) == "submitted" and not OutsideDecision.select().count()


def test_without_the_setting_or_while_somebody_is_left_nobody_from_outside_decides(
    client: Any, cast: Cast
) -> None:
    audit = _answered_by_all_who_decide(cast)
    deciding.submit(cast.actor("administrator"), NOW, audit)
    cast.sign_in(client, "administrator")
    assert client.post(f"/inspections/{audit.id}/confirm", data=OUTSIDE).status_code == 422
    _very_small(cast)
    other = inspection(cast, named=("administrator",))
    answer_all(cast, other, "administrator")
    deciding.submit(cast.actor("administrator"), NOW, other)
    assert "社外の人" not in text_of(client.get(f"/inspections/{other.id}/confirm"))
    assert client.post(f"/inspections/{other.id}/confirm", data=OUTSIDE).status_code == 422
    assert (_state(audit), _state(other)) == ("submitted", "submitted")
    assert not OutsideDecision.select().count()
