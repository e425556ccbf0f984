"""Recording a finding, from an item and without one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auditor.errors import RuleBroken
from auditor.findings import actions
from auditor.findings.models import Finding, FindingDetail
from auditor.findings.states import Grade
from auditor.notifications.models import Notice
from tests.bed.pages import parsed, text_of
from tests.cast import NOW
from tests.findings.ladder import answers, signed_in
from tests.findings.making import TITLE, state


def filled(cast: Any, **changed: Any) -> dict[str, Any]:
    return {
        "title": TITLE,
        "facts": "3名の権限が残っていた。",
        "grade": "minor",
        "department": cast.department["D210"],
        "department_search": "営業第一部",
        "due_on": "2026-12-18",
        "found_on": "2026-11-20",
        "once": "form-1",
        **changed,
    }


def test_an_auditor_records_a_finding_from_an_item(client: Any, cast: Any, making: Any) -> None:
    item = making.item()
    signed_in(client, cast, "auditor")
    page = client.page(f"/findings/record?item={item.id}")
    assert page.xpath("string(//input[@name='title']/@value)") == "TEC-01の管理策"
    assert "5名のうち3名" in page.xpath("string(//textarea[@name='facts'])")
    assert page.xpath("//input[@name='grade'][@checked]/@value") == ["minor"]
    assert page.xpath("string(//input[@name='department']/@value)") == str(cast.department["D210"])
    response = client.post(f"/findings/record?item={item.id}", data=filled(cast))
    assert response.status_code == 303
    finding = Finding.get()
    assert (finding.number, finding.source, finding.item_id) == ("F26-001", "audit", item.id)
    assert finding.control_id == cast.control["TEC-01"] and finding.subject_id == cast.subject["D210"]
    assert finding.found_by_id == cast.person["auditor"] and state(finding) == "recorded"
    told = Notice.select().where(Notice.kind == "finding_recorded")
    assert [notice.person_id for notice in told] == [cast.person["head_of_sales"]]


def test_a_withdrawn_finding_of_an_item_does_not_keep_a_new_one_away(
    client: Any, cast: Any, making: Any
) -> None:
    item = making.item()
    first = making.recorded(by="auditor", item=item)
    actions.withdraw(cast.actor("auditor"), making.at, first, "記載先の部署を取り違えました。")
    cast.sign_in(client, "auditor")
    assert client.get(f"/findings/record?item={item.id}").status_code == 200
    assert client.post(f"/findings/record?item={item.id}", data=filled(cast)).status_code == 303
    assert [row.number for row in Finding.select().where(Finding.item == item)] == ["F26-001", "F26-002"]
    with pytest.raises(RuleBroken, match="F26-002"):
        making.recorded(by="auditor", item=item)


def test_an_item_has_one_finding_and_a_second_form_leads_to_it(client: Any, cast: Any, making: Any) -> None:
    item = making.item()
    finding = making.recorded(by="auditor", item=item)
    signed_in(client, cast, "auditor")
    response = client.post(f"/findings/record?item={item.id}", data=filled(cast))
    assert response.status_code == 303 and response.headers["Location"].endswith(f"/findings/{finding.id}")
    with pytest.raises(RuleBroken, match="F26-001"):
        making.recorded(by="auditor", item=item)
    assert Finding.select().count() == 1


def test_a_double_click_records_once(client: Any, cast: Any) -> None:
    signed_in(client, cast, "administrator")
    for _turn in range(2):
        assert client.post("/findings/record", data=filled(cast)).status_code == 303
    assert Finding.select().count() == 1


def test_a_refused_form_keeps_everything_typed(client: Any, cast: Any) -> None:
    signed_in(client, cast, "administrator")
    response = client.post(
        "/findings/record", data=filled(cast, title=" ", due_on="2026-13-01", grade="huge")
    )
    assert response.status_code == 422
    page = parsed(response)
    assert "3名の権限" in page.xpath("string(//textarea[@name='facts'])")
    assert page.xpath("string(//input[@name='department_search']/@value)") == "営業第一部"
    assert "日付として読めません" in text_of(response) and not Finding.select().exists()


def test_a_past_due_date_is_refused_at_its_field(client: Any, cast: Any) -> None:
    signed_in(client, cast, "administrator")
    response = client.post("/findings/record", data=filled(cast, due_on="2026-11-19"))
    assert response.status_code == 422 and "期限が過去" in text_of(response)


def test_without_script_a_department_is_searched_by_what_was_typed(client: Any, cast: Any) -> None:
    signed_in(client, cast, "administrator")
    several = client.post("/findings/record", data=filled(cast, department="", department_search="営業"))
    assert several.status_code == 422
    assert len(parsed(several).xpath("//input[@type='radio'][@name='department']")) == 4
    one = client.post(
        "/findings/record", data=filled(cast, department="", department_search="情報システム部")
    )
    assert one.status_code == 303
    assert FindingDetail.get().department_id == cast.department["D130"]


def test_recording_asks_for_the_right_person(client: Any, cast: Any, making: Any) -> None:
    item = making.item()
    answers(
        client,
        cast,
        f"/findings/record?item={item.id}",
        {
            "auditor": 200,
            "administrator": 200,
            "head_of_audit": 200,
            "head_of_sales": 403,
            "staff_of_sales": 403,
        },
    )
    # Everybody has a list of findings, if an empty one: that others add to it is no secret.
    answers(client, cast, "/findings/record", {"administrator": 200, "auditor": 403, "representative": 403})


def test_an_auditor_of_another_audit_does_not_find_the_item(client: Any, cast: Any, making: Any) -> None:
    from auditor import activity
    from auditor.access import application
    from auditor.audits.models import AuditAssignee
    from tests.findings.making import AUDIT_MADE

    item = making.item()
    other = making.item(control="ORG-01", number="A26-04")
    with activity.action(application("test"), making.at):
        AuditAssignee.write(
            making.at, None, audit=other.audit_id, person=cast.person["second_auditor"], lead=False, held=True
        )
        activity.record(AUDIT_MADE, audit=other.audit_id)
    answers(client, cast, f"/findings/record?item={item.id}", {"second_auditor": 404})
    answers(client, cast, f"/findings/record?item={other.id}", {"second_auditor": 200})


def test_numbers_go_on_past_999_and_begin_anew_each_fiscal_year(making: Any) -> None:
    first = making.recorded()
    Finding.update({"current_state": "recorded"}).where(Finding.id == first.id).execute()
    from auditor import db

    db.database.execute_sql("UPDATE finding SET number = 'F26-999'")
    assert making.recorded().number == "F26-1000"
    assert making.recorded().number == "F26-1001"
    making.at = NOW + timedelta(days=140)
    assert making.recorded(due_on=date(2027, 6, 1)).number == "F27-001"


def test_an_earlier_finding_of_the_same_control_is_told(client: Any, cast: Any, making: Any) -> None:
    earlier = making.recorded(control_id=cast.control["TEC-01"], department_id=cast.department["D220"])
    making.tomorrow()
    item = making.item()
    finding = making.recorded(by="auditor", item=item)
    signed_in(client, cast, "head_of_sales")
    shown = text_of(client.get(f"/findings/{finding.id}"))
    assert "再発：同じ管理策" in shown and earlier.number in shown and "営業第二部" in shown
    page = client.page(f"/findings/{finding.id}")
    assert not page.xpath(f"//a[@href='/findings/{earlier.id}']"), (
        "the other department's finding stays closed"
    )


def test_a_day_in_the_future_was_not_found_on(making: Any) -> None:
    with pytest.raises(RuleBroken):
        actions.record(
            making.actor("administrator"),
            NOW,
            title="x",
            facts="y",
            grade=Grade.MINOR,
            department_id=making.cast.department["D210"],
            subject_id=making.cast.subject["D210"],
            due_on=date(2026, 12, 1),
            found_on=date(2026, 12, 1),
        )
